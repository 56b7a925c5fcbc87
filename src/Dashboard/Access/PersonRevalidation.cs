using System.Security.Claims;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace Weir.Dashboard.Access;

/// <summary>
/// A tab stays open for days while its sign-in is looked at once. This looks again each half minute: whoever was removed, shut out, or given other roles or another password
/// is signed out of the tab, and the gate refuses what it asks for.
/// </summary>
internal sealed class PersonRevalidation(ILoggerFactory logs, IServiceScopeFactory scopes) : RevalidatingServerAuthenticationStateProvider(logs)
{
    protected override TimeSpan RevalidationInterval => TimeSpan.FromSeconds(30);

    protected override async Task<bool> ValidateAuthenticationStateAsync(AuthenticationState authenticationState, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        return await HoldsAsync(scope.ServiceProvider, authenticationState.User);
    }

    /// <summary>Whether the sign-in is of somebody who is still who they were.</summary>
    internal static async Task<bool> HoldsAsync(IServiceProvider services, ClaimsPrincipal user)
    {
        var people = services.GetRequiredService<UserManager<Person>>();
        return await people.GetUserAsync(user) is { } person
            && user.FindFirstValue(services.GetRequiredService<IOptions<IdentityOptions>>().Value.ClaimsIdentity.SecurityStampClaimType) == await people.GetSecurityStampAsync(person);
    }
}
