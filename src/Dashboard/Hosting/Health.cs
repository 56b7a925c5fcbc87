namespace Weir.Dashboard.Hosting;

/// <summary>Health of a process that takes no records; one that does answers by its spool.</summary>
internal static class Health
{
    /// <summary><c>/healthz</c> and <c>/readyz</c>: 200 while the process works.</summary>
    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/healthz", () => TypedResults.Text("ok\n")).AllowAnonymous();
        routes.MapGet("/readyz", () => TypedResults.Text("ok\n")).AllowAnonymous();
    }
}
