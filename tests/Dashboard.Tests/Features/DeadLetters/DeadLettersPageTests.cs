using Bunit;
using Weir.ControlPlane.Access;
using Weir.ControlPlane.Commands;
using Weir.Dashboard.Features.DeadLetters;
using Weir.Dashboard.Tests.Shell;
using Weir.Pipeline.Consuming.DeadLetters;

namespace Weir.Dashboard.Tests.Features.DeadLetters;

public sealed class DeadLettersPageTests : ConsoleContext
{
    [Fact]
    public void Nothing_waiting_is_said_so()
    {
        var page = Render<DeadLettersPage>();
        Assert.Contains("Nothing waits", page.WaitForElement("[data-testid=letters-empty]").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void A_letter_is_opened_with_its_clean_payload_and_replayed_through_the_gate()
    {
        var letter = Letter(1, """{"email":"tok:k1:abc"}""");
        Consumer.Letters.Add(letter);
        var page = Render<DeadLettersPage>();
        page.WaitForElement("[data-testid=letter-open]").Click();

        page.WaitForAssertion(() => Assert.Contains("tok:k1:abc", page.Find("[data-testid=letter-json]").TextContent, StringComparison.Ordinal));
        page.Find("[data-testid=letter-replay]").Click();

        page.WaitForAssertion(() => Assert.Equal(new ReplayDeadLetter(letter.Key.ToString()), Gate.Ran.Single().Command));
    }

    [Fact]
    public void A_letter_is_dropped_only_with_a_reason()
    {
        var letter = Letter(1, null);
        Consumer.Letters.Add(letter);
        var dialogs = RenderDialogs();
        var page = Render<DeadLettersPage>();
        page.WaitForElement("[data-testid=letter-open]").Click();
        Assert.Contains("could not be made clean", page.WaitForElement("[data-testid=letter-unsafe]").TextContent, StringComparison.Ordinal);
        page.Find("[data-testid=letter-drop]").Click();

        Assert.True(dialogs.WaitForElement("[data-testid=drop-go]").HasAttribute("disabled"));
        dialogs.Find("[data-testid=drop-reason]").Input("A test record.");
        dialogs.WaitForAssertion(() => Assert.False(dialogs.Find("[data-testid=drop-go]").HasAttribute("disabled")));
        dialogs.Find("[data-testid=drop-go]").Click();

        page.WaitForAssertion(() => Assert.Equal(new DropDeadLetter(letter.Key.ToString(), "A test record."), Gate.Ran.Single().Command));
    }

    [Fact]
    public void Who_may_not_operate_reads_but_changes_nothing()
    {
        SignIn(Roles.Compliance);
        Consumer.Letters.Add(Letter(1, "{}"));
        var page = Render<DeadLettersPage>();
        page.WaitForElement("[data-testid=letter-open]").Click();

        Assert.True(page.WaitForElement("[data-testid=letter-replay]").HasAttribute("disabled"));
        Assert.True(page.Find("[data-testid=letter-drop]").HasAttribute("disabled"));
    }

    [Fact]
    public void Pages_go_back_in_time()
    {
        Consumer.Letters.AddRange(Enumerable.Range(0, 60).Select(i => Letter(i, "{}")));
        var page = Render<DeadLettersPage>();

        var older = page.WaitForElement("[data-testid=letters-older]").GetAttribute("href")!;
        Navigation.NavigateTo(older);

        page.WaitForAssertion(() => Assert.Equal(10, page.FindAll("[data-testid=letter-open]").Count));
    }

    [Theory]
    [InlineData("/dead-letters")]
    [InlineData("/dead-letters?state=all&before=1772366400000&letter=orders~shardId-000000000000~5~0")]
    [InlineData("/dead-letters?state=dropped")]
    public void An_address_says_what_is_shown(string address) => Assert.Equal(address, DeadLettersView.From(address).ToUrl());

    private DeadLetter Letter(int number, string? data) =>
        new("orders", "shardId-000000000000", $"{number}", 0, Clock.GetUtcNow(), Clock.GetUtcNow().AddSeconds(number), "IOException in the processor.", 5, 20, data) { PartitionKey = "k" };
}
