namespace Weir.Dashboard.Api;

/// <summary>
/// Keeps other sites from using a signed-in browser: a change without a token must come from this origin.
/// Browsers send <c>Sec-Fetch-Site</c> with every request and pages cannot forge it (<see href="https://www.w3.org/TR/fetch-metadata/">Fetch Metadata</see>).
/// </summary>
internal sealed class SameSiteFilter : IEndpointFilter
{
    public ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var request = context.HttpContext.Request;
        var changes = !HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method);
        return changes && IsOfAnotherSite(request)
            ? ValueTask.FromResult<object?>(Problems.Denied("Changes are taken from this site only, or with a token."))
            : next(context);
    }

    /// <summary>Whether a page of another origin uses the browser's cookie. Another port of this host is another origin, to which cookies go all the same.</summary>
    internal static bool IsOfAnotherSite(HttpRequest request) =>
        !request.Headers.ContainsKey("Authorization") && request.Headers["Sec-Fetch-Site"].ToString() is not ("same-origin" or "none" or "");
}
