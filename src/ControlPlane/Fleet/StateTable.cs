using System.Globalization;
using System.Net;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Amazon.Runtime;
using Weir.Pipeline.Sinks.DynamoDb;

namespace Weir.ControlPlane.Fleet;

/// <summary>
/// The table that the processes of a fleet share:
/// <code>
/// pk S fleet     | sk S instance id  | report B (Brotli) | expires N          reports, one row a process
/// pk S document  | sk S partners     | version N | body B (Brotli)            what all keep alike, see SharedDocuments
/// pk S rules     | sk S 000000000031 | write S | body B (Brotli)              changes of the rules in their order, see SharedRuleChanges
/// pk S audit     | sk S 000000000120 | write S | line S (JSON)                the audit log, see SharedAuditLog
/// pk S running   | sk S stream       | id S | owner S | beat S | operation B …  operations that run, one a target, see FleetOperationGuard
/// pk S ended     | sk S time#id      | operation B | expires N                 operations that have ended
/// pk S ledger    | sk S hour#keeper  | body B (Brotli) | expires N            what redaction did, an hour of a process a row, see SharedLedger
/// pk S keys      | sk S name         | xml S                                  keys of sign-in cookies
/// pk S lock      | sk S people       | write S | until N (ms)                 who changes the people just now
/// pk S clock     | sk S clock        | rules N | partners N | …               grows when the thing of that name has changed
/// </code>
/// </summary>
internal sealed class StateTable(IAmazonDynamoDB dynamo, string name, TimeProvider time)
{
    private const string Clock = "clock";
    private const int Tries = 7;
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(50);

    private readonly LazyTable _table = new(
        dynamo,
        new CreateTableRequest { TableName = name, AttributeDefinitions = [new("pk", ScalarAttributeType.S), new("sk", ScalarAttributeType.S)], KeySchema = [new("pk", KeyType.HASH), new("sk", KeyType.RANGE)] },
        "expires",
        time);

    public IAmazonDynamoDB Dynamo => dynamo;

    public string Name => name;

    public static Dictionary<string, AttributeValue> Key(string partition, string sort) => new() { ["pk"] = new(partition), ["sk"] = new(sort) };

    public static AttributeValue Number(long value) => new() { N = value.ToString(CultureInfo.InvariantCulture) };

    /// <summary>A number as a sort key: 12 digits sort as they count.</summary>
    public static string Sort(long number) => number.ToString("D12", CultureInfo.InvariantCulture);

    /// <summary>Makes the table when it is absent.</summary>
    public Task ReadyAsync(CancellationToken cancellationToken) => _table.ReadyAsync(cancellationToken);

    /// <summary>The row as it is now, null when there is none.</summary>
    public async Task<Dictionary<string, AttributeValue>?> GetAsync(string partition, string sort, CancellationToken cancellationToken)
    {
        await ReadyAsync(cancellationToken);
        var row = (await TryAsync(() => dynamo.GetItemAsync(new GetItemRequest { TableName = name, Key = Key(partition, sort), ConsistentRead = true }, cancellationToken), cancellationToken)).Item;
        return row is { Count: > 0 } ? row : null;
    }

    /// <summary>Writes a row that must not be there yet; false when another one is. A row that an earlier try of this call wrote, and whose reply was lost, is known by its <c>write</c> and counts as written.</summary>
    public Task<bool> PutNewAsync(Dictionary<string, AttributeValue> row, CancellationToken cancellationToken) => PutIfAsync(row, "attribute_not_exists(pk)", [], cancellationToken);

    /// <summary>Writes a row if its key meets a condition; false when it does not. A lost reply is told as in <see cref="PutNewAsync"/>.</summary>
    public async Task<bool> PutIfAsync(Dictionary<string, AttributeValue> row, string condition, Dictionary<string, AttributeValue> values, CancellationToken cancellationToken)
    {
        await ReadyAsync(cancellationToken);
        var write = Guid.NewGuid().ToString("N");
        row["write"] = new(write);
        var request = new PutItemRequest { TableName = name, Item = row, ConditionExpression = condition, ExpressionAttributeNames = Names(condition), ExpressionAttributeValues = values.Count == 0 ? null : values };
        try
        {
            await TryAsync(() => dynamo.PutItemAsync(request, cancellationToken), cancellationToken);
            return true;
        }
        catch (ConditionalCheckFailedException)
        {
            return await IsOursAsync();
        }
        catch (Exception e) when (IsPassing(e, cancellationToken))
        {
            // Every reply was lost or refused: one of the tries may have written all the same.
            if (await IsOursAsync())
                return true;
            throw;
        }

        async Task<bool> IsOursAsync() => (await GetAsync(row["pk"].S, row["sk"].S, cancellationToken))?.GetValueOrDefault("write")?.S == write;
    }

    /// <summary>Changes a row if it meets a condition; the row as it is then, null when it does not.</summary>
    public async Task<Dictionary<string, AttributeValue>?> UpdateIfAsync(string partition, string sort, string update, string condition, Dictionary<string, AttributeValue> values, CancellationToken cancellationToken)
    {
        await ReadyAsync(cancellationToken);
        var request = new UpdateItemRequest
        {
            TableName = name,
            Key = Key(partition, sort),
            UpdateExpression = update,
            ConditionExpression = condition,
            ExpressionAttributeNames = Names(update + condition),
            ExpressionAttributeValues = values,
            ReturnValues = ReturnValue.ALL_NEW,
        };
        try
        {
            return (await TryAsync(() => dynamo.UpdateItemAsync(request, cancellationToken), cancellationToken)).Attributes;
        }
        catch (ConditionalCheckFailedException)
        {
            return null;
        }
    }

    public async Task PutAsync(Dictionary<string, AttributeValue> row, CancellationToken cancellationToken)
    {
        await ReadyAsync(cancellationToken);
        await TryAsync(() => dynamo.PutItemAsync(new PutItemRequest(name, row), cancellationToken), cancellationToken);
    }

    /// <summary>Deletes a row; false when a condition is given that it does not meet.</summary>
    public async Task<bool> DeleteAsync(string partition, string sort, string? condition, Dictionary<string, AttributeValue> values, CancellationToken cancellationToken)
    {
        await ReadyAsync(cancellationToken);
        try
        {
            await TryAsync(
                () => dynamo.DeleteItemAsync(
                    new DeleteItemRequest { TableName = name, Key = Key(partition, sort), ConditionExpression = condition, ExpressionAttributeNames = Names(condition), ExpressionAttributeValues = values.Count == 0 ? null : values }, cancellationToken),
                cancellationToken);
            return true;
        }
        catch (ConditionalCheckFailedException)
        {
            return false;
        }
    }

    /// <summary>The rows of a partition with sort keys from one to another, both included, in their order; null for no bound.</summary>
    public async Task<IReadOnlyList<Dictionary<string, AttributeValue>>> QueryAsync(string partition, string? from, string? to, CancellationToken cancellationToken)
    {
        await ReadyAsync(cancellationToken);
        var request = new QueryRequest(name) { ConsistentRead = true, KeyConditionExpression = "pk = :pk", ExpressionAttributeValues = new() { [":pk"] = new(partition) } };
        if (from is not null || to is not null)
        {
            request.KeyConditionExpression += " AND sk BETWEEN :from AND :to";
            request.ExpressionAttributeValues[":from"] = new(from ?? "\u0001");
            request.ExpressionAttributeValues[":to"] = new(to ?? "\U0010FFFF");
        }

        var rows = new List<Dictionary<string, AttributeValue>>();
        QueryResponse page;
        do
        {
            page = await TryAsync(() => dynamo.QueryAsync(request, cancellationToken), cancellationToken);
            rows.AddRange(page.Items ?? []);
            request.ExclusiveStartKey = page.LastEvaluatedKey;
        }
        while (page.LastEvaluatedKey is { Count: > 0 });
        return rows;
    }

    /// <summary>Tells the others that the thing of this name has changed. They look by themselves in time, should this never arrive.</summary>
    public async Task RingAsync(string thing, CancellationToken cancellationToken)
    {
        await ReadyAsync(cancellationToken);
        var request = new UpdateItemRequest
        {
            TableName = name,
            Key = Key(Clock, Clock),
            UpdateExpression = "ADD #thing :one",
            ExpressionAttributeNames = new() { ["#thing"] = thing },
            ExpressionAttributeValues = new() { [":one"] = Number(1) },
        };
        await TryAsync(() => dynamo.UpdateItemAsync(request, cancellationToken), cancellationToken);
    }

    /// <summary>What has changed how often: one read of one small row.</summary>
    public async Task<IReadOnlyDictionary<string, string>> ClockAsync(CancellationToken cancellationToken) =>
        (await GetAsync(Clock, Clock, cancellationToken))?.Where(a => a.Value.N is not null).ToDictionary(a => a.Key, a => a.Value.N) ?? [];

    /// <summary>Attributes stand in a condition as <c>#name</c>: many plain words are reserved ones.</summary>
    private static Dictionary<string, string>? Names(string? condition) =>
        System.Text.RegularExpressions.Regex.Matches(condition ?? "", "#[a-z]+").Select(m => m.Value).Distinct().ToDictionary(n => n, n => n[1..]) is { Count: > 0 } names ? names : null;

    /// <summary>Again after refusals and lost replies, longer apart each time: 3 s in all.</summary>
    private async Task<T> TryAsync<T>(Func<Task<T>> call, CancellationToken cancellationToken)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                return await call();
            }
            catch (Exception e) when (tries < Tries && IsPassing(e, cancellationToken))
            {
                await Task.Delay(FirstWait * (1 << (tries - 1)) * (0.5 + (Random.Shared.NextDouble() / 2)), time, cancellationToken);
            }
        }
    }

    private static bool IsPassing(Exception e, CancellationToken cancellationToken) => !cancellationToken.IsCancellationRequested
        && (e is HttpRequestException or IOException or TaskCanceledException || e is AmazonDynamoDBException { StatusCode: 0 or >= HttpStatusCode.InternalServerError }
            || (e is AmazonDynamoDBException busy && DynamoClient.IsBusy(busy)) || e is AmazonClientException { InnerException: HttpRequestException or IOException });
}
