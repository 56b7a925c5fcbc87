using System.Globalization;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Weir.Browser.Tests;

/// <summary>A new user's first half hour, in a real browser on the real binary.</summary>
public sealed class JourneyTests(BrowserFixture browser)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(240);

    /// <summary>How long three times the stream's capacity is sent; <c>WEIR_SPIKE_SECONDS=60</c> for the long way.</summary>
    private static readonly int SpikeSeconds = int.Parse(Environment.GetEnvironmentVariable("WEIR_SPIKE_SECONDS") ?? "5", CultureInfo.InvariantCulture);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task From_the_first_page_to_a_drained_spool_and_a_switched_rule()
    {
        await using var weir = await WeirProcess.StartAsync(new Dictionary<string, string> { ["LocalKinesis:InitialStreams"] = "orders:1" }, null, Cancel);
        var page = await browser.NewPageAsync(weir.Address, 1440, 900, ColorScheme.Light);
        var outside = new List<string>();
        page.Request += (_, request) =>
        {
            if (new Uri(request.Url).Host != "127.0.0.1" && !request.Url.StartsWith("data:", StringComparison.Ordinal))
            {
                outside.Add(request.Url);
            }
        };

        await SetUpAsync(page);
        await StartSampleTrafficAsync(page);

        var key = await CreatePartnerKeyAsync(page);
        using var client = WeirClient.With(weir.Address, (key, "none"));
        using (var answer = await client.SendAsync("orders", ["""{"orderId":"find-me-4711","customer":{"name":"Ada Example","email":"ada@example.org"},"card":"4111 1111 1111 1111"}"""], Cancel))
        {
            Assert.Equal(202, (int)answer.StatusCode);
        }

        await FindCleanRecordAsync(page);
        await OverloadAsync(page);
        await ReshardAsync(page);
        await DrainAsync(page);
        await SwitchRuleAsync(page, client);
        Assert.Empty(outside);
    }

    private static async Task SetUpAsync(IPage page)
    {
        await page.GotoAsync("/");
        await Expect(page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("/setup"));
        await page.GetByTestId("setup-name").FillAsync("Ada");
        await page.GetByTestId("setup-email").FillAsync(ConsolePages.Email);
        await page.GetByTestId("setup-password").FillAsync(ConsolePages.Password);
        await page.GetByTestId("setup-confirm").FillAsync(ConsolePages.Password);
        await page.GetByTestId("setup-submit").ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Overview" })).ToBeVisibleAsync();
        await page.InteractiveAsync();
    }

    private static async Task StartSampleTrafficAsync(IPage page)
    {
        await page.GetByTestId("overview-start-sample").ClickAsync();
        await Expect(page.GetByTestId("sample-accepted")).Not.ToHaveTextAsync("0");
        await Expect(Figure(page, "overview-503")).ToHaveTextAsync("0");
    }

    private static async Task<string> CreatePartnerKeyAsync(IPage page)
    {
        await page.OpenAsync("/access");
        await page.GetByTestId("key-partner").FillAsync("acme");
        await page.GetByTestId("key-create").ClickAsync();
        return (await page.GetByTestId("secret-text").InnerTextAsync()).Trim();
    }

    private static async Task FindCleanRecordAsync(IPage page)
    {
        await page.OpenAsync("/records");
        await page.GetByTestId("records-search").FillAsync("find-me-4711");
        await page.GetByTestId("records-search").PressAsync("Enter");
        var table = page.GetByTestId("records-table");
        await Expect(table).ToContainTextAsync("find-me-4711");
        await Expect(table).Not.ToContainTextAsync("ada@example.org");
        await Expect(table).Not.ToContainTextAsync("Ada Example");
        await Expect(table).Not.ToContainTextAsync("4111 1111");
    }

    private static async Task OverloadAsync(IPage page)
    {
        await page.OpenAsync("/");
        await page.GetByTestId("sample-rate-number").FillAsync("3000");
        await page.GetByTestId("sample-rate-number").PressAsync("Tab");
        await Expect(page.GetByTestId("overview-throttles")).Not.ToHaveTextAsync("0/s");
        var before = await SequenceAsync(page);
        await Eventually.SeeAsync($"a spike of {SpikeSeconds} s", () => SequenceAsync(page), sequence => sequence >= before + SpikeSeconds, Patience);
        await Eventually.SeeAsync("a growing spool", () => Figure(page, "overview-spool").InnerTextAsync(), text => text.Contains('k', StringComparison.Ordinal), Patience);
        await Expect(Figure(page, "overview-503")).ToHaveTextAsync("0");
    }

    private static async Task ReshardAsync(IPage page)
    {
        await page.OpenAsync("/streams/orders");
        await page.GetByTestId("stream-reshard").ClickAsync();
        await page.GetByTestId("reshard-target").FillAsync("4");
        await Expect(page.GetByTestId("reshard-plan")).ToContainTextAsync("capacity after");
        await Expect(page.GetByTestId("reshard-go")).ToBeDisabledAsync();
        await page.GetByTestId("reshard-confirm-name").FillAsync("orders");
        await page.GetByTestId("reshard-go").ClickAsync();
        await Expect(page.GetByTestId("stream-open-shards")).ToContainTextAsync("4");
    }

    private static async Task DrainAsync(IPage page)
    {
        await page.OpenAsync("/");
        await page.GetByTestId("sample-stop").ClickAsync();
        await Eventually.SeeAsync("an empty spool", () => Figure(page, "overview-spool").InnerTextAsync(), text => text.Trim() == "0", Patience);
        var accepted = 1 + await SampleAcceptedAsync(page);
        await Eventually.SeeAsync(
            $"{accepted} stored records",
            async () => long.Parse((await Figure(page, "overview-stored").InnerTextAsync()).Replace(",", "", StringComparison.Ordinal), CultureInfo.InvariantCulture),
            stored => stored == accepted,
            Patience);
    }

    private static async Task SwitchRuleAsync(IPage page, WeirClient client)
    {
        await page.OpenAsync("/rules");
        await ToggleAsync(page, "false");
        await SeesAsync(page, client, "rule-off", clear: true);
        await page.OpenAsync("/rules");
        await ToggleAsync(page, "true");
        await SeesAsync(page, client, "rule-on", clear: false);

        await page.OpenAsync("/audit");
        await Expect(page.GetByTestId("audit-table")).ToContainTextAsync("set-rule-enabled");
        await page.GetByTestId("audit-verify").ClickAsync();
        await Expect(page.GetByTestId("audit-verified")).ToBeVisibleAsync();
    }

    private static async Task ToggleAsync(IPage page, string state)
    {
        var toggle = page.GetByTestId("rule-toggle-email");
        await toggle.ClickAsync();
        if (state == "false")
        {
            await page.GetByRole(AriaRole.Button, new() { Name = "Turn off" }).ClickAsync();
        }

        await Expect(toggle).ToHaveAttributeAsync("aria-checked", state);
    }

    private static async Task SeesAsync(IPage page, WeirClient client, string marker, bool clear)
    {
        using var answer = await client.SendAsync("orders", [$$"""{"marker":"{{marker}}","mail":"grace@example.org"}"""], Cancel);
        Assert.Equal(202, (int)answer.StatusCode);
        await page.OpenAsync("/records");
        await page.GetByTestId("records-search").FillAsync(marker);
        await page.GetByTestId("records-search").PressAsync("Enter");
        var table = page.GetByTestId("records-table");
        await Expect(table).ToContainTextAsync(marker);
        if (clear)
        {
            await Expect(table).ToContainTextAsync("grace@example.org");
        }
        else
        {
            await Expect(table).Not.ToContainTextAsync("grace@example.org");
        }
    }

    /// <summary>Samples taken so far, one a second.</summary>
    private static async Task<long> SequenceAsync(IPage page) => (await (await page.APIRequest.GetAsync("/api/v1/metrics")).JsonAsync())!.Value.GetProperty("sequence").GetInt64();

    /// <summary>What the built-in partner counted, read from the API by the page's own session.</summary>
    private static async Task<long> SampleAcceptedAsync(IPage page)
    {
        var answer = await page.APIRequest.GetAsync("/api/v1/sample-traffic");
        return (await answer.JsonAsync())!.Value.GetProperty("accepted").GetInt64();
    }

    /// <summary>The number of a figure, without the words under it.</summary>
    private static ILocator Figure(IPage page, string id) => page.GetByTestId(id).Locator(".num");
}
