using Weir.Aws.Kinesis;
using Weir.LocalKinesis.Streams;

namespace Weir.LocalKinesis.Actions;

/// <summary>The two modes of a stream.</summary>
internal static class StreamModes
{
    public const string Provisioned = "PROVISIONED";
    public const string OnDemand = "ON_DEMAND";

    public static StreamModeDetails Of(StreamDocument document) => new(document.OnDemand ? OnDemand : Provisioned);

    /// <summary>Refuses what only a provisioned stream can do.</summary>
    public static void CheckProvisioned(Engine engine, LocalStream stream)
    {
        if (stream.Document.OnDemand)
            throw Errors.Validation($"Request is invalid. Stream {stream.Name} under account {engine.AccountId} is in On-Demand mode.");
    }

    /// <summary>The shards that are told of: none while the stream is being created or deleted.</summary>
    public static IReadOnlyList<LocalShard> ListedShards(this LocalStream stream) => stream.Document.Status is StreamStatuses.Creating or StreamStatuses.Deleting ? [] : stream.Shards;
}
