using System.Globalization;
using System.Text;
using Weir.Aws.Kinesis;
using Weir.LocalKinesis.Storage;
using Weir.LocalKinesis.Streams;

namespace Weir.LocalKinesis.Actions;

/// <summary>Stores up to 500 records; each is let in or throttled alone, and the answer comes when those let in are durable.</summary>
internal static class PutRecords
{
    public static async Task<PutRecordsResponse> RunAsync(Engine engine, PutRecordsRequest request, CancellationToken cancellationToken)
    {
        var stream = engine.Find(request.StreamName, request.StreamARN);
        using var call = new PutCall(request.Records.Count);
        for (var i = 0; i < request.Records.Count; i++)
        {
            var record = request.Records[i];
            ref var item = ref call.Items[i];
            item.Key = Encoding.UTF8.GetBytes(record.PartitionKey);
            item.Data = record.Data;
            item.DataBytes = record.Data.Length;
            item.Hash = Putting.Hash(item.Key.Span, record.ExplicitHashKey);
        }

        await StoreAsync(engine, stream, call).ConfigureAwait(false);
        return Answer(engine, stream, call);
    }

    /// <summary>Checks sizes and stores the call.</summary>
    public static Task StoreAsync(Engine engine, LocalStream stream, PutCall call)
    {
        if (!stream.TakesRecords)
            throw Errors.StreamNotFound(engine, stream.Name);
        var (bytes, i) = (0L, 0);
        foreach (ref var item in call.Items)
        {
            i++;
            bytes += item.Size;
            var most = stream.Document.MaxRecordKiB << 10;
            if (item.Size > most)
                Putting.CheckSize(stream, item, string.Create(CultureInfo.InvariantCulture, $"records.{i}.member.data"));
        }

        if (bytes > Putting.MostBytes)
            throw Errors.InvalidArgument("Records size exceeds 10 MB limit");
        return engine.PutAsync(stream, call, many: true);
    }

    private static PutRecordsResponse Answer(Engine engine, LocalStream stream, PutCall call)
    {
        var results = new List<PutRecordsResultEntry>(call.Items.Length);
        var failed = 0;
        foreach (ref var item in call.Items)
        {
            if (item.Throttled)
            {
                failed++;
                results.Add(new PutRecordsResultEntry(
                    ErrorCode: KinesisErrorCodes.ProvisionedThroughputExceeded,
                    ErrorMessage: Errors.RateMessage(engine, stream.Name, item.Shard.Name)));
                continue;
            }

            results.Add(new PutRecordsResultEntry(item.Shard.Number(item.Index, item.ArrivedMs).ToString(), item.Shard.Name));
        }

        return new PutRecordsResponse(failed, results, call.Encrypted ? "KMS" : null);
    }
}
