using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Weir.Aws.Kinesis;

namespace Weir.LocalKinesis.Streams;

/// <summary>All that is kept of a stream besides its shards and records. Immutable; a change writes the whole document into the log.</summary>
internal sealed record StreamDocument
{
    /// <summary>Never used again, so that the records of a deleted stream cannot appear in its namesake.</summary>
    public required int Id { get; init; }
    public required string Name { get; init; }
    public required string Status { get; init; }
    public required long CreatedMs { get; init; }
    public bool OnDemand { get; init; }
    public int RetentionHours { get; init; } = 24;
    public int MaxRecordKiB { get; init; } = 1024;
    public string? KeyId { get; init; }
    public int? WarmThroughputMiBps { get; init; }
    public IReadOnlyDictionary<string, string> Tags { get; init => field = value ?? field; } = new Dictionary<string, string>();
    public IReadOnlyList<string> ShardLevelMetrics { get; init => field = value ?? []; } = [];
    public IReadOnlyList<ConsumerDocument> Consumers { get; init => field = value ?? []; } = [];
    public IReadOnlyList<ChannelDocument> Channels { get; init => field = value ?? []; } = [];
    public string? Policy { get; init; }

    /// <summary>Whether records go evenly to all shards, whatever their keys; only while the stream is on demand.</summary>
    public bool Spread { get; init; }

    /// <summary>What is under way while the status is not ACTIVE; taken up again after a restart.</summary>
    public PendingChange? Pending { get; init; }

    /// <summary>When the shard count was changed during the last day.</summary>
    public IReadOnlyList<long> ScaledMs { get; init => field = value ?? []; } = [];

    /// <summary>When the mode was changed during the last day.</summary>
    public IReadOnlyList<long> ModeChangedMs { get; init => field = value ?? []; } = [];
}

/// <summary>A registered consumer.</summary>
internal sealed record ConsumerDocument
{
    public required string Name { get; init; }
    public required string Arn { get; init; }
    public required string Status { get; init; }
    public required long CreatedMs { get; init; }
    public string? Policy { get; init; }
    public IReadOnlyDictionary<string, string> Tags { get; init => field = value ?? field; } = new Dictionary<string, string>();
}

/// <summary>A channel of the stream; exactly one of <see cref="Bucket"/> and <see cref="Tables"/> is its destination.</summary>
internal sealed record ChannelDocument
{
    public required string Name { get; init; }
    public required string Id { get; init; }
    public required string Arn { get; init; }
    public required string Status { get; init; }
    public required long CreatedMs { get; init; }
    public required string RoleArn { get; init; }
    public required RecordConfiguration Records { get; init; }
    public S3DestinationConfiguration? Bucket { get; init; }
    public S3TablesDestinationConfiguration? Tables { get; init; }
    public ChannelEncryptionConfiguration? Encryption { get; init; }
    public required CloudWatchLogs Logs { get; init; }
    public IReadOnlyDictionary<string, string> Tags { get; init => field = value ?? field; } = new Dictionary<string, string>();
}

/// <summary>A change of shards that has been accepted and not yet done: exactly one member is set, or none (creation, mode, encryption).</summary>
internal sealed record PendingChange
{
    public int? TargetShardCount { get; init; }
    public int? Split { get; init; }
    public UInt128? SplitAt { get; init; }
    public int? Merge { get; init; }
    public int? MergeWith { get; init; }
    public bool Delete { get; init; }
}

/// <summary>All that is kept of a shard besides its records.</summary>
internal sealed record ShardDocument
{
    public required int Index { get; init; }
    public required UInt128 Start { get; init; }
    public required UInt128 End { get; init; }

    /// <summary>Part of every sequence number of the shard; later than any of its parents', so that numbers grow from parent to child.</summary>
    public required long CreatedSeconds { get; init; }

    /// <summary>When the shard was really there.</summary>
    public required long CreatedMs { get; init; }
    public int? Parent { get; init; }
    public int? AdjacentParent { get; init; }
    public long? ClosedMs { get; init; }

    /// <summary>The lowest record index not yet given, where the document restates what released entries said; 0 elsewhere.</summary>
    public ulong NextIndex { get; init; }

    [JsonIgnore]
    public bool IsOpen => ClosedMs is null;

    [JsonIgnore]
    public HashRange Range => new(Start, End);
}

/// <summary>One control entry of the log: what is new about a stream, or that it is gone.</summary>
internal sealed record ControlEntry
{
    public StreamDocument? Stream { get; init; }

    /// <summary>New or changed shards of <see cref="Stream"/>.</summary>
    public IReadOnlyList<ShardDocument>? Shards { get; init; }

    /// <summary>Shards of <see cref="Stream"/> that expired.</summary>
    public IReadOnlyList<int>? RemovedShards { get; init; }

    /// <summary>The <see cref="StreamDocument.Id"/> of a stream that is gone.</summary>
    public int? Deleted { get; init; }

    public AccountDocument? Account { get; init; }

    /// <summary>The lowest stream id not yet given.</summary>
    public int NextStreamId { get; init; }
}

/// <summary>Settings of the account as a whole.</summary>
internal sealed record AccountDocument
{
    public bool MinimumThroughputBilling { get; init; }
    public long? StartedMs { get; init; }
    public long? EndedMs { get; init; }
}

/// <summary>A UInt128 as a JSON string of decimal digits.</summary>
internal sealed class UInt128Converter : JsonConverter<UInt128>
{
    public override UInt128 Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        UInt128.Parse(reader.GetString()!, NumberStyles.None, CultureInfo.InvariantCulture);

    public override void Write(Utf8JsonWriter writer, UInt128 value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString(CultureInfo.InvariantCulture));
}

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, Converters = [typeof(UInt128Converter)])]
[JsonSerializable(typeof(ControlEntry))]
[JsonSerializable(typeof(List<ControlEntry>))]
internal sealed partial class StreamJson : JsonSerializerContext;
