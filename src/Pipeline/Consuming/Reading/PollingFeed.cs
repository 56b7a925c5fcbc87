using Weir.Aws.Kinesis;
using Weir.Pipeline.Consuming.Leases;
using Weir.Pipeline.Consuming.Processing;
using Weir.Pipeline.Telemetry;

namespace Weir.Pipeline.Consuming.Reading;

/// <summary>
/// Reads by GetRecords within the limits of a shard: five calls and 2 MiB a second, shared by all who poll it. At the tip it reads at leisure (<c>IdleMilliseconds</c>); behind, as fast as the limits allow:
/// after an answer of n bytes it waits n / 2 MiB seconds, which is when the service would answer again. An expired iterator is got anew behind the last record.
/// </summary>
internal sealed class PollingFeed(Lease lease, IKinesis kinesis, PipelineMetrics metrics, ConsumingOptions options, TimeProvider time, Random random) : IShardFeed
{
    private readonly FeedPosition _position = new(lease);
    private string? _iterator;
    private long _lastRead;
    private TimeSpan _pause;

    public async Task<ShardRead> NextAsync(CancellationToken cancellationToken)
    {
        for (var refusals = 1; ; refusals++)
        {
            await PaceAsync(cancellationToken);
            _iterator ??= await SeekAsync(cancellationToken);
            _lastRead = time.GetTimestamp();
            try
            {
                return Read(await kinesis.GetRecordsAsync(new GetRecordsRequest(_iterator, options.MaxRecords), cancellationToken));
            }
            catch (KinesisException e) when (e.Code == KinesisErrorCodes.ExpiredIterator)
            {
                _iterator = null;
            }
            catch (KinesisException e) when (e.Code is KinesisErrorCodes.ProvisionedThroughputExceeded or KinesisErrorCodes.Throttling or KinesisErrorCodes.LimitExceeded)
            {
                metrics.ReadThrottled(lease.Stream, lease.ShardId);
                _pause = TimeSpan.FromMilliseconds(options.IdleMilliseconds) + BackOff.For(Math.Min(refusals, 4), random);
            }
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private ShardRead Read(GetRecordsResponse answer)
    {
        var bytes = 0L;
        foreach (var record in answer.Records)
            bytes += record.Data.Length;
        var behind = answer.MillisBehindLatest ?? 0;
        metrics.Consumed(lease.Stream, lease.ShardId, answer.Records.Count, bytes, behind);
        _position.Gave(answer.Records);
        _iterator = answer.NextShardIterator;
        _pause = behind > 0
            ? TimeSpan.FromMilliseconds(Math.Max(options.BehindMilliseconds, options.ShardBytesPerSecond == 0 ? 0 : 1000.0 * bytes / options.ShardBytesPerSecond))
            : TimeSpan.FromMilliseconds(options.IdleMilliseconds);
        return new ShardRead(answer.Records, behind, answer.NextShardIterator is null, answer.ChildShards?.Select(c => c.ShardId).ToArray() ?? []);
    }

    private async Task PaceAsync(CancellationToken cancellationToken)
    {
        var pause = _pause - time.GetElapsedTime(_lastRead);
        if (_lastRead != 0 && pause > TimeSpan.Zero)
            await Task.Delay(pause, time, cancellationToken);
    }

    private async Task<string> SeekAsync(CancellationToken cancellationToken)
    {
        var (type, sequence, at) = _position.Start;
        return (await kinesis.GetShardIteratorAsync(new GetShardIteratorRequest(lease.ShardId, type, lease.Stream, StartingSequenceNumber: sequence, Timestamp: at), cancellationToken)).ShardIterator;
    }
}

/// <summary>Feeds that poll.</summary>
internal sealed class PollingFeeds(IKinesis kinesis, PipelineMetrics metrics, ConsumingOptions options, TimeProvider time, Random random) : IShardFeeds
{
    public IShardFeed Open(Lease lease) => new PollingFeed(lease, kinesis, metrics, options, time, random);
}
