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
            totals.Ingest(before, seconds, at),
            totals.Store(before, seconds, totals.RecordsStored, totals.DeadLetters),
            [.. totals.Spools.Select(s => new InstanceSpool(s.Key, s.Value.Records, s.Value.Bytes, s.Value.Oldest.AgeSeconds(at)))],
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
}
