using Microsoft.AspNetCore.Http.HttpResults;
using Weir.ControlPlane.Access;
using Weir.ControlPlane.Commands;
using Weir.ControlPlane.Fleet;
using Weir.ControlPlane.Live;
using Weir.Pipeline.Consuming;
using Weir.Pipeline.Consuming.DeadLetters;
using Weir.Pipeline.Consuming.Leases;

namespace Weir.Dashboard.Api;

/// <summary>The fleet, leases, rewinding, dead letters.</summary>
internal static class ConsumersApi
{
    public static void MapConsumers(this RouteGroupBuilder api)
    {
        api.MapGet("/fleet", Results<Ok<FleetSnapshot>, ProblemHttpResult> (Feed<FleetSnapshot> feed) => feed.Latest is { } f ? TypedResults.Ok(f) : Problems.NotYet("No process has reported yet; one does in a few seconds."));
        api.MapGet("/leases", async (string? stream, IConsumerControl consumer, CancellationToken ct) =>
            (await consumer.LeasesAsync(ct)).Where(l => stream is null || l.Stream == stream).Select(LeaseAnswer.Of));
        api.MapPost("/streams/{stream}/rewind", (string stream, RewindBody body, Gate gate) => gate.RunAsync(new RewindConsumer(stream, body.ShardId, body.Time, body.Position)));

        var letters = api.MapGroup("/dead-letters").RequireAuthorization(Permissions.ReadRecords);
        letters.MapGet("/", async Task<Results<Ok<IEnumerable<LetterAnswer>>, ProblemHttpResult>> (string? state, DateTimeOffset? before, int? limit, IConsumerControl consumer, CancellationToken ct) =>
            !TryState(state, out var wanted) ? Problems.Invalid("state", $"state is one of {string.Join(", ", Enum.GetNames<DeadLetterState>())}.")
            : limit is < 1 or > 1000 ? Problems.Invalid("limit", "limit is 1 to 1,000.")
            : TypedResults.Ok((await consumer.DeadLettersAsync(wanted, before, limit ?? 100, ct)).Select(LetterAnswer.Of)));
        letters.MapGet("/count", async (IConsumerControl consumer, CancellationToken ct) => new WaitingCount(await consumer.WaitingDeadLettersAsync(ct)));
        letters.MapGet("/{key}", async Task<Results<Ok<LetterAnswer>, ProblemHttpResult>> (string key, IConsumerControl consumer, CancellationToken ct) =>
            DeadLetterKey.TryParse(key, out var parsed) && await consumer.DeadLetterAsync(parsed.Value, ct) is { } letter ? TypedResults.Ok(LetterAnswer.Of(letter)) : Problems.Missing($"There is no dead letter '{key}'."));
        letters.MapPost("/{key}/replay", (string key, Gate gate) => gate.RunAsync(new ReplayDeadLetter(key)));
        letters.MapPost("/{key}/drop", (string key, DropBody body, Gate gate) => gate.RunAsync(new DropDeadLetter(key, body.Reason)));
    }

    private static bool TryState(string? text, out DeadLetterState? state)
    {
        state = Enum.TryParse<DeadLetterState>(text, ignoreCase: true, out var parsed) && char.IsAsciiLetter(text![0]) ? parsed : null;
        return text is null || state is not null;
    }

    /// <summary>Exactly one of the two: an ISO 8601 time, or <c>TRIM_HORIZON</c>, <c>LATEST</c> or, with a shard, a sequence number.</summary>
    internal sealed record RewindBody(string? ShardId = null, DateTimeOffset? Time = null, string? Position = null);

    internal sealed record DropBody(string Reason);

    internal sealed record WaitingCount(long Waiting);

    /// <summary>A lease; <see cref="Checkpoint"/> is the last record that is stored, or <c>TRIM_HORIZON</c>, <c>LATEST</c>, <c>AT_TIMESTAMP</c>, <c>SHARD_END</c>.</summary>
    internal sealed record LeaseAnswer(string Stream, string ShardId, string? Owner, string? HandoffTo, long Counter, string Checkpoint, long CheckpointSubSequence, long OwnerSwitches, IReadOnlyList<string> ParentShardIds, IReadOnlyList<string> ChildShardIds)
    {
        public static LeaseAnswer Of(Lease lease) => new(lease.Stream, lease.ShardId, lease.Owner, lease.HandoffTo, lease.Counter, lease.Checkpoint.Sequence, lease.Checkpoint.SubSequence, lease.OwnerSwitches, lease.ParentShardIds, lease.ChildShardIds);
    }

    /// <summary>A dead letter; <see cref="Data"/> is clean, and null in lists and where the record could not be made clean.</summary>
    internal sealed record LetterAnswer(
        string Key, string Stream, string ShardId, string SequenceNumber, long SubSequenceNumber, string PartitionKey, DateTimeOffset ArrivedAt, DateTimeOffset FailedAt, string Cause, int Attempts, int Bytes, DeadLetterState State, string? Reason, string? Data)
    {
        public static LetterAnswer Of(DeadLetter l) => new(l.Key.ToString(), l.Stream, l.ShardId, l.SequenceNumber, l.SubSequenceNumber, l.PartitionKey, l.ArrivedAt, l.FailedAt, l.Cause, l.Attempts, l.Bytes, l.State, l.Reason, l.Data);
    }
}
