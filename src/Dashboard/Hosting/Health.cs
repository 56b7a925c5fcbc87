namespace Weir.Dashboard.Hosting;

/// <summary>What a process answers that does not have all roles.</summary>
internal static class Health
{
    /// <summary>404 with the reason for whatever a process without a console is asked for besides its own.</summary>
    public static void MapNoConsole(this IEndpointRouteBuilder routes, IReadOnlyList<string> roles) =>
        routes.MapFallback("{**path}", () => TypedResults.Text($"This process has no console: its roles are {string.Join(", ", roles)}.\n", statusCode: StatusCodes.Status404NotFound)).AllowAnonymous();

    /// <summary><c>/healthz</c> and <c>/readyz</c> of a process that takes no records: 200 while it works. One that does answers by its spool.</summary>
    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/healthz", () => TypedResults.Text("ok\n")).AllowAnonymous();
        routes.MapGet("/readyz", () => TypedResults.Text("ok\n")).AllowAnonymous();
    }
}
