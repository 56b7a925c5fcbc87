namespace Weir.LocalKinesis.Wire;

/// <summary>The input of the operations on channels, see <see href="https://docs.aws.amazon.com/kinesis/latest/APIReference/API_CreateChannel.html">CreateChannel</see>.</summary>
internal static class ChannelShapes
{
    private static readonly StringShape Arn = new(@"arn:aws.*:kinesis:.*:\d{12}:channel/\S+", 1, 2048);
    private static readonly StringShape Account = new(@"\d{12}");
    private static readonly StringShape TableName = new("[0-9a-z_]+", 1, 255);
    private static readonly StringShape LongName = new(null, 1, 2048);
    private static readonly Member Freshness = new("DataFreshnessInSeconds", new IntegerShape(1));

    private static readonly StructureShape DeadLetters = new(
        new Member("BucketARN", LongName, true),
        new Member("ExpectedBucketOwner", Account, true),
        new Member("ErrorOutputPrefix", new StringShape(null, 0, 1024)));

    private static readonly StructureShape Bucket = new(
        Freshness,
        new Member("DeadLetterQueueS3Configuration", DeadLetters),
        new Member(
            "StorageConfiguration",
            new StructureShape(
                new Member("BucketARN", LongName, true),
                new Member("ExpectedBucketOwner", Account, true),
                new Member("OutputKeyTemplate", new StringShape(null, 0, 1024)),
                new Member("StorageClass", new StringShape(OneOf: ["STANDARD", "INTELLIGENT_TIERING", "GLACIER_IR"])),
                new Member("CompressionType", new StringShape(OneOf: ["NONE", "GZIP", "ZSTD"]), true)),
            true));

    private static readonly StructureShape Tables = new(
        Freshness,
        new Member("DeadLetterQueueS3Configuration", DeadLetters, true),
        new Member(
            "S3TablesConfigurationList",
            new ListShape(
                new StructureShape(
                    new Member("TableBucketARN", new StringShape("arn:aws[-a-z0-9]*:s3tables:[-a-z0-9]+:[0-9]{12}:bucket/[a-z0-9_-]{3,63}", 1, 2048), true),
                    new Member("Namespace", TableName, true),
                    new Member("TableName", TableName, true),
                    new Member("CompressionType", new StringShape(OneOf: ["NONE", "ZSTD", "SNAPPY"]), true),
                    new Member("PartitionSpec", new StructureShape(new Member(
                        "PartitionFields",
                        new ListShape(new StructureShape(new Member("Transform", new StringShape(OneOf: ["TIME_HOUR"]), true), new Member("SourceName", LongName, true)), 1),
                        true)))),
                1,
                1),
            true));

    private static readonly StructureShape Logging = new(new Member(
        "CloudWatchLogs",
        new StructureShape(
            new Member("Enabled", new BooleanShape(), true),
            new Member("LogGroupName", new StringShape(@"[\.\-_/#A-Za-z0-9]+", 1, 512)),
            new Member("LogStreamName", new StringShape("[^:*]+", 1, 512))),
        true));

    public static StructureShape Create { get; } = new(
        new Member("ChannelName", InputShapes.NameShape, true),
        new Member("ServiceExecutionRoleARN", LongName, true),
        new Member(
            "StreamConfigurationList",
            new ListShape(
                new StructureShape(
                    new Member("StreamARN", InputShapes.StreamArn, true),
                    new Member(
                        "RecordConfiguration",
                        new StructureShape(
                            new Member("RecordFormatType", new StringShape(OneOf: ["GSR_JSON", "JSON", "STRING", "BYTE_ARRAY"]), true),
                            new Member("GSRSchemaARN", LongName)),
                        true)),
                1,
                1),
            true),
        new Member("S3DestinationConfiguration", Bucket),
        new Member("S3TablesDestinationConfiguration", Tables),
        new Member(
            "EncryptionConfiguration",
            new StructureShape(new Member("EncryptionType", new StringShape(OneOf: ["KMS"]), true), new Member("KeyId", LongName, true))),
        new Member("Tags", InputShapes.TagMap),
        new Member("LoggingConfiguration", Logging));

    public static StructureShape Named { get; } = new(new Member("ChannelARN", Arn, true));

    public static StructureShape List { get; } = new(
        new Member("StreamFilter", new ListShape(new StructureShape(new Member("StreamARN", InputShapes.StreamArn, true), new Member("StreamCreationTimestamp", new TimestampShape())))),
        new Member("MaxResults", new IntegerShape(1)),
        new Member("NextToken", InputShapes.Token));

    public static StructureShape Update { get; } = new(
        new Member("ChannelARN", Arn, true),
        new Member("S3DestinationConfiguration", new StructureShape(Freshness with { Required = true })),
        new Member("S3TablesDestinationConfiguration", new StructureShape(Freshness with { Required = true })),
        new Member("LoggingConfiguration", Logging));
}
