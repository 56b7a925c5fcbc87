using System.Buffers;
using Bunit;
using Weir.ControlPlane.Rules;
using Weir.Dashboard.Features.Rules;
using Weir.Dashboard.Tests.Shell;
using Weir.Pipeline.Redaction;
using Weir.Pipeline.Redaction.Rules;

namespace Weir.Dashboard.Tests.Features.Rules;

public sealed class ReportPageTests : ConsoleContext
{
    public ReportPageTests() =>
        Rules.Feed.Publish(new RuleBookSnapshot(1, "hash1", [.. DefaultRules.All.Select(r => new RuleEntry(r, "Grace", Clock.GetUtcNow(), null))]));

    [Fact]
    public void A_report_of_nothing_says_so()
    {
        var page = Render<ReportPage>();

        Assert.Contains("No record came by", page.WaitForElement("[data-testid=report-empty]").TextContent, StringComparison.Ordinal);
        Assert.Equal("–", page.Find("[data-testid=report-bound]").TextContent);
    }

    [Fact]
    public void It_tells_what_was_found_where_and_offers_the_same_to_take_away()
    {
        Clean("""{"note":"to a@b.io","n":1}""");
        var page = Render<ReportPage>();

        Assert.Equal("1", page.WaitForElement("[data-testid=report-redacted]").TextContent);
        Assert.Contains("at most 95%", page.Find("[data-testid=report-bound]").TextContent, StringComparison.Ordinal);
        var found = page.Find("[data-testid=report-found]").TextContent;
        Assert.Contains("E-mail addresses", found, StringComparison.Ordinal);
        Assert.Contains("/note", found, StringComparison.Ordinal);
        Assert.Equal("/api/v1/rules/report?format=csv&from=2026-02-22T12%3A00%3A00Z", page.Find("[data-testid=report-csv]").GetAttribute("href"));
    }

    [Fact]
    public void Days_of_ones_own_go_through_the_address()
    {
        Navigation.NavigateTo("/rules/report?span=own&from=2026-01-01&to=2026-01-31");
        var page = Render<ReportPage>();

        Assert.StartsWith("2026-01-01 00:00 to 2026-01-31 23:59 UTC", page.WaitForElement("[data-testid=report-period]").TextContent, StringComparison.Ordinal);
        page.Find("[data-testid=report-to]").Change("2025-12-31");
        page.WaitForAssertion(() => Assert.Contains("ends before it begins", page.Find("[data-testid=trouble]").TextContent, StringComparison.Ordinal));
    }

    [Fact]
    public void The_table_is_one_measure_a_line_and_holds_no_formula()
    {
        var csv = ReportDocument.Csv(Report("=cmd()", "/a,\"b\""));

        Assert.StartsWith("section,rule_set,rule,path,measure,value\r\n", csv, StringComparison.Ordinal);
        Assert.Contains("rule,hash1,email,\"/a,\"\"b\"\"\",hits,3\r\n", csv, StringComparison.Ordinal);
        Assert.Contains("author,'=cmd()\r\n", csv, StringComparison.Ordinal);
        Assert.Contains("records,,,,of which still held something,0\r\n", csv, StringComparison.Ordinal);
    }

    [Fact]
    public void The_page_to_print_escapes_what_it_shows()
    {
        var html = ReportDocument.Html(Report("<script>alert(1)</script>", "/a"));

        Assert.DoesNotContain("<script>", html, StringComparison.Ordinal);
        Assert.Contains("&lt;script&gt;", html, StringComparison.Ordinal);
    }

    private ComplianceReport Report(string author, string path) => new(
        Clock.GetUtcNow(), Clock.GetUtcNow().AddDays(-1), Clock.GetUtcNow(), 1, "hash1", null, [new(1, "hash1", Clock.GetUtcNow(), null, author, null, author, "why")], ["k1"], new RedactionTotals(1, 2, 0, 1, 0), true,
        [new ReportedRule(DefaultRules.All[0], author, Clock.GetUtcNow(), null, [new ReportedCount("hash1", path, 3, 3, 0)])], []);

    private void Clean(string record) => Redactor.Redact("orders", System.Text.Encoding.UTF8.GetBytes(record), new ArrayBufferWriter<byte>());
}
