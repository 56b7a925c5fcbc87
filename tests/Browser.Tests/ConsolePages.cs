using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Weir.Browser.Tests;

/// <summary>Getting to a page of the console, for whoever the settings make the first administrator.</summary>
internal static class ConsolePages
{
    public const string Email = "ada@weir.example";
    public const string Password = "a long enough sentence";

    /// <summary>Settings of a server that needs no first run in the browser.</summary>
    public static Dictionary<string, string> Settings(string streams) => new()
    {
        ["LocalKinesis:InitialStreams"] = streams,
        ["Access:Bootstrap:Email"] = Email,
        ["Access:Bootstrap:Password"] = Password,
    };

    public static async Task SignInAsync(this IPage page, string email = Email, string password = Password)
    {
        await page.GotoAsync("/sign-in");
        await page.GetByTestId("sign-in-email").FillAsync(email);
        await page.GetByTestId("sign-in-password").FillAsync(password);
        await page.GetByTestId("sign-in-submit").ClickAsync();
        await page.InteractiveAsync();
    }

    public static async Task OpenAsync(this IPage page, string path)
    {
        await page.GotoAsync(path);
        await page.InteractiveAsync();
    }

    /// <summary>A button is there before its circuit is; a click before that is lost.</summary>
    public static Task InteractiveAsync(this IPage page) => Expect(page.Locator("[data-interactive=true]").First).ToBeAttachedAsync();

    /// <summary>Until what the page waits for has come.</summary>
    public static Task FilledAsync(this IPage page) => Expect(page.GetByTestId("waiting")).ToHaveCountAsync(0);
}
