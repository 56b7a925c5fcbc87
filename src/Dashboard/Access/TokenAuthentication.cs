using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using Weir.ControlPlane.Access;
using Weir.Dashboard.Api;

namespace Weir.Dashboard.Access;

/// <summary>
/// Programs sign in with a token on each request.
/// <code>Authorization: Bearer wt_7Q2H…</code>
/// Browsers cannot set that header on a WebSocket, so the hub also takes SignalR's <c>access_token</c>; nothing else does, because addresses end in logs.
/// </summary>
internal sealed class TokenAuthentication(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, ApiTokens tokens)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string SchemeName = "Token";

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var header = Request.Headers.Authorization.ToString();
        var secret = header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) ? header["Bearer ".Length..].Trim()
            : Request.Path.StartsWithSegments("/hubs", StringComparison.Ordinal) ? Request.Query["access_token"].ToString()
            : "";

        // Anything else in that header is not ours: a partner's key, for one, which ingest looks up itself.
        if (!secret.StartsWith(ApiTokens.Prefix, StringComparison.Ordinal))
        {
            return Task.FromResult(AuthenticateResult.NoResult());
        }

        if (tokens.Find(secret) is not { } actor)
        {
            return Task.FromResult(AuthenticateResult.Fail("The token is unknown or revoked."));
        }

        var claims = new List<Claim> { new(ClaimTypes.NameIdentifier, actor.Id), new(ClaimTypes.Name, actor.Name), new(ActorClaims.DisplayName, actor.Name) };
        claims.AddRange(actor.Roles.Select(r => new Claim(ClaimTypes.Role, r)));
        return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(new ClaimsIdentity(claims, SchemeName)), SchemeName)));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.Headers.WWWAuthenticate = "Bearer";
        return Problems.SignIn().ExecuteAsync(Context);
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) => Problems.Denied("The token's role does not allow this.").ExecuteAsync(Context);
}
