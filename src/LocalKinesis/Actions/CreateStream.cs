using Weir.Aws.Kinesis;
using Weir.Aws.Protocol;
using Weir.LocalKinesis.Streams;

namespace Weir.LocalKinesis.Actions;

/// <summary>Creates a stream: CREATING, then ACTIVE. Without a shard count it is on demand and starts with four shards.</summary>
internal static class CreateStream
{
    public const int OnDemandShards = 4;

    public static async Task<Nothing> RunAsync(Engine engine, CreateStreamRequest request, CancellationToken cancellationToken)
    {
        var onDemand = request.StreamModeDetails is { } mode ? mode.StreamMode == StreamModes.OnDemand : request.ShardCount is null;
        if (onDemand && request.ShardCount is not null)
            throw Errors.Validation("Shard count cannot be specified for a stream in On-Demand mode.");
        if (!onDemand && request.ShardCount is null)
            throw Errors.Validation("1 validation error detected: Value null at 'shardCount' failed to satisfy constraint: Member must not be null");
        StreamSettings.CheckDistribution(engine, request.StreamName, request.RecordDistributionStrategy, onDemand);
        Tagging.Check(request.Tags, []);
        await AddAsync(engine, request, onDemand, StreamStatuses.Creating, cancellationToken).ConfigureAwait(false);
        if (engine.TryFind(request.StreamName, out var stream))
            await engine.CompleteLaterAsync(stream).ConfigureAwait(false);
        return new Nothing();
    }

    /// <summary>Creates a stream that is ACTIVE at once, unless it is there already.</summary>
    public static async Task EnsureAsync(Engine engine, string name, int? shards, CancellationToken cancellationToken)
    {
        if (!engine.TryFind(name, out _))
            await AddAsync(engine, new CreateStreamRequest(name, shards), shards is null, StreamStatuses.Active, cancellationToken).ConfigureAwait(false);
    }

    private static Task AddAsync(Engine engine, CreateStreamRequest request, bool onDemand, string status, CancellationToken cancellationToken) => engine.ChangeAsync(
        () =>
        {
            if (engine.TryFind(request.StreamName, out _))
                throw Errors.StreamExists(engine, request.StreamName);
            var shards = onDemand ? OnDemandShards : request.ShardCount!.Value;
            Errors.CheckShardLimit(engine, shards);
            if (onDemand && engine.Streams.Count(s => s.Document.OnDemand) >= engine.Options.OnDemandStreamLimit)
                throw Errors.Limit($"This request would exceed the limit of {engine.Options.OnDemandStreamLimit} streams in On-Demand mode for the account {engine.AccountId} in {engine.Options.Region}.");
            var now = engine.Now;
            return new ControlEntry
            {
                Stream = new StreamDocument
                {
                    Id = engine.NextStreamId(),
                    Name = request.StreamName,
                    Status = status,
                    CreatedMs = now,
                    OnDemand = onDemand,
                    RetentionHours = engine.Options.RetentionHours,
                    MaxRecordKiB = request.MaxRecordSizeInKiB ?? 1024,
                    Spread = request.RecordDistributionStrategy == StreamSettings.Auto,
                    WarmThroughputMiBps = request.WarmThroughputMiBps,
                    Tags = request.Tags ?? new Dictionary<string, string>(),
                },
                Shards =
                [
                    .. HashRange.Even(shards).Select((range, i) => new ShardDocument
                    {
                        Index = i,
                        Start = range.Start,
                        End = range.End,
                        // The service's shards begin a little before their stream: no record's number can equal a shard's start.
                        CreatedSeconds = (now / 1000) - 2,
                        CreatedMs = now,
                    }),
                ],
            };
        },
        cancellationToken);
}
