namespace Weir.Aws.Kinesis;

/// <summary>
/// What a shard has carried since the process started: the seven shard-level metrics of
/// <see href="https://docs.aws.amazon.com/streams/latest/dev/monitoring-with-cloudwatch.html">AWS/Kinesis</see> as running totals.
/// </summary>
public readonly record struct ShardCounters(
    string ShardId,
    long IncomingBytes,
    long IncomingRecords,
    long OutgoingBytes,
    long OutgoingRecords,
    long WriteProvisionedThroughputExceeded,
    long ReadProvisionedThroughputExceeded);

/// <summary>Live shard counters, where the service runs in this process; with a remote service CloudWatch has them a minute late.</summary>
public interface IShardMeters
{
    /// <summary>Counters of every shard of the stream that has been touched; empty for an unknown stream. Cheap enough to call each second.</summary>
    IReadOnlyList<ShardCounters> Read(string streamName);
}
