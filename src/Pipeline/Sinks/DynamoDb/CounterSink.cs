using System.Globalization;
using System.Text;
using System.Text.Json;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;

namespace Weir.Pipeline.Sinks.DynamoDb;

/// <summary>Counts, and sums when asked to, by a field of the records: a row per value, each record counted once across crashes, retries and workers (see <see cref="HighWater"/>).</summary>
internal sealed class CounterSink(IAmazonDynamoDB dynamo, CounterOptions options, TimeProvider time) : ISink
{
    /// <summary>What a record without the field counts under; a key in DynamoDB cannot be empty.</summary>
    public const string None = "(none)";

    private const int Concurrent = 16;
    private readonly FieldPath _key = new(options.Key), _value = new(options.Value ?? "");
    private readonly HighWater _rows = new(dynamo, options.Table, options.Value is not null);
    private readonly DynamoWriter _writer = new(dynamo, options.Table, time, Random.Shared);
    private readonly LazyTable _table = LazyTable.Of(dynamo, options.Table, "key", time);

    public string Name => $"counter:{options.Table}";

    public async Task WriteAsync(IReadOnlyList<CleanRecord> records, CancellationToken cancellationToken)
    {
        await _table.ReadyAsync(cancellationToken);
        var groups = records.Where(IsOurs).Select(r => (Shard: r.ShardId, Read: Read(r))).GroupBy(r => (r.Shard, r.Read.Key), r => r.Read.Addend);
        await Parallel.ForEachAsync(groups, new ParallelOptions { MaxDegreeOfParallelism = Concurrent, CancellationToken = cancellationToken }, async (group, ct) => await _writer.RepeatAsync(
            async () =>
            {
                await _rows.AddAsync(Key(group.Key.Key), group.Key.Shard, [.. group], ct);
                return true;
            },
            ct));
    }

    public async Task ReplayAsync(CleanRecord record, CancellationToken cancellationToken)
    {
        if (!IsOurs(record))
            return;
        await _table.ReadyAsync(cancellationToken);
        var (key, addend) = Read(record);
        await _rows.AddLateAsync(Key(key), record.ShardId, addend, cancellationToken);
    }

    private bool IsOurs(CleanRecord record) => record.SubSequenceNumber >= 0 && (options.Streams.Count == 0 || options.Streams.Contains(record.Stream));

    private (string Key, Addend Addend) Read(CleanRecord record)
    {
        var position = RecordItem.Position(record);
        try
        {
            using var json = JsonDocument.Parse(record.Data);
            var key = _key.TextIn(json.RootElement);
            var value = _value.In(json.RootElement) is { ValueKind: JsonValueKind.Number } number && number.TryGetDecimal(out var amount) ? amount : 0;
            return (key.Length == 0 || Encoding.UTF8.GetByteCount(key) > RecordItem.MaxPartitionKeyBytes ? None : key, new Addend(position, value));
        }
        catch (JsonException)
        {
            return (None, new Addend(position, 0));
        }
    }

    private static Dictionary<string, AttributeValue> Key(string key) => new() { ["key"] = new(key) };
}
