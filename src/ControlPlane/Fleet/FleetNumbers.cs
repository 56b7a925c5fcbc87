using Weir.ControlPlane.Live;
using Weir.ControlPlane.Metrics;

namespace Weir.ControlPlane.Fleet;

/// <summary>Adds what the other processes of the fleet report to what this one sees, so that every console shows the whole.</summary>
public sealed class FleetNumbers(Feed<FleetSnapshot> fleet)
{
    /// <summary>Rates and totals are summed, latencies and ages are the worst. What the store holds is the same for all and stays as it is.</summary>
    public SystemSnapshot Whole(SystemSnapshot own)
    {
        var others = fleet.Latest?.Others.ToArray() ?? [];
        return others.Length == 0 ? own : own with { Ingest = Ingest(own.Ingest, others), Store = Store(own.Store, others) };
    }

    /// <summary>The shards of a stream with the others' readers; where the service's own counters are known (<paramref name="counted"/>), rates are whole already.</summary>
    public IReadOnlyList<ShardSnapshot> Whole(string stream, IReadOnlyList<ShardSnapshot> own, bool counted)
    {
        var others = (fleet.Latest?.Others ?? []).SelectMany(o => o.Shards).Where(s => s.Stream == stream).ToLookup(s => s.ShardId);
        return others.Count == 0 ? own : [.. own.Select(s => Shard(s, [.. others[s.ShardId]], counted))];
    }

    /// <summary>What waits in the spools of the others for a stream.</summary>
    public (long Records, long Bytes, double? OldestSeconds) Spooled(string stream)
    {
        var spools = (fleet.Latest?.Others ?? []).SelectMany(o => o.Spools).Where(s => s.Stream == stream).ToArray();
        return (spools.Sum(s => s.Records), spools.Sum(s => s.Bytes), spools.Max(s => s.OldestSeconds));
    }

    private static ShardSnapshot Shard(ShardSnapshot own, InstanceShard[] others, bool counted)
    {
        if (others.Length == 0)
            return own;
        var age = others.Select(o => o.IteratorAgeMilliseconds).Append(own.IteratorAgeMilliseconds).Max();
        var seen = own with { IteratorAgeMilliseconds = age, ReaderState = own.ReaderState is null or "waiting" && age is not null ? own.IsOpen ? "reading" : "draining" : own.ReaderState };
        if (counted)
            return seen;
        var bytes = own.IncomingBytesPerSecond + others.Sum(o => o.IncomingBytesPerSecond);
        var records = own.IncomingRecordsPerSecond + others.Sum(o => o.IncomingRecordsPerSecond);
        return seen with
        {
            IncomingBytesPerSecond = bytes,
            IncomingRecordsPerSecond = records,
            OutgoingBytesPerSecond = own.OutgoingBytesPerSecond + others.Sum(o => o.OutgoingBytesPerSecond),
            OutgoingRecordsPerSecond = own.OutgoingRecordsPerSecond + others.Sum(o => o.OutgoingRecordsPerSecond),
            WriteThrottlesPerSecond = own.WriteThrottlesPerSecond + others.Sum(o => o.WriteThrottlesPerSecond),
            ReadThrottlesPerSecond = own.ReadThrottlesPerSecond + others.Sum(o => o.ReadThrottlesPerSecond),
            Utilization = own.IsOpen ? Math.Max(bytes / 1048576, records / 1000) : 0,
        };
    }

    private static IngestSnapshot Ingest(IngestSnapshot own, InstanceMetrics[] others)
    {
        var all = others.Select(o => o.Ingest).Append(own).ToArray();
        return new IngestSnapshot(
            all.SelectMany(i => i.RequestsPerSecond).GroupBy(r => r.Key).ToDictionary(g => g.Key, g => g.Sum(r => r.Value)),
            all.Sum(i => i.RecordsPerSecond),
            all.Sum(i => i.BytesPerSecond),
            all.Sum(i => i.RejectedPerSecond),
            all.Sum(i => i.RecordsAcceptedTotal),
            all.Sum(i => i.ServiceUnavailableTotal),
            all.Max(i => i.P50Milliseconds),
            all.Max(i => i.P99Milliseconds),
            all.Sum(i => i.SpoolRecords),
            all.Sum(i => i.SpoolBytes),
            all.Max(i => i.SpoolOldestSeconds));
    }

    private static StoreSnapshot Store(StoreSnapshot own, InstanceMetrics[] others)
    {
        var all = others.Select(o => o.Store).Append(own).ToArray();
        return own with
        {
            RecordsPerSecond = all.Sum(s => s.RecordsPerSecond),
            RedactedValuesPerSecond = all.Sum(s => s.RedactedValuesPerSecond),
            RedactedValuesTotal = all.Sum(s => s.RedactedValuesTotal),
            QuarantinedTotal = all.Sum(s => s.QuarantinedTotal),
        };
    }
}
