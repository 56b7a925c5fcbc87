namespace Weir.Aws.Kinesis;

/// <summary>Values of a channel's status.</summary>
public static class ChannelStatuses
{
    public const string Creating = "CREATING";
    public const string Active = "ACTIVE";
    public const string Updating = "UPDATING";
    public const string Deleting = "DELETING";
}

/// <summary><see cref="RecordFormatType"/> is <c>GSR_JSON</c>, <c>JSON</c>, <c>STRING</c> or <c>BYTE_ARRAY</c>.</summary>
public sealed record RecordConfiguration(string RecordFormatType, string? GSRSchemaARN = null);

public sealed record ChannelStreamConfiguration(string StreamARN, RecordConfiguration RecordConfiguration);

public sealed record DeadLetterQueueS3Configuration(string BucketARN, string ExpectedBucketOwner, string? ErrorOutputPrefix = null);

/// <summary><see cref="CompressionType"/> is <c>NONE</c>, <c>GZIP</c> or <c>ZSTD</c>.</summary>
public sealed record S3StorageConfiguration(string BucketARN, string ExpectedBucketOwner, string CompressionType, string? OutputKeyTemplate = null, string? StorageClass = null);

/// <summary>Delivery to a bucket. <see cref="DataFreshnessInSeconds"/> is how old undelivered data may become, by default 300.</summary>
public sealed record S3DestinationConfiguration(S3StorageConfiguration StorageConfiguration, DeadLetterQueueS3Configuration? DeadLetterQueueS3Configuration = null, int? DataFreshnessInSeconds = null);

public sealed record PartitionField(string Transform, string SourceName);

public sealed record PartitionSpec(IReadOnlyList<PartitionField> PartitionFields);

/// <summary><see cref="CompressionType"/> is <c>NONE</c>, <c>ZSTD</c> or <c>SNAPPY</c>.</summary>
public sealed record S3TablesConfiguration(string TableBucketARN, string Namespace, string TableName, string CompressionType, PartitionSpec? PartitionSpec = null);

/// <summary>Delivery to a table. <see cref="DataFreshnessInSeconds"/> is how old undelivered data may become, by default 300.</summary>
public sealed record S3TablesDestinationConfiguration(DeadLetterQueueS3Configuration DeadLetterQueueS3Configuration, IReadOnlyList<S3TablesConfiguration> S3TablesConfigurationList, int? DataFreshnessInSeconds = null);

public sealed record ChannelEncryptionConfiguration(string EncryptionType, string KeyId);

public sealed record CloudWatchLogs(bool Enabled, string? LogGroupName = null, string? LogStreamName = null);

public sealed record ChannelLoggingConfiguration(CloudWatchLogs CloudWatchLogs);

/// <summary>Creates a channel, which delivers the records of one stream to exactly one of the two destinations.</summary>
public sealed record CreateChannelRequest(
    string ChannelName,
    string ServiceExecutionRoleARN,
    IReadOnlyList<ChannelStreamConfiguration> StreamConfigurationList,
    S3DestinationConfiguration? S3DestinationConfiguration = null,
    S3TablesDestinationConfiguration? S3TablesDestinationConfiguration = null,
    ChannelEncryptionConfiguration? EncryptionConfiguration = null,
    IReadOnlyDictionary<string, string>? Tags = null,
    ChannelLoggingConfiguration? LoggingConfiguration = null);

public sealed record ChannelStreamDescription(string StreamARN, DateTimeOffset StreamCreationTimestamp, RecordConfiguration RecordConfiguration);

public sealed record ChannelDescription(
    string ChannelName,
    string ChannelARN,
    string ChannelId,
    string ChannelStatus,
    DateTimeOffset ChannelCreationTimestamp,
    string ServiceExecutionRoleARN,
    IReadOnlyList<ChannelStreamDescription> StreamConfigurationList,
    ChannelLoggingConfiguration LoggingConfiguration,
    string? ChannelStatusReason = null,
    S3DestinationConfiguration? S3DestinationConfiguration = null,
    S3TablesDestinationConfiguration? S3TablesDestinationConfiguration = null,
    ChannelEncryptionConfiguration? EncryptionConfiguration = null);

/// <summary>What CreateChannel, DescribeChannel and UpdateChannel answer.</summary>
public sealed record ChannelResponse(ChannelDescription ChannelDescription);

/// <summary>Names a channel by its ARN: the input of DescribeChannel and DeleteChannel.</summary>
public sealed record ChannelRequest(string ChannelARN);

public sealed record StreamFilter(string StreamARN, DateTimeOffset? StreamCreationTimestamp = null);

/// <summary>Lists up to <see cref="MaxResults"/> (at most 100, which is the default) channels, of the streams given or of all.</summary>
public sealed record ListChannelsRequest(IReadOnlyList<StreamFilter>? StreamFilter = null, int? MaxResults = null, string? NextToken = null);

public sealed record ChannelStreamIdentifier(string StreamARN, DateTimeOffset StreamCreationTimestamp);

/// <summary><see cref="ChannelDestinationType"/> is <c>S3</c> or <c>S3_TABLES</c>.</summary>
public sealed record ChannelSummary(
    string ChannelName,
    string ChannelARN,
    string ChannelId,
    string ChannelStatus,
    DateTimeOffset ChannelCreationTimestamp,
    string ChannelDestinationType,
    IReadOnlyList<ChannelStreamIdentifier> Streams);

public sealed record ListChannelsResponse(IReadOnlyList<ChannelSummary> ChannelSummaries, string? NextToken = null);

/// <summary>The one thing about a destination that can change.</summary>
public sealed record DestinationUpdate(int DataFreshnessInSeconds);

public sealed record UpdateChannelRequest(
    string ChannelARN,
    DestinationUpdate? S3DestinationConfiguration = null,
    DestinationUpdate? S3TablesDestinationConfiguration = null,
    ChannelLoggingConfiguration? LoggingConfiguration = null);
