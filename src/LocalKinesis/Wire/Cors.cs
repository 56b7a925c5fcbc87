using Microsoft.AspNetCore.Http;

namespace Weir.LocalKinesis.Wire;

/// <summary>What a browser wants to hear before it lets a page of another origin call; sent only where the setting allows it. As on the service, any origin.</summary>
internal static class Cors
{
    private const string Exposed = "x-amzn-RequestId,x-amzn-ErrorType,x-amz-request-id,x-amz-id-2,x-amzn-ErrorMessage,Date";
    private const string TwoDays = "172800";

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
