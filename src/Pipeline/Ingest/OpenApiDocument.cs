using Microsoft.AspNetCore.Http;

namespace Weir.Pipeline.Ingest;

/// <summary>The description of the ingest API in <see href="https://spec.openapis.org/oas/v3.1.0">OpenAPI 3.1</see>, as it stands in <c>openapi.json</c>.</summary>
internal static class OpenApiDocument
{
    private static readonly byte[] Document = Load();

    /// <summary><c>GET /openapi/v1.json</c>.</summary>
    public static Task WriteAsync(HttpContext context)
    {
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = Document.Length;
        return context.Response.Body.WriteAsync(Document, context.RequestAborted).AsTask();
    }

    private static byte[] Load()
    {
        using var resource = typeof(OpenApiDocument).Assembly.GetManifestResourceStream("openapi.json")!;
        var bytes = new byte[resource.Length];
        resource.ReadExactly(bytes);
        return bytes;
    }
}
