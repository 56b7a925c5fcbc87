using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Weir.ControlPlane.Access;
using Weir.Dashboard.Access;

namespace Weir.Dashboard.Tests.Access;

/// <summary>Each test has a server of its own: who is first matters.</summary>
public sealed class PeopleTests
{
    internal static readonly Dictionary<string, string> Bootstrap = new() { ["Access:Bootstrap:Email"] = WeirServer.Email, ["Access:Bootstrap:Password"] = WeirServer.Password };

    [Fact]
    public async Task The_first_to_set_up_is_the_administrator_and_the_second_is_sent_to_sign_in()
    {
        await using var server = new WeirServer();
        using var browser = new Browser(server);
        Assert.True(await server.Services.GetRequiredService<FirstAdmin>().IsNeededAsync(CancellationToken.None));

        Assert.Equal("/", await browser.PostAsync("/account/setup", ("email", "ada@example.org"), ("name", "Ada"), ("password", WeirServer.Password)));
        Assert.Equal("[\"admin\"]", (await browser.GetJsonAsync("/api/v1/me")).GetProperty("roles").GetRawText());

        using var second = new Browser(server);
        Assert.Equal("/sign-in?error=taken", await second.PostAsync("/account/setup", ("email", "eve@example.org"), ("password", WeirServer.Password)));
        Assert.Equal(HttpStatusCode.Unauthorized, (await second.GetAsync("/api/v1/me")).StatusCode);
    }

    [Fact]
    public async Task A_set_up_that_is_refused_says_why_and_can_be_tried_again()
    {
        await using var server = new WeirServer();
        using var browser = new Browser(server);
        async Task RefusedAsync(string email, string password, string error) =>
            Assert.Equal($"/setup?error={error}", await browser.PostAsync("/account/setup", ("email", email), ("password", password)));

        await RefusedAsync("ada@example.org", "short", "PasswordTooShort");
        await RefusedAsync("nobody", WeirServer.Password, "InvalidEmail");
        await RefusedAsync("", WeirServer.Password, "InvalidEmail");
        await RefusedAsync("a b@example.org", WeirServer.Password, "InvalidEmail");
        using (var client = server.Client())
        {
            foreach (var path in (string[])["/account/setup", "/account/sign-in", "/account/sign-out"])
            {
                using var forged = await client.PostAsync(path, new FormUrlEncodedContent([new("email", "ada@example.org"), new("password", WeirServer.Password)]));
                Assert.Equal(HttpStatusCode.BadRequest, forged.StatusCode);
            }
        }

        Assert.True(await server.Services.GetRequiredService<FirstAdmin>().IsNeededAsync(CancellationToken.None));
        Assert.Equal("/", await browser.PostAsync("/account/setup", ("email", "ada@example.org"), ("password", WeirServer.Password)));
    }

    [Fact]
    public async Task Of_many_who_set_up_at_once_exactly_one_becomes_administrator()
    {
        await using var server = new WeirServer();
        _ = server.Address;
        var first = server.Services.GetRequiredService<FirstAdmin>();

        var results = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => first.CreateAsync($"p{i}@example.org", "", WeirServer.Password, CancellationToken.None)));

        Assert.Single(results, r => r is null);
        Assert.Equal(7, results.Count(r => r == "taken"));
        Assert.Single(await server.Services.GetRequiredService<IPeople>().ListAsync(CancellationToken.None));
    }

    [Fact]
    public async Task Five_wrong_passwords_lock_the_account_also_for_the_right_one()
    {
        await using var server = new WeirServer { Settings = Bootstrap };
        using var browser = new Browser(server);
        for (var i = 0; i < 5; i++)
        {
            Assert.StartsWith("/sign-in?error=", await browser.PostAsync("/account/sign-in", ("email", WeirServer.Email), ("password", "wrong wrong wrong")));
        }

        Assert.Equal("/sign-in?error=locked", await browser.PostAsync("/account/sign-in", ("email", WeirServer.Email), ("password", WeirServer.Password)));
        Assert.Equal("/sign-in?error=wrong", await browser.PostAsync("/account/sign-in", ("email", "nobody@example.org"), ("password", WeirServer.Password)));
    }

    [Theory]
    [InlineData("roles", """{"roles":["viewer"]}""")]
    [InlineData("enabled", """{"enabled":false}""")]
    [InlineData("reset-password", "")]
    public async Task An_open_tab_no_longer_holds_once_its_person_was_changed(string change, string body)
    {
        await using var server = new WeirServer { Settings = Bootstrap };
        using var admin = server.Client(Roles.Admin);
        using var made = await admin.PostAsJsonAsync("/api/v1/people", new { email = "bea@example.org", name = "Bea", roles = new[] { "operator" } });
        await using var scope = server.Services.CreateAsyncScope();
        var people = scope.ServiceProvider.GetRequiredService<UserManager<Person>>();
        var bea = (await people.FindByEmailAsync("bea@example.org"))!;
        var tab = await scope.ServiceProvider.GetRequiredService<IUserClaimsPrincipalFactory<Person>>().CreateAsync(bea);
        Assert.True(await PersonRevalidation.HoldsAsync(scope.ServiceProvider, tab));

        using var request = new HttpRequestMessage(change == "reset-password" ? HttpMethod.Post : HttpMethod.Put, $"/api/v1/people/{bea.Id}/{change}") { Content = body.Length == 0 ? null : new StringContent(body, Encoding.UTF8, "application/json") };
        using var answer = await admin.SendAsync(request);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        await using var later = server.Services.CreateAsyncScope();
        Assert.False(await PersonRevalidation.HoldsAsync(later.ServiceProvider, tab));
    }

    [Fact]
    public async Task The_last_administrator_cannot_be_lost()
    {
        await using var server = new WeirServer { Settings = Bootstrap };
        using var admin = server.Client(Roles.Admin);
        var id = (await admin.GetFromJsonAsync<JsonElement>("/api/v1/people"))[0].GetProperty("id").GetString();

        Assert.Equal(HttpStatusCode.BadRequest, (await admin.PutAsJsonAsync($"/api/v1/people/{id}/roles", new { roles = new[] { "viewer" } })).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await admin.PutAsJsonAsync($"/api/v1/people/{id}/enabled", new { enabled = false })).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await admin.DeleteAsync($"/api/v1/people/{id}")).StatusCode);

        using var made = await admin.PostAsJsonAsync("/api/v1/people", new { email = "bea@example.org", name = "Bea", roles = new[] { "admin" } });
        Assert.Equal(HttpStatusCode.OK, made.StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await admin.DeleteAsync($"/api/v1/people/{id}")).StatusCode);
    }
}
