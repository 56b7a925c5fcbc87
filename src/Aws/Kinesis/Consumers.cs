namespace Weir.Aws.Kinesis;

/// <summary>A registered consumer with enhanced fan-out: 2 MiB/s of its own from every shard, pushed.</summary>
public sealed record Consumer(string ConsumerName, string ConsumerARN, string ConsumerStatus, DateTimeOffset ConsumerCreationTimestamp);

public sealed record ConsumerDescription(string ConsumerName, string ConsumerARN, string ConsumerStatus, DateTimeOffset ConsumerCreationTimestamp, string StreamARN);

public sealed record RegisterStreamConsumerRequest(string StreamARN, string ConsumerName, IReadOnlyDictionary<string, string>? Tags = null);

public sealed record RegisterStreamConsumerResponse(Consumer Consumer);

/// <summary>Names the consumer by its ARN, or by its name and the stream's ARN.</summary>
public sealed record DeregisterStreamConsumerRequest(string? StreamARN = null, string? ConsumerName = null, string? ConsumerARN = null);

/// <inheritdoc cref="DeregisterStreamConsumerRequest"/>
public sealed record DescribeStreamConsumerRequest(string? StreamARN = null, string? ConsumerName = null, string? ConsumerARN = null);

public sealed record DescribeStreamConsumerResponse(ConsumerDescription ConsumerDescription);

/// <summary>Lists up to <see cref="MaxResults"/> (1 to 10,000; default 100) consumers.</summary>
public sealed record ListStreamConsumersRequest(string StreamARN, string? NextToken = null, int? MaxResults = null, DateTimeOffset? StreamCreationTimestamp = null);

public sealed record ListStreamConsumersResponse(IReadOnlyList<Consumer> Consumers, string? NextToken = null);

/// <summary>Where a subscription starts; <see cref="Type"/> is one of <see cref="ShardIteratorTypes"/>.</summary>
public sealed record StartingPosition(string Type, string? SequenceNumber = null, DateTimeOffset? Timestamp = null);

/// <summary>Opens an event stream of up to five minutes. See <see href="https://docs.aws.amazon.com/kinesis/latest/APIReference/API_SubscribeToShard.html">SubscribeToShard</see>.</summary>
public sealed record SubscribeToShardRequest(string ConsumerARN, string ShardId, StartingPosition StartingPosition);

/// <summary>One push. Resume after it, AFTER_SEQUENCE_NUMBER <see cref="ContinuationSequenceNumber"/>; the last event of a closed shard has none, and names <see cref="ChildShards"/>.</summary>
public sealed record SubscribeToShardEvent(
    IReadOnlyList<Record> Records,
    string? ContinuationSequenceNumber = null,
    long MillisBehindLatest = 0,
    IReadOnlyList<ChildShard>? ChildShards = null);
