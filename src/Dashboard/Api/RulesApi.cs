using Microsoft.AspNetCore.Http.HttpResults;
using Weir.ControlPlane.Commands;
using Weir.ControlPlane.Rules;
using Weir.Pipeline.Redaction;

namespace Weir.Dashboard.Api;

/// <summary>Redaction rules.</summary>
internal static class RulesApi
{
    public static void MapRules(this RouteGroupBuilder api)
    {
        var rules = api.MapGroup("/rules");
        rules.MapGet("/", (IRuleBook book) => book.Feed.Latest);
        rules.MapGet("/{id}", Results<Ok<RuleEntry>, ProblemHttpResult> (string id, IRuleBook book) =>
            book.Feed.Latest?.Rules.FirstOrDefault(r => r.Rule.Id == id) is { } entry ? TypedResults.Ok(entry) : Problems.Missing($"There is no rule '{id}'."));
        rules.MapGet("/report", (ComplianceReporter reporter, HttpContext context) =>
        {
            context.Response.Headers.ContentDisposition = "attachment; filename=redaction-report.json";
            return reporter.Report();
        });
        rules.MapPut("/{id}", (string id, RuleBody body, Gate gate) => gate.RunAsync(new SaveRule(body.ToRule(id), body.Reason)));
        rules.MapPut("/{id}/enabled", (string id, SwitchBody body, Gate gate) => gate.RunAsync(new SetRuleEnabled(id, body.Enabled, body.Reason)));
        rules.MapDelete("/{id}", (string id, string? reason, Gate gate) => gate.RunAsync(new DeleteRule(id, reason)));
    }

    /// <summary>A rule as a request has it; what it does not use may be left out.</summary>
    internal sealed record RuleBody(
        string Name, Transform Transform, string? Detector = null, string? Path = null, bool Enabled = true, IReadOnlyList<string>? Streams = null, string? Pattern = null, string? Anchor = null, string? Id = null, string? Reason = null)
    {
        public RedactionRule ToRule(string id) => new(id, Name, Detector, Path, Transform, Enabled, Streams, Pattern, Anchor);
    }

    internal sealed record SwitchBody(bool Enabled, string? Reason = null);
}
