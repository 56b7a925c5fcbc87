using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Weir.Browser.Tests;

/// <summary>
/// Takes the pictures of docs/screenshots from a running system with sample traffic, when it is told where to put them:
/// <code>WEIR_SCREENSHOTS=$PWD/docs/screenshots dotnet test --project tests/Browser.Tests -c Release -- --filter-class '*Screenshots'</code>
/// </summary>
public sealed class Screenshots(BrowserFixture browser)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Of_every_page_in_light_and_dark()
    {
        var folder = Environment.GetEnvironmentVariable("WEIR_SCREENSHOTS");
        Assert.SkipWhen(folder is null, "WEIR_SCREENSHOTS names no folder.");
        await using var weir = await WeirProcess.StartAsync(ConsolePages.Settings("orders:2"), null, Cancel);
        using var client = await WeirClient.ForAsync(weir, "acme");
        await client.PutAsync("sample-traffic", new { stream = "orders", recordsPerSecond = 1200 });
        await AgeAsync(client, 45);
        await client.PutAsync("sample-traffic", new { stream = "orders", recordsPerSecond = 3200 });
        await AgeAsync(client, 100);

        foreach (var scheme in (ColorScheme[])[ColorScheme.Light, ColorScheme.Dark])
        {
            var page = await SignInAsync(weir, 1440, 900, scheme);
            await TakeAsync(page, folder!, "overview", "/", scheme);
            var phone = await SignInAsync(weir, 390, 844, scheme);
            await TakeAsync(phone, folder!, "overview-phone", "/", scheme);
            await page.OpenAsync("/streams/orders");
            await page.GetByTestId("stream-reshard").ClickAsync();
            await page.GetByTestId("reshard-target").FillAsync("8");
            await Expect(page.GetByTestId("reshard-plan")).ToContainTextAsync("8 MiB/s");
            await SaveAsync(page, folder!, "reshard", scheme);
            await page.GetByTestId("reshard-cancel").ClickAsync();
        }

        var draft = await DraftAsync(client);
        await client.PostAsync("streams/orders/reshard", new { targetShardCount = 8 });
        await Eventually.SeeAsync("8 shards", () => client.GetAsync("streams/orders"), s => s.GetProperty("openShards").GetInt32() == 8, Patience);
        await AgeAsync(client, 112);
        foreach (var scheme in (ColorScheme[])[ColorScheme.Light, ColorScheme.Dark])
        {
            var page = await SignInAsync(weir, 1440, 900, scheme);
            await TakeAsync(page, folder!, "stream", "/streams/orders", scheme);
            await TakeAsync(page, folder!, "shards", "/streams/orders?view=table", scheme);
            await TakeAsync(page, folder!, "rules", "/rules?bench=1", scheme);
            await TakeAsync(page, folder!, "rule-sets", "/rules/versions", scheme);
            await TakeAsync(page, folder!, "rule-set", $"/rules/versions/{draft}", scheme);
            await TakeAsync(page, folder!, "shadow", $"/rules/versions/{draft}?show=shadow", scheme);
            await TakeAsync(page, folder!, "report", "/rules/report", scheme);
            await page.OpenAsync("/records");
            await page.GetByTestId("records-table").Locator("button").First.ClickAsync();
            await Expect(page.GetByTestId("record-json")).ToBeVisibleAsync();
            await SaveAsync(page, folder!, "records", scheme);
            await page.OpenAsync("/audit");
            await page.GetByTestId("audit-verify").ClickAsync();
            await Expect(page.GetByTestId("audit-verified")).ToBeVisibleAsync();
            await SaveAsync(page, folder!, "audit", scheme);
            await TakeAsync(page, folder!, "access", "/access", scheme);
        }
    }

    /// <summary>A draft in the shadow that finds more here and less there than the set in force; its number.</summary>
    private static async Task<string> DraftAsync(WeirClient client)
    {
        await client.PutAsync("rules/phone", new { name = "Phone numbers", detector = "PHONE_NUMBER", transform = new { kind = "Token" }, reason = "joins by phone" });
        var kept = (await client.GetAsync("rules")).GetProperty("rules").EnumerateArray().Select(r => r.GetProperty("rule")).Where(r => r.GetProperty("id").GetString() != "shipping-name");
        var number = (await client.PostAsync("rule-sets", new
        {
            reason = "order numbers are personal, shipping names are handled elsewhere",
            rules = kept.Select(r => (object)r).Append(new { id = "order", name = "Order number", path = "/orderId", transform = new { kind = "Token" } }).ToArray(),
        })).GetProperty("id").GetString()!;
        await client.PostAsync($"rule-sets/{number}/shadow", new { });
        return number;
    }

    /// <summary>Waits until so many seconds have been sampled: a chart needs something to show.</summary>
    private static Task AgeAsync(WeirClient client, int samples) =>
        Eventually.SeeAsync($"{samples} samples", () => client.GetAsync("metrics"), s => s.GetProperty("sequence").GetInt64() >= samples, Patience);

    private static async Task TakeAsync(IPage page, string folder, string name, string path, ColorScheme scheme)
    {
        await page.OpenAsync(path);
        await page.FilledAsync();
        await SaveAsync(page, folder, name, scheme);
    }

    private static async Task SaveAsync(IPage page, string folder, string name, ColorScheme scheme)
    {
        // Every chart and map has drawn, and two more samples have come, so that figures have settled.
        await Expect(page.Locator(".chart-plot:not(:has(canvas)), .shardmap canvas:not([style*=height])")).ToHaveCountAsync(0, new() { Timeout = 20_000 });
        for (var samples = 0; samples < 2; samples++)
        {
            var clock = page.Locator(".live-at");
            var now = await clock.InnerTextAsync();
            await Expect(clock).Not.ToHaveTextAsync(now, new() { Timeout = 20_000 });
        }

        await page.ScreenshotAsync(new() { Path = Path.Combine(folder, $"{name}-{(scheme == ColorScheme.Dark ? "dark" : "light")}.png"), Animations = ScreenshotAnimations.Disabled });
    }

    private async Task<IPage> SignInAsync(WeirProcess weir, int width, int height, ColorScheme scheme)
    {
        var page = await browser.NewPageAsync(weir.Address, width, height, scheme);
        await page.SignInAsync();
        return page;
    }
}
