using Microsoft.AspNetCore.HttpOverrides;
using MudBlazor;
using MudBlazor.Services;
using Weir.Dashboard.Api;

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
        return services.AddSingleton<Charts.ChartMarks>().AddScoped<Pause>().AddScoped<Changes>();
    }

    /// <summary>What a proxy says, security headers and error pages. First in the pipeline, before authentication.</summary>
    public static void UseConsole(this WebApplication app)
    {
        if (app.Configuration.GetValue("Hosting:BehindHttpsProxy", false))
        {
            app.UseDeclaredProxy();
        }

        if (!app.Environment.IsDevelopment())
        {
            app.UseHsts();
        }

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
            if (IsSocketOfAnotherSite(context.Request))
            {
                await Problems.Denied("Live connections are taken from pages of this site only, or with a token.").ExecuteAsync(context);
                return;
            }

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

    /// <summary>Requests are HTTPS to the browser, so cookies are marked for it; who sent them is the last address that the proxy names.</summary>
    private static void UseDeclaredProxy(this WebApplication app)
    {
        var forwarded = new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedFor };

        // The setting says that a proxy is there, wherever it is.
        forwarded.KnownProxies.Clear();
        forwarded.KnownIPNetworks.Clear();
        app.UseForwardedHeaders(forwarded);
        app.Use((context, next) =>
        {
            context.Request.Scheme = Uri.UriSchemeHttps;
            return next(context);
        });
    }

    /// <summary>Nothing else keeps pages of other origins from opening a WebSocket with the cookie: CORS does not cover it.</summary>
    private static bool IsSocketOfAnotherSite(HttpRequest request) =>
        (request.Path.StartsWithSegments("/hubs") || request.Path.StartsWithSegments("/_blazor"))
        && !request.Query.ContainsKey("access_token") && SameSiteFilter.IsOfAnotherSite(request);

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
