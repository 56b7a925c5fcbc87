using Bunit;
using Weir.ControlPlane.Audit;
using Weir.Dashboard.Features.Audit;
using Weir.Dashboard.Tests.Shell;

namespace Weir.Dashboard.Tests.Features.Audit;

public sealed class AuditPageTests : ConsoleContext
{
    [Fact]
    public void The_address_filters_the_log()
    {
        Audit.Entries.AddRange([Entry(2, "denied"), Entry(1, "done")]);
        Navigation.NavigateTo("/audit?outcome=denied");
        var page = Render<AuditPage>();

        page.WaitForElement("[data-testid=audit-table]");
        Assert.Equal("denied", Audit.Asked!.Outcome);
        Assert.Single(page.FindAll("[data-testid=audit-table] tbody tr"));
    }

    [Fact]
    public void A_full_page_leads_to_older_lines()
    {
        Audit.Entries.AddRange(Enumerable.Range(0, 80).Select(i => Entry(100 - i, "done")));
        var page = Render<AuditPage>();

        Assert.Equal("/audit?before=51", page.WaitForElement("[data-testid=audit-older]").GetAttribute("href"));
        Assert.Equal(AuditView.PageSize, page.FindAll("[data-testid=audit-table] tbody tr").Count);
    }

    [Fact]
    public void Verifying_says_how_many_lines_hold()
    {
        Audit.Entries.Add(Entry(1, "done"));
        var page = Render<AuditPage>();
        page.WaitForElement("[data-testid=audit-verify]").Click();

        page.WaitForAssertion(() => Assert.Contains("whole: 1 lines", page.Find("[data-testid=audit-verified]").TextContent, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(null, "")]
    [InlineData("""{"message":"It's done."}""", "It's done.")]
    [InlineData("""{"stream":"orders","targetShardCount":4,"name":"reshard-stream","target":"orders","permission":"operate"}""", "stream orders, targetShardCount 4")]
    [InlineData("""{"rules":[{"id":"a"},{"id":"b"}],"reason":"GDPR","streams":["x"]}""", "rules (2), reason GDPR, streams [\"x\"]")]
    [InlineData("no json", "no json")]
    public void A_detail_is_put_in_words(string? detail, string words) => Assert.Equal(words, AuditDetail.Words(detail));

    private AuditEntry Entry(long id, string outcome) => new(id, Clock.GetUtcNow(), "1", "Ada", "reshard-stream", "orders", outcome, null, "00");
}
