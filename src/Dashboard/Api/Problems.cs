using Microsoft.AspNetCore.Http.HttpResults;

namespace Weir.Dashboard.Api;

/// <summary>Errors as <see href="https://www.rfc-editor.org/rfc/rfc9457">RFC 9457</see> has them: <c>application/problem+json</c> with the field that is wrong.</summary>
internal static class Problems
{
    public static ProblemHttpResult Invalid(string? field, string detail) => TypedResults.Problem(
        detail, statusCode: StatusCodes.Status400BadRequest, title: "The request cannot be carried out", extensions: field is null ? null : new Dictionary<string, object?> { ["field"] = field });

    public static ProblemHttpResult Denied(string detail) => TypedResults.Problem(detail, statusCode: StatusCodes.Status403Forbidden, title: "Not allowed");

    public static ProblemHttpResult Missing(string detail) => TypedResults.Problem(detail, statusCode: StatusCodes.Status404NotFound, title: "Not found");

    public static ProblemHttpResult NotYet(string detail) => TypedResults.Problem(detail, statusCode: StatusCodes.Status404NotFound, title: "Not yet");
}
