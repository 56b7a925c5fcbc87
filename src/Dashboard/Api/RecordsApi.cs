using Microsoft.AspNetCore.Http.HttpResults;
using Weir.ControlPlane.Access;
using Weir.Pipeline.Sinks;

namespace Weir.Dashboard.Api;

/// <summary>Stored records, clean.</summary>
internal static class RecordsApi
{
    public static void MapRecords(this RouteGroupBuilder api)
    {
        api.MapGet("/records", async Task<Results<Ok<IReadOnlyList<StoredRecord>>, ProblemHttpResult>> (string? stream, string? contains, int? limit, IRecordStore store, CancellationToken ct) =>
            limit is < 1 or > 1000 ? Problems.Invalid("limit", "limit is 1 to 1,000.") : TypedResults.Ok(await store.LatestAsync(stream, contains, limit ?? 100, ct))).RequireAuthorization(Permissions.ReadRecords);
        api.MapGet("/records/count", async (string? stream, IRecordStore store, CancellationToken ct) => new RecordCount(stream, await store.CountAsync(stream, ct)));
    }

    internal sealed record RecordCount(string? Stream, long Count);
}
