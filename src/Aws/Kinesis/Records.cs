namespace Weir.Aws.Kinesis;

/// <summary>Stores one record. <see cref="Data"/> and <see cref="PartitionKey"/> (1 to 256 characters) together fit in the stream's record limit, 1 MiB by default.</summary>
public sealed record PutRecordRequest(
    ReadOnlyMemory<byte> Data,
    string PartitionKey,
    string? StreamName = null,
    string? StreamARN = null,
    string? ExplicitHashKey = null,
    string? SequenceNumberForOrdering = null);

public sealed record PutRecordResponse(string ShardId, string SequenceNumber, string? EncryptionType = null);

/// <summary>One of up to 500 records of a call; <see cref="ExplicitHashKey"/> (decimal, 0 to 2^128-1) overrides the MD5 of the key.</summary>
public sealed record PutRecordsRequestEntry(ReadOnlyMemory<byte> Data, string PartitionKey, string? ExplicitHashKey = null);

/// <summary>Stores up to 500 records and 10 MiB, keys included. Each succeeds or fails alone.</summary>
public sealed record PutRecordsRequest(IReadOnlyList<PutRecordsRequestEntry> Records, string? StreamName = null, string? StreamARN = null);

/// <summary>The fate of one record: <see cref="ShardId"/> and <see cref="SequenceNumber"/>, or <see cref="ErrorCode"/> and <see cref="ErrorMessage"/>.</summary>
public sealed record PutRecordsResultEntry(string? SequenceNumber = null, string? ShardId = null, string? ErrorCode = null, string? ErrorMessage = null);

/// <summary><see cref="Records"/> stand in the order of the request.</summary>
public sealed record PutRecordsResponse(int FailedRecordCount, IReadOnlyList<PutRecordsResultEntry> Records, string? EncryptionType = null);

/// <summary>Values of <see cref="GetShardIteratorRequest.ShardIteratorType"/>.</summary>
public static class ShardIteratorTypes
{
    public const string AtSequenceNumber = "AT_SEQUENCE_NUMBER";
    public const string AfterSequenceNumber = "AFTER_SEQUENCE_NUMBER";
    public const string TrimHorizon = "TRIM_HORIZON";
    public const string Latest = "LATEST";
    public const string AtTimestamp = "AT_TIMESTAMP";
}

public sealed record GetShardIteratorRequest(
    string ShardId,
    string ShardIteratorType,
    string? StreamName = null,
    string? StreamARN = null,
    string? StartingSequenceNumber = null,
    DateTimeOffset? Timestamp = null);

/// <summary>The iterator is opaque and lives for five minutes.</summary>
public sealed record GetShardIteratorResponse(string ShardIterator);

/// <summary>Reads up to <see cref="Limit"/> (1 to 10,000) records and 10 MiB.</summary>
public sealed record GetRecordsRequest(string ShardIterator, int? Limit = null, string? StreamARN = null);

public sealed record Record(
    string SequenceNumber,
    DateTimeOffset ApproximateArrivalTimestamp,
    ReadOnlyMemory<byte> Data,
    string PartitionKey,
    string? EncryptionType = null);

/// <summary>A null <see cref="NextShardIterator"/> is the end of a closed shard, whose <see cref="ChildShards"/> follow.</summary>
public sealed record GetRecordsResponse(
    IReadOnlyList<Record> Records,
    string? NextShardIterator = null,
    long? MillisBehindLatest = null,
    IReadOnlyList<ChildShard>? ChildShards = null);
