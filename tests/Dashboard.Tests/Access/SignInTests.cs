using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Weir.ControlPlane.Access;

namespace Weir.Dashboard.Tests.Access;

/// <summary>One server whose first administrator came from the environment.</summary>
public sealed class SignInTests(BootstrappedServer server) : IClassFixture<BootstrappedServer>
{
    [Fact]
    public async Task Who_was_made_by_the_environment_signs_in_and_out()
    {
        using var browser = new Browser(server);

        Assert.Equal("/rules", await browser.PostAsync("/account/sign-in", ("email", " ADA@example.org "), ("password", WeirServer.Password), ("returnUrl", "/rules")));
        Assert.Equal("ada", (await browser.GetJsonAsync("/api/v1/me")).GetProperty("name").GetString());
        Assert.Equal("/sign-in", await browser.PostAsync("/account/sign-out"));
        Assert.Equal(HttpStatusCode.Unauthorized, (await browser.GetAsync("/api/v1/me")).StatusCode);
    }

    [Theory]
    [InlineData("https://evil.example/")]
    [InlineData("//evil.example")]
    [InlineData("/\\evil.example")]
    [InlineData("/\t/evil.example")]
    [InlineData("javascript:alert(1)")]
    public async Task A_sign_in_never_leads_to_another_site(string returnUrl)
    {
        using var browser = new Browser(server);

        Assert.Equal("/", await browser.PostAsync("/account/sign-in", ("email", WeirServer.Email), ("password", WeirServer.Password), ("returnUrl", returnUrl)));
    }

    [Fact]
    public async Task A_signed_in_browser_cannot_be_used_by_another_site()
    {
        using var browser = new Browser(server);
        await browser.PostAsync("/account/sign-in", ("email", WeirServer.Email), ("password", WeirServer.Password));
        using var request = new HttpRequestMessage(HttpMethod.Delete, "/api/v1/rules/email");
        request.Headers.Add("Sec-Fetch-Site", "cross-site");

        using var answer = await browser.SendAsync(request);

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/api/v1/rules/email")).StatusCode);
    }

    [Fact]
    public async Task A_signed_in_browser_opens_no_live_connection_for_a_page_at_another_port()
    {
        using var browser = new Browser(server);
        await browser.PostAsync("/account/sign-in", ("email", WeirServer.Email), ("password", WeirServer.Password));
        foreach (var (site, expected) in new[] { ("same-site", HttpStatusCode.Forbidden), ("same-origin", HttpStatusCode.OK) })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/hubs/metrics/negotiate?negotiateVersion=1");
            request.Headers.Add("Sec-Fetch-Site", site);
            using var answer = await browser.SendAsync(request);
            Assert.Equal(expected, answer.StatusCode);
        }
    }

    [Fact]
    public async Task An_administrator_lets_people_in_changes_their_roles_and_shuts_them_out()
    {
        using var admin = server.Client(Roles.Admin);
        using var made = await admin.PostAsJsonAsync("/api/v1/people", new { email = "vera@example.org", name = "Vera", roles = new[] { "viewer" } });
        var password = (await made.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("secret").GetString()!;
        using var vera = new Browser(server);
        Assert.Equal("/", await vera.PostAsync("/account/sign-in", ("email", "vera@example.org"), ("password", password)));
        Assert.Equal("[\"view\"]", (await vera.GetJsonAsync("/api/v1/me")).GetProperty("permissions").GetRawText());

        var id = (await admin.GetFromJsonAsync<JsonElement>("/api/v1/people")).EnumerateArray().Single(p => p.GetProperty("name").GetString() == "Vera").GetProperty("id").GetString();
        Assert.Equal(HttpStatusCode.OK, (await admin.PutAsJsonAsync($"/api/v1/people/{id}/roles", new { roles = new[] { "operator", "compliance" } })).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await admin.PutAsJsonAsync($"/api/v1/people/{id}/enabled", new { enabled = false })).StatusCode);
        using var again = new Browser(server);
        Assert.Equal("/sign-in?error=locked", await again.PostAsync("/account/sign-in", ("email", "vera@example.org"), ("password", password)));

        await admin.PutAsJsonAsync($"/api/v1/people/{id}/enabled", new { enabled = true });
        Assert.Equal("/", await again.PostAsync("/account/sign-in", ("email", "vera@example.org"), ("password", password)));
        Assert.Equal("[\"compliance\",\"operator\"]", (await admin.GetFromJsonAsync<JsonElement>("/api/v1/people")).EnumerateArray().Single(p => p.GetProperty("id").GetString() == id).GetProperty("roles").GetRawText());

        var audit = await admin.GetStringAsync("/api/v1/audit");
        Assert.DoesNotContain("vera@example.org", audit);
        Assert.DoesNotContain(password, audit);
    }
}
