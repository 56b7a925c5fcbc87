using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Weir.Aws.Kinesis;
using Weir.LocalKinesis.Metrics;
using Weir.LocalKinesis.Streams;

namespace Weir.LocalKinesis.Actions;

/// <summary>
/// Pushes a shard's records to a registered consumer for five minutes, as they arrive, at 2 MiB/s of its own. At the end of a closed shard the last event
/// names the children and has no continuation.
/// </summary>
internal sealed class SubscribeToShard(Engine engine)
{
    private const int EventBytes = 1 << 20;
    private const int EventRecords = 10_000;
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Takeover = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<(string Consumer, int Shard), Subscription> _subscriptions = new();

    /// <summary>Checks the call and opens the subscription; one that is older than five seconds gives way.</summary>
    /// <exception cref="KinesisException">The refusal.</exception>
    public Subscription Open(SubscribeToShardRequest request)
    {
        var (stream, consumer) = Consumers.Find(engine, null, null, request.ConsumerARN);
        if (consumer.Status != StreamStatuses.Active)
            throw Errors.InUse($"Consumer {consumer.Name} of stream {stream.Name} under account {engine.AccountId} is not ACTIVE, instead in state {consumer.Status}");
        if (!ShardName.TryParse(request.ShardId, out var index))
            throw Errors.ShardNotFound(engine, stream.Name, request.ShardId);
        var shard = stream.Find(index) ?? throw Errors.ShardDoesNotExist(engine, stream.Name, ShardName.Of(index));
        var from = GetShardIterator.Start(engine, stream, shard, request.StartingPosition, "SubscribeToShard");
        var subscription = new Subscription(consumer.Arn, consumer.Name, stream, shard, from, engine.Time.GetTimestamp());
        while (!_subscriptions.TryAdd(subscription.Key, subscription))
        {
            if (!_subscriptions.TryGetValue(subscription.Key, out var present))
                continue;
            if (engine.Time.GetElapsedTime(present.Opened) < Takeover)
            {
                engine.Metrics.Add(new MetricKey("SubscribeToShard.RateExceeded", stream.Name, Consumer: consumer.Name), 1);
                throw Errors.InUse($"Another active subscription exists for this consumer: {engine.AccountId}:{stream.Name}:{consumer.Name}, and shard: {shard.Name}");
            }

            present.End();
            _subscriptions.TryRemove(new KeyValuePair<(string, int), Subscription>(subscription.Key, present));
        }

        engine.Metrics.Add(new MetricKey("SubscribeToShard.Success", stream.Name, Consumer: consumer.Name), 1);
        return subscription;
    }

    /// <summary>The events of a subscription until it ends: after five minutes, at the shard's end, or when another takes over.</summary>
    /// <exception cref="KinesisException">The stream, the shard or the consumer is gone.</exception>
    public async IAsyncEnumerable<SubscribeToShardEvent> RunAsync(Subscription subscription, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (stream, shard) = (subscription.Stream, subscription.Shard);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, subscription.Ended, engine.Stopping);
        try
        {
            var next = subscription.From;
            var bucket = new TokenBucket(ShardLimits.ReadBytesPerSecond, ShardLimits.ReadBytesPerSecond);
            var idleSince = subscription.Opened;
            while (engine.Time.GetElapsedTime(subscription.Opened) < Lifetime && !ended.IsCancellationRequested)
            {
                if (!engine.TryFind(stream.Name, out var current) || current != stream || stream.Find(shard.Index) is null)
                    throw Errors.ShardDoesNotExist(engine, stream.Name, shard.Name);
                if (!stream.Document.Consumers.Any(c => c.Arn == subscription.Consumer && c.Status == StreamStatuses.Active))
                    throw Consumers.NotFound(engine, subscription.Consumer);
                if (engine.Limited && !bucket.IsOpen(engine.Ticks))
                {
                    await Task.Delay(TimeSpan.FromMilliseconds(20), engine.Time, ended.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                    continue;
                }

                var collected = new GetRecords.Collected(shard);
                var read = ShardReader.Read(engine, stream, shard, next, EventRecords, EventBytes, collected);
                next = read.Next;
                shard.Sent(read.Records, read.Bytes, charge: false);
                bucket.Charge(read.Bytes);
                if (read.AtEnd)
                {
                    engine.Metrics.Pushed(stream, shard, subscription.ConsumerName, read);
                    yield return new SubscribeToShardEvent(collected.Records, null, 0, GetRecords.Children(stream, shard, read));
                    yield break;
                }

                if (read.Records > 0 || engine.Time.GetElapsedTime(idleSince) >= KeepAlive)
                {
                    idleSince = engine.Time.GetTimestamp();
                    var number = collected.Records.Count > 0
                        ? collected.Records[^1].SequenceNumber
                        : shard.Number(next == 0 ? 0 : next - 1, engine.Now).ToString();
                    engine.Metrics.Pushed(stream, shard, subscription.ConsumerName, read);
                    yield return new SubscribeToShardEvent(collected.Records, number, read.MillisBehindLatest);
                }

                if (read.Records > 0)
                    continue;
                using var patience = CancellationTokenSource.CreateLinkedTokenSource(ended.Token);
                var tick = Task.Delay(KeepAlive, engine.Time, patience.Token);
                await Task.WhenAny(shard.WaitForAsync(next, patience.Token), tick).ConfigureAwait(false);
                await patience.CancelAsync().ConfigureAwait(false);
            }
        }
        finally
        {
            _subscriptions.TryRemove(new KeyValuePair<(string, int), Subscription>(subscription.Key, subscription));
        }
    }

#pragma warning disable CA1001 // Never disposed: whoever takes over may cancel at any time, and without a timer it holds nothing.
    /// <summary>A consumer's hold on a shard.</summary>
    internal sealed class Subscription(string consumer, string consumerName, LocalStream stream, LocalShard shard, ulong from, long opened)
    {
        private readonly CancellationTokenSource _ended = new();

        public (string Consumer, int Shard) Key => (consumer, shard.Index);
        public string Consumer => consumer;
        public string ConsumerName => consumerName;
        public LocalStream Stream => stream;
        public LocalShard Shard => shard;
        public ulong From => from;
        public long Opened => opened;
        public CancellationToken Ended => _ended.Token;

        public void End() => _ended.Cancel();
    }
#pragma warning restore CA1001
}
