using Bunit;
using Weir.ControlPlane.Access;
using Weir.ControlPlane.Commands;
using Weir.Dashboard.Features.Records;
using Weir.Dashboard.Tests.Shell;
using Weir.Pipeline.Sinks;

namespace Weir.Dashboard.Tests.Features.Records;

public sealed class RecordsPageTests : ConsoleContext
{
    [Fact]
    public void An_empty_store_says_how_to_fill_it()
    {
        var page = Render<RecordsPage>();
        Assert.Contains("Nothing is stored yet", page.WaitForElement("[data-testid=records-empty]").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void New_records_come_by_themselves()
    {
        var page = Render<RecordsPage>();
        page.WaitForElement("[data-testid=records-empty]");
        Records.All.Add(Record(1, """{"email":"tok:k1:abc"}"""));

        Clock.Advance(TimeSpan.FromSeconds(1));

        page.WaitForAssertion(() =>
        {
            Assert.Equal("1", page.Find("[data-testid=records-count]").TextContent);
            Assert.Contains("tok:k1:abc", page.Find("[data-testid=records-table]").TextContent, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void A_store_that_fails_keeps_what_was_shown_and_says_so()
    {
        Records.All.Add(Record(1, "first"));
        var page = Render<RecordsPage>();
        page.WaitForElement("[data-testid=records-table]");
        Records.Fails = new IOException("disk full");

        Clock.Advance(TimeSpan.FromSeconds(1));

        page.WaitForAssertion(() => Assert.Contains("disk full", page.Find("[role=alert]").TextContent, StringComparison.Ordinal));
        Assert.Contains("first", page.Find("[data-testid=records-table]").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void A_filter_goes_through_the_address()
    {
        Records.All.AddRange([Record(1, "apple"), Record(2, "pear")]);
        var page = Render<RecordsPage>();
        page.WaitForElement("[data-testid=records-search]").Change("pear");

        page.WaitForAssertion(() => Assert.DoesNotContain("apple", page.Find("[data-testid=records-table]").TextContent, StringComparison.Ordinal));
        Assert.EndsWith("/records?q=pear", Navigation.Uri, StringComparison.Ordinal);
    }

    [Fact]
    public void Older_records_are_a_page_away_and_do_not_refresh()
    {
        Records.All.AddRange(Enumerable.Range(0, RecordsView.PageSize + 5).Select(n => Record(n, $"r{n:D3}")));
        var page = Render<RecordsPage>();
        var older = page.WaitForElement("[data-testid=records-older]").GetAttribute("href")!;

        Navigation.NavigateTo(older);

        page.WaitForAssertion(() => Assert.Contains("r104", page.Find("[data-testid=records-table]").TextContent, StringComparison.Ordinal));
        Assert.DoesNotContain("r099", page.Find("[data-testid=records-table]").TextContent, StringComparison.Ordinal);
        Assert.Empty(page.FindAll("[data-testid=records-older]"));
        Assert.Empty(page.FindAll("[data-testid=records-live]"));
        Assert.Equal("/records", page.Find("[data-testid=records-newest]").GetAttribute("href"));
    }

    [Fact]
    public void A_search_that_has_not_looked_at_everything_offers_to_go_on()
    {
        Records.SearchWindow = 10;
        Records.All.AddRange(Enumerable.Range(0, 30).Select(n => Record(n, $"r{n:D3}")));
        Navigation.NavigateTo("/records?q=r025");
        var page = Render<RecordsPage>();

        Assert.Contains("so far", page.WaitForElement("[data-testid=records-empty]").TextContent, StringComparison.Ordinal);
        Navigation.NavigateTo(page.Find("[data-testid=records-older]").GetAttribute("href")!);
        page.WaitForAssertion(() => Assert.EndsWith("before=20", page.Find("[data-testid=records-older]").GetAttribute("href"), StringComparison.Ordinal));
        Navigation.NavigateTo(page.Find("[data-testid=records-older]").GetAttribute("href")!);

        page.WaitForAssertion(() => Assert.Contains("r025", page.Find("[data-testid=records-table]").TextContent, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""{"a":"x \" y","n":-1.5e3,"t":true,"l":[1,null]}""")]
    [InlineData("\"just a string\"")]
    [InlineData("not json {")]
    [InlineData("")]
    public void Json_is_cut_into_parts_without_losing_anything(string data)
    {
        var text = string.Concat(JsonText.Parts(data).Select(p => p.Text));

        Assert.Equal(data.Replace(" ", "", StringComparison.Ordinal), text.Replace(" ", "", StringComparison.Ordinal).Replace("\n", "", StringComparison.Ordinal).Replace("\r", "", StringComparison.Ordinal));
    }

    [Fact]
    public void A_reversible_value_is_shown_for_a_reason_and_hidden_again_after_half_a_minute()
    {
        SignIn(Roles.Privacy);
        var record = Record(1, $$"""{"v":"{{Cipher}}","w":"{{Cipher}}"}""");
        Records.All.Add(record);
        Gate.Answer = new CommandResult.Done("shown once") { Secret = "Zoë Lind" };
        var dialogs = RenderDialogs();
        Navigation.NavigateTo(new RecordsView(Record: RecordsView.Id(record)).ToUrl());
        var page = Render<RecordsPage>();
        page.WaitForElement("[data-testid=record-reveal]").Click();
        Assert.Single(page.FindAll("[data-testid=record-reveal]"));
        Assert.True(dialogs.WaitForElement("[data-testid=reveal-go]").HasAttribute("disabled"));

        dialogs.Find("[data-testid=reveal-reason]").Input("complaint 4711");
        dialogs.Find("[data-testid=reveal-go]").Click();

        Assert.Equal("Zoë Lind", dialogs.WaitForElement("[data-testid=reveal-value]").TextContent);
        Assert.Equal(new RevealValue(Cipher, "complaint 4711", RecordsView.Id(record)), Assert.Single(Gate.Ran).Command);
        Assert.DoesNotContain("Lind", Navigation.Uri, StringComparison.Ordinal);

        for (var second = 0; second < 30; second++)
        {
            Clock.Advance(TimeSpan.FromSeconds(1));
        }

        dialogs.WaitForElement("[data-testid=reveal-over]");
        Assert.DoesNotContain("Lind", dialogs.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void A_value_that_cannot_be_shown_says_why_and_shows_nothing()
    {
        SignIn(Roles.Privacy);
        var record = Record(1, Cipher);
        Records.All.Add(record);
        Gate.Answer = new CommandResult.Failed("This is no reversible value of ours, or its key is gone.", "value");
        var dialogs = RenderDialogs();
        Navigation.NavigateTo(new RecordsView(Record: RecordsView.Id(record)).ToUrl());
        Render<RecordsPage>().WaitForElement("[data-testid=record-reveal]").Click();
        dialogs.WaitForElement("[data-testid=reveal-reason]").Input("complaint 4711");
        dialogs.Find("[data-testid=reveal-go]").Click();

        Assert.Contains("its key is gone", dialogs.WaitForElement("[data-testid=form-error]").TextContent, StringComparison.Ordinal);
        Assert.Empty(dialogs.FindAll("[data-testid=reveal-value]"));
    }

    [Theory]
    [InlineData(Roles.Operator)]
    [InlineData(Roles.Compliance)]
    public void Without_the_role_privacy_a_reversible_value_stays_hidden(string role)
    {
        SignIn(role);
        var record = Record(1, Cipher);
        Records.All.Add(record);
        Navigation.NavigateTo(new RecordsView(Record: RecordsView.Id(record)).ToUrl());
        var button = Render<RecordsPage>().WaitForElement("[data-testid=record-reveal]");

        Assert.True(button.HasAttribute("disabled"));
        Assert.Contains("privacy", button.GetAttribute("title")!, StringComparison.Ordinal);
    }

    private const string Cipher = "enc:k1:mfrggzdfmztwq2lkmfrggzdfmztwq2lk";

    private StoredRecord Record(int n, string data) => new("orders", "shardId-000000000000", $"{n}", 0, "key", Clock.GetUtcNow(), Clock.GetUtcNow(), data, "abc", 1);
}
