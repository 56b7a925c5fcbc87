using Microsoft.AspNetCore.Http.HttpResults;
using Weir.ControlPlane.Commands;
using Weir.ControlPlane.Rules;
using Weir.Pipeline.Redaction;
using Weir.Pipeline.Redaction.Rules;

namespace Weir.Dashboard.Api;

/// <summary>Whole sets of rules: history, drafts, the shadow, approval, rolling back.</summary>
internal static class RuleSetsApi
{
    public static void MapRuleSets(this RouteGroupBuilder api)
    {
        api.MapGet("/rule-packs", () => RulePacks.All);
        var sets = api.MapGroup("/rule-sets");
        sets.MapGet("/", (IRuleSets all) => all.Feed.Latest);
        sets.MapGet("/{number:int}", Results<Ok<RuleSet>, ProblemHttpResult> (int number, IRuleSets all) => all.Find(number) is { } set ? TypedResults.Ok(set) : Missing(number));
        sets.MapGet("/{number:int}/changes", Changes);
        sets.MapPost("/", (DraftBody body, Gate gate) => gate.RunAsync(new DraftRuleSet(body.Rules.Select(r => r.ToRule(r.Id ?? "")).ToArray(), body.Reason)));
        sets.MapPut("/{number:int}/rules/{id}", (int number, string id, DraftRuleBody body, Gate gate) => gate.RunAsync(new SaveDraftRule(number, body.Hash, body.Rule.ToRule(id), body.Reason)));
        sets.MapDelete("/{number:int}/rules/{id}", (int number, string id, string hash, string? reason, Gate gate) => gate.RunAsync(new DeleteDraftRule(number, hash, id, reason)));
        sets.MapPost("/{number:int}/shadow", (int number, Gate gate) => gate.RunAsync(new ShadowRuleSet(number)));
        sets.MapGet("/shadow", Results<Ok<ShadowComparison>, ProblemHttpResult> (IRuleSets all) => all.Shadow() is { } report ? TypedResults.Ok(report) : Problems.Missing("No rule set runs in the shadow."));
        sets.MapDelete("/shadow", (Gate gate) => gate.RunAsync(new StopShadow()));
        sets.MapPost("/{number:int}/approve", (int number, ApproveBody body, Gate gate) => gate.RunAsync(new ApproveRuleSet(number, body.Hash, body.Reason)));
        sets.MapPost("/{number:int}/activate", (int number, ActivateBody body, Gate gate) => gate.RunAsync(new ActivateRuleSet(number, body.Hash, body.Reason, body.Over)));
        sets.MapDelete("/{number:int}", (int number, string? reason, Gate gate) => gate.RunAsync(new DiscardRuleSet(number, reason)));
    }

    /// <summary>What differs rule by rule from another set, by default the one in force.</summary>
    private static Results<Ok<IReadOnlyList<RuleDifference>>, ProblemHttpResult> Changes(int number, int? against, IRuleSets all)
    {
        var other = against is { } chosen ? all.Find(chosen) : all.Feed.Latest?.FirstOrDefault(s => s.State == RuleSetState.Active);
        return all.Find(number) is not { } set ? Missing(number) : other is null ? Missing(against ?? 0) : TypedResults.Ok<IReadOnlyList<RuleDifference>>([.. RuleSetDifference.Of(other.Rules, set.Rules).Where(d => d.Kind != RuleChange.Same)]);
    }

    private static ProblemHttpResult Missing(int number) => Problems.Missing($"There is no rule set {number}.");

    internal sealed record DraftBody(IReadOnlyList<RulesApi.RuleBody> Rules, string? Reason = null);

    internal sealed record DraftRuleBody(string Hash, RulesApi.RuleBody Rule, string? Reason = null);

    internal sealed record ApproveBody(string Hash, string? Reason = null);

    internal sealed record ActivateBody(string Hash, string? Reason = null, string? Over = null);
}
