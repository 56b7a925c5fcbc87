using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Amazon.DynamoDBv2.Model;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Weir.ControlPlane.Rules;
using Weir.ControlPlane.State;
using Weir.Pipeline.Consuming;
using Weir.Pipeline.Redaction;

namespace Weir.ControlPlane.Fleet;

/// <summary>Rows of the state database that every process of a fleet has alike.</summary>
/// <param name="Name">Of the document in the shared table.</param>
/// <param name="Tables">Name and primary key of each table, those that others refer to first.</param>
/// <param name="Ignored">Columns that each process keeps to itself.</param>
/// <param name="Counter">Row of <c>counters</c> that must grow when the rows change from outside; null where nobody watches one.</param>
/// <param name="KeepsOwn">Whether rows that were here before the first exchange join those of the others; else they give way.</param>
internal sealed record SharedDocument(string Name, IReadOnlyList<(string Table, string Key)> Tables, IReadOnlyList<string> Ignored, string? Counter, bool KeepsOwn)
{
    public static IReadOnlyList<SharedDocument> All { get; } =
    [
        new("rules", [("rules", "id")], [], "rules", KeepsOwn: false),
        new("partners", [("partners", "id"), ("partner_keys", "id")], ["last_used_at"], null, KeepsOwn: true),
        new("tokens", [("api_tokens", "id")], [], null, KeepsOwn: true),
    ];
}

/// <summary>A process must not join the fleet; the message says why, for a person.</summary>
public sealed class FleetException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>
/// Keeps redaction rules, partners' keys and API tokens alike in all processes of a fleet. Each works on its own state database, as a single process does; every second the rows are compared
/// with the shared document and with what both were at the last exchange, and each side gets the other's changes, row by row:
/// <code>
/// shared is newer than the base ──► merge into the database        database differs from the base ──► merge, put IF version = the one seen, else once more
/// </code>
/// Of two changes of the same row the one that is written later stays. The first exchange comes before anything is consumed: records are never cleaned by rules that are not those of the fleet.
/// </summary>
internal sealed partial class SharedDocuments(StateTable table, StateDatabase database, RuleBook rules, IRedactionControl redaction, IEnumerable<ConsumerIdentity> consumers, TimeProvider time, ILogger<SharedDocuments> logger) : BackgroundService
{
    private const string Partition = "document";
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1), Patience = TimeSpan.FromSeconds(60);

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        foreach (var document in SharedDocument.All)
            await FirstAsync(document, either.Token);
        if (consumers.Any())
            await CompareKeysAsync(either.Token);
        rules.Follow();
        await base.StartAsync(cancellationToken);
    }

    /// <summary>Exchanges one document; true when rows changed here.</summary>
    public async Task<bool> ExchangeAsync(SharedDocument document, CancellationToken cancellationToken)
    {
        await table.ReadyAsync(cancellationToken);
        while (true)
        {
            var row = (await table.Dynamo.GetItemAsync(new GetItemRequest { TableName = table.Name, Key = StateTable.Key(Partition, document.Name), ConsistentRead = true }, cancellationToken)).Item;
            var shared = row is { Count: > 0 } ? new Version(long.Parse(row["version"].N, CultureInfo.InvariantCulture), new(Packed.Unpack<Dictionary<string, string>>(row["body"].B), StringComparer.Ordinal)) : new Version(0, []);
            var (merged, changedHere, changedThere) = Merge(document, shared);
            if (changedThere && !await PutAsync(document, shared.Number, merged, cancellationToken))
                continue;
            Keep(document, shared.Number + (changedThere ? 1 : 0), merged);
            return changedHere;
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            foreach (var document in SharedDocument.All)
            {
                try
                {
                    if (await ExchangeAsync(document, stoppingToken))
                        LogFollowed(logger, document.Name);
                }
                catch (Exception e) when (!stoppingToken.IsCancellationRequested)
                {
                    LogExchangeFailed(logger, document.Name, e);
                }
            }
        }
    }

    private async Task FirstAsync(SharedDocument document, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await ExchangeAsync(document, cancellationToken);
                return;
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                LogExchangeFailed(logger, document.Name, e);

                // What was exchanged once is good enough to start with.
                if (Base(document) is not null)
                    return;
                await Task.Delay(Every, time, cancellationToken);
            }
            catch (OperationCanceledException e)
            {
                throw new FleetException($"The table {table.Name} (Fleet:Table) did not answer in {Patience.TotalSeconds:0} s, and without the fleet's {document.Name} nothing may start.", e);
            }
        }
    }

    /// <summary>With keys of its own a process would make other tokens of the same values than the others do.</summary>
    private async Task CompareKeysAsync(CancellationToken cancellationToken)
    {
        var key = StateTable.Key(Partition, "redaction-key");
        var row = (await table.Dynamo.GetItemAsync(new GetItemRequest { TableName = table.Name, Key = key, ConsistentRead = true }, cancellationToken)).Item;
        if (row?.GetValueOrDefault("id")?.S is { } shared && !redaction.KeyIds.Contains(shared))
            throw new FleetException($"The fleet redacts with the key {shared}, which this process does not have (its own is {redaction.KeyIds[0]}): give all processes the same keys by Redaction:KeyReference.");
        key["id"] = new(redaction.KeyIds[0]);
        await table.Dynamo.PutItemAsync(new PutItemRequest(table.Name, key), cancellationToken);
    }

    private (SortedDictionary<string, string> Merged, bool ChangedHere, bool ChangedThere) Merge(SharedDocument document, Version shared)
    {
        using var connection = database.Connect();
        using var transaction = connection.BeginTransaction(deferred: false);
        var here = Read(connection, transaction, document);
        var origin = Base(document)?.Rows ?? (shared.Number == 0 || document.KeepsOwn ? [] : here);
        var merged = new SortedDictionary<string, string>(shared.Rows, StringComparer.Ordinal);
        foreach (var key in here.Keys.Union(origin.Keys).ToArray())
        {
            var (mine, was) = (here.GetValueOrDefault(key), origin.GetValueOrDefault(key));
            if (mine == was)
                continue;
            if (mine is null)
                merged.Remove(key);
            else
                merged[key] = mine;
        }

        var changedHere = !Same(here, merged);
        if (changedHere)
            Write(connection, transaction, document, here, merged);
        transaction.Commit();
        return (merged, changedHere, !Same(shared.Rows, merged) || (shared.Number == 0 && merged.Count > 0));
    }

    private async Task<bool> PutAsync(SharedDocument document, long seen, SortedDictionary<string, string> rows, CancellationToken cancellationToken)
    {
        var row = StateTable.Key(Partition, document.Name);
        row["version"] = new() { N = (seen + 1).ToString(CultureInfo.InvariantCulture) };
        row["body"] = new() { B = Packed.Pack(rows) };
        try
        {
            await table.Dynamo.PutItemAsync(
                new PutItemRequest
                {
                    TableName = table.Name,
                    Item = row,
                    ConditionExpression = seen == 0 ? "attribute_not_exists(pk)" : "#version = :seen",
                    ExpressionAttributeNames = seen == 0 ? null : new() { ["#version"] = "version" },
                    ExpressionAttributeValues = seen == 0 ? null : new() { [":seen"] = new() { N = seen.ToString(CultureInfo.InvariantCulture) } },
                },
                cancellationToken);
            return true;
        }
        catch (ConditionalCheckFailedException)
        {
            return false;
        }
    }

    private Version? Base(SharedDocument document) =>
        database.Query("SELECT version, body FROM shared_documents WHERE name = $name", r => new Version(r.GetInt64(0), JsonSerializer.Deserialize<SortedDictionary<string, string>>(r.GetString(1))!), ("$name", document.Name)) is [var known] ? known : null;

    private void Keep(SharedDocument document, long version, SortedDictionary<string, string> rows)
    {
        if (Base(document) is { } known && known.Number == version && Same(known.Rows, rows))
            return;
        database.Execute(
            "INSERT INTO shared_documents (name, version, body) VALUES ($name, $version, $body) ON CONFLICT (name) DO UPDATE SET version = $version, body = $body",
            ("$name", document.Name), ("$version", version), ("$body", JsonSerializer.Serialize(rows)));
    }

    /// <summary>Every row as JSON under <c>table|key</c>; columns in the order of their names, bytes as <c>{"b64":…}</c>.</summary>
    private static SortedDictionary<string, string> Read(SqliteConnection connection, SqliteTransaction transaction, SharedDocument document)
    {
        var rows = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, key) in document.Tables)
        {
            foreach (var row in connection.Query(transaction, $"SELECT * FROM {name}", r => Enumerable.Range(0, r.FieldCount).ToDictionary(r.GetName, r.GetValue)))
            {
                var json = new JsonObject();
                foreach (var (column, value) in row.Where(c => !document.Ignored.Contains(c.Key)).OrderBy(c => c.Key, StringComparer.Ordinal))
                {
                    json[column] = value switch
                    {
                        DBNull => null,
                        long number => number,
                        double number => number,
                        byte[] bytes => new JsonObject { ["b64"] = Convert.ToBase64String(bytes) },
                        _ => (string)value,
                    };
                }

                rows[$"{name}|{row[key]}"] = json.ToJsonString();
            }
        }

        return rows;
    }

    private static void Write(SqliteConnection connection, SqliteTransaction transaction, SharedDocument document, SortedDictionary<string, string> here, SortedDictionary<string, string> merged)
    {
        foreach (var (name, key) in document.Tables)
        {
            // A process of another version may know columns that are not here.
            var known = connection.Query(transaction, "SELECT name FROM pragma_table_info($table)", r => r.GetString(0), ("$table", name));
            foreach (var (_, json) in merged.Where(r => r.Key.StartsWith(name + "|", StringComparison.Ordinal) && here.GetValueOrDefault(r.Key) != r.Value))
            {
                var columns = JsonNode.Parse(json)!.AsObject().Where(c => known.Contains(c.Key)).ToArray();
                var values = columns.Select((c, i) => ($"$c{i}", Value(c.Value))).ToArray();
                connection.Execute(
                    transaction,
                    $"INSERT INTO {name} ({string.Join(", ", columns.Select(c => c.Key))}) VALUES ({string.Join(", ", values.Select(v => v.Item1))}) ON CONFLICT ({key}) DO UPDATE SET {string.Join(", ", columns.Select((c, i) => $"{c.Key} = $c{i}"))}",
                    values);
            }
        }

        foreach (var (name, key) in document.Tables.Reverse())
        {
            foreach (var id in here.Keys.Where(k => k.StartsWith(name + "|", StringComparison.Ordinal) && !merged.ContainsKey(k)))
                connection.Execute(transaction, $"DELETE FROM {name} WHERE {key} = $id", ("$id", id[(name.Length + 1)..]));
        }

        if (document.Counter is { } counter)
            connection.Execute(transaction, "INSERT INTO counters (name, value) VALUES ($name, 1) ON CONFLICT (name) DO UPDATE SET value = value + 1", ("$name", counter));
    }

    private static object? Value(JsonNode? node) => node switch
    {
        null => null,
        JsonObject bytes => Convert.FromBase64String((string)bytes["b64"]!),
        JsonValue value when value.TryGetValue(out string? text) => text,
        JsonValue value when value.TryGetValue(out long number) => number,
        _ => (double)node,
    };

    private static bool Same(SortedDictionary<string, string> left, SortedDictionary<string, string> right) => left.Count == right.Count && left.SequenceEqual(right);

    private sealed record Version(long Number, SortedDictionary<string, string> Rows);

    [LoggerMessage(LogLevel.Information, "The fleet's {Document} are taken over.")]
    private static partial void LogFollowed(ILogger logger, string document);

    [LoggerMessage(LogLevel.Warning, "The fleet's {Document} could not be exchanged; those known stay in force.")]
    private static partial void LogExchangeFailed(ILogger logger, string document, Exception e);
}
