using Microsoft.AspNetCore.Http;

namespace Weir.LocalKinesis.Wire;

/// <summary>
/// Pages in browsers. What a browser wants to hear before it lets a page of another origin call is sent only where the setting allows it; as on the service,
/// for any origin. Elsewhere no page may call at all: one whose name is made to lead to this machine while it runs (DNS rebinding) is of the engine's own
/// origin in the browser's eyes, which then asks nothing, and a signature need only be there.
/// </summary>
internal static class Cors
{
    /// <summary>What a page is told.</summary>
    public const string Refusal = "Pages in a browser may not call here, unless LocalKinesis:Cors is on.";

    private const string Exposed = "x-amzn-RequestId,x-amzn-ErrorType,x-amz-request-id,x-amz-id-2,x-amzn-ErrorMessage,Date";
    private const string TwoDays = "172800";

    /// <summary>
    /// Whether a page makes the call: browsers name its origin with every method but GET and HEAD
    /// (<see href="https://fetch.spec.whatwg.org/#append-a-request-origin-header">Fetch</see>), and other clients do not.
    /// </summary>
    public static bool IsOfPage(HttpRequest request) => HttpMethods.IsPost(request.Method) && request.Headers.Origin.Count > 0;

    /// <summary>Adds the headers; true when the request was the browser's question and is answered with them.</summary>
    public static bool Answers(HttpRequest request, HttpResponse response)
    {
        if (request.Headers.Origin.Count == 0)
            return false;
        response.Headers.AccessControlAllowOrigin = "*";
        if (!HttpMethods.IsOptions(request.Method))
        {
            response.Headers.AccessControlExposeHeaders = Exposed;
            return false;
        }

        if (request.Headers.AccessControlRequestHeaders is { Count: > 0 } headers)
            response.Headers.AccessControlAllowHeaders = headers;
        if (request.Headers.AccessControlRequestMethod is { Count: > 0 } method)
            response.Headers.AccessControlAllowMethods = method;
        response.Headers.AccessControlMaxAge = TwoDays;
        response.Headers.Remove("x-amz-id-2");
        response.ContentLength = 0;
        return true;
    }
}
