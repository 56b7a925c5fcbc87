namespace Weir.Aws.Kinesis;

/// <summary>Values of a stream's status.</summary>
public static class StreamStatuses
{
    public const string Creating = "CREATING";
    public const string Deleting = "DELETING";
    public const string Active = "ACTIVE";
    public const string Updating = "UPDATING";
}

/// <summary><see cref="StreamMode"/> is <c>PROVISIONED</c> or <c>ON_DEMAND</c>.</summary>
public sealed record StreamModeDetails(string StreamMode);

/// <summary>Creates a stream; <see cref="ShardCount"/> is required unless the mode is on demand. <see cref="MaxRecordSizeInKiB"/> is 1,024 to 10,240, default 1,024.</summary>
public sealed record CreateStreamRequest(
    string StreamName,
    int? ShardCount = null,
    StreamModeDetails? StreamModeDetails = null,
    IReadOnlyDictionary<string, string>? Tags = null,
    int? MaxRecordSizeInKiB = null,
    int? WarmThroughputMiBps = null,
    string? RecordDistributionStrategy = null);

public sealed record DeleteStreamRequest(string? StreamName = null, string? StreamARN = null, bool? EnforceConsumerDeletion = null);

/// <summary>Lists up to <see cref="Limit"/> (1 to 10,000; default 100) streams in the order of their names.</summary>
public sealed record ListStreamsRequest(int? Limit = null, string? ExclusiveStartStreamName = null, string? NextToken = null);

public sealed record StreamSummary(
    string StreamName,
    string StreamARN,
    string StreamStatus,
    StreamModeDetails? StreamModeDetails = null,
    DateTimeOffset? StreamCreationTimestamp = null);

public sealed record ListStreamsResponse(
    IReadOnlyList<string> StreamNames,
    bool HasMoreStreams,
    string? NextToken = null,
    IReadOnlyList<StreamSummary>? StreamSummaries = null);

public sealed record EnhancedMetrics(IReadOnlyList<string> ShardLevelMetrics);

public sealed record DescribeStreamRequest(string? StreamName = null, string? StreamARN = null, int? Limit = null, string? ExclusiveStartShardId = null);

public sealed record StreamDescription(
    string StreamName,
    string StreamARN,
    string StreamStatus,
    IReadOnlyList<Shard> Shards,
    bool HasMoreShards,
    int RetentionPeriodHours,
    DateTimeOffset StreamCreationTimestamp,
    IReadOnlyList<EnhancedMetrics> EnhancedMonitoring,
    StreamModeDetails? StreamModeDetails = null,
    string? EncryptionType = null,
    string? KeyId = null);

public sealed record DescribeStreamResponse(StreamDescription StreamDescription);

public sealed record DescribeStreamSummaryRequest(string? StreamName = null, string? StreamARN = null);

public sealed record StreamDescriptionSummary(
    string StreamName,
    string StreamARN,
    string StreamStatus,
    int RetentionPeriodHours,
    DateTimeOffset StreamCreationTimestamp,
    IReadOnlyList<EnhancedMetrics> EnhancedMonitoring,
    int OpenShardCount,
    StreamModeDetails? StreamModeDetails = null,
    string? EncryptionType = null,
    string? KeyId = null,
    int? ConsumerCount = null,
    int? MaxRecordSizeInKiB = null,
    WarmThroughput? WarmThroughput = null,
    int? ChannelCount = null,
    string? RecordDistributionStrategy = null);

public sealed record DescribeStreamSummaryResponse(StreamDescriptionSummary StreamDescriptionSummary);
