using Weir.Aws.Kinesis;

namespace Weir.LocalKinesis.Streams;

/// <summary>
/// Streams on demand size themselves: enough shards for twice the greatest write rate of late, never fewer than four, doubled or halved at most in one step
/// (<see href="https://docs.aws.amazon.com/streams/latest/dev/how-do-i-size-a-stream.html">capacity modes</see>). Rates are means of <see cref="Interval"/>.
/// Growing happens at once; shrinking only when three quarters would have served a whole day.
/// </summary>
internal sealed class OnDemandScaling(Engine engine)
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(15);
    private static readonly long DayMs = (long)TimeSpan.FromDays(1).TotalMilliseconds;
    private readonly Dictionary<int, Observed> _observed = [];

    /// <summary>Looks at every stream on demand once; called each <see cref="Interval"/>.</summary>
    public async Task LookAsync(CancellationToken cancellationToken)
    {
        // Not the system's clock: set back, it would make a rate out of no time at all.
        var now = engine.Ticks;
        foreach (var stream in engine.Streams.Where(s => s.Document is { OnDemand: true, Status: StreamStatuses.Active }))
        {
            var open = stream.Routing.Open.Length;
            if (Wanted(stream, now, open) is not { } target || target == open)
                continue;
            await engine.ChangeAsync(
                () => engine.TryFind(stream.Name, out var current) && current == stream && stream.Document is { OnDemand: true, Status: StreamStatuses.Active }
                    ? new ControlEntry { Stream = stream.Document with { Status = StreamStatuses.Updating, Pending = new PendingChange { TargetShardCount = target } } }
                    : null,
                cancellationToken).ConfigureAwait(false);
            await engine.CompleteLaterAsync(stream).ConfigureAwait(false);
        }

        foreach (var gone in _observed.Keys.Except(engine.Streams.Select(s => s.Id)).ToList())
            _observed.Remove(gone);
    }

    /// <summary>How many shards there should be; null while it is not known.</summary>
    private int? Wanted(LocalStream stream, long now, int open)
    {
        var (bytes, records) = (0L, 0L);
        foreach (var shard in stream.Shards)
        {
            var counters = shard.Counters;
            // What was refused was wanted too; its size is not known, its number is.
            bytes += counters.IncomingBytes;
            records += counters.IncomingRecords + counters.WriteProvisionedThroughputExceeded;
        }

        if (!_observed.TryGetValue(stream.Id, out var seen))
        {
            _observed.Add(stream.Id, new Observed { SinceMs = now, AtMs = now, Bytes = bytes, Records = records });
            return null;
        }

        var seconds = Math.Max(1, now - seen.AtMs) / 1000.0;
        var shards = Math.Max((bytes - seen.Bytes) / seconds / ShardLimits.WriteBytesPerSecond, (records - seen.Records) / seconds / ShardLimits.WriteRecordsPerSecond);
        (seen.AtMs, seen.Bytes, seen.Records) = (now, bytes, records);
        seen.Peaks.RemoveAll(p => p.AtMs < now - DayMs);
        // Only peaks that nothing later tops are of interest.
        seen.Peaks.RemoveAll(p => p.Shards <= shards);
        seen.Peaks.Add((now, shards));
        var peak = seen.Peaks[0].Shards;
        var warm = stream.Document.WarmThroughputMiBps ?? 0;
        var needed = (int)Math.Clamp(Math.Ceiling(Math.Max(peak * 2, warm)), Actions.CreateStream.OnDemandShards, 10_000);
        if (needed > open)
            return Math.Min(Math.Max(needed, open), Math.Min(open * 2, open + Math.Max(0, engine.Options.ShardLimit - engine.OpenShards)));
        return needed <= open * 3 / 4 && now - seen.SinceMs >= DayMs ? Math.Max(needed, (open + 1) / 2) : null;
    }

    private sealed class Observed
    {
        public long SinceMs { get; init; }
        public long AtMs { get; set; }
        public long Bytes { get; set; }
        public long Records { get; set; }
        public List<(long AtMs, double Shards)> Peaks { get; } = [];
    }
}
