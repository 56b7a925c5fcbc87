using Weir.ControlPlane.Rules;
using Weir.Pipeline.Redaction;

namespace Weir.Dashboard.Features.Rules;

/// <summary>The life of rule sets in words.</summary>
internal static class RuleSetWords
{
    public static string State(RuleSetState state) => state switch
    {
        RuleSetState.Draft => "draft",
        RuleSetState.Shadow => "in the shadow",
        RuleSetState.Active => "in force",
        RuleSetState.Retired => "retired",
        _ => "discarded",
    };

    /// <summary>How it looks: see <c>data-tone</c> of chips.</summary>
    public static string Tone(RuleSetState state) => state switch
    {
        RuleSetState.Active => "good",
        RuleSetState.Draft or RuleSetState.Shadow => "warn",
        _ => "calm",
    };

    public static string Did(RuleSetAct act) => act switch
    {
        RuleSetAct.Drafted => "wrote it",
        RuleSetAct.Edited => "edited it",
        RuleSetAct.ShadowStarted => "let it run in the shadow",
        RuleSetAct.ShadowEnded => "ended the shadow",
        RuleSetAct.Approved => "approved it",
        RuleSetAct.Activated => "brought it into force",
        RuleSetAct.Retired => "replaced it by another set",
        _ => "discarded it",
    };

    /// <summary>What differs between two forms of a rule, field by field.</summary>
    public static IEnumerable<(string Field, string Was, string Is)> Fields(RedactionRule was, RedactionRule now)
    {
        (string Field, string Was, string Is)[] all =
        [
            ("name", was.Name, now.Name),
            ("looks for", RuleWords.Looks(was), RuleWords.Looks(now)),
            ("leaves", RuleWords.Says(was.Transform), RuleWords.Says(now.Transform)),
            ("streams", Streams(was), Streams(now)),
            ("is", was.Enabled ? "on" : "off", now.Enabled ? "on" : "off"),
        ];
        return all.Where(f => f.Was != f.Is);
    }

    /// <summary><c>2 added, 1 changed, 1 removed</c>.</summary>
    public static string Sum(IReadOnlyList<RuleDifference> differences)
    {
        string Part(RuleChange kind, string word) => differences.Count(d => d.Kind == kind) is > 0 and var n ? $"{n} {word}" : "";
        var parts = new[] { Part(RuleChange.Added, "added"), Part(RuleChange.Changed, "changed"), Part(RuleChange.Removed, "removed") }.Where(p => p.Length > 0).ToArray();
        return parts.Length == 0 ? "no difference" : string.Join(", ", parts);
    }

    private static string Streams(RedactionRule rule) => rule.Streams is { Count: > 0 } streams ? string.Join(", ", streams) : "all";
}
