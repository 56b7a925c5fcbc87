using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Weir.Dashboard.Access;

namespace Weir.Dashboard.Tests.Access;

/// <summary>What somebody may do who has not signed in.</summary>
public sealed class StrangerTests
{
    [Theory]
    [InlineData("127.0.0.1", "127.0.0.1:5080", null, true)]
    [InlineData("::ffff:127.0.0.1", "localhost:5080", null, true)]
    [InlineData("::1", "[::1]:5080", null, true)]
    [InlineData("192.0.2.7", "127.0.0.1:5080", null, false)]
    [InlineData("127.0.0.1", "rebound.example:5080", null, false)]
    [InlineData("127.0.0.1", "localhost:5080", "X-Forwarded-For", false)]
    [InlineData("127.0.0.1", "localhost:5080", "Forwarded", false)]
    public async Task Only_this_machine_speaking_for_itself_makes_the_first_administrator(string remote, string host, string? forwarded, bool may)
    {
        await using var server = new WeirServer();
        server.StartServer();
        var context = new DefaultHttpContext();
        context.Connection.RemoteIpAddress = IPAddress.Parse(remote);
        context.Request.Host = new HostString(host);
        if (forwarded is not null)
        {
            context.Request.Headers[forwarded] = "192.0.2.7";
        }

        Assert.Equal(may, server.Services.GetRequiredService<FirstAdmin>().MaySetUp(context));
    }

    [Fact]
    public async Task Guessing_passwords_is_stopped_for_the_address_whatever_the_names_are()
    {
        await using var server = new BootstrappedServer();
        using var browser = new Browser(server);
        Assert.Equal("/sign-in?error=wrong", await GuessAsync(0));

        // A machine so busy that a minute begins between two guesses gets to the bound in a later one.
        for (var tries = 0; tries < 5; tries++)
        {
            for (var i = 1; i < FailedSignIns.PerMinute; i++)
            {
                await GuessAsync(i);
            }

            if (await browser.PostAsync("/account/sign-in", ("email", WeirServer.Email), ("password", WeirServer.Password)) == "/sign-in?error=busy")
            {
                return;
            }

            await GuessAsync(0);
        }

        Assert.Fail($"More than {FailedSignIns.PerMinute} guesses in a minute were let through.");

        Task<string?> GuessAsync(int i) => browser.PostAsync("/account/sign-in", ("email", $"nobody{i}@example.org"), ("password", "guess"));
    }

    [Fact]
    public async Task Behind_a_declared_proxy_cookies_are_for_https_only_and_browsers_are_told_to_stay_there()
    {
        await using var server = new BootstrappedServer { Settings = { ["Hosting:BehindHttpsProxy"] = "true" } };
        using var browser = new Browser(server);
        await browser.PostAsync("/account/sign-in", ("email", WeirServer.Email), ("password", WeirServer.Password));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/sign-in") { Headers = { Host = "weir.example" } };
        using var answer = await browser.SendAsync(request);

        Assert.True(Assert.Single(browser.Cookies, c => c.Name == "weir").Secure);
        Assert.StartsWith("max-age=", Assert.Single(answer.Headers.GetValues("Strict-Transport-Security")), StringComparison.Ordinal);
    }
}
