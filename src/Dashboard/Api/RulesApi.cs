using Microsoft.AspNetCore.Http.HttpResults;
using Weir.ControlPlane.Commands;
using Weir.ControlPlane.Rules;
using Weir.Dashboard.Features.Rules;
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
        rules.MapGet("/report", Report);
        rules.MapPut("/{id}", (string id, RuleBody body, Gate gate) => gate.RunAsync(new SaveRule(body.ToRule(id), body.Reason)));
        rules.MapPut("/{id}/enabled", (string id, SwitchBody body, Gate gate) => gate.RunAsync(new SetRuleEnabled(id, body.Enabled, body.Reason)));
        rules.MapDelete("/{id}", (string id, string? reason, Gate gate) => gate.RunAsync(new DeleteRule(id, reason)));
    }

    /// <summary>The report of a period, by default of all that is kept; <c>format</c> is json, csv or html.</summary>
    private static IResult Report(DateTimeOffset? from, DateTimeOffset? to, string? format, ComplianceReporter reporter, HttpContext context)
    {
        if (to < from)
        {
            return Problems.Invalid("to", "to lies before from.");
        }

        var name = format ?? "json";
        if (name is not ("json" or "csv" or "html"))
        {
            return Problems.Invalid("format", $"'{name}' is not a format; formats are json, csv and html.");
        }

        var report = reporter.Report(from, to);
        context.Response.Headers.ContentDisposition = $"attachment; filename=redaction-report.{name}";
        return name switch
        {
            "csv" => Results.Text(ReportDocument.Csv(report), "text/csv; charset=utf-8"),
            "html" => Results.Text(ReportDocument.Html(report), "text/html; charset=utf-8"),
            _ => Results.Ok(report),
        };
    }

    /// <summary>A rule as a request has it; what it does not use may be left out.</summary>
    internal sealed record RuleBody(
        string Name, Transform Transform, string? Detector = null, string? Path = null, bool Enabled = true, IReadOnlyList<string>? Streams = null, string? Pattern = null, string? Anchor = null, string? Id = null, string? Reason = null)
    {
        public RedactionRule ToRule(string id) => new(id, Name, Detector, Path, Transform, Enabled, Streams, Pattern, Anchor);
    }

    internal sealed record SwitchBody(bool Enabled, string? Reason = null);
}
