using MudBlazor;
using MudBlazor.Services;

namespace Weir.Dashboard.Shell;

/// <summary>The console: its services and its place in the request pipeline.</summary>
public static class ConsoleModule
{
    /// <summary>
    /// Scripts come from this host only, and none stands in the page. Styles stand in the page too: MudBlazor and Blazor's virtualized lists write them.
    /// See <see href="https://learn.microsoft.com/aspnet/core/blazor/security/content-security-policy">Content Security Policy for Blazor</see>.
    /// </summary>
    internal const string ContentSecurityPolicy =
        "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
        + "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";

    public static IServiceCollection AddConsole(this IServiceCollection services)
    {
        services.AddRazorComponents().AddInteractiveServerComponents();
        services.AddCascadingAuthenticationState();
        services.AddMudServices(mud =>
        {
            mud.SnackbarConfiguration.PositionClass = Defaults.Classes.Position.BottomCenter;
            mud.SnackbarConfiguration.VisibleStateDuration = 6000;
            mud.SnackbarConfiguration.ShowTransitionDuration = 150;
            mud.SnackbarConfiguration.HideTransitionDuration = 150;
            mud.SnackbarConfiguration.MaxDisplayedSnackbars = 3;
        });
        return services.AddScoped<Pause>().AddScoped<Changes>();
    }

    /// <summary>Security headers and error pages. First in the pipeline, before authentication.</summary>
    public static void UseConsole(this WebApplication app)
    {
        app.Use(async (context, next) =>
        {
            context.Response.OnStarting(static state =>
            {
                var headers = ((HttpContext)state).Response.Headers;
                headers.ContentSecurityPolicy = ContentSecurityPolicy;
                headers.XContentTypeOptions = "nosniff";
                headers["Referrer-Policy"] = "same-origin";
                headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()";
                headers["Cross-Origin-Opener-Policy"] = "same-origin";
                return Task.CompletedTask;
            }, context);
            await next();
        });
        app.UseWhen(IsPage, pages =>
        {
            if (!app.Environment.IsDevelopment())
            {
                pages.UseExceptionHandler(Links.Error, createScopeForErrors: true);
            }

            pages.UseStatusCodePagesWithReExecute(Links.NotFound, createScopeForStatusCodePages: true);
        });
    }

    /// <summary>Static files: styles, scripts, fonts.</summary>
    public static void MapAssets(this WebApplication app) => app.MapStaticAssets().AllowAnonymous();

    /// <summary>Pages. After authentication, authorization and antiforgery, and after <see cref="MapAssets"/>, whose manifest they read.</summary>
    public static void MapConsole(this WebApplication app) =>
        app.MapRazorComponents<App>().AddInteractiveServerRenderMode(o => o.ContentSecurityFrameAncestorsPolicy = null);

    /// <summary>A browser that navigates; programs get problem+json from their endpoints.</summary>
    private static bool IsPage(HttpContext context) =>
        HttpMethods.IsGet(context.Request.Method)
        && context.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.Ordinal)
        && !context.Request.Path.StartsWithSegments("/api") && !context.Request.Path.StartsWithSegments("/v1") && !context.Request.Path.StartsWithSegments("/hubs");
}
