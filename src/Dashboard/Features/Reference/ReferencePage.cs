namespace Weir.Dashboard.Features.Reference;

/// <summary>
/// The reference of the ingest API for partners: Swagger UI over <c>/openapi/v1.json</c>, all of it from this host. Open to everybody, as the document is;
/// what is tried from it needs a key.
/// </summary>
internal static class ReferencePage
{
    private const string Page = """
        <!DOCTYPE html>
        <html lang="en">
        <head>
          <meta charset="utf-8" />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <title>Sending records · Weir</title>
          <link rel="icon" type="image/svg+xml" href="/weir.svg" />
          <link rel="stylesheet" href="/lib/swagger-ui/swagger-ui.css" />
        </head>
        <body>
          <noscript>This page needs JavaScript; the document it shows is at <a href="/openapi/v1.json">/openapi/v1.json</a>.</noscript>
          <main id="reference"></main>
          <script src="/lib/swagger-ui/swagger-ui-bundle.js"></script>
          <script src="/js/reference.js"></script>
        </body>
        </html>
        """;

    public static void MapReference(this IEndpointRouteBuilder routes) =>
        routes.MapGet(Links.Reference, () => Results.Content(Page, "text/html; charset=utf-8")).AllowAnonymous();
}
