using Weir.ControlPlane.Metrics;
using Weir.ControlPlane.Rules;

namespace Weir.ControlPlane.Fleet;

/// <summary>One process as it reports itself every few seconds. <see cref="Beat"/> grows with each report: a process whose beat stands still is silent, judged by the reader's own clock.</summary>
/// <param name="Id">Made up at the start of the process.</param>
/// <param name="Worker">Owner of its leases; null for a process that does not consume.</param>
/// <param name="Shadow">What the rule set in the shadow would have changed in the records that it read: counts and shapes, never values.</param>
public sealed record Instance(
    string Id,
    string Host,
    IReadOnlyList<string> Roles,
    string Version,
    DateTimeOffset StartedAt,
    long Beat,
    string? Worker,
    InstanceMetrics Metrics,
    ShadowComparison? Shadow = null);

/// <summary>What one process did by itself over the last second, and what it holds: its part of the system's numbers.</summary>
public sealed record InstanceMetrics(
    IngestSnapshot Ingest,
    StoreSnapshot Store,
    IReadOnlyList<InstanceSpool> Spools,
    IReadOnlyList<InstanceShard> Shards,
    double ProcessorSeconds,
    long MemoryBytes)
{
    /// <summary>The oldest of its readers, null without one.</summary>
    public long? IteratorAgeMilliseconds => Shards.Max(s => s.IteratorAgeMilliseconds);
}

/// <summary>What waits in its spool for one stream.</summary>
public sealed record InstanceSpool(string Stream, long Records, long Bytes, double? OldestSeconds);

/// <summary>A shard that it sends to or reads.</summary>
public sealed record InstanceShard(
    string Stream,
    string ShardId,
    double IncomingBytesPerSecond,
    double IncomingRecordsPerSecond,
    double OutgoingBytesPerSecond,
    double OutgoingRecordsPerSecond,
    double WriteThrottlesPerSecond,
    double ReadThrottlesPerSecond,
    long? IteratorAgeMilliseconds);

/// <summary>A process of the fleet, and for how long it has been silent: 0 while it reports. Past <see cref="FleetOptions.SilentSeconds"/> it counts as gone.</summary>
public sealed record FleetMember(Instance Instance, bool IsThis, double SilentSeconds, bool IsGone);

/// <summary>Every process that shares the state table; this one alone where there is none.</summary>
public sealed record FleetSnapshot(DateTimeOffset At, IReadOnlyList<FleetMember> Members, string? Problem = null)
{
    public IEnumerable<Instance> Living => Members.Where(m => !m.IsGone).Select(m => m.Instance);

    /// <summary>Those that report from elsewhere.</summary>
    public IEnumerable<InstanceMetrics> Others => Members.Where(m => m is { IsGone: false, IsThis: false }).Select(m => m.Instance.Metrics);
}
