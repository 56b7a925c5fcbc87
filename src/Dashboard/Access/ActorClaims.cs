using System.Security.Claims;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using Weir.ControlPlane.Access;

namespace Weir.Dashboard.Access;

/// <summary>From a signed-in principal to the <see cref="Actor"/> that commands and the audit log know.</summary>
public static class ActorClaims
{
    public const string DisplayName = "weir:name";

    public static Actor ToActor(this ClaimsPrincipal principal) => new(
        principal.FindFirstValue(ClaimTypes.NameIdentifier) ?? "anonymous",
        principal.FindFirstValue(DisplayName) ?? principal.Identity?.Name ?? "anonymous",
        principal.FindAll(ClaimTypes.Role).Select(c => c.Value).ToArray());
}

/// <summary>Adds the display name, so that no page needs to look the person up.</summary>
internal sealed class PersonClaims(UserManager<Person> people, RoleManager<IdentityRole> roles, IOptions<IdentityOptions> options)
    : UserClaimsPrincipalFactory<Person, IdentityRole>(people, roles, options)
{
    protected override async Task<ClaimsIdentity> GenerateClaimsAsync(Person user)
    {
        var identity = await base.GenerateClaimsAsync(user);
        identity.AddClaim(new Claim(ActorClaims.DisplayName, user.DisplayName));
        return identity;
    }
}
