using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing.Template;
using Weir.ControlPlane.Access;

namespace Weir.Dashboard.Api;

/// <summary>The REST API <c>/api/v1</c>: what the console does, for scripts. Every change passes the same command gate as a click; see docs/api.md.</summary>
public static class ControlApi
{
    public static void MapControlApi(this IEndpointRouteBuilder endpoints)
    {
        var api = endpoints.MapGroup("/api/v1").RequireAuthorization(Permissions.View).DisableAntiforgery().AddEndpointFilter<SameSiteFilter>().WithProblemAnswers();
        api.MapSystem();
        api.MapStreams();
        api.MapRules();
        api.MapRuleSets();
        api.MapRecords();
        api.MapConsumers();
        api.MapAccess();

        // Routing hands on to this also what fits but for its method or its kind of body, so it has to say which of the three it was.
        endpoints.MapFallback("/api/{**rest}", NothingHere).RequireAuthorization(Permissions.View).DisableAntiforgery();
    }

    private static ProblemHttpResult NothingHere(HttpContext context, EndpointDataSource endpoints)
    {
        var request = context.Request;
        var methods = endpoints.Endpoints.OfType<RouteEndpoint>()
            .Where(e => e.RoutePattern.RawText?.StartsWith("/api/v1/", StringComparison.Ordinal) == true && new TemplateMatcher(new RouteTemplate(e.RoutePattern), []).TryMatch(request.Path, []))
            .SelectMany(e => e.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? [])
            .Distinct()
            .ToArray();
        if (methods.Contains(request.Method))
        {
            return Problems.Invalid(null, "The body is JSON: send it with Content-Type: application/json.", StatusCodes.Status415UnsupportedMediaType);
        }

        if (methods.Length > 0)
        {
            context.Response.Headers.Allow = string.Join(", ", methods);
            return Problems.Invalid(null, $"{request.Path} takes {string.Join(", ", methods)}.", StatusCodes.Status405MethodNotAllowed);
        }

        return Problems.Missing($"There is no {request.Path} here; docs/api.md lists what there is.");
    }
}
