using System.Collections.Concurrent;
using Weir.Aws.Kinesis;
using Weir.Pipeline.Consuming.Leases;
using Weir.Pipeline.Consuming.Processing;
using Weir.Pipeline.Telemetry;

namespace Weir.Pipeline.Consuming.Reading;

/// <summary>
/// Records pushed by enhanced fan-out: 2 MiB a second of its own from each shard, 70 ms after they arrived. A subscription lives for five minutes; the feed then subscribes again after the last event's
/// continuation. While another worker's subscription still stands (the service lets a new one take over after five seconds) it waits and tries again.
/// See <see href="https://docs.aws.amazon.com/kinesis/latest/APIReference/API_SubscribeToShard.html">SubscribeToShard</see>.
/// <code>subscribe ──► event ──► event … ──► end of five minutes ──► subscribe after the continuation          last event: no continuation, children named</code>
/// </summary>
internal sealed class FanOutFeed(Lease lease, IFanOut fanOut, FanOutConsumers consumers, PipelineMetrics metrics, TimeProvider time, Random random) : IShardFeed
{
    private readonly FeedPosition _position = new(lease);
    private IAsyncEnumerator<SubscribeToShardEvent>? _events;

    public async Task<ShardRead> NextAsync(CancellationToken cancellationToken)
    {
        for (var refusals = 0; ;)
        {
            try
            {
                _events ??= fanOut.SubscribeToShardAsync(new SubscribeToShardRequest(await consumers.ArnAsync(lease.Stream, cancellationToken), lease.ShardId, _position.Start), cancellationToken).GetAsyncEnumerator(cancellationToken);
                if (await _events.MoveNextAsync())
                    return Read(_events.Current);
                await CloseAsync();
            }
            catch (KinesisException e) when (e.Code is KinesisErrorCodes.ResourceInUse or KinesisErrorCodes.LimitExceeded or KinesisErrorCodes.ProvisionedThroughputExceeded && refusals < 20)
            {
                metrics.ReadThrottled(lease.Stream, lease.ShardId);
                await CloseAsync();
                await Task.Delay(TimeSpan.FromSeconds(1) + BackOff.For(Math.Min(++refusals, 5), random), time, cancellationToken);
            }
            catch
            {
                // Broken off: the next call subscribes anew behind the last record.
                await CloseAsync();
                throw;
            }
        }
    }

    public ValueTask DisposeAsync() => new(CloseAsync());

    private ShardRead Read(SubscribeToShardEvent pushed)
    {
        metrics.Consumed(lease.Stream, lease.ShardId, pushed.Records.Count, pushed.Records.Sum(r => (long)r.Data.Length), pushed.MillisBehindLatest);
        _position.Gave(pushed.Records);
        if (pushed.ContinuationSequenceNumber is { } next)
            _position.GoOnAfter(next);
        return new ShardRead(pushed.Records, pushed.MillisBehindLatest, pushed.ContinuationSequenceNumber is null, pushed.ChildShards?.Select(c => c.ShardId).ToArray() ?? []);
    }

    private async Task CloseAsync()
    {
        if (_events is not { } events)
            return;
        _events = null;
        await events.DisposeAsync();
    }
}

/// <summary>The consumer registered with each stream, by the application's name; registered when it is not there.</summary>
internal sealed class FanOutConsumers(IKinesis kinesis, IFanOut fanOut, string name, TimeProvider time)
{
    private static readonly TimeSpan Wait = TimeSpan.FromMinutes(1), Look = TimeSpan.FromSeconds(1);
    private readonly ConcurrentDictionary<string, string> _arns = new(StringComparer.Ordinal);

    /// <exception cref="TimeoutException">It did not become ACTIVE in a minute.</exception>
    public async Task<string> ArnAsync(string stream, CancellationToken cancellationToken)
    {
        if (_arns.TryGetValue(stream, out var known))
            return known;
        var streamArn = (await kinesis.DescribeStreamSummaryAsync(new DescribeStreamSummaryRequest(stream), cancellationToken)).StreamDescriptionSummary.StreamARN;
        var began = time.GetTimestamp();
        while (true)
        {
            if (await FindAsync(streamArn, cancellationToken) is not { } consumer)
                await RegisterAsync(streamArn, cancellationToken);
            else if (consumer.ConsumerStatus == "ACTIVE")
                return _arns[stream] = consumer.ConsumerARN;
            if (time.GetElapsedTime(began) > Wait)
                throw new TimeoutException($"The consumer {name} of {stream} did not become ACTIVE in {Wait}.");
            await Task.Delay(Look, time, cancellationToken);
        }
    }

    /// <summary>A stream that was made again has other consumers.</summary>
    public void Forget(string stream) => _arns.TryRemove(stream, out _);

    private async Task<ConsumerDescription?> FindAsync(string streamArn, CancellationToken cancellationToken)
    {
        try
        {
            return (await fanOut.DescribeStreamConsumerAsync(new DescribeStreamConsumerRequest(streamArn, name), cancellationToken)).ConsumerDescription;
        }
        catch (KinesisException e) when (e.Code == KinesisErrorCodes.ResourceNotFound)
        {
            return null;
        }
    }

    private async Task RegisterAsync(string streamArn, CancellationToken cancellationToken)
    {
        try
        {
            await fanOut.RegisterStreamConsumerAsync(new RegisterStreamConsumerRequest(streamArn, name), cancellationToken);
        }
        catch (KinesisException e) when (e.Code == KinesisErrorCodes.ResourceInUse)
        {
            // Another worker was first.
        }
    }
}

/// <summary>Feeds that are pushed.</summary>
internal sealed class FanOutFeeds(IKinesis kinesis, IFanOut fanOut, PipelineMetrics metrics, ConsumingOptions options, TimeProvider time, Random random) : IShardFeeds
{
    private readonly FanOutConsumers _consumers = new(kinesis, fanOut, options.Application, time);

    public IShardFeed Open(Lease lease)
    {
        if (!lease.Checkpoint.HasProgressed)
            _consumers.Forget(lease.Stream);
        return new FanOutFeed(lease, fanOut, _consumers, metrics, time, random);
    }
}
