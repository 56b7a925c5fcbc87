using System.Globalization;
using System.Text;
using System.Text.Unicode;
using Amazon.DynamoDBv2.Model;

namespace Weir.Pipeline.Sinks.DynamoDb;

/// <summary>
/// A clean record as a row. The key follows from the record alone, so that writing it again changes nothing:
/// <code>
/// pk S  orders|shardId-000000000003|2       stream | shard | suffix
/// sk S  000…49590338271490…|0000000000      sequence number, 56 digits | sub-sequence: rows stand in the order of the shard
/// data S (B where it is not UTF-8) | partitionKey S | arrived N (ms) | stored N (ms) | rules S | spans N | expires N (s, with a TTL)
/// key S   orders|customer-7|2 | sk          index of the records of one (redacted) partition key, in order
/// lane S  orders|3 | at S  arrival (ms, 15 digits)|sk      index of the newest
/// </code>
/// Neither rules nor keys of redaction have a part in pk and sk: after they change, a record that comes again is still the same row.
/// </summary>
internal static class RecordItem
{
    /// <summary>Of a row, names and values together: <see href="https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html"/>.</summary>
    public const int MaxBytes = 400 * 1024;
    public const int MaxPartitionKeyBytes = 2048;

    /// <summary>Sequence numbers have at most 56 digits; with leading zeros, texts compare as the numbers do.</summary>
    private const int SequenceDigits = 56;

    /// <summary>Where a record stands among those of its key: texts compare as positions do, also for records that the pipeline adds, whose sub-sequence is negative.</summary>
    public static string Position(CleanRecord record) =>
        string.Create(CultureInfo.InvariantCulture, $"{record.SequenceNumber.PadLeft(SequenceDigits, '0')}|{(record.SubSequenceNumber < 0 ? "-" : "")}{Math.Abs(record.SubSequenceNumber):D10}");

    public static Dictionary<string, AttributeValue> Write(CleanRecord record, DateTimeOffset stored, DynamoDbOptions options)
    {
        var sort = Position(record);
        var suffix = Hash(sort) % (uint)options.Suffixes;
        var row = new Dictionary<string, AttributeValue>
        {
            ["pk"] = new(string.Create(CultureInfo.InvariantCulture, $"{record.Stream}|{record.ShardId}|{suffix}")),
            ["sk"] = new(sort),
            ["data"] = Data(record.Data),
            ["arrived"] = N(record.ArrivedAt.ToUnixTimeMilliseconds()),
            ["stored"] = N(stored.ToUnixTimeMilliseconds()),
            ["rules"] = new(record.RuleSet),
            ["spans"] = N(record.RedactedSpans),
        };
        if (record.RuleSet.Length == 0)
            row.Remove("rules");
        if (record.PartitionKey.Length > 0)
            row["partitionKey"] = new(record.PartitionKey);
        if (options.IndexKeys && record.PartitionKey.Length > 0)
            row["key"] = new(string.Create(CultureInfo.InvariantCulture, $"{record.Stream}|{record.PartitionKey}|{suffix}"));
        if (options.TtlDays > 0)
            row["expires"] = N(record.ArrivedAt.AddDays(options.TtlDays).ToUnixTimeSeconds());
        if (options.RecentLanes > 0)
        {
            row["lane"] = new(Lane(record.Stream, (int)(Hash(sort) % (uint)options.RecentLanes)));
            row["at"] = new(string.Create(CultureInfo.InvariantCulture, $"{record.ArrivedAt.ToUnixTimeMilliseconds():D15}|{sort}"));
        }

        return row;
    }

    public static string Lane(string stream, int number) => string.Create(CultureInfo.InvariantCulture, $"{stream}|{number}");

    public static StoredRecord Read(Dictionary<string, AttributeValue> row)
    {
        var (partition, place) = (row["pk"].S.Split('|'), row["sk"].S.Split('|'));
        return new StoredRecord(
            partition[0],
            partition[1],
            place[0].TrimStart('0') is { Length: > 0 } sequence ? sequence : "0",
            long.Parse(place[1], CultureInfo.InvariantCulture),
            row.GetValueOrDefault("partitionKey")?.S ?? "",
            DateTimeOffset.FromUnixTimeMilliseconds(Number(row, "arrived")),
            DateTimeOffset.FromUnixTimeMilliseconds(Number(row, "stored")),
            row["data"].B is { } bytes ? Encoding.UTF8.GetString(bytes.ToArray()) : row["data"].S ?? "",
            row.GetValueOrDefault("rules")?.S ?? "",
            (int)Number(row, "spans"));
    }

    /// <summary>Bytes of a row as the service counts them, a little more rather than less.</summary>
    public static long Size(Dictionary<string, AttributeValue> row) =>
        row.Sum(a => a.Key.Length + (a.Value.S is { } text ? Encoding.UTF8.GetByteCount(text) : a.Value.N is { } number ? number.Length + 1 : a.Value.B?.Length ?? 0));

    public static AttributeValue N(long number) => new() { N = number.ToString(CultureInfo.InvariantCulture) };

    /// <summary>FNV-1a, the same in every process and version: it is part of the key.</summary>
    public static uint Hash(string text)
    {
        var hash = 2166136261u;
        foreach (var c in text)
            hash = (hash ^ c) * 16777619;
        return hash ^ (hash >> 15);
    }

    private static AttributeValue Data(ReadOnlyMemory<byte> data) =>
        Utf8.IsValid(data.Span) ? new AttributeValue { S = Encoding.UTF8.GetString(data.Span) } : new AttributeValue { B = new MemoryStream(data.ToArray(), writable: false) };

    private static long Number(Dictionary<string, AttributeValue> row, string name) => row.TryGetValue(name, out var value) ? long.Parse(value.N, CultureInfo.InvariantCulture) : 0;
}
