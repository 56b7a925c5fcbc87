using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Weir.Browser.Tests;

/// <summary>What compliance does: a draft, its shadow on live records, the second person, and the way back.</summary>
public sealed partial class RuleSetTests(BrowserFixture browser)
{
    private const int Patience = 60_000;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_draft_is_compared_in_the_shadow_approved_by_a_second_person_brought_into_force_and_rolled_back()
    {
        var settings = ConsolePages.Settings("orders:1");
        settings["Rules:RequireSecondPerson"] = "true";
        await using var weir = await WeirProcess.StartAsync(settings, null, Cancel);
        using var client = await WeirClient.ForAsync(weir, "acme");
        var ada = await browser.NewPageAsync(weir.Address, 1440, 900, ColorScheme.Light);
        await ada.SignInAsync();
        var carl = await SecondPersonAsync(weir, ada, "compliance");
        Assert.Contains("L-4711", await StoredAsync(client, "before"), StringComparison.Ordinal);

        await DraftAsync(ada);
        await CompareAsync(ada, client);
        await ApproveAsync(ada, carl);
        await ActivateAsync(ada, client);
        await RollBackAsync(carl, client);
    }

    [Fact]
    public async Task Of_two_who_edit_the_same_draft_the_second_is_told_and_loses_nothing_unseen()
    {
        await using var weir = await WeirProcess.StartAsync(ConsolePages.Settings("orders:1"), null, Cancel);
        var ada = await browser.NewPageAsync(weir.Address, 1440, 900, ColorScheme.Light);
        await ada.SignInAsync();
        var carl = await SecondPersonAsync(weir, ada, "compliance");
        await DraftAsync(ada);
        await carl.OpenAsync("/rules/versions/2?show=rules");
        await carl.GetByTestId("draft-edit-loyalty-number").ClickAsync();
        await Expect(carl.GetByTestId("rule-name")).ToHaveValueAsync("Loyalty number");

        await ada.GetByTestId("draft-toggle-loyalty-number").ClickAsync();
        await Expect(ada.GetByTestId("draft-toggle-loyalty-number")).ToHaveAttributeAsync("aria-checked", "false");
        await carl.GetByTestId("rule-name").FillAsync("Loyalty card");
        await carl.GetByTestId("rule-save").ClickAsync();

        await Expect(carl.GetByTestId("form-error")).ToContainTextAsync("Nothing of yours is saved");
        await Expect(ada.GetByTestId("draft-rule-loyalty-number")).ToContainTextAsync("Loyalty number");
    }

    [Fact]
    public async Task A_reversible_value_is_shown_to_privacy_for_a_reason_and_stands_in_no_address_log_or_audit_line()
    {
        await using var weir = await WeirProcess.StartAsync(ConsolePages.Settings("orders:1"), null, Cancel);
        using var client = await WeirClient.ForAsync(weir, "acme");
        await client.PutAsync("rules/loyalty", new { name = "Loyalty number", path = "/loyalty", transform = new { kind = "Encrypt" } });
        Assert.DoesNotContain("L-4711", await StoredAsync(client, "sealed"), StringComparison.Ordinal);
        var ada = await browser.NewPageAsync(weir.Address, 1440, 900, ColorScheme.Light);
        await ada.SignInAsync();
        var paula = await SecondPersonAsync(weir, ada, "privacy");
        var addresses = new List<string>();
        paula.Request += (_, request) => addresses.Add(request.Url);

        await paula.OpenAsync("/records?q=sealed");
        await paula.GetByTestId("records-table").Locator("button").First.ClickAsync();
        await paula.GetByTestId("record-reveal").ClickAsync();
        await paula.GetByTestId("reveal-reason").FillAsync("complaint of a customer");
        await paula.GetByTestId("reveal-go").ClickAsync();
        await Expect(paula.GetByTestId("reveal-value")).ToHaveTextAsync("L-4711");
        await paula.GetByTestId("reveal-close").ClickAsync();
        await Expect(paula.GetByTestId("reveal-value")).ToHaveCountAsync(0);

        var audit = await client.GetAsync("audit?action=reveal-value");
        Assert.Contains("complaint of a customer", audit.GetRawText(), StringComparison.Ordinal);
        Assert.All([audit.GetRawText(), weir.Output, paula.Url, .. addresses], text => Assert.DoesNotContain("L-4711", text, StringComparison.Ordinal));
    }

    private async Task<IPage> SecondPersonAsync(WeirProcess weir, IPage ada, string role)
    {
        await ada.OpenAsync("/access");
        await ada.GetByTestId("person-name").FillAsync("Carl");
        await ada.GetByTestId("person-email").FillAsync("carl@weir.example");
        await ada.GetByTestId("person-role").SelectOptionAsync(role);
        await ada.GetByTestId("person-create").ClickAsync();
        var password = (await ada.GetByTestId("secret-text").InnerTextAsync()).Trim();
        var carl = await browser.NewPageAsync(weir.Address, 1440, 900, ColorScheme.Light);
        await carl.SignInAsync("carl@weir.example", password);
        return carl;
    }

    /// <summary>From the rules in force, with one rule more: the draft is set 2.</summary>
    private static async Task DraftAsync(IPage page)
    {
        await page.OpenAsync("/rules/versions");
        await page.GetByTestId("draft-new").ClickAsync();
        await page.GetByTestId("draft-reason").FillAsync("loyalty numbers");
        await page.GetByTestId("draft-go").ClickAsync();
        await Expect(page).ToHaveURLAsync(SetTwo());
        await page.GetByTestId("draft-rule-add").ClickAsync();
        await page.GetByTestId("rule-name").FillAsync("Loyalty number");
        await page.GetByTestId("rule-path").FillAsync("/loyalty");
        await page.GetByTestId("rule-save").ClickAsync();
        await Expect(page.GetByTestId("draft-rule-loyalty-number")).ToBeVisibleAsync();
    }

    private static async Task CompareAsync(IPage page, WeirClient client)
    {
        await page.GetByTestId("set-shadow").ClickAsync();
        await page.GetByTestId("set-show-shadow").ClickAsync();
        await Expect(page.GetByTestId("shadow-idle")).ToBeVisibleAsync();
        Assert.Contains("L-4711", await StoredAsync(client, "shadow"), StringComparison.Ordinal);

        await Expect(page.GetByTestId("shadow-newly")).ToHaveTextAsync("1 value");
        await Expect(page.GetByTestId("shadow-gone")).ToHaveTextAsync("0 values");
        var table = page.GetByTestId("shadow-table");
        await Expect(table).ToContainTextAsync("/loyalty");
        await Expect(table).ToContainTextAsync("a-9999");
        await Expect(table).Not.ToContainTextAsync("4711");
    }

    private static async Task ApproveAsync(IPage author, IPage second)
    {
        await Expect(author.GetByTestId("set-approve")).ToBeDisabledAsync();
        await Expect(author.GetByTestId("set-activate")).ToBeDisabledAsync();
        await Expect(author.GetByTestId("set-approval")).ToContainTextAsync("may be: Carl");
        await second.OpenAsync("/rules/versions");
        await second.GetByTestId("set-2").GetByRole(AriaRole.Link).First.ClickAsync();
        await Expect(second.GetByTestId("change-loyalty-number")).ToBeVisibleAsync();
        await second.GetByTestId("set-approve").ClickAsync();
        await second.GetByTestId("confirm-yes").ClickAsync();
        await Expect(author.GetByTestId("set-approval")).ToContainTextAsync("by Carl");
    }

    private static async Task ActivateAsync(IPage page, WeirClient client)
    {
        await page.GetByTestId("set-activate").ClickAsync();
        await page.GetByTestId("activate-reason").FillAsync("looks right");
        await page.GetByTestId("activate-go").ClickAsync();
        await Expect(page.GetByTestId("set-state")).ToHaveAttributeAsync("data-state", "Active");
        Assert.DoesNotContain("L-4711", await StoredAsync(client, "after"), StringComparison.Ordinal);
    }

    private static async Task RollBackAsync(IPage page, WeirClient client)
    {
        await page.OpenAsync("/rules/versions/1");
        await page.GetByTestId("set-roll-back").ClickAsync();
        await Expect(page.GetByTestId("activate-uncovers")).ToContainTextAsync("Loyalty number");
        await page.GetByTestId("activate-reason").FillAsync("too much");
        await page.GetByTestId("activate-go").ClickAsync();
        await Expect(page.GetByTestId("set-state")).ToHaveAttributeAsync("data-state", "Active");
        Assert.Contains("L-4711", await StoredAsync(client, "back"), StringComparison.Ordinal);
        await page.GetByTestId("set-show-history").ClickAsync();
        await Expect(page.GetByTestId("set-history")).ToContainTextAsync("too much");
    }

    /// <summary>Posts a record and waits until it is stored.</summary>
    private static async Task<string> StoredAsync(WeirClient client, string marker)
    {
        using var answer = await client.SendAsync("orders", [$$"""{"marker":"{{marker}}","loyalty":"L-4711"}"""], Cancel);
        Assert.Equal(202, (int)answer.StatusCode);
        var record = await Eventually.SeeAsync(
            "the stored record",
            async () => (await client.GetAsync($"records?contains=%22{marker}%22")).EnumerateArray().FirstOrDefault(),
            r => r.ValueKind == JsonValueKind.Object,
            TimeSpan.FromMilliseconds(Patience));
        return record.GetProperty("data").GetString()!;
    }

    [GeneratedRegex("/rules/versions/2")]
    private static partial Regex SetTwo();
}
