using System.Text;
using Weir.Aws.Kinesis;
using Weir.LocalKinesis.Storage;
using Weir.LocalKinesis.Streams;

namespace Weir.LocalKinesis.Actions;

/// <summary>Stores one record; answers when it is durable.</summary>
internal static class PutRecord
{
    public static async Task<PutRecordResponse> RunAsync(Engine engine, PutRecordRequest request, CancellationToken cancellationToken)
    {
        var stream = engine.Find(request.StreamName, request.StreamARN);
        using var call = new PutCall(1);
        ref var item = ref call.Items[0];
        item.Key = Encoding.UTF8.GetBytes(request.PartitionKey);
        item.Data = request.Data;
        item.DataBytes = request.Data.Length;
        item.Hash = Putting.Hash(item.Key.Span, request.ExplicitHashKey);
        await StoreAsync(engine, stream, call, request.SequenceNumberForOrdering).ConfigureAwait(false);
        CheckStored(engine, stream, call);
        var stored = call.Items[0];
        return new PutRecordResponse(stored.Shard.Name, stored.Shard.Number(stored.Index, stored.ArrivedMs).ToString(), call.Encrypted ? "KMS" : null);
    }

    /// <summary>Checks and stores the call's only record.</summary>
    public static Task StoreAsync(Engine engine, LocalStream stream, PutCall call, string? ordering)
    {
        if (!stream.TakesRecords)
            throw Errors.StreamNotFound(engine, stream.Name);
        Putting.CheckSize(stream, call.Items[0], "data");
        // A second's grace: the numbers of a shard that has just been made are dated that far ahead.
        if (ordering is not null && (!GivenSequenceNumber.TryParse(ordering, out var number) || number.Version == 0 || (number.ArrivedSeconds - 1) * 1000 > engine.Retention.Furthest))
            throw Errors.InvalidArgument($"ExclusiveMinimumSequenceNumber {ordering} used in PutRecord on stream {stream.Name} under account {engine.AccountId} is invalid.");
        return engine.PutAsync(stream, call, many: false);
    }

    /// <summary>Throws when the shard had no room for the record.</summary>
    public static void CheckStored(Engine engine, LocalStream stream, PutCall call)
    {
        if (call.Items[0].Throttled)
            throw Errors.RateExceeded(engine, stream.Name, call.Items[0].Shard.Name);
    }
}
