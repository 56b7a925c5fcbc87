using System.Text.Json;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Weir.Dashboard.Api;

/// <summary>Turns what the framework refuses before a handler runs (a body or a query that cannot be read) into a problem that names the field.</summary>
internal static class ProblemAnswers
{
    /// <summary>Wraps every endpoint of the group.</summary>
    public static TBuilder WithProblemAnswers<TBuilder>(this TBuilder group)
        where TBuilder : IEndpointConventionBuilder
    {
        group.Add(endpoint =>
        {
            if (endpoint.RequestDelegate is not { } inner)
            {
                return;
            }

            endpoint.RequestDelegate = async context =>
            {
                try
                {
                    await inner(context);
                }
                catch (BadHttpRequestException e) when (!context.Response.HasStarted)
                {
                    await Answer(e).ExecuteAsync(context);
                }
            };
        });
        return group;
    }

    private static ProblemHttpResult Answer(BadHttpRequestException e) => e.InnerException switch
    {
        JsonException json => Problems.Invalid(Field(json), $"The body is not the JSON that this takes: {Plain(json)}", e.StatusCode),
        AntiforgeryValidationException => Problems.Invalid(null, "The form is too old or came from another site; load the page again.", e.StatusCode),
        _ => Problems.Invalid(null, e.Message, e.StatusCode),
    };

    private static string? Field(JsonException json) => json.Path is { Length: > 2 } path && path.StartsWith("$.", StringComparison.Ordinal) ? path[2..] : null;

    /// <summary>Without the names of our types and without the position, which stands in front.</summary>
    private static string Plain(JsonException json)
    {
        var message = json.Message.Split(" Path:")[0];
        return message.Contains("missing required properties", StringComparison.Ordinal) ? $"missing is {message[(message.LastIndexOf(':') + 1)..].Trim().Replace("'", "", StringComparison.Ordinal)}"
            : message.Contains("could not be converted", StringComparison.Ordinal) ? "this value is of another kind than expected."
            : message.Contains("allow null values", StringComparison.Ordinal) ? "this value must not be null."
            : message;
    }
}
