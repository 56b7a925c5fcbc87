using Microsoft.Playwright;

namespace Weir.Browser.Tests;

/// <summary>One headless Chromium for the assembly; skipped by name where the machine has none.</summary>
public sealed class BrowserFixture : IAsyncLifetime
{
    /// <summary>The browser talks to this machine only; what Chromium would look up for itself does not resolve.</summary>
    private static readonly string[] Flags =
    [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
    ];

    private static readonly string[] Places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public async ValueTask InitializeAsync()
    {
        if (Places.FirstOrDefault(File.Exists) is { } chromium)
        {
            // Longer than the usual five seconds, which a busy machine may take for a single step; nothing waits for it to pass.
            Assertions.SetDefaultExpectTimeout(60_000);
            _playwright = await Playwright.CreateAsync();
            _browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = chromium, Headless = true, Args = Flags });
        }
    }

    /// <summary>A fresh page with no cookies, of a phone with a touch screen below 600 pixels. Skips the test when there is no Chromium.</summary>
    public async Task<IPage> NewPageAsync(Uri address, int width, int height, ColorScheme scheme)
    {
        Assert.SkipWhen(_browser is null, "Chromium is not installed.");
        var context = await _browser!.NewContextAsync(new() { BaseURL = address.ToString(), ViewportSize = new() { Width = width, Height = height }, ColorScheme = scheme, HasTouch = width < 600, IsMobile = width < 600 });
        context.SetDefaultTimeout(90_000);
        return await context.NewPageAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _playwright?.Dispose();
    }
}
