using System.Text.Json;
using Weir.Pipeline.Redaction;

namespace Weir.ControlPlane.Rules;

/// <summary>What became of a rule from one set to another.</summary>
public enum RuleChange
{
    Added, Removed, Changed, Same,
}

/// <summary>One rule in two sets: <see cref="Was"/> is null for one that was added, <see cref="Now"/> for one that was removed.</summary>
public sealed record RuleDifference(RuleChange Kind, RedactionRule? Was, RedactionRule? Now)
{
    /// <summary>Whether values that were cleaned are stored in clear from then on.</summary>
    public bool Uncovers => Was is { Enabled: true } && Now is not { Enabled: true };
}

/// <summary>Compares sets rule by rule, by their ids.</summary>
public static class RuleSetDifference
{
    /// <summary>In the order of the new set; what was removed comes last.</summary>
    public static IReadOnlyList<RuleDifference> Of(IReadOnlyList<RedactionRule> was, IReadOnlyList<RedactionRule> now)
    {
        var before = was.ToDictionary(r => r.Id, StringComparer.Ordinal);
        var kept = now.Select(r => r.Id).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. now.Select(r => !before.TryGetValue(r.Id, out var old) ? new RuleDifference(RuleChange.Added, null, r) : new RuleDifference(Same(old, r) ? RuleChange.Same : RuleChange.Changed, old, r)),
            .. was.Where(r => !kept.Contains(r.Id)).Select(r => new RuleDifference(RuleChange.Removed, r, null)),
        ];
    }

    private static bool Same(RedactionRule was, RedactionRule now) => JsonSerializer.Serialize(was, RuleBook.Json) == JsonSerializer.Serialize(now, RuleBook.Json);
}
