using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using Weir.ControlPlane.Access;
using Weir.ControlPlane.Audit;

namespace Weir.Dashboard.Access;

/// <summary>Where the forms of the setup and sign-in pages post to. All check the antiforgery token.</summary>
public static class AccountEndpoints
{
    public static void MapAccount(this IEndpointRouteBuilder endpoints)
    {
        var account = endpoints.MapGroup("/account").AllowAnonymous().ExcludeFromDescription();
        account.MapPost("/setup", SetUpAsync);
        account.MapPost("/sign-in", SignInAsync);
        account.MapPost("/sign-out", SignOutAsync);
    }

    private static async Task<RedirectHttpResult> SetUpAsync(
        [FromForm] string? email, [FromForm] string? name, [FromForm] string? password, [FromForm] string? confirm, FirstAdmin first, SignInManager<Person> signIn, CancellationToken cancellationToken)
    {
        if (confirm is not null && confirm != password)
        {
            return TypedResults.LocalRedirect("/setup?error=mismatch");
        }

        if (await first.CreateAsync(email ?? "", name ?? "", password ?? "", cancellationToken) is { } problem)
        {
            return TypedResults.LocalRedirect(problem == "taken" ? "/sign-in?error=taken" : $"/setup?error={Uri.EscapeDataString(problem)}");
        }

        await signIn.PasswordSignInAsync(email!, password!, isPersistent: false, lockoutOnFailure: false);
        return TypedResults.LocalRedirect("/");
    }

    private static async Task<RedirectHttpResult> SignInAsync(
        [FromForm] string? email, [FromForm] string? password, [FromForm] string? returnUrl, SignInManager<Person> signIn, IAuditLog audit, CancellationToken cancellationToken)
    {
        var result = await signIn.PasswordSignInAsync(email ?? "", password ?? "", isPersistent: false, lockoutOnFailure: true);
        if (result.Succeeded)
        {
            var person = (await signIn.UserManager.FindByNameAsync(email!))!;
            await audit.AppendAsync(new Actor(person.Id, person.DisplayName, []), "sign-in", "console", "done", null, cancellationToken);
            return TypedResults.LocalRedirect(IsLocal(returnUrl) ? returnUrl! : "/");
        }

        // The address that was tried is not written down: it may be anybody's.
        await audit.AppendAsync(new Actor("anonymous", "anonymous", []), "sign-in", "console", result.IsLockedOut ? "denied" : "failed", null, cancellationToken);
        var back = IsLocal(returnUrl) ? $"&returnUrl={Uri.EscapeDataString(returnUrl!)}" : "";
        return TypedResults.LocalRedirect($"/sign-in?error={(result.IsLockedOut ? "locked" : "wrong")}{back}");
    }

    private static async Task<RedirectHttpResult> SignOutAsync([FromForm] string? ignored, SignInManager<Person> signIn)
    {
        _ = ignored;
        await signIn.SignOutAsync();
        return TypedResults.LocalRedirect("/sign-in");
    }

    private static bool IsLocal(string? url) => url is ['/', ..] and not ['/', '/' or '\\', ..] && !url.Contains('\n', StringComparison.Ordinal);
}
