using Weir.Pipeline.Redaction;
using Weir.Pipeline.Redaction.Rules;

namespace Weir.ControlPlane.Rules;

/// <summary>What a draft starts with.</summary>
/// <param name="Rules">All of it.</param>
/// <param name="LeftOut">Rules of packs that look for what a rule before them covers already.</param>
public sealed record DraftStart(IReadOnlyList<RedactionRule> Rules, IReadOnlyList<RedactionRule> LeftOut)
{
    /// <summary>The rules to start from and after them those of the packs that look for something else. A rule that is off covers nothing and gives way.</summary>
    public static DraftStart Of(IReadOnlyList<RedactionRule> from, IEnumerable<RulePack> packs)
    {
        var (rules, left) = (from.ToList(), new List<RedactionRule>());
        foreach (var rule in packs.SelectMany(p => p.Rules))
        {
            if (rules.Any(r => r.Id == rule.Id || (r.Enabled && r.Streams is null && (r.Detector, r.Path, r.Pattern) == (rule.Detector, rule.Path, rule.Pattern))))
            {
                left.Add(rule);
            }
            else
            {
                rules.Add(rule);
            }
        }

        return new DraftStart(rules, left);
    }
}
