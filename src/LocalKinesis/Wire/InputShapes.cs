using static Weir.Aws.Kinesis.ShardFilterTypes;

namespace Weir.LocalKinesis.Wire;

/// <summary>The input of every operation: members, types and constraints of the <see href="https://docs.aws.amazon.com/kinesis/latest/APIReference/Welcome.html">API reference</see>.</summary>
internal static class InputShapes
{
    private const string Name = "[a-zA-Z0-9_.-]+";
    private const string Number = @"0|([1-9]\d{0,128})";
    private const int MostShards = 100_000;
    private const string Hash = @"0|([1-9]\d{0,38})";
    internal static readonly StringShape NameShape = new(Name, 1, 128);
    internal static readonly StringShape StreamArn = new(@"arn:aws.*:kinesis:.*:\d{12}:stream/\S+", 1, 2048);
    private static readonly StringShape ConsumerArn = new(@"^(arn):aws.*:kinesis:.*:\d{12}:.*stream\/[a-zA-Z0-9_.-]+\/consumer\/[a-zA-Z0-9_.-]+:[0-9]+", 1, 2048);
    private static readonly StringShape ResourceArn = new(@"arn:aws.*:kinesis:.*:\d{12}:.*stream/\S+", 1, 2048);
    internal static readonly StringShape Token = new(null, 1, 1_048_576);
    private static readonly IntegerShape PageSize = new(1, 10_000);
    internal static readonly MapShape TagMap = new(1, 200, 1, 128, 0, 256);
    private static readonly ListShape TagKeys = new(new StringShape(null, 1, 128), 1, 50);
    private static readonly StringShape IteratorType = new(OneOf: ["AFTER_SEQUENCE_NUMBER", "LATEST", "AT_TIMESTAMP", "AT_SEQUENCE_NUMBER", "TRIM_HORIZON"]);
    private static readonly StringShape Encryption = new(OneOf: ["KMS", "NONE"]);
    private static readonly StructureShape Mode = new(new Member("StreamMode", new StringShape(OneOf: ["PROVISIONED", "ON_DEMAND"]), true));
    private static readonly BlobShape Data = new(10 << 20);
    private static readonly ListShape Metrics = new(
        new StringShape(OneOf:
        [
            "IncomingBytes", "OutgoingRecords", "IteratorAgeMilliseconds", "IncomingRecords", "ReadProvisionedThroughputExceeded",
            "WriteProvisionedThroughputExceeded", "OutgoingBytes", "ALL",
        ]),
        1,
        7);

    private static readonly StringShape Distribution = new(OneOf: ["AUTO", "USER_PARTITION_KEY"]);
    private static readonly Member Key = new("PartitionKey", new StringShape(null, 1, 256), true);
    private static readonly Member OptionalKey = new("PartitionKey", new StringShape(null, 0, 256), Else: "");
    private static readonly Member Stream = new("StreamName", NameShape, true, "StreamARN");
    private static readonly Member OptionalArn = new("StreamARN", StreamArn);
    private static readonly Member RequiredArn = new("StreamARN", StreamArn, true);
    private static readonly Member Resource = new("ResourceARN", ResourceArn, true);
    private static readonly Member Timestamp = new("Timestamp", new TimestampShape());

    public static StructureShape Empty { get; } = new();
    public static StructureShape StreamOnly { get; } = new(Stream, OptionalArn);
    public static StructureShape ResourceOnly { get; } = new(Resource);

    public static StructureShape CreateStream { get; } = new(
        new Member("ShardCount", new IntegerShape(1, MostShards)),
        new Member("StreamName", NameShape, true),
        new Member("StreamModeDetails", Mode),
        new Member("Tags", TagMap),
        new Member("WarmThroughputMiBps", new IntegerShape(0)),
        new Member("MaxRecordSizeInKiB", new IntegerShape(1024, 10_240)),
        new Member("RecordDistributionStrategy", Distribution));

    public static StructureShape DeleteStream { get; } = new(Stream, OptionalArn, new Member("EnforceConsumerDeletion", new BooleanShape()));

    public static StructureShape ListStreams { get; } = new(
        new Member("Limit", PageSize),
        new Member("ExclusiveStartStreamName", NameShape),
        new Member("NextToken", Token));

    public static StructureShape DescribeStream { get; } = new(
        new Member("Limit", PageSize),
        new Member("ExclusiveStartShardId", NameShape),
        Stream,
        OptionalArn);

    public static StructureShape ListShards { get; } = new(
        new Member("ExclusiveStartShardId", NameShape),
        new Member("MaxResults", PageSize),
        new Member("NextToken", Token),
        new Member("StreamCreationTimestamp", new TimestampShape()),
        new Member("StreamName", NameShape),
        OptionalArn,
        new Member("ShardFilter", new StructureShape(
            new Member("Type", new StringShape(OneOf: [AfterShardId, AtTrimHorizon, FromTrimHorizon, AtLatest, AtTimestamp, FromTimestamp]), true),
            new Member("ShardId", NameShape),
            Timestamp)));

    public static StructureShape PutRecord { get; } = OneRecord(Key);

    public static StructureShape PutRecords { get; } = Records(Key);

    /// <summary>PutRecord into a stream that spreads records, where a key may be left out.</summary>
    public static StructureShape PutRecordSpread { get; } = OneRecord(OptionalKey);

    /// <summary>PutRecords into a stream that spreads records, where a key may be left out.</summary>
    public static StructureShape PutRecordsSpread { get; } = Records(OptionalKey);

    public static StructureShape GetShardIterator { get; } = new(
        new Member("ShardId", NameShape, true),
        new Member("ShardIteratorType", IteratorType, true),
        new Member("StartingSequenceNumber", new StringShape(Number)),
        Stream,
        OptionalArn,
        Timestamp);

    public static StructureShape GetRecords { get; } = new(
        new Member("Limit", PageSize),
        new Member("ShardIterator", new StringShape(null, 1, 512), true),
        OptionalArn);

    public static StructureShape UpdateShardCount { get; } = new(
        new Member("TargetShardCount", new IntegerShape(1, MostShards), true),
        new Member("ScalingType", new StringShape(OneOf: ["UNIFORM_SCALING"]), true),
        Stream,
        OptionalArn);

    public static StructureShape SplitShard { get; } = new(
        new Member("NewStartingHashKey", new StringShape(Hash), true),
        Stream,
        OptionalArn,
        new Member("ShardToSplit", NameShape, true));

    public static StructureShape MergeShards { get; } = new(
        new Member("ShardToMerge", NameShape, true),
        new Member("AdjacentShardToMerge", NameShape, true),
        Stream,
        OptionalArn);

    public static StructureShape AddTagsToStream { get; } = new(new Member("Tags", TagMap, true), Stream, OptionalArn);

    public static StructureShape RemoveTagsFromStream { get; } = new(new Member("TagKeys", TagKeys, true), Stream, OptionalArn);

    public static StructureShape ListTagsForStream { get; } = new(
        new Member("Limit", new IntegerShape(1, 50)),
        new Member("ExclusiveStartTagKey", new StringShape(null, 1, 128)),
        Stream,
        OptionalArn);

    public static StructureShape TagResource { get; } = new(new Member("Tags", TagMap, true), Resource);

    public static StructureShape UntagResource { get; } = new(new Member("TagKeys", TagKeys, true), Resource);

    public static StructureShape RetentionPeriod { get; } = new(new Member("RetentionPeriodHours", new IntegerShape(1), true), Stream, OptionalArn);

    public static StructureShape EnhancedMonitoring { get; } = new(new Member("ShardLevelMetrics", Metrics, true), Stream, OptionalArn);

    public static StructureShape StreamEncryption { get; } = new(
        new Member("EncryptionType", Encryption, true),
        new Member("KeyId", new StringShape(null, 1, 2048), true),
        Stream,
        OptionalArn);

    public static StructureShape UpdateStreamMode { get; } = new(
        RequiredArn,
        new Member("StreamModeDetails", Mode, true),
        new Member("WarmThroughputMiBps", new IntegerShape(0)));

    public static StructureShape UpdateMaxRecordSize { get; } = new(RequiredArn, new Member("MaxRecordSizeInKiB", new IntegerShape(1024, 10_240), true));

    public static StructureShape UpdateStreamWarmThroughput { get; } = new(new Member("WarmThroughputMiBps", new IntegerShape(0), true), Stream, OptionalArn);

    public static StructureShape UpdateStreamRecordDistributionStrategy { get; } = new(RequiredArn, new Member("RecordDistributionStrategy", Distribution, true));

    public static StructureShape UpdateAccountSettings { get; } = new(new Member(
        "MinimumThroughputBillingCommitment",
        new StructureShape(new Member("Status", new StringShape(OneOf: ["ENABLED", "DISABLED"]), true)),
        true));

    public static StructureShape PutResourcePolicy { get; } = new(Resource, new Member("Policy", new StringShape(), true));

    public static StructureShape RegisterStreamConsumer { get; } = new(
        RequiredArn,
        new Member("ConsumerName", NameShape, true),
        new Member("Tags", TagMap));

    public static StructureShape NamedConsumer { get; } = new(
        OptionalArn,
        new Member("ConsumerName", NameShape),
        new Member("ConsumerARN", ConsumerArn));

    public static StructureShape ListStreamConsumers { get; } = new(
        RequiredArn,
        new Member("NextToken", Token),
        new Member("MaxResults", PageSize),
        new Member("StreamCreationTimestamp", new TimestampShape()));

    public static StructureShape SubscribeToShard { get; } = new(
        new Member("ConsumerARN", ConsumerArn, true),
        new Member("ShardId", NameShape, true),
        new Member(
            "StartingPosition",
            new StructureShape(
                new Member("Type", IteratorType, true),
                new Member("SequenceNumber", new StringShape(Number)),
                Timestamp),
            true));

    private static StructureShape OneRecord(Member key) => new(
        new Member("SequenceNumberForOrdering", new StringShape(Number)),
        key,
        new Member("ExplicitHashKey", new StringShape(Hash)),
        new Member("Data", Data, true),
        Stream,
        OptionalArn);

    private static StructureShape Records(Member key) => new(
        new Member(
            "Records",
            new ListShape(
                new StructureShape(key, new Member("ExplicitHashKey", new StringShape(Hash)), new Member("Data", Data, true)),
                1,
                500,
                "com.amazonaws.kinesis.v20131202.PutRecordsRequestEntry@c965e310"),
            true),
        Stream,
        OptionalArn);
}
