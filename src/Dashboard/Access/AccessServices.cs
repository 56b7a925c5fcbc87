using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Weir.ControlPlane;
using Weir.ControlPlane.Access;
using Weir.ControlPlane.Commands;
using Weir.Dashboard.Api;
using Weir.Dashboard.Hosting;

namespace Weir.Dashboard.Access;

public static class AccessServices
{
    private const string PersonOrToken = "PersonOrToken";

    /// <summary>Sign-in for people (cookie) and programs (token), and a policy for each of <see cref="Permissions"/>. Whatever says nothing of its own needs a signed-in user.</summary>
    public static IServiceCollection AddAccess(this IServiceCollection services, IConfiguration configuration)
    {
        var data = DataFolder.PathOf(configuration);
        services.AddDbContext<PeopleDatabase>(o => o.UseSqlite($"Data Source={Path.Combine(data, "people.db")}"));

        // Cookies stay valid over a restart, and over every instance that shares the folder.
        services.AddDataProtection().SetApplicationName("weir").PersistKeysToFileSystem(new DirectoryInfo(Path.Combine(data, "cookie-keys")));
        services
            .AddIdentity<Person, IdentityRole>(o =>
            {
                o.Password.RequiredLength = SignInMessages.MinPasswordLength;
                o.Password.RequireDigit = o.Password.RequireLowercase = o.Password.RequireUppercase = o.Password.RequireNonAlphanumeric = false;
                o.User.RequireUniqueEmail = true;
                o.Lockout.MaxFailedAccessAttempts = 5;
                o.Lockout.DefaultLockoutTimeSpan = TimeSpan.FromMinutes(5);
            })
            .AddEntityFrameworkStores<PeopleDatabase>()
            .AddClaimsPrincipalFactory<PersonClaims>()
            .AddDefaultTokenProviders();
        // A role taken away or a person shut out: noticed at the first request a minute later at most.
        services.Configure<SecurityStampValidatorOptions>(o => o.ValidationInterval = TimeSpan.FromMinutes(1));
        services.ConfigureApplicationCookie(cookie =>
        {
            cookie.Cookie.Name = "weir";
            cookie.Cookie.HttpOnly = true;
            cookie.Cookie.SameSite = SameSiteMode.Lax;
            cookie.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
            cookie.ExpireTimeSpan = TimeSpan.FromHours(12);
            cookie.SlidingExpiration = true;
            cookie.LoginPath = "/sign-in";
            cookie.ReturnUrlParameter = "returnUrl";
            cookie.AccessDeniedPath = "/denied";
            cookie.Events.OnRedirectToLogin = c => RedirectPagesOnly(c, StatusCodes.Status401Unauthorized);
            cookie.Events.OnRedirectToAccessDenied = c => RedirectPagesOnly(c, StatusCodes.Status403Forbidden);
        });
        services.AddAntiforgery(o => o.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest);
        services.AddAuthentication().AddScheme<AuthenticationSchemeOptions, TokenAuthentication>(TokenAuthentication.SchemeName, null).AddPolicyScheme(PersonOrToken, null, o =>
            o.ForwardDefaultSelector = c => c.Request.Headers.ContainsKey("Authorization") || c.Request.Query.ContainsKey("access_token") ? TokenAuthentication.SchemeName : IdentityConstants.ApplicationScheme);
        services.Configure<AuthenticationOptions>(o => o.DefaultScheme = o.DefaultAuthenticateScheme = o.DefaultChallengeScheme = o.DefaultForbidScheme = PersonOrToken);
        services.AddAuthorization(o =>
        {
            o.FallbackPolicy = new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build();
            foreach (var permission in Permissions.All)
            {
                o.AddPolicy(permission, p => p.RequireAuthenticatedUser().RequireAssertion(c => c.User.ToActor().May(permission)));
            }
        });
        services
            .AddSingleton<FailedSignIns>()
            .AddSingleton<PeopleCommandHandler>()
            .AddSingleton<IPeople>(s => s.GetRequiredService<PeopleCommandHandler>())
            .AddCommand<CreatePerson, PeopleCommandHandler>()
            .AddCommand<SetPersonRoles, PeopleCommandHandler>()
            .AddCommand<SetPersonEnabled, PeopleCommandHandler>()
            .AddCommand<ResetPassword, PeopleCommandHandler>()
            .AddCommand<DeletePerson, PeopleCommandHandler>();
        services.AddScoped<AuthenticationStateProvider, PersonRevalidation>();
        services.TryAddSingleton<ISharedPeople, OwnPeople>();
        services.AddSingleton<PeopleSchema>().AddSingleton<FirstAdmin>();
        services.AddHostedService(s => s.GetRequiredService<FirstAdmin>());
        return services;
    }

    /// <summary>A page sends a stranger to the sign-in page; the API and the hub answer with the status.</summary>
    private static Task RedirectPagesOnly(RedirectContext<Microsoft.AspNetCore.Authentication.Cookies.CookieAuthenticationOptions> context, int status)
    {
        if (context.Request.Path.StartsWithSegments("/api") || context.Request.Path.StartsWithSegments("/hubs"))
        {
            return (status == StatusCodes.Status401Unauthorized ? Problems.SignIn() : Problems.Denied("None of your roles allows this.")).ExecuteAsync(context.HttpContext);
        }
        else
        {
            context.Response.Redirect(context.RedirectUri);
        }

        return Task.CompletedTask;
    }
}
