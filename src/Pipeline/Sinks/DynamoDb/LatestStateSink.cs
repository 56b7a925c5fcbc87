using System.Text;
using System.Text.Json;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;

namespace Weir.Pipeline.Sinks.DynamoDb;

/// <summary>
/// The newest record of each key in a table of its own. What comes late, again, or from a worker that lost its lease changes nothing:
/// <code>{ key S 4711 | data S {"id":4711,…} | position S 000…4959…|0000000000 | stream S | shard S | arrived N }   SET … IF position &lt; :position, or absent</code>
/// Records of one key are expected on one partition key; after a reshard their sequence numbers go on growing.
/// </summary>
internal sealed class LatestStateSink(IAmazonDynamoDB dynamo, LatestStateOptions options, TimeProvider time) : ISink
{
    private const int Concurrent = 16;
    private readonly FieldPath _key = new(options.Key ?? "");
    private readonly DynamoWriter _writer = new(dynamo, options.Table, time, Random.Shared);
    private readonly LazyTable _table = LazyTable.Of(dynamo, options.Table, "key", time);

    public string Name => $"latest-state:{options.Table}";

    public async Task WriteAsync(IReadOnlyList<CleanRecord> records, CancellationToken cancellationToken)
    {
        await _table.ReadyAsync(cancellationToken);

        // Several records of a key in one batch are one write: that of the last.
        var newest = new Dictionary<string, CleanRecord>(StringComparer.Ordinal);
        List<CleanRecord>? refused = null;
        foreach (var record in records)
        {
            if ((options.Streams.Count > 0 && !options.Streams.Contains(record.Stream)) || record.SubSequenceNumber < 0 || KeyOf(record) is not { Length: > 0 } key)
                continue;
            if (Encoding.UTF8.GetByteCount(key) > RecordItem.MaxPartitionKeyBytes || record.Data.Length + key.Length + 1024 > RecordItem.MaxBytes)
                (refused ??= []).Add(record);
            else
                newest[key] = record;
        }

        if (refused is not null)
            throw new RecordsRefusedException("An item of DynamoDB has at most 400 KB, and its key 2,048 bytes.", refused);
        await Parallel.ForEachAsync(newest, new ParallelOptions { MaxDegreeOfParallelism = Concurrent, CancellationToken = cancellationToken }, async (entry, ct) => await PutAsync(entry.Key, entry.Value, ct));
    }

    private Task PutAsync(string key, CleanRecord record, CancellationToken cancellationToken) => _writer.RepeatAsync(
        async () =>
        {
            try
            {
                await dynamo.UpdateItemAsync(
                    new UpdateItemRequest
                    {
                        TableName = options.Table,
                        Key = new() { ["key"] = new(key) },
                        UpdateExpression = "SET #data = :data, #position = :position, #stream = :stream, #shard = :shard, arrived = :arrived",
                        ConditionExpression = "attribute_not_exists(#position) OR #position < :position",
                        ExpressionAttributeNames = new() { ["#data"] = "data", ["#position"] = "position", ["#stream"] = "stream", ["#shard"] = "shard" },
                        ExpressionAttributeValues = new()
                        {
                            [":data"] = new(Encoding.UTF8.GetString(record.Data.Span)),
                            [":position"] = new(RecordItem.Position(record)),
                            [":stream"] = new(record.Stream),
                            [":shard"] = new(record.ShardId),
                            [":arrived"] = RecordItem.N(record.ArrivedAt.ToUnixTimeMilliseconds()),
                        },
                    },
                    cancellationToken);
            }
            catch (ConditionalCheckFailedException)
            {
                // A newer one is there, or this very one.
            }

            return true;
        },
        cancellationToken);

    private string? KeyOf(CleanRecord record)
    {
        if (_key.IsEmpty)
            return record.PartitionKey;
        try
        {
            using var json = JsonDocument.Parse(record.Data);
            return _key.TextIn(json.RootElement);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
