using Microsoft.AspNetCore.Http.HttpResults;
using Weir.ControlPlane.Commands;
using Weir.ControlPlane.Rules;
using Weir.Pipeline.Redaction;

namespace Weir.Dashboard.Api;

/// <summary>Whole sets of rules: history, drafts, the shadow, approval, rolling back.</summary>
internal static class RuleSetsApi
{
    public static void MapRuleSets(this RouteGroupBuilder api)
    {
        var sets = api.MapGroup("/rule-sets");
        sets.MapGet("/", (IRuleSets all) => all.Feed.Latest);
        sets.MapGet("/{number:int}", Results<Ok<RuleSet>, ProblemHttpResult> (int number, IRuleSets all) => all.Find(number) is { } set ? TypedResults.Ok(set) : Problems.Missing($"There is no rule set {number}."));
        sets.MapPost("/", (DraftBody body, Gate gate) => gate.RunAsync(new DraftRuleSet(body.Rules.Select(r => r.ToRule(r.Id ?? "")).ToArray(), body.Reason)));
        sets.MapPost("/{number:int}/shadow", (int number, Gate gate) => gate.RunAsync(new ShadowRuleSet(number)));
        sets.MapGet("/shadow", Results<Ok<ShadowReport>, ProblemHttpResult> (IRuleSets all) => all.Shadow() is { } report ? TypedResults.Ok(report) : Problems.Missing("No rule set runs in the shadow."));
        sets.MapDelete("/shadow", (Gate gate) => gate.RunAsync(new StopShadow()));
        sets.MapPost("/{number:int}/approve", (int number, ApproveBody body, Gate gate) => gate.RunAsync(new ApproveRuleSet(number, body.Hash)));
        sets.MapPost("/{number:int}/activate", (int number, ActivateBody body, Gate gate) => gate.RunAsync(new ActivateRuleSet(number, body.Hash, body.Reason)));
        sets.MapDelete("/{number:int}", (int number, Gate gate) => gate.RunAsync(new DiscardRuleSet(number)));
    }

    internal sealed record DraftBody(IReadOnlyList<RulesApi.RuleBody> Rules, string? Reason = null);

    internal sealed record ApproveBody(string Hash);

    internal sealed record ActivateBody(string Hash, string? Reason = null);
}
