using Weir.Aws.Kinesis;
using Weir.Pipeline.Consuming.Leases;

namespace Weir.Pipeline.Consuming.Reading;

/// <summary>What one read brought: records in order, and how far behind the shard's tip they end. After the last read of a closed shard there is nothing more.</summary>
internal readonly record struct ShardRead(IReadOnlyList<Record> Records, long MillisBehindLatest, bool IsLast, IReadOnlyList<string> ChildShardIds);

/// <summary>The records of one shard from a checkpoint on, however they are got. One call at a time.</summary>
internal interface IShardFeed : IAsyncDisposable
{
    /// <summary>
    /// The next records, perhaps none; waits as long as the service's limits ask for. A read that failed can be asked for again: it goes on behind the last record that was given.
    /// </summary>
    /// <exception cref="KinesisException">Refused for more than the rate.</exception>
    Task<ShardRead> NextAsync(CancellationToken cancellationToken);
}

/// <summary>Opens feeds as the settings say: by polling, or by enhanced fan-out.</summary>
internal interface IShardFeeds
{
    IShardFeed Open(Lease lease);
}

/// <summary>Where a feed stands: first by the lease's checkpoint, later behind the last record that it gave.</summary>
internal sealed class FeedPosition(Lease lease)
{
    private string? _last;

    /// <summary>An aggregate may be half done, so the first read starts at the checkpoint's sequence number again; what the checkpoint has passed is left out later.</summary>
    public StartingPosition Start => (_last, lease.Checkpoint) switch
    {
        ({ } last, _) => new StartingPosition(ShardIteratorTypes.AfterSequenceNumber, last),
        (_, { Sequence: Checkpoints.TrimHorizon or Checkpoints.Latest } known) => new StartingPosition(known.Sequence),
        (_, { Sequence: Checkpoints.AtTimestamp } at) => new StartingPosition(ShardIteratorTypes.AtTimestamp, Timestamp: DateTimeOffset.FromUnixTimeMilliseconds(at.SubSequence)),
        (_, var at) => new StartingPosition(ShardIteratorTypes.AtSequenceNumber, at.Sequence),
    };

    public void Gave(IReadOnlyList<Record> records)
    {
        if (records.Count > 0)
            _last = records[^1].SequenceNumber;
    }

    /// <summary>Goes on behind a sequence number that the service gave, also of an event without records.</summary>
    public void GoOnAfter(string sequenceNumber) => _last = sequenceNumber;
}
