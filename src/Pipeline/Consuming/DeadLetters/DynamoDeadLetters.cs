using System.Globalization;
using System.Text;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Weir.Pipeline.Sinks.DynamoDb;

namespace Weir.Pipeline.Consuming.DeadLetters;

/// <summary>
/// Dead letters in a table that all instances share:
/// <code>
/// id S  orders~shardId-000000000003~4959…~0 | part N 0 | state S Waiting | failed S  ms, 15 digits|id | arrived N | cause S | attempts N | bytes N | partitionKey S | reason S | parts N
/// id S  the same                            | part N 1…n | data B     the payload in pieces: an item has at most 400 KB
/// </code>
/// Pieces are written before the letter, so that a letter that is there is whole.
/// </summary>
internal sealed class DynamoDeadLetters(IAmazonDynamoDB dynamo, string table, TimeProvider time) : IDeadLetterStore
{
    private const int PieceBytes = 350 * 1024;
    private const string Index = "byState";
    private static readonly string[] Listed = ["arrived", "cause", "attempts", "bytes", "partitionKey", "reason", "parts"];

    private readonly DynamoWriter _writer = new(dynamo, table, time, Random.Shared);
    private readonly LazyTable _table = new(
        dynamo,
        new CreateTableRequest
        {
            TableName = table,
            AttributeDefinitions = [new("id", ScalarAttributeType.S), new("part", ScalarAttributeType.N), new("state", ScalarAttributeType.S), new("failed", ScalarAttributeType.S)],
            KeySchema = [new("id", KeyType.HASH), new("part", KeyType.RANGE)],
            GlobalSecondaryIndexes =
            [
                new()
                {
                    IndexName = Index,
                    KeySchema = [new("state", KeyType.HASH), new("failed", KeyType.RANGE)],
                    Projection = new() { ProjectionType = ProjectionType.INCLUDE, NonKeyAttributes = [.. Listed] },
                },
            ],
        },
        null,
        time);

    public async Task WriteAsync(IReadOnlyList<DeadLetter> letters, CancellationToken cancellationToken)
    {
        if (letters.Count == 0)
            return;
        await _table.ReadyAsync(cancellationToken);
        foreach (var letter in letters.DistinctBy(l => l.Key))
        {
            var pieces = letter.Data is { } data ? Encoding.UTF8.GetBytes(data).Chunk(PieceBytes).ToArray() : [];
            if (await _writer.PutAsync([.. pieces.Select((p, i) => Piece(letter.Key, i + 1, p))], cancellationToken) is { Count: > 0 })
                throw new InvalidOperationException($"DynamoDB does not take the payload of the dead letter {letter.Key}.");
            await _writer.RepeatAsync(() => PutAsync(letter, pieces.Length, cancellationToken), cancellationToken);
        }
    }

    public async Task<IReadOnlyList<DeadLetter>> ListAsync(DeadLetterState? state, DateTimeOffset? before, int limit, CancellationToken cancellationToken)
    {
        await _table.ReadyAsync(cancellationToken);
        limit = Math.Clamp(limit, 1, 1000);
        var found = await Task.WhenAll((state is { } one ? [one] : Enum.GetValues<DeadLetterState>()).Select(s => OfStateAsync(s, before, limit, cancellationToken)));
        return [.. found.SelectMany(f => f).OrderByDescending(l => l.FailedAt).Take(limit)];
    }

    public async Task<DeadLetter?> FindAsync(DeadLetterKey key, CancellationToken cancellationToken)
    {
        await _table.ReadyAsync(cancellationToken);
        var request = new QueryRequest(table) { KeyConditionExpression = "id = :id", ConsistentRead = true, ExpressionAttributeValues = new() { [":id"] = new(key.ToString()) } };
        var rows = new List<Dictionary<string, AttributeValue>>();
        QueryResponse page;
        do
        {
            page = await dynamo.QueryAsync(request, cancellationToken);
            rows.AddRange(page.Items);
            request.ExclusiveStartKey = page.LastEvaluatedKey;
        }
        while (page.LastEvaluatedKey is { Count: > 0 });
        if (rows is not [var first, .. var pieces] || Number(first, "part") != 0)
            return null;
        return Read(first) with { Data = Number(first, "parts") == 0 && !first.ContainsKey("empty") ? null : Encoding.UTF8.GetString([.. pieces.SelectMany(p => p["data"].B.ToArray())]) };
    }

    public async Task<long> CountWaitingAsync(CancellationToken cancellationToken)
    {
        await _table.ReadyAsync(cancellationToken);
        var request = OfState(DeadLetterState.Waiting, null);
        request.Select = Select.COUNT;
        var count = 0L;
        QueryResponse page;
        do
        {
            page = await dynamo.QueryAsync(request, cancellationToken);
            count += page.Count ?? 0;
            request.ExclusiveStartKey = page.LastEvaluatedKey;
        }
        while (page.LastEvaluatedKey is { Count: > 0 });
        return count;
    }

    public async Task<bool> CloseAsync(DeadLetterKey key, DeadLetterState state, string? reason, CancellationToken cancellationToken)
    {
        await _table.ReadyAsync(cancellationToken);
        var values = new Dictionary<string, AttributeValue> { [":state"] = new(state.ToString()), [":waiting"] = new(nameof(DeadLetterState.Waiting)) };
        if (reason is not null)
            values[":reason"] = new(reason);
        try
        {
            await dynamo.UpdateItemAsync(
                new UpdateItemRequest
                {
                    TableName = table,
                    Key = KeyOf(key, 0),
                    UpdateExpression = reason is null ? "SET #state = :state" : "SET #state = :state, reason = :reason",
                    ConditionExpression = "#state = :waiting",
                    ExpressionAttributeNames = new() { ["#state"] = "state" },
                    ExpressionAttributeValues = values,
                },
                cancellationToken);
            return true;
        }
        catch (ConditionalCheckFailedException)
        {
            return false;
        }
    }

    private async Task<bool> PutAsync(DeadLetter letter, int parts, CancellationToken cancellationToken)
    {
        var row = KeyOf(letter.Key, 0);
        row["state"] = new(nameof(DeadLetterState.Waiting));
        row["failed"] = new(string.Create(CultureInfo.InvariantCulture, $"{letter.FailedAt.ToUnixTimeMilliseconds():D15}|{letter.Key}"));
        row["arrived"] = RecordItem.N(letter.ArrivedAt.ToUnixTimeMilliseconds());
        row["cause"] = new(letter.Cause);
        row["attempts"] = RecordItem.N(letter.Attempts);
        row["bytes"] = RecordItem.N(letter.Bytes);
        row["parts"] = RecordItem.N(parts);
        if (letter.PartitionKey.Length > 0)
            row["partitionKey"] = new(letter.PartitionKey);
        if (letter.Data is "")
            row["empty"] = RecordItem.N(1);
        try
        {
            await dynamo.PutItemAsync(new PutItemRequest { TableName = table, Item = row, ConditionExpression = "attribute_not_exists(id)" }, cancellationToken);
        }
        catch (ConditionalCheckFailedException)
        {
            // It is there, perhaps decided upon.
        }

        return true;
    }

    private async Task<IEnumerable<DeadLetter>> OfStateAsync(DeadLetterState state, DateTimeOffset? before, int limit, CancellationToken cancellationToken)
    {
        var request = OfState(state, before);
        request.ScanIndexForward = false;
        request.Limit = limit;
        return (await dynamo.QueryAsync(request, cancellationToken)).Items.Select(Read);
    }

    private QueryRequest OfState(DeadLetterState state, DateTimeOffset? before)
    {
        var request = new QueryRequest(table)
        {
            IndexName = Index,
            KeyConditionExpression = "#state = :state",
            ExpressionAttributeNames = new() { ["#state"] = "state" },
            ExpressionAttributeValues = new() { [":state"] = new(state.ToString()) },
        };
        if (before is { } time)
        {
            request.KeyConditionExpression += " AND failed < :before";
            request.ExpressionAttributeValues[":before"] = new(string.Create(CultureInfo.InvariantCulture, $"{time.ToUnixTimeMilliseconds():D15}"));
        }

        return request;
    }

    private static DeadLetter Read(Dictionary<string, AttributeValue> row)
    {
        if (!DeadLetterKey.TryParse(row["id"].S, out var key))
            throw new InvalidDataException($"'{row["id"].S}' is not the key of a dead letter.");
        var (stream, shard, sequence, sub) = key.Value;
        return new DeadLetter(
            stream, shard, sequence, sub, DateTimeOffset.FromUnixTimeMilliseconds(Number(row, "arrived")),
            DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(row["failed"].S.AsSpan(0, 15), CultureInfo.InvariantCulture)), row["cause"].S, (int)Number(row, "attempts"), (int)Number(row, "bytes"), null)
        {
            State = Enum.Parse<DeadLetterState>(row["state"].S),
            Reason = row.GetValueOrDefault("reason")?.S,
            PartitionKey = row.GetValueOrDefault("partitionKey")?.S ?? "",
        };
    }

    private static Dictionary<string, AttributeValue> Piece(DeadLetterKey key, int part, byte[] data)
    {
        var row = KeyOf(key, part);
        row["data"] = new AttributeValue { B = new MemoryStream(data, writable: false) };
        return row;
    }

    private static Dictionary<string, AttributeValue> KeyOf(DeadLetterKey key, int part) => new() { ["id"] = new(key.ToString()), ["part"] = RecordItem.N(part) };

    private static long Number(Dictionary<string, AttributeValue> row, string name) => row.TryGetValue(name, out var value) ? long.Parse(value.N, CultureInfo.InvariantCulture) : 0;
}
