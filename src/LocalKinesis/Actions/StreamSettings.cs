using Weir.Aws.Kinesis;
using Weir.Aws.Protocol;

namespace Weir.LocalKinesis.Actions;

/// <summary>UpdateStreamMode, UpdateMaxRecordSize and UpdateStreamWarmThroughput.</summary>
internal static class StreamSettings
{
    public static async Task<Nothing> UpdateModeAsync(Engine engine, UpdateStreamModeRequest request, CancellationToken cancellationToken)
    {
        var onDemand = request.StreamModeDetails.StreamMode == StreamModes.OnDemand;
        var stream = await StreamChange.RunAsync(
            engine,
            null,
            request.StreamARN,
            s => StreamChange.Updating(engine, s) with { OnDemand = onDemand, WarmThroughputMiBps = onDemand ? request.WarmThroughputMiBps ?? s.Document.WarmThroughputMiBps : null },
            cancellationToken).ConfigureAwait(false);
        await engine.CompleteLaterAsync(stream).ConfigureAwait(false);
        return new Nothing();
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
