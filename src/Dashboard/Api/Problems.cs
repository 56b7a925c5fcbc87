using Microsoft.AspNetCore.Http.HttpResults;

namespace Weir.Dashboard.Api;

/// <summary>Errors as <see href="https://www.rfc-editor.org/rfc/rfc9457">RFC 9457</see> has them: <c>application/problem+json</c> with the field that is wrong.</summary>
internal static class Problems
{
    public static ProblemHttpResult Invalid(string? field, string detail, int status = StatusCodes.Status400BadRequest) => TypedResults.Problem(
        detail, statusCode: status, title: "The request cannot be carried out", extensions: field is null ? null : new Dictionary<string, object?> { ["field"] = field });

    public static ProblemHttpResult SignIn() => TypedResults.Problem(
        "Sign in, or send a token: Authorization: Bearer wt_…", statusCode: StatusCodes.Status401Unauthorized, title: "Not signed in");

    public static ProblemHttpResult Denied(string detail) => TypedResults.Problem(detail, statusCode: StatusCodes.Status403Forbidden, title: "Not allowed");

    public static ProblemHttpResult Missing(string detail) => TypedResults.Problem(detail, statusCode: StatusCodes.Status404NotFound, title: "Not found");

    public static ProblemHttpResult NotYet(string detail) => TypedResults.Problem(detail, statusCode: StatusCodes.Status503ServiceUnavailable, title: "Not yet");
}
