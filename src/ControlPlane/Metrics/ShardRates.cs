using Weir.Aws.Kinesis;
using Weir.ControlPlane.Topology;
using Weir.Pipeline.Telemetry;

namespace Weir.ControlPlane.Metrics;

/// <summary>
/// Turns the running totals of shards into rates. The service's own counters count where it runs in this process, else what this process sent and read.
/// One caller at a time.
/// </summary>
internal sealed class ShardRates(IShardMeters? meters, TimeProvider time)
{
    private const double ShardBytesPerSecond = 1048576;
    private const double ShardRecordsPerSecond = 1000;

    private Dictionary<(string Stream, string ShardId), Seen> _before = [];
    private HashSet<string> _streamsBefore = [];

    /// <summary>What a shard stood at when it was last looked at, and since when its age has not moved.</summary>
    private sealed record Seen(ShardCounters Total, long? Age, long AgeSince);

    /// <summary>One list of shards a stream, in the topology's order.</summary>
    /// <param name="seconds">Time since the last call.</param>
    public Dictionary<string, IReadOnlyList<ShardSnapshot>> Read(IReadOnlyList<StreamTopology> streams, IReadOnlyList<PipelineShardTotals> pipeline, double seconds)
    {
        var own = pipeline.ToDictionary(s => (s.Stream, s.ShardId));
        var now = time.GetTimestamp();
        var seen = new Dictionary<(string, string), Seen>();
        var read = new Dictionary<string, IReadOnlyList<ShardSnapshot>>(StringComparer.Ordinal);
        foreach (var stream in streams)
        {
            var counters = Counters(stream, own);
            var draining = stream.Shards.Where(s => !s.IsOpen && own.GetValueOrDefault((stream.Name, s.ShardId))?.MillisBehindLatest is not null).Select(s => s.ShardId).ToHashSet(StringComparer.Ordinal);
            read[stream.Name] = stream.Shards.Select(shard =>
            {
                var key = (stream.Name, shard.ShardId);
                var total = counters.GetValueOrDefault(shard.ShardId);
                var known = _before.GetValueOrDefault(key);
                var before = known switch
                {
                    // A stream deleted and made again counts from zero.
                    { Total: var last } => last.IncomingBytes > total.IncomingBytes || last.OutgoingBytes > total.OutgoingBytes ? default : last,

                    // A shard that has appeared since: all that it has is of this second. On the first look nobody knows when it was.
                    null => _streamsBefore.Contains(stream.Name) ? default : total,
                };
                var age = own.GetValueOrDefault(key)?.MillisBehindLatest;
                var since = known is not null && known.Age == age ? known.AgeSince : now;
                seen[key] = new Seen(total, age, since);
                return Shard(shard, total, before, seconds, Grown(age, since, now), Reader(shard, age, draining));
            }).ToArray();
        }

        _before = seen;
        _streamsBefore = [.. streams.Select(s => s.Name)];
        return read;
    }

    private static ShardSnapshot Shard(ShardTopology shard, ShardCounters total, ShardCounters before, double seconds, long? age, string? reader)
    {
        var bytes = (total.IncomingBytes - before.IncomingBytes) / seconds;
        var records = (total.IncomingRecords - before.IncomingRecords) / seconds;
        return new ShardSnapshot(
            shard.ShardId,
            shard.StartingHashKey,
            shard.EndingHashKey,
            shard.IsOpen,
            shard.ParentShardId,
            shard.AdjacentParentShardId,
            bytes,
            records,
            (total.OutgoingBytes - before.OutgoingBytes) / seconds,
            (total.OutgoingRecords - before.OutgoingRecords) / seconds,
            (total.WriteProvisionedThroughputExceeded - before.WriteProvisionedThroughputExceeded) / seconds,
            (total.ReadProvisionedThroughputExceeded - before.ReadProvisionedThroughputExceeded) / seconds,
            shard.IsOpen ? Math.Max(bytes / ShardBytesPerSecond, records / ShardRecordsPerSecond) : 0,
            age,
            reader);
    }

    /// <summary>A reader that is behind tells another age at each read. One that has stopped telling falls behind further, and must not look as if it stood still.</summary>
    private long? Grown(long? age, long since, long now) => age is > 0 and var told ? told + (long)time.GetElapsedTime(since, now).TotalMilliseconds : age;

    /// <summary><c>reading</c>, <c>draining</c> (closed, not at its end), <c>waiting</c> (its parents come first), null without a reader in this process.</summary>
    private static string? Reader(ShardTopology shard, long? age, HashSet<string> draining) =>
        age is not null ? shard.IsOpen ? "reading" : "draining"
        : shard.ParentShardId is { } parent && draining.Contains(parent) || shard.AdjacentParentShardId is { } other && draining.Contains(other) ? "waiting"
        : null;

    private Dictionary<string, ShardCounters> Counters(StreamTopology stream, Dictionary<(string, string), PipelineShardTotals> own) => meters is not null
        ? meters.Read(stream.Name).ToDictionary(c => c.ShardId)
        : stream.Shards
            .Select(s => own.GetValueOrDefault((stream.Name, s.ShardId)))
            .OfType<PipelineShardTotals>()
            .ToDictionary(t => t.ShardId, t => new ShardCounters(t.ShardId, t.PublishedBytes, t.PublishedRecords, t.ConsumedBytes, t.ConsumedRecords, t.WriteThrottled, t.ReadThrottled));
}
