using System.Globalization;
using System.Net;
using System.Text;
using Weir.ControlPlane.Rules;
using Weir.Dashboard.Shell;

namespace Weir.Dashboard.Features.Rules;

/// <summary>A compliance report as a table for spreadsheets and as a page to print.</summary>
internal static class ReportDocument
{
    private const string Style = """
        body{font:14px/1.5 system-ui,sans-serif;color:#0d2a33;max-width:1000px;margin:32px auto;padding:0 24px}
        h1{font-size:22px;margin:0}h2{font-size:16px;margin:28px 0 8px}p{margin:4px 0}table{border-collapse:collapse;width:100%}
        th,td{border-bottom:1px solid #d5dfdd;padding:5px 8px;text-align:left;vertical-align:top}th{color:#48626a}td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}
        code{font:12px ui-monospace,monospace;overflow-wrap:anywhere}@media print{body{margin:0}tr{break-inside:avoid}}
        """;

    /// <summary>One measure a line, for any spreadsheet: <c>section,rule_set,rule,path,measure,value</c> (<see href="https://www.rfc-editor.org/rfc/rfc4180">RFC 4180</see>).</summary>
    public static string Csv(ComplianceReport report)
    {
        var csv = new StringBuilder();
        void Line(params ReadOnlySpan<string> cells)
        {
            for (var i = 0; i < cells.Length; i++)
            {
                csv.Append(i == 0 ? "" : ",").Append(Cell(cells[i]));
            }

            csv.Append("\r\n");
        }

        Line("section", "rule_set", "rule", "path", "measure", "value");
        Line("report", report.RuleSetHash, "", "", "written", Time(report.At));
        Line("report", report.RuleSetHash, "", "", "from", Time(report.From));
        Line("report", report.RuleSetHash, "", "", "to", Time(report.To));
        foreach (var (measure, value) in Totals(report))
        {
            Line("records", "", "", "", measure, value);
        }

        foreach (var set in report.RuleSets)
        {
            Line("rule_set", set.Hash, "", "", "in force from", Time(set.From));
            Line("rule_set", set.Hash, "", "", "in force to", set.To is { } to ? Time(to) : "");
            Line("rule_set", set.Hash, "", "", "author", set.Author);
            Line("rule_set", set.Hash, "", "", "approved by", set.ApprovedBy ?? "");
            Line("rule_set", set.Hash, "", "", "brought into force by", set.ActivatedBy);
        }

        foreach (var (rule, found) in Found(report))
        {
            Line("rule", found.RuleSet, rule, found.Path, "hits", Number(found.Hits));
            Line("rule", found.RuleSet, rule, found.Path, "transformed", Number(found.Transformed));
            Line("rule", found.RuleSet, rule, found.Path, "left alone", Number(found.LeftAlone));
        }

        return csv.ToString();
    }

    /// <summary>A page without scripts and links, that says the same when it is printed.</summary>
    public static string Html(ComplianceReport report)
    {
        var html = new StringBuilder("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Redaction report</title><style>").Append(Style).Append("</style></head><body>\n");
        html.Append(CultureInfo.InvariantCulture, $"<h1>Redaction report</h1><p>{Figures.Stamp(report.From)} to {Figures.Stamp(report.To)} UTC, by whole hours. Written {Figures.Stamp(report.At)} UTC by one instance, of the records that it cleaned.</p>");
        html.Append(CultureInfo.InvariantCulture, $"<p>In force when written: set <code>{Text(report.RuleSetHash)}</code>. Keys: <code>{Text(string.Join(", ", report.KeyIds))}</code>.</p>\n<h2>Records</h2><table>");
        foreach (var (measure, value) in Totals(report))
        {
            html.Append(CultureInfo.InvariantCulture, $"<tr><th scope=\"row\">{Text(measure)}</th><td class=\"n\">{Text(value)}</td></tr>");
        }

        html.Append("</table>\n<h2>Sets in force</h2><table><tr><th>Set</th><th>Hash</th><th>From, UTC</th><th>To, UTC</th><th>Author</th><th>Approved by</th><th>Brought into force by</th><th>Reason</th></tr>");
        foreach (var s in report.RuleSets)
        {
            html.Append(CultureInfo.InvariantCulture, $"<tr><td class=\"n\">{s.Number}</td><td><code>{Text(s.Hash)}</code></td><td>{Figures.Stamp(s.From)}</td><td>{(s.To is { } to ? Figures.Stamp(to) : "in force")}</td><td>{Text(s.Author)}</td><td>{Text(s.ApprovedBy ?? "")}</td><td>{Text(s.ActivatedBy)}</td><td>{Text(s.Reason ?? "")}</td></tr>");
        }

        html.Append("</table>\n<h2>Rules in force when written</h2><table><tr><th>Rule</th><th>Looks for</th><th>Leaves</th><th>State</th><th>Changed by</th></tr>");
        foreach (var r in report.Rules)
        {
            html.Append(CultureInfo.InvariantCulture, $"<tr><td>{Text(r.Rule.Name)}</td><td><code>{Text(RuleWords.Looks(r.Rule))}</code></td><td>{Text(RuleWords.Says(r.Rule.Transform))}</td><td>{(r.Rule.Enabled ? "on" : "off")}</td><td>{Text(r.ChangedBy)}, {Figures.Stamp(r.ChangedAt)}</td></tr>");
        }

        html.Append("</table>\n<h2>Found</h2><table><tr><th>Rule</th><th>Field</th><th>Set</th><th class=\"n\">Hits</th><th class=\"n\">Transformed</th><th class=\"n\">Left alone</th></tr>");
        foreach (var (rule, f) in Found(report))
        {
            html.Append(CultureInfo.InvariantCulture, $"<tr><td>{Text(rule)}</td><td><code>{Text(f.Path)}</code></td><td><code>{Text(f.RuleSet)}</code></td><td class=\"n\">{f.Hits:N0}</td><td class=\"n\">{f.Transformed:N0}</td><td class=\"n\">{f.LeftAlone:N0}</td></tr>");
        }

        return html.Append("</table><p>Hits = transformed + left alone. Left alone are tokens and ciphers of ours that came by again.</p></body></html>\n").ToString();
    }

    /// <summary>Every rule with every place where it found something.</summary>
    public static IEnumerable<(string Rule, ReportedCount Found)> Found(ComplianceReport report) =>
        report.Rules.SelectMany(r => r.Found.Select(f => (r.Rule.Id, f))).Concat(report.Removed.SelectMany(r => r.Found.Select(f => (r.Rule, f))));

    private static (string Measure, string Value)[] Totals(ComplianceReport report) =>
    [
        ("clean as they came", Number(report.Records.Clean)), ("redacted", Number(report.Records.Redacted)), ("quarantined", Number(report.Records.Quarantined)), ("looked at once more", Number(report.Records.Checked)),
        ("of which still held something", Number(report.Records.Leaks)), ("share that may still hold something at most (95 % confidence)", Bound(report)), ("hits equal transformed plus left alone", report.HitsEqualTransformed ? "yes" : "no"),
    ];

    private static string Bound(ComplianceReport report) => report.Records.LeakBound is { } bound ? bound.ToString("0.######", CultureInfo.InvariantCulture) : "not known: none was looked at";

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);

    private static string Text(string value) => WebUtility.HtmlEncode(value);

    /// <summary>A spreadsheet must not take what stands in a record for a formula.</summary>
    private static string Cell(string value)
    {
        var safe = value is ['=' or '+' or '-' or '@' or '\t' or '\r', ..] ? "'" + value : value;
        return safe.AsSpan().ContainsAny("\",\r\n") ? $"\"{safe.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : safe;
    }
}
