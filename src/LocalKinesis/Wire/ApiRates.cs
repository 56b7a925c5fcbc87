using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Text.Json;
using Weir.LocalKinesis.Streams;

namespace Weir.LocalKinesis.Wire;

/// <summary>
/// How often operations may be called, from <see href="https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html">quotas and limits</see>
/// and the API reference: for the whole account, or for each stream. The service does not say what it lets through at once; here it is ten seconds' worth,
/// so that the mean holds and a handful of calls does not hit it. Only calls over the wire that are valid count.
/// </summary>
internal sealed class ApiRates(Engine engine)
{
    private const double BurstSeconds = 10;

    private static readonly FrozenDictionary<string, (double PerSecond, bool PerStream)> Rates = new Dictionary<string, (double, bool)>
    {
        ["AddTagsToStream"] = (5, false),
        ["CreateChannel"] = (5, false),
        ["CreateStream"] = (5, false),
        ["DecreaseStreamRetentionPeriod"] = (5, false),
        ["DeleteChannel"] = (5, false),
        ["DeleteStream"] = (5, false),
        ["DeregisterStreamConsumer"] = (5, true),
        ["DescribeAccountSettings"] = (5, false),
        ["DescribeChannel"] = (5, false),
        ["DescribeLimits"] = (1, false),
        ["DescribeStream"] = (10, false),
        ["DescribeStreamConsumer"] = (20, true),
        ["DescribeStreamSummary"] = (20, false),
        ["DisableEnhancedMonitoring"] = (5, false),
        ["EnableEnhancedMonitoring"] = (5, false),
        ["IncreaseStreamRetentionPeriod"] = (5, false),
        ["ListChannels"] = (5, false),
        ["ListShards"] = (1000, true),
        ["ListStreamConsumers"] = (5, true),
        ["ListStreams"] = (5, false),
        ["ListTagsForResource"] = (5, false),
        ["ListTagsForStream"] = (5, false),
        ["MergeShards"] = (5, false),
        ["RegisterStreamConsumer"] = (5, true),
        ["RemoveTagsFromStream"] = (5, false),
        ["SplitShard"] = (5, false),
        ["TagResource"] = (5, false),
        ["UntagResource"] = (5, false),
        ["UpdateAccountSettings"] = (5, false),
        ["UpdateChannel"] = (5, false),
        ["UpdateMaxRecordSize"] = (5, false),
        ["UpdateShardCount"] = (10, false),
        ["UpdateStreamMode"] = (5, false),
        ["UpdateStreamWarmThroughput"] = (5, false),
    }.ToFrozenDictionary();

    private readonly ConcurrentDictionary<string, Bucket> _ofAccount = new();

    /// <summary>Counts a call that is about to be carried out.</summary>
    /// <param name="operation">Its name.</param>
    /// <param name="input">Its input, checked.</param>
    /// <exception cref="Aws.Kinesis.KinesisException">LimitExceededException: called too often.</exception>
    public void Count(string operation, JsonElement input)
    {
        if (!engine.Limited || !Rates.TryGetValue(operation, out var rate))
            return;
        var stream = StreamOf(input);
        var buckets = rate.PerStream && stream is not null ? stream.CallRates : _ofAccount;
        if (buckets.GetOrAdd(operation, static (_, perSecond) => new Bucket(perSecond), rate.PerSecond).TryTake(engine.Ticks))
            return;
        throw Errors.Limit(stream is null ? $"Rate exceeded for account {engine.AccountId}." : $"Rate exceeded for stream {stream.Name} under account {engine.AccountId}.");
    }

    private LocalStream? StreamOf(JsonElement input)
    {
        if (input.TryGetProperty("StreamName", out var name) && engine.TryFind(name.GetString()!, out var named))
            return named;
        foreach (var member in (ReadOnlySpan<string>)["StreamARN", "ConsumerARN", "ResourceARN"])
        {
            if (input.TryGetProperty(member, out var arn) && Arn.TryStream(arn.GetString()!, out var found) && engine.TryFind(found, out var stream))
                return stream;
        }

        return null;
    }

    /// <summary>A rate that is shared by all callers.</summary>
    internal sealed class Bucket(double perSecond)
    {
        private readonly Lock _lock = new();
        private TokenBucket _tokens = new(perSecond, perSecond * BurstSeconds);

        public bool TryTake(long now)
        {
            lock (_lock)
                return _tokens.TryTake(1, now);
        }
    }
}
