using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using Weir.ControlPlane.Access;
using Weir.ControlPlane.Audit;
using Weir.Dashboard.Api;

namespace Weir.Dashboard.Access;

/// <summary>Where the forms of the setup, sign-in and password pages post to. All check the antiforgery token and answer with a redirect; <c>?error=</c> names a code of <see cref="SignInMessages"/>.</summary>
public static class AccountEndpoints
{
    public static void MapAccount(this IEndpointRouteBuilder endpoints)
    {
        var account = endpoints.MapGroup("/account").ExcludeFromDescription().WithProblemAnswers();
        account.MapPost("/setup", SetUpAsync).AllowAnonymous();
        account.MapPost("/sign-in", SignInAsync).AllowAnonymous();
        account.MapPost("/sign-out", SignOutAsync).AllowAnonymous();
        account.MapPost("/password", ChangePasswordAsync).RequireAuthorization(Permissions.View);
    }

    private static async Task<RedirectHttpResult> SetUpAsync(
        HttpContext context, [FromForm] string? email, [FromForm] string? name, [FromForm] string? password, [FromForm] string? confirm, FirstAdmin first, SignInManager<Person> signIn, CancellationToken cancellationToken)
    {
        if (!first.MaySetUp(context))
        {
            return TypedResults.LocalRedirect("/setup?error=remote");
        }

        if (confirm is not null && confirm != password)
        {
            return TypedResults.LocalRedirect("/setup?error=mismatch");
        }

        if (await first.CreateAsync(email ?? "", name ?? "", password ?? "", cancellationToken) is { } problem)
        {
            return TypedResults.LocalRedirect(problem == "taken" ? "/sign-in?error=taken" : $"/setup?error={Uri.EscapeDataString(problem)}");
        }

        await signIn.PasswordSignInAsync(email!.Trim(), password!, isPersistent: false, lockoutOnFailure: false);
        return TypedResults.LocalRedirect("/");
    }

    private static async Task<RedirectHttpResult> SignInAsync(
        HttpContext context, [FromForm] string? email, [FromForm] string? password, [FromForm] string? returnUrl, SignInManager<Person> signIn, FailedSignIns failures, IAuditLog audit, CancellationToken cancellationToken)
    {
        var back = IsLocal(returnUrl) ? $"&returnUrl={Uri.EscapeDataString(returnUrl!)}" : "";
        if (!failures.MayTry(context))
        {
            return TypedResults.LocalRedirect($"/sign-in?error=busy{back}");
        }

        var person = email is null ? null : await signIn.UserManager.FindByNameAsync(email.Trim());
        if (person is null)
        {
            // As much work as for somebody who exists: the time of the answer must not tell who does.
            signIn.UserManager.PasswordHasher.HashPassword(new Person(), password ?? "");
        }

        var result = person is null ? Microsoft.AspNetCore.Identity.SignInResult.Failed : await signIn.PasswordSignInAsync(person, password ?? "", isPersistent: false, lockoutOnFailure: true);
        if (result.Succeeded)
        {
            await audit.AppendAsync(new Actor(person!.Id, person.DisplayName, []), "sign-in", "console", "done", null, cancellationToken);
            return TypedResults.LocalRedirect(IsLocal(returnUrl) ? returnUrl! : "/");
        }

        failures.Count(context);

        // An address that nobody has is not written down: it may be anybody's, or a password in the wrong field.
        var who = person is null ? new Actor("anonymous", "anonymous", []) : new Actor(person.Id, person.DisplayName, []);
        await audit.AppendAsync(who, "sign-in", "console", result.IsLockedOut ? "denied" : "failed", null, cancellationToken);
        return TypedResults.LocalRedirect($"/sign-in?error={(result.IsLockedOut ? "locked" : "wrong")}{back}");
    }

    private static async Task<RedirectHttpResult> SignOutAsync(HttpContext context, [FromForm] string? ignored, SignInManager<Person> signIn, IAuditLog audit, CancellationToken cancellationToken)
    {
        _ = ignored;
        if (context.User.Identity?.IsAuthenticated == true)
        {
            await audit.AppendAsync(context.User.ToActor(), "sign-out", "console", "done", null, cancellationToken);
        }

        await signIn.SignOutAsync();
        return TypedResults.LocalRedirect("/sign-in");
    }

    private static async Task<RedirectHttpResult> ChangePasswordAsync(
        HttpContext context, [FromForm] string? current, [FromForm] string? password, [FromForm] string? confirm, SignInManager<Person> signIn, IAuditLog audit, CancellationToken cancellationToken)
    {
        if (confirm is not null && confirm != password)
        {
            return TypedResults.LocalRedirect("/password?error=mismatch");
        }

        if (await signIn.UserManager.GetUserAsync(context.User) is not { } person)
        {
            return TypedResults.LocalRedirect("/sign-in");
        }

        var changed = await signIn.UserManager.ChangePasswordAsync(person, current ?? "", password ?? "");
        await audit.AppendAsync(context.User.ToActor(), "change-password", "console", changed.Succeeded ? "done" : "failed", null, cancellationToken);
        if (!changed.Succeeded)
        {
            return TypedResults.LocalRedirect($"/password?error={Uri.EscapeDataString(changed.Errors.First().Code)}");
        }

        await signIn.RefreshSignInAsync(person);
        return TypedResults.LocalRedirect("/password?done=1");
    }

    /// <summary>A path of this site. <c>//host</c>, <c>/\host</c> and control characters would lead a browser elsewhere.</summary>
    internal static bool IsLocal(string? url) => url is ['/', ..] and not ['/', '/' or '\\', ..] && !url.Any(char.IsControl);
}
