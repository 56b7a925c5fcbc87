using System.Globalization;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Microsoft.Extensions.Options;

namespace Weir.Pipeline.Sinks.DynamoDb;

/// <summary>
/// Clean records in DynamoDB, one row each under a key that follows from the record (see <see cref="RecordItem"/>): writing a record again writes the same row. A record over 400 KB is refused.
/// How many records a stream has stands in rows of their own, <c>pk = #count|stream|n, sk = shard</c>, each record counted once (see <see cref="HighWater"/>); records that processors add are not counted.
/// </summary>
public sealed class DynamoRecordStore(IAmazonDynamoDB dynamo, IOptions<SinkOptions> options, TimeProvider time) : ISink, IRecordStore
{
    /// <summary>Rows of counts of one stream are spread over so many partitions.</summary>
    private const int CountLanes = 8;

    /// <summary>How many records of a lane one search looks at.</summary>
    private const int SearchWindow = 1000;
    private const string Newest = "newest", StreamsKey = "#streams";
    private static readonly TimeSpan CountEvery = TimeSpan.FromSeconds(5);

    private readonly DynamoDbOptions _options = options.Value.DynamoDb;
    private readonly DynamoWriter _writer = new(dynamo, options.Value.DynamoDb.Records, time, Random.Shared);
    private readonly HighWater _counts = new(dynamo, options.Value.DynamoDb.Records, sums: false);
    private readonly LazyTable _table = new(dynamo, Table(options.Value.DynamoDb), options.Value.DynamoDb.TtlDays > 0 ? "expires" : null, time);
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (long Count, long At)> _counted = new(StringComparer.Ordinal);

    public string Name => "dynamodb";

    public async Task WriteAsync(IReadOnlyList<CleanRecord> records, CancellationToken cancellationToken)
    {
        await PutAsync(records, cancellationToken);
        foreach (var shard in records.Where(r => r.SubSequenceNumber >= 0).GroupBy(r => (r.Stream, r.ShardId)))
        {
            await _writer.RepeatAsync(
                async () =>
                {
                    await _counts.AddAsync(CountKey(shard.Key.Stream, shard.Key.ShardId), shard.Key.ShardId, [.. shard.Select(r => new Addend(RecordItem.Position(r), 0))], cancellationToken);
                    return true;
                },
                cancellationToken);
        }
    }

    public async Task ReplayAsync(CleanRecord record, CancellationToken cancellationToken)
    {
        await PutAsync([record], cancellationToken);
        if (record.SubSequenceNumber >= 0)
            await _counts.AddLateAsync(CountKey(record.Stream, record.ShardId), record.ShardId, new Addend(RecordItem.Position(record), 0), cancellationToken);
    }

    public async Task<RecordPage> ReadAsync(RecordQuery query, CancellationToken cancellationToken)
    {
        if (query.Before is { } before && !(before.Length > 16 && before[15] == '|' && before.AsSpan(0, 15).ContainsAnyExceptInRange('0', '9') == false))
            throw new ArgumentException($"'{query.Before}' is not where a page of records ended.", nameof(query));
        await _table.ReadyAsync(cancellationToken);
        var limit = Math.Clamp(query.Limit, 1, 1000);
        var streams = query.Stream is null ? await StreamsAsync(cancellationToken) : [query.Stream];
        var lanes = await Task.WhenAll(streams.SelectMany(s => Enumerable.Range(0, _options.RecentLanes).Select(n => LaneAsync(RecordItem.Lane(s, n), query, limit, cancellationToken))));

        // Each lane was looked at down to some place: below the highest of these not all are known.
        var floor = lanes.Select(l => l.End).OfType<string>().Max(StringComparer.Ordinal);
        var found = lanes.SelectMany(l => l.Rows).Where(r => string.CompareOrdinal(r["at"].S, floor) >= 0).OrderByDescending(r => r["at"].S, StringComparer.Ordinal).ToArray();
        return new RecordPage([.. found.Take(limit).Select(RecordItem.Read)], found.Length > limit ? found[limit - 1]["at"].S : floor);
    }

    /// <summary>Asks the table at most once in five seconds.</summary>
    public async Task<long> CountAsync(string? stream, CancellationToken cancellationToken)
    {
        lock (_counted)
        {
            if (_counted.TryGetValue(stream ?? "", out var known) && time.GetElapsedTime(known.At) < CountEvery)
                return known.Count;
        }

        await _table.ReadyAsync(cancellationToken);
        var total = 0L;
        foreach (var name in stream is null ? await StreamsAsync(cancellationToken) : [stream])
        {
            for (var lane = 0; lane < CountLanes; lane++)
            {
                foreach (var row in await QueryAsync(new QueryRequest(_options.Records) { KeyConditionExpression = "pk = :pk", ExpressionAttributeValues = new() { [":pk"] = new(CountPartition(name, lane)) } }, cancellationToken))
                    total += long.Parse(row["count"].N, CultureInfo.InvariantCulture);
            }
        }

        lock (_counted)
            _counted[stream ?? ""] = (total, time.GetTimestamp());
        return total;
    }

    private async Task PutAsync(IReadOnlyList<CleanRecord> records, CancellationToken cancellationToken)
    {
        await _table.ReadyAsync(cancellationToken);
        var now = time.GetUtcNow();
        var rows = new Dictionary<(string, string), (CleanRecord Record, Dictionary<string, AttributeValue> Row)>(records.Count);
        List<CleanRecord>? refused = null;
        foreach (var record in records)
        {
            var row = RecordItem.Write(record, now, _options);
            if (RecordItem.Size(row) > RecordItem.MaxBytes || System.Text.Encoding.UTF8.GetByteCount(record.PartitionKey) + record.Stream.Length + 8 > RecordItem.MaxPartitionKeyBytes)
                (refused ??= []).Add(record);
            else
                // A call must not hold a key twice.
                rows[(row["pk"].S, row["sk"].S)] = (record, row);
        }

        if (refused is not null)
            throw new RecordsRefusedException("An item of DynamoDB has at most 400 KB, and its key 2,048 bytes.", refused);
        foreach (var stream in records.Select(r => r.Stream).Distinct(StringComparer.Ordinal))
            await NoteAsync(stream, cancellationToken);
        var ordered = rows.Values.ToArray();
        var places = await _writer.PutAsync([.. ordered.Select(r => r.Row)], cancellationToken);
        if (places.Count > 0)
            throw new RecordsRefusedException("DynamoDB does not take it as an item.", [.. places.Select(i => ordered[i].Record)]);
    }

    /// <summary>One look at a lane: what it found, and down to where it looked, null for its end.</summary>
    private async Task<(List<Dictionary<string, AttributeValue>> Rows, string? End)> LaneAsync(string lane, RecordQuery query, int limit, CancellationToken cancellationToken)
    {
        var request = new QueryRequest(_options.Records)
        {
            IndexName = Newest,
            KeyConditionExpression = query.Before is null ? "lane = :lane" : "lane = :lane AND #at < :before",
            ScanIndexForward = false,
            Limit = query.Contains is null ? limit : SearchWindow,
            ExpressionAttributeNames = [],
            ExpressionAttributeValues = new() { [":lane"] = new(lane) },
        };
        if (query.Before is { } before)
        {
            request.ExpressionAttributeNames["#at"] = "at";
            request.ExpressionAttributeValues[":before"] = new(before);
        }

        if (query.Contains is { } text)
        {
            request.FilterExpression = "contains(#data, :text)";
            request.ExpressionAttributeNames["#data"] = "data";
            request.ExpressionAttributeValues[":text"] = new(text);
        }

        if (request.ExpressionAttributeNames.Count == 0)
            request.ExpressionAttributeNames = null;
        var page = await dynamo.QueryAsync(request, cancellationToken);
        return (page.Items, page.LastEvaluatedKey is { Count: > 0 } last ? last["at"].S : null);
    }

    private async Task<List<Dictionary<string, AttributeValue>>> QueryAsync(QueryRequest request, CancellationToken cancellationToken)
    {
        var rows = new List<Dictionary<string, AttributeValue>>();
        QueryResponse page;
        do
        {
            page = await dynamo.QueryAsync(request, cancellationToken);
            rows.AddRange(page.Items);
            request.ExclusiveStartKey = page.LastEvaluatedKey;
        }
        while (page.LastEvaluatedKey is { Count: > 0 });
        return rows;
    }

    private async Task<IReadOnlyList<string>> StreamsAsync(CancellationToken cancellationToken)
    {
        var row = (await dynamo.GetItemAsync(new GetItemRequest { TableName = _options.Records, Key = Key(StreamsKey, StreamsKey) }, cancellationToken)).Item;
        return row?.GetValueOrDefault("names")?.SS ?? [];
    }

    private async Task NoteAsync(string stream, CancellationToken cancellationToken)
    {
        lock (_known)
        {
            if (_known.Contains(stream))
                return;
        }

        await dynamo.UpdateItemAsync(
            new UpdateItemRequest
            {
                TableName = _options.Records,
                Key = Key(StreamsKey, StreamsKey),
                UpdateExpression = "ADD #names :stream",
                ExpressionAttributeNames = new() { ["#names"] = "names" },
                ExpressionAttributeValues = new() { [":stream"] = new AttributeValue { SS = [stream] } },
            },
            cancellationToken);
        lock (_known)
            _known.Add(stream);
    }

    private static CreateTableRequest Table(DynamoDbOptions options)
    {
        var request = new CreateTableRequest
        {
            TableName = options.Records,
            AttributeDefinitions = [new("pk", ScalarAttributeType.S), new("sk", ScalarAttributeType.S)],
            KeySchema = [new("pk", KeyType.HASH), new("sk", KeyType.RANGE)],
        };
        Index(options.RecentLanes > 0, Newest, "lane", "at");
        Index(options.IndexKeys, "byKey", "key", "sk");
        return request;

        void Index(bool wanted, string name, string hash, string range)
        {
            if (!wanted)
                return;
            foreach (var attribute in new[] { hash, range }.Where(a => request.AttributeDefinitions.TrueForAll(d => d.AttributeName != a)))
                request.AttributeDefinitions.Add(new(attribute, ScalarAttributeType.S));
            (request.GlobalSecondaryIndexes ??= []).Add(new() { IndexName = name, KeySchema = [new(hash, KeyType.HASH), new(range, KeyType.RANGE)], Projection = new() { ProjectionType = ProjectionType.ALL } });
        }
    }

    private static Dictionary<string, AttributeValue> CountKey(string stream, string shardId) => Key(CountPartition(stream, (int)(RecordItem.Hash(shardId) % CountLanes)), shardId);

    private static string CountPartition(string stream, int lane) => string.Create(CultureInfo.InvariantCulture, $"#count|{stream}|{lane}");

    private static Dictionary<string, AttributeValue> Key(string partition, string sort) => new() { ["pk"] = new(partition), ["sk"] = new(sort) };
}
