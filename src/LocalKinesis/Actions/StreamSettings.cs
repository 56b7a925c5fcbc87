using Weir.Aws.Kinesis;
using Weir.Aws.Protocol;

namespace Weir.LocalKinesis.Actions;

/// <summary>UpdateStreamMode, UpdateMaxRecordSize, UpdateStreamWarmThroughput and UpdateStreamRecordDistributionStrategy.</summary>
internal static class StreamSettings
{
    public const string Auto = "AUTO";
    private const int MostModeChangesPerDay = 2;
    private const string UserPartitionKey = "USER_PARTITION_KEY";

    public static async Task<Nothing> UpdateModeAsync(Engine engine, UpdateStreamModeRequest request, CancellationToken cancellationToken)
    {
        var onDemand = request.StreamModeDetails.StreamMode == StreamModes.OnDemand;
        var stream = await StreamChange.RunAsync(
            engine,
            null,
            request.StreamARN,
            s => StreamChange.Updating(engine, s) with
            {
                OnDemand = onDemand,
                Spread = onDemand && s.Document.Spread,
                WarmThroughputMiBps = onDemand ? request.WarmThroughputMiBps ?? s.Document.WarmThroughputMiBps : null,
                ModeChangedMs = onDemand == s.Document.OnDemand ? s.Document.ModeChangedMs : ModeChanged(engine, s),
            },
            cancellationToken).ConfigureAwait(false);
        await engine.CompleteLaterAsync(stream).ConfigureAwait(false);
        return new Nothing();
    }

    /// <summary>The day's changes of mode with one more (<see href="https://docs.aws.amazon.com/streams/latest/dev/switchingmodes.html">twice within 24 hours</see>).</summary>
    private static List<long> ModeChanged(Engine engine, Streams.LocalStream stream)
    {
        var changed = StreamChange.WithinDay(stream.Document.ModeChangedMs, engine.Now);
        if (engine.Limited && changed.Count >= MostModeChangesPerDay)
            throw Errors.Limit($"The mode of stream {stream.Name} under account {engine.AccountId} has already been changed {MostModeChangesPerDay} times in the last 24 hours.");
        return [.. changed, engine.Now];
    }

    public static string Strategy(Streams.StreamDocument document) => document.Spread ? Auto : UserPartitionKey;

    /// <summary>Takes effect at once, for the records that come from then on.</summary>
    public static Task<Nothing> UpdateDistributionAsync(Engine engine, UpdateStreamRecordDistributionStrategyRequest request, CancellationToken cancellationToken) => StreamChange.VoidAsync(
        engine,
        null,
        request.StreamARN,
        stream =>
        {
            Resharding.CheckActive(engine, stream);
            CheckDistribution(engine, stream.Name, request.RecordDistributionStrategy, stream.Document.OnDemand);
            return stream.Document with { Spread = request.RecordDistributionStrategy == Auto };
        },
        cancellationToken);

    /// <exception cref="KinesisException">InvalidArgumentException: only streams on demand spread records.</exception>
    public static void CheckDistribution(Engine engine, string stream, string? strategy, bool onDemand)
    {
        if (strategy is not null && !onDemand)
            throw Errors.InvalidArgument($"RecordDistributionStrategy is only supported for streams in On-Demand mode; stream {stream} under account {engine.AccountId} is in Provisioned mode.");
    }

    public static async Task<Nothing> UpdateMaxRecordSizeAsync(Engine engine, UpdateMaxRecordSizeRequest request, CancellationToken cancellationToken)
    {
        var stream = await StreamChange.RunAsync(
            engine,
            null,
            request.StreamARN,
            s => StreamChange.Updating(engine, s) with { MaxRecordKiB = request.MaxRecordSizeInKiB },
            cancellationToken).ConfigureAwait(false);
        await engine.CompleteLaterAsync(stream).ConfigureAwait(false);
        return new Nothing();
    }

    public static async Task<UpdateStreamWarmThroughputResponse> UpdateWarmThroughputAsync(Engine engine, UpdateStreamWarmThroughputRequest request, CancellationToken cancellationToken)
    {
        int? before = null;
        var stream = await StreamChange.RunAsync(
            engine,
            request.StreamName,
            request.StreamARN,
            s =>
            {
                if (!s.Document.OnDemand)
                    throw Errors.Validation($"Request is invalid. Stream {s.Name} under account {engine.AccountId} is not in On-Demand mode.");
                if (!engine.Account.MinimumThroughputBilling)
                    throw Errors.Validation("Warm throughput needs the account's minimum throughput billing commitment; enable it with UpdateAccountSettings.");
                before = s.Document.WarmThroughputMiBps;
                return StreamChange.Updating(engine, s) with { WarmThroughputMiBps = request.WarmThroughputMiBps };
            },
            cancellationToken).ConfigureAwait(false);
        await engine.CompleteLaterAsync(stream).ConfigureAwait(false);
        return new UpdateStreamWarmThroughputResponse(
            Arn.OfStream(engine, stream.Name),
            stream.Name,
            new WarmThroughput(request.WarmThroughputMiBps, before ?? CreateStream.OnDemandShards));
    }
}
