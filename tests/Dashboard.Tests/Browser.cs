using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Weir.Dashboard.Tests;

/// <summary>Keeps cookies, and posts forms with the antiforgery token that a page would have put into them.</summary>
internal sealed class Browser : IDisposable
{
    private readonly WeirServer _server;
    private readonly CookieContainer _cookies = new();
    private readonly HttpClient _client;

    public Browser(WeirServer server)
    {
        _server = server;
        _client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false, CookieContainer = _cookies }) { BaseAddress = server.Address };
    }

    public IReadOnlyCollection<Cookie> Cookies => _cookies.GetAllCookies();

    public Task<HttpResponseMessage> GetAsync(string path) => _client.GetAsync(path);

    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request) => _client.SendAsync(request);

    public Task<JsonElement> GetJsonAsync(string path) => _client.GetFromJsonAsync<JsonElement>(path);

    /// <summary>Where the answer leads to.</summary>
    public async Task<string?> PostAsync(string path, params (string Name, string Value)[] fields)
    {
        var token = await AntiforgeryAsync();
        using var answer = await _client.PostAsync(path, new FormUrlEncodedContent(fields.Append((Name: "__RequestVerificationToken", Value: token)).Select(f => new KeyValuePair<string, string>(f.Name, f.Value))));
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        return answer.Headers.Location?.OriginalString;
    }

    /// <summary>Makes the token as a page of the server would, for whoever the cookies say.</summary>
    private async Task<string> AntiforgeryAsync()
    {
        await using var scope = _server.Services.CreateAsyncScope();
        var context = new DefaultHttpContext { RequestServices = scope.ServiceProvider };
        context.Request.Headers.Cookie = _cookies.GetCookieHeader(_server.Address);
        var authentication = scope.ServiceProvider.GetRequiredService<Microsoft.AspNetCore.Authentication.IAuthenticationService>();
        if ((await authentication.AuthenticateAsync(context, null)).Principal is { } principal)
        {
            context.User = principal;
        }

        var tokens = scope.ServiceProvider.GetRequiredService<IAntiforgery>().GetTokens(context);
        if (tokens.CookieToken is { } cookie)
        {
            var name = scope.ServiceProvider.GetRequiredService<Microsoft.Extensions.Options.IOptions<AntiforgeryOptions>>().Value.Cookie.Name!;
            _cookies.Add(_server.Address, new Cookie(name, cookie));
        }

        return tokens.RequestToken!;
    }

    public void Dispose() => _client.Dispose();
}
