using System.Collections.Concurrent;
using System.Net.NetworkInformation;
using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Weir.Browser.Tests;

/// <summary>What holds for every page: read by everybody, on a phone too, by keyboard, through a restart, and only by whom it is for.</summary>
public sealed class ConsoleTests(BrowserFixture browser)
{
    /// <summary>A name as long as the service takes.</summary>
    private static readonly string Longest = new('x', 128);

    private static readonly string[] Pages = ["/", "/streams", "/streams?view=table", "/streams/orders", "/streams/orders?until=2026-03-01T12:00:00Z", "/streams/orders?view=table&shard=shardId-000000000000", "/consumers", "/rules", "/rules?bench=1", "/rules/versions", "/rules/versions/2", "/rules/versions/2?show=rules", "/rules/versions/2?show=shadow", "/rules/versions/2?show=bench", "/rules/versions/1?show=history", "/rules/report", "/records", "/dead-letters", "/audit", "/access", $"/streams/{Longest}"];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_page_follows_WCAG_and_fits_its_screen()
    {
        await using var weir = await StartAsync();
        using var client = await WeirClient.ForAsync(weir, "acme");
        await client.PostAsync("streams", new { stream = Longest, shardCount = 1 });
        await client.PutAsync("sample-traffic", new { stream = "orders", recordsPerSecond = 1500 });
        await client.PostAsync("rule-sets", new { reason = "fewer rules", rules = new[] { new { id = "email", name = "E-mail addresses", detector = "EMAIL_ADDRESS", transform = new { kind = "Redact" } } } });
        await client.PostAsync("rule-sets/2/shadow", new { });

        // Side by side in tabs of their own: two that share the pages on a desk, one that sees them all on a phone.
        var left = new ConcurrentQueue<string>(Pages);
        var wrong = await Task.WhenAll(OnDeskAsync(), OnDeskAsync(), OnPhoneAsync());

        Assert.True(wrong.All(w => w.Count == 0), string.Join("\n", wrong.SelectMany(w => w)));

        async Task<List<string>> OnDeskAsync()
        {
            var page = await browser.NewPageAsync(weir.Address, 1440, 900, ColorScheme.Light);
            var found = new List<string>();
            await page.SignInAsync();
            while (left.TryDequeue(out var path))
            {
                await page.OpenAsync(path);
                await page.FilledAsync();
                found.AddRange((await MisfitsAsync(page)).Select(f => $"{path} at 1440: {f}"));
                found.AddRange((await RulesBrokenAsync(page, Wcag)).Select(f => $"{path}, light: {f}"));

                // What changes in the dark is colours.
                await page.GetByTestId("theme-switch").ClickAsync();
                found.AddRange((await RulesBrokenAsync(page, Colours)).Select(f => $"{path}, dark: {f}"));
                await page.GetByTestId("theme-switch").ClickAsync();
            }

            await page.Context.CloseAsync();
            return found;
        }

        async Task<List<string>> OnPhoneAsync()
        {
            var page = await browser.NewPageAsync(weir.Address, 390, 844, ColorScheme.Light);
            var found = new List<string>();
            await page.SignInAsync();
            foreach (var path in Pages)
            {
                await page.OpenAsync(path);
                await page.FilledAsync();
                found.AddRange((await MisfitsAsync(page)).Concat(await page.EvaluateAsync<string[]>(SmallTargets)).Select(f => $"{path} at 390: {f}"));
            }

            await page.Context.CloseAsync();
            return found;
        }
    }

    [Fact]
    public async Task A_page_comes_back_by_itself_when_the_server_was_restarted()
    {
        var data = Directory.CreateTempSubdirectory("weir-restart-").FullName;
        var port = FreePort();
        try
        {
            IPage page;
            await using (var weir = await StartAsync(data, port))
            {
                page = await browser.NewPageAsync(weir.Address, 1440, 900, ColorScheme.Light);
                await page.SignInAsync();
                await page.OpenAsync("/streams/orders?view=table");
                await weir.KillAsync();
            }

            await Expect(page.Locator("#components-reconnect-modal")).ToBeVisibleAsync();
            await using var again = await StartAsync(data, port);

            await Expect(page.Locator("#components-reconnect-modal")).ToBeHiddenAsync();
            await Expect(page.GetByTestId("live-indicator")).ToHaveAttributeAsync("data-state", "live");
            Assert.EndsWith("/streams/orders?view=table", page.Url, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }

    [Fact]
    public async Task A_page_whose_server_stands_still_says_so_until_it_goes_on()
    {
        await using var weir = await StartAsync();
        var page = await browser.NewPageAsync(weir.Address, 1440, 900, ColorScheme.Light);
        await page.SignInAsync();
        await Expect(page.GetByTestId("live-indicator")).ToHaveAttributeAsync("data-state", "live");
        var silent = page.Locator("html[data-silent]");

        await weir.StandStillAsync();
        await Expect(silent).ToHaveCountAsync(1);
        await weir.GoOnAsync();

        await Expect(silent).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Keys_lead_through_the_console_and_can_be_turned_off()
    {
        await using var weir = await StartAsync();
        var page = await browser.NewPageAsync(weir.Address, 1440, 900, ColorScheme.Light);
        await page.SignInAsync();

        // The second key counts within a second and a half of the first, which a busy machine may miss.
        // The page has come when its heading has the focus; until then it would take the focus back.
        var heading = page.GetByRole(AriaRole.Heading, new() { Name = "Records", Level = 1, Exact = true });
        await Eventually.SeeAsync("the records", () => GoAsync(page, heading), there => there, TimeSpan.FromSeconds(120));
        await page.Keyboard.PressAsync("/");
        await Expect(page.GetByTestId("records-search")).ToBeFocusedAsync();
        await page.Keyboard.TypeAsync("gap");
        await Expect(page.GetByTestId("records-search")).ToHaveValueAsync("gap");
        await page.GetByTestId("records-search").BlurAsync();
        await page.Keyboard.PressAsync("p");
        await Expect(page.GetByTestId("live-indicator")).ToHaveAttributeAsync("data-state", "paused");
        await page.Keyboard.PressAsync("p");
        await Expect(page.GetByTestId("live-indicator")).ToHaveAttributeAsync("data-state", "live");

        // Ctrl+K goes to what a few letters name, from within a field too.
        await page.GetByTestId("records-search").FocusAsync();
        await page.Keyboard.PressAsync("Control+k");
        await Expect(page.GetByTestId("palette-text")).ToBeFocusedAsync();
        await page.Keyboard.TypeAsync("ord str");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "orders", Level = 1 })).ToBeFocusedAsync();

        await page.Keyboard.PressAsync("?");
        await Expect(page.GetByTestId("keys")).ToBeVisibleAsync();
        await page.Locator("#keys-on").UncheckAsync();
        await page.GetByTestId("keys-close").ClickAsync();
        await page.Keyboard.PressAsync("p");
        await Expect(page.GetByTestId("pause")).ToHaveAttributeAsync("aria-pressed", "false");
    }

    private static async Task<bool> GoAsync(IPage page, ILocator heading)
    {
        await page.Keyboard.PressAsync("g");
        await page.Keyboard.PressAsync("r");
        try
        {
            await Expect(heading).ToBeFocusedAsync(new() { Timeout = 15_000 });
            return true;
        }
        catch (PlaywrightException)
        {
            return false;
        }
    }

    [Theory]
    [InlineData("viewer", new[] { "/", "/streams", "/consumers", "/rules" }, new[] { "/records", "/dead-letters", "/audit", "/access" })]
    [InlineData("operator", new[] { "/", "/streams", "/consumers", "/rules", "/records", "/dead-letters" }, new[] { "/audit", "/access" })]
    [InlineData("compliance", new[] { "/", "/streams", "/consumers", "/rules", "/records", "/dead-letters", "/audit" }, new[] { "/access" })]
    public async Task A_role_opens_its_pages_and_no_others(string role, string[] opens, string[] keepsOut)
    {
        await using var weir = await StartAsync();
        using var client = await WeirClient.ForAsync(weir, "acme");
        var made = await client.PostAsync("people", new { email = $"{role}@weir.example", name = role, roles = new[] { role } });
        var page = await browser.NewPageAsync(weir.Address, 1440, 900, ColorScheme.Light);
        await page.SignInAsync($"{role}@weir.example", made.GetProperty("secret").GetString()!);

        await Expect(page.Locator("nav.rail a[data-testid]")).ToHaveCountAsync(opens.Length);
        foreach (var path in opens)
        {
            await page.OpenAsync(path);
            await Expect(page.GetByTestId("denied")).ToHaveCountAsync(0);
            await Expect(page.Locator("main h1")).ToBeVisibleAsync();
        }

        foreach (var path in keepsOut)
        {
            await page.GotoAsync(path);
            await Expect(page.GetByTestId("denied")).ToBeVisibleAsync();
        }
    }

    /// <summary>Buttons, links of the navigation and fields that a finger cannot hit: less than 44 px high, but for switches and links in tables, whose hit area is larger than they look.</summary>
    private const string SmallTargets = """
        () => [...document.querySelectorAll('main button, main .segments a, main input:not([type=range]), main select, .topbar button, .rail a')]
          .filter(e => e.getClientRects().length > 0 && !e.matches('.switch, .grid .link-button') && e.getBoundingClientRect().height < 43.5)
          .map(e => `${e.outerHTML.slice(0, 90)} is ${Math.round(e.getBoundingClientRect().height)} px high`)
        """;

    private static RunOnlyOptions Wcag => new() { Type = "tag", Values = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] };

    private static RunOnlyOptions Colours => new() { Type = "rule", Values = ["color-contrast", "link-in-text-block"] };

    /// <summary>What <see href="https://github.com/dequelabs/axe-core">axe</see> finds of WCAG 2.2, levels A and AA.</summary>
    private static async Task<IEnumerable<string>> RulesBrokenAsync(IPage page, RunOnlyOptions rules) =>
        (await page.RunAxe(new AxeRunOptions { RunOnly = rules })).Violations.Select(v => $"{v.Id}: {v.Help}: {string.Join(" | ", v.Nodes.Take(3).Select(n => n.Html))}");

    private static async Task<IEnumerable<string>> MisfitsAsync(IPage page) =>
        await page.EvaluateAsync<int>("() => Math.max(0, document.documentElement.scrollWidth - document.documentElement.clientWidth)") is > 0 and var over ? [$"{over} px wider than the screen"] : [];

    private static Task<WeirProcess> StartAsync(string? data = null, int port = 0)
    {
        var settings = ConsolePages.Settings("orders:1");
        settings["Urls"] = $"http://127.0.0.1:{port}";
        return WeirProcess.StartAsync(settings, data, Cancel);
    }

    /// <summary>A port that stays free between two starts: below those that the system gives to whoever asks for any.</summary>
    private static int FreePort()
    {
        var taken = IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Select(e => e.Port).ToHashSet();
        return Enumerable.Range(21_000, 5_000).First(p => !taken.Contains(p));
    }
}
