using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Weir.ControlPlane.Commands;
using Weir.ControlPlane.Live;
using Weir.ControlPlane.Metrics;
using Weir.ControlPlane.Resharding;

namespace Weir.Dashboard.Api;

/// <summary>Streams, their shards, and what changes their number.</summary>
internal static class StreamsApi
{
    public static void MapStreams(this RouteGroupBuilder api)
    {
        var streams = api.MapGroup("/streams");
        streams.MapGet("/", (Feed<SystemSnapshot> feed) => (feed.Latest?.Streams ?? []).Select(s => s with { Shards = [] }));
        streams.MapPost("/", (CreateBody body, Gate gate) => gate.RunAsync(new CreateStream(body.Stream, body.ShardCount)));
        streams.MapGet("/{stream}", Results<Ok<StreamSnapshot>, ProblemHttpResult> (string stream, Feed<SystemSnapshot> feed) => feed.Latest?.Find(stream) is { } s ? TypedResults.Ok(s) : Missing(stream));
        streams.MapGet("/{stream}/shards", Results<Ok<IReadOnlyList<ShardSnapshot>>, ProblemHttpResult> (string stream, Feed<SystemSnapshot> feed) => feed.Latest?.Find(stream) is { } s ? TypedResults.Ok(s.Shards) : Missing(stream));
        streams.MapDelete("/{stream}", (string stream, Gate gate) => gate.RunAsync(new DeleteStream(stream)));
        streams.MapGet("/{stream}/reshard", async (string stream, int targetShardCount, IReshardPlanner planner, CancellationToken ct) => await planner.PlanAsync(stream, targetShardCount, ct));
        streams.MapPost("/{stream}/reshard", (string stream, ReshardBody body, Gate gate) => gate.RunAsync(new ReshardStream(stream, body.TargetShardCount, body.FromShardCount)));
        streams.MapPost("/{stream}/shards/{shard}/split", async Task<Results<Ok<CommandResult.Done>, Accepted<CommandResult.Done>, ProblemHttpResult>> (string stream, string shard, HttpRequest request, Gate gate) =>
            await gate.RunAsync(new SplitShard(stream, shard, await NewStartingHashKeyAsync(request))));
        streams.MapPost("/{stream}/shards/{shard}/merge", (string stream, string shard, MergeBody body, Gate gate) => gate.RunAsync(new MergeShards(stream, shard, body.AdjacentShardId)));
    }

    /// <summary>The body may be left out, which binding a parameter would not allow.</summary>
    private static async Task<string?> NewStartingHashKeyAsync(HttpRequest request)
    {
        if (request.ContentLength is null or 0)
        {
            return null;
        }

        if (!request.HasJsonContentType())
        {
            throw new BadHttpRequestException("The body is JSON: send it with Content-Type: application/json.", StatusCodes.Status415UnsupportedMediaType);
        }

        try
        {
            return (await request.ReadFromJsonAsync<SplitBody>(request.HttpContext.RequestAborted))?.NewStartingHashKey;
        }
        catch (JsonException e)
        {
            throw new BadHttpRequestException("The body cannot be read.", e);
        }
    }

    private static ProblemHttpResult Missing(string stream) => Problems.Missing($"There is no stream '{stream}'.");

    internal sealed record CreateBody(string Stream, int ShardCount = 1);

    /// <summary>With <paramref name="FromShardCount"/> nothing is done unless the stream has that many open shards.</summary>
    internal sealed record ReshardBody(int TargetShardCount, int? FromShardCount = null);

    /// <summary>A null key splits in the middle of the shard's range.</summary>
    internal sealed record SplitBody(string? NewStartingHashKey = null);

    internal sealed record MergeBody(string AdjacentShardId);
}
