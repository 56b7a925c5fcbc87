namespace Weir.ControlPlane.Metrics;

/// <summary>The whole system at one instant, published once a second on a <c>Feed&lt;SystemSnapshot&gt;</c>. Immutable; rates are over the last second.</summary>
/// <param name="Sequence">Grows by one a sample; a gap tells a watcher what it missed.</param>
public sealed record SystemSnapshot(
    long Sequence,
    DateTimeOffset At,
    IngestSnapshot Ingest,
    StoreSnapshot Store,
    IReadOnlyList<StreamSnapshot> Streams,
    string? Problem = null)
{
    public StreamSnapshot? Find(string stream) => Streams.FirstOrDefault(s => s.Name == stream);
}

/// <summary>What partners see. <see cref="RequestsPerSecond"/> is by HTTP status; <see cref="ServiceUnavailableTotal"/> counts every 503 since the start and should stay 0.</summary>
public sealed record IngestSnapshot(
    IReadOnlyDictionary<int, double> RequestsPerSecond,
    double RecordsPerSecond,
    double BytesPerSecond,
    double RejectedPerSecond,
    long RecordsAcceptedTotal,
    long ServiceUnavailableTotal,
    double? P50Milliseconds,
    double? P99Milliseconds,
    long SpoolRecords,
    long SpoolBytes,
    double? SpoolOldestSeconds);

/// <summary>What is stored, what redaction did on the way, and how many dead letters wait for a decision: of one instance those that it has written.</summary>
public sealed record StoreSnapshot(
    double RecordsPerSecond,
    long RecordsTotal,
    double RedactedValuesPerSecond,
    long RedactedValuesTotal,
    long DeadLettersWaiting,
    long QuarantinedTotal);

/// <summary>One stream. <see cref="Status"/> is AWS's; <see cref="Utilization"/> is the greater of bytes and records against what the open shards allow, 1 = full. A null age is unknown (no reader), never zero.</summary>
public sealed record StreamSnapshot(
    string Name,
    string Status,
    int OpenShards,
    double IncomingBytesPerSecond,
    double IncomingRecordsPerSecond,
    double OutgoingBytesPerSecond,
    double OutgoingRecordsPerSecond,
    double WriteThrottlesPerSecond,
    double ReadThrottlesPerSecond,
    double Utilization,
    long? IteratorAgeMilliseconds,
    long SpoolRecords,
    long SpoolBytes,
    double? SpoolOldestSeconds,
    IReadOnlyList<ShardSnapshot> Shards)
{
    /// <summary>Records a second by which the spool grows, over the last ten seconds; negative while it drains, null before two samples.</summary>
    public double? SpoolGrowthPerSecond { get; init; }

    /// <summary>Bytes against what the open shards take, 1 = full.</summary>
    public double BytesUtilization => OpenShards == 0 ? 0 : IncomingBytesPerSecond / CapacityBytesPerSecond;

    /// <summary>Records against what the open shards take, 1 = full.</summary>
    public double RecordsUtilization => OpenShards == 0 ? 0 : IncomingRecordsPerSecond / CapacityRecordsPerSecond;

    /// <summary>Bytes a second the open shards take: 1 MiB each.</summary>
    public double CapacityBytesPerSecond => OpenShards * 1048576.0;

    /// <summary>Records a second the open shards take: 1,000 each.</summary>
    public double CapacityRecordsPerSecond => OpenShards * 1000.0;
}

/// <summary>One shard, open or closed but not yet expired, in the order of its hash range then its id.</summary>
public sealed record ShardSnapshot(
    string ShardId,
    UInt128 StartingHashKey,
    UInt128 EndingHashKey,
    bool IsOpen,
    string? ParentShardId,
    string? AdjacentParentShardId,
    double IncomingBytesPerSecond,
    double IncomingRecordsPerSecond,
    double OutgoingBytesPerSecond,
    double OutgoingRecordsPerSecond,
    double WriteThrottlesPerSecond,
    double ReadThrottlesPerSecond,
    double Utilization,
    long? IteratorAgeMilliseconds,
    string? ReaderState = null);
