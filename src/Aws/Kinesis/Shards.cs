namespace Weir.Aws.Kinesis;

/// <summary>A shard's part of the 128-bit hash space, both ends included, as decimal text.</summary>
public sealed record HashKeyRange(string StartingHashKey, string EndingHashKey);

/// <summary>First and last sequence number of a shard; <see cref="EndingSequenceNumber"/> is absent while the shard is open.</summary>
public sealed record SequenceNumberRange(string StartingSequenceNumber, string? EndingSequenceNumber = null);

/// <summary>See <see href="https://docs.aws.amazon.com/kinesis/latest/APIReference/API_Shard.html">Shard</see>.</summary>
public sealed record Shard(
    string ShardId,
    HashKeyRange HashKeyRange,
    SequenceNumberRange SequenceNumberRange,
    string? ParentShardId = null,
    string? AdjacentParentShardId = null);

/// <summary>A child named at the end of a closed shard.</summary>
public sealed record ChildShard(string ShardId, IReadOnlyList<string> ParentShards, HashKeyRange HashKeyRange);

/// <summary>Which shards to list; <see cref="Type"/> is one of <see cref="ShardFilterTypes"/>.</summary>
public sealed record ShardFilter(string Type, string? ShardId = null, DateTimeOffset? Timestamp = null);

/// <summary>Values of <see cref="ShardFilter.Type"/>.</summary>
public static class ShardFilterTypes
{
    public const string AfterShardId = "AFTER_SHARD_ID";
    public const string AtTrimHorizon = "AT_TRIM_HORIZON";
    public const string FromTrimHorizon = "FROM_TRIM_HORIZON";
    public const string AtLatest = "AT_LATEST";
    public const string AtTimestamp = "AT_TIMESTAMP";
    public const string FromTimestamp = "FROM_TIMESTAMP";
}

/// <summary>Lists up to <see cref="MaxResults"/> (1 to 10,000; default 1,000) shards. <see cref="NextToken"/> excludes every other member but <see cref="MaxResults"/>.</summary>
public sealed record ListShardsRequest(
    string? StreamName = null,
    string? StreamARN = null,
    string? NextToken = null,
    string? ExclusiveStartShardId = null,
    int? MaxResults = null,
    DateTimeOffset? StreamCreationTimestamp = null,
    ShardFilter? ShardFilter = null);

public sealed record ListShardsResponse(IReadOnlyList<Shard> Shards, string? NextToken = null);

/// <summary>Scales to <see cref="TargetShardCount"/> open shards: at most double, at least half, 10 calls in a rolling 24 h. <see cref="ScalingType"/> is <c>UNIFORM_SCALING</c>.</summary>
public sealed record UpdateShardCountRequest(int TargetShardCount, string ScalingType = "UNIFORM_SCALING", string? StreamName = null, string? StreamARN = null);

public sealed record UpdateShardCountResponse(string StreamName, int CurrentShardCount, int TargetShardCount, string? StreamARN = null);

/// <summary>Splits an open shard in two at <see cref="NewStartingHashKey"/>, which becomes the start of the upper child.</summary>
public sealed record SplitShardRequest(string ShardToSplit, string NewStartingHashKey, string? StreamName = null, string? StreamARN = null);

/// <summary>Merges two open shards whose ranges touch.</summary>
public sealed record MergeShardsRequest(string ShardToMerge, string AdjacentShardToMerge, string? StreamName = null, string? StreamARN = null);
