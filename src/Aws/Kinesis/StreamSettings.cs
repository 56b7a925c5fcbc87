namespace Weir.Aws.Kinesis;

/// <summary>Sets a longer retention, up to 8,760 hours.</summary>
public sealed record IncreaseStreamRetentionPeriodRequest(int RetentionPeriodHours, string? StreamName = null, string? StreamARN = null);

/// <summary>Sets a shorter retention, down to 24 hours; what is older is gone at once.</summary>
public sealed record DecreaseStreamRetentionPeriodRequest(int RetentionPeriodHours, string? StreamName = null, string? StreamARN = null);

/// <summary><see cref="ShardLevelMetrics"/> are names of shard-level metrics, or <c>ALL</c>.</summary>
public sealed record EnableEnhancedMonitoringRequest(IReadOnlyList<string> ShardLevelMetrics, string? StreamName = null, string? StreamARN = null);

/// <inheritdoc cref="EnableEnhancedMonitoringRequest"/>
public sealed record DisableEnhancedMonitoringRequest(IReadOnlyList<string> ShardLevelMetrics, string? StreamName = null, string? StreamARN = null);

public sealed record EnhancedMonitoringResponse(
    string StreamName,
    IReadOnlyList<string> CurrentShardLevelMetrics,
    IReadOnlyList<string> DesiredShardLevelMetrics,
    string? StreamARN = null);

public sealed record StartStreamEncryptionRequest(string EncryptionType, string KeyId, string? StreamName = null, string? StreamARN = null);

public sealed record StopStreamEncryptionRequest(string EncryptionType, string KeyId, string? StreamName = null, string? StreamARN = null);

public sealed record UpdateStreamModeRequest(string StreamARN, StreamModeDetails StreamModeDetails, int? WarmThroughputMiBps = null);

/// <summary>Sets the largest record, 1,024 to 10,240 KiB.</summary>
public sealed record UpdateMaxRecordSizeRequest(int MaxRecordSizeInKiB, string? StreamARN = null);

public sealed record WarmThroughput(int? TargetMiBps = null, int? CurrentMiBps = null);

public sealed record UpdateStreamWarmThroughputRequest(int WarmThroughputMiBps, string? StreamName = null, string? StreamARN = null);

public sealed record UpdateStreamWarmThroughputResponse(string? StreamARN = null, string? StreamName = null, WarmThroughput? WarmThroughput = null);

/// <summary><see cref="RecordDistributionStrategy"/> is <c>USER_PARTITION_KEY</c>, the default, or <c>AUTO</c>: records go evenly to all shards, whatever their keys.</summary>
public sealed record UpdateStreamRecordDistributionStrategyRequest(string RecordDistributionStrategy, string StreamARN);
