using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;

namespace Weir.Pipeline.Sinks.DynamoDb;

/// <summary>One addition to a row: the position of the record and what it adds.</summary>
internal readonly record struct Addend(string Position, decimal Value);

/// <summary>
/// Counts and sums in rows of DynamoDB, each record once although batches come again with other borders. A row keeps, for each shard that adds to it, the position up to which it has counted;
/// the write names the position that it saw, so that of two workers with the same records only one counts.
/// <code>
/// {key…, count N 1204, sum N 99812.5, hw:shardId-000000000003 S 000…4959…|0000000000 }
/// ADD count 17, sum 204.5 SET hw:shard = last                  IF hw:shard &lt; first, or absent           the usual case, one call
/// condition failed → read hw:shard → leave out what it has → again   IF hw:shard = the one that was read
/// </code>
/// A record of before that position, replayed from the dead letter, is kept by its own name: <c>ADD count 1, late {position} IF NOT contains(late, position)</c>.
/// </summary>
internal sealed class HighWater(IAmazonDynamoDB dynamo, string table, bool sums)
{
    /// <param name="key">The row's key.</param>
    /// <param name="shardId">Where the records stand.</param>
    /// <param name="addends">In the order of the shard.</param>
    /// <param name="cancellationToken">Stops between two calls.</param>
    public async Task AddAsync(Dictionary<string, AttributeValue> key, string shardId, IReadOnlyList<Addend> addends, CancellationToken cancellationToken)
    {
        if (addends.Count == 0 || await TryAsync(key, shardId, addends, "attribute_not_exists(#hw) OR #hw < :seen", addends[0].Position, cancellationToken))
            return;
        while (true)
        {
            var row = (await dynamo.GetItemAsync(new GetItemRequest { TableName = table, Key = key, ConsistentRead = true, ProjectionExpression = "#hw", ExpressionAttributeNames = new() { ["#hw"] = Name(shardId) } }, cancellationToken)).Item;
            var seen = row?.GetValueOrDefault(Name(shardId))?.S ?? "";
            var left = addends.Where(a => string.CompareOrdinal(a.Position, seen) > 0).ToArray();
            if (left.Length == 0 || await TryAsync(key, shardId, left, seen.Length == 0 ? "attribute_not_exists(#hw)" : "#hw = :seen", seen, cancellationToken))
                return;
        }
    }

    /// <summary>Adds one record that is older than what has been counted, once.</summary>
    public async Task AddLateAsync(Dictionary<string, AttributeValue> key, string shardId, Addend addend, CancellationToken cancellationToken)
    {
        var name = $"{addend.Position}|{shardId}";
        var (update, values) = Addition([addend]);
        values[":late"] = new AttributeValue { SS = [name] };
        values[":name"] = new AttributeValue(name);
        try
        {
            await dynamo.UpdateItemAsync(
                new UpdateItemRequest { TableName = table, Key = key, UpdateExpression = $"ADD {update}, #late :late", ConditionExpression = "NOT contains(#late, :name)", ExpressionAttributeNames = Names("#late", "late"), ExpressionAttributeValues = values },
                cancellationToken);
        }
        catch (ConditionalCheckFailedException)
        {
            // It has been added.
        }
    }

    private async Task<bool> TryAsync(Dictionary<string, AttributeValue> key, string shardId, IReadOnlyList<Addend> addends, string condition, string seen, CancellationToken cancellationToken)
    {
        var (update, values) = Addition(addends);
        values[":last"] = new AttributeValue(addends[^1].Position);
        if (condition.Contains(":seen", StringComparison.Ordinal))
            values[":seen"] = new AttributeValue(seen);
        try
        {
            await dynamo.UpdateItemAsync(
                new UpdateItemRequest { TableName = table, Key = key, UpdateExpression = $"ADD {update} SET #hw = :last", ConditionExpression = condition, ExpressionAttributeNames = Names("#hw", Name(shardId)), ExpressionAttributeValues = values },
                cancellationToken);
            return true;
        }
        catch (ConditionalCheckFailedException)
        {
            return false;
        }
    }

    private (string Update, Dictionary<string, AttributeValue> Values) Addition(IReadOnlyList<Addend> addends)
    {
        var values = new Dictionary<string, AttributeValue> { [":count"] = RecordItem.N(addends.Count) };
        if (!sums)
            return ("#count :count", values);
        values[":sum"] = new AttributeValue { N = addends.Sum(a => a.Value).ToString(System.Globalization.CultureInfo.InvariantCulture) };
        return ("#count :count, #sum :sum", values);
    }

    private Dictionary<string, string> Names(string placeholder, string name)
    {
        var names = new Dictionary<string, string> { ["#count"] = "count", [placeholder] = name };
        if (sums)
            names["#sum"] = "sum";
        return names;
    }

    private static string Name(string shardId) => $"hw:{shardId}";
}
