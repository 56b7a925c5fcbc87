using Weir.ControlPlane.Metrics;
using Weir.Pipeline.Telemetry;

namespace Weir.ControlPlane.Fleet;

/// <summary>This process's own numbers as rates since the last call. One caller at a time.</summary>
public sealed class InstanceSampler(PipelineMetrics pipeline, TimeProvider time)
{
    private PipelineTotals? _before;
    private long _at;

    public InstanceMetrics Sample()
    {
        var (now, totals) = (time.GetTimestamp(), pipeline.Read());
        var seconds = _before is null ? 1 : Math.Max(0.001, time.GetElapsedTime(_at, now).TotalSeconds);
        var before = _before ?? totals;
        (_before, _at) = (totals, now);
        var was = before.Shards.ToDictionary(s => (s.Stream, s.ShardId));
        var at = time.GetUtcNow();
        return new InstanceMetrics(
            new IngestSnapshot(
                totals.RequestsByStatus.ToDictionary(p => p.Key, p => (p.Value - before.RequestsByStatus.GetValueOrDefault(p.Key)) / seconds),
                (totals.RecordsAccepted - before.RecordsAccepted) / seconds,
                (totals.BytesAccepted - before.BytesAccepted) / seconds,
                (totals.RecordsRejected - before.RecordsRejected) / seconds,
                totals.RecordsAccepted,
                totals.RequestsByStatus.GetValueOrDefault(503),
                totals.IngestP50?.TotalMilliseconds,
                totals.IngestP99?.TotalMilliseconds,
                totals.Spools.Values.Sum(s => s.Records),
                totals.Spools.Values.Sum(s => s.Bytes),
                Oldest(totals.Spools.Values.Select(s => s.Oldest).Min(), at)),
            new StoreSnapshot((totals.RecordsStored - before.RecordsStored) / seconds, totals.RecordsStored, (totals.RedactedSpans - before.RedactedSpans) / seconds, totals.RedactedSpans, totals.DeadLetters, totals.Quarantined),
            [.. totals.Spools.Select(s => new InstanceSpool(s.Key, s.Value.Records, s.Value.Bytes, Oldest(s.Value.Oldest, at)))],
            [.. totals.Shards.Select(s => Shard(s, was.GetValueOrDefault((s.Stream, s.ShardId)), seconds)).Where(s => s.IteratorAgeMilliseconds is not null || s.IncomingRecordsPerSecond > 0 || s.OutgoingRecordsPerSecond > 0)],
            Environment.CpuUsage.TotalTime.TotalSeconds,
            Environment.WorkingSet);
    }

    private static InstanceShard Shard(PipelineShardTotals now, PipelineShardTotals? before, double seconds) => new(
        now.Stream,
        now.ShardId,
        (now.PublishedBytes - (before?.PublishedBytes ?? 0)) / seconds,
        (now.PublishedRecords - (before?.PublishedRecords ?? 0)) / seconds,
        (now.ConsumedBytes - (before?.ConsumedBytes ?? 0)) / seconds,
        (now.ConsumedRecords - (before?.ConsumedRecords ?? 0)) / seconds,
        (now.WriteThrottled - (before?.WriteThrottled ?? 0)) / seconds,
        (now.ReadThrottled - (before?.ReadThrottled ?? 0)) / seconds,
        now.MillisBehindLatest);

    private static double? Oldest(DateTimeOffset? oldest, DateTimeOffset now) => oldest is { } at ? Math.Max(0, (now - at).TotalSeconds) : null;
}
