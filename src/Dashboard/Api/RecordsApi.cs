using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.WebUtilities;
using Weir.ControlPlane.Access;
using Weir.ControlPlane.Commands;
using Weir.Pipeline.Sinks;

namespace Weir.Dashboard.Api;

/// <summary>Stored records, clean.</summary>
internal static class RecordsApi
{
    public static void MapRecords(this RouteGroupBuilder api)
    {
        api.MapGet("/records", ReadAsync).RequireAuthorization(Permissions.ReadRecords);
        api.MapPost("/records/reveal", (RevealBody body, Gate gate) => gate.RunAsync(new RevealValue(body.Value, body.Reason, body.Record)));
        api.MapGet("/records/count", async (string? stream, IRecordStore store, CancellationToken ct) => new RecordCount(stream, await store.CountAsync(stream, ct)));
    }

    /// <summary>A page of records; where older ones are stands in the header <c>Link</c> with <c>rel="next"</c> (<see href="https://www.rfc-editor.org/rfc/rfc8288">RFC 8288</see>).</summary>
    private static async Task<Results<Ok<IReadOnlyList<StoredRecord>>, ProblemHttpResult>> ReadAsync(
        string? stream, string? contains, int? limit, string? before, IRecordStore store, HttpContext context, CancellationToken ct)
    {
        if (limit is < 1 or > 1000)
        {
            return Problems.Invalid("limit", "limit is 1 to 1,000.");
        }

        try
        {
            var page = await store.ReadAsync(new RecordQuery(stream, contains, limit ?? 100, before), ct);
            if (page.Next is not null)
            {
                var next = new Dictionary<string, string?> { ["stream"] = stream, ["contains"] = contains, ["limit"] = limit?.ToString(System.Globalization.CultureInfo.InvariantCulture), ["before"] = page.Next };
                context.Response.Headers.Link = $"<{QueryHelpers.AddQueryString("/api/v1/records", next.Where(p => p.Value is not null))}>; rel=\"next\"";
            }

            return TypedResults.Ok(page.Records);
        }
        catch (ArgumentException e)
        {
            return Problems.Invalid("before", e.Message.Split(" (Parameter")[0]);
        }
    }

    internal sealed record RevealBody(string Value, string Reason, string? Record = null);

    internal sealed record RecordCount(string? Stream, long Count);
}
