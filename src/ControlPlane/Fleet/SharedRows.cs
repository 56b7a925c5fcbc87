using System.Text.Json.Nodes;
using Microsoft.Data.Sqlite;
using Weir.ControlPlane.State;

namespace Weir.ControlPlane.Fleet;

/// <summary>A table of SQLite whose rows the processes of a fleet keep alike.</summary>
/// <param name="Name">Of the table.</param>
/// <param name="Keys">Columns of its primary key.</param>
/// <param name="Unique">Another column whose values are unique; null for none.</param>
/// <param name="Refers">Column that refers to a row of another table of the list; null for none.</param>
internal sealed record SharedTable(string Name, IReadOnlyList<string> Keys, string? Unique = null, string? Refers = null);

/// <summary>Rows of SQLite as they travel: each as JSON under <c>table|key</c>, columns in the order of their names, bytes as <c>{"b64":…}</c>.</summary>
internal static class SharedRows
{
    /// <summary>All rows of some tables.</summary>
    public static SortedDictionary<string, string> Read(SqliteConnection connection, SqliteTransaction transaction, IEnumerable<SharedTable> tables, IReadOnlyList<string> ignored)
    {
        var rows = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var table in tables)
        {
            foreach (var row in connection.Query(transaction, $"SELECT * FROM {table.Name}", r => Enumerable.Range(0, r.FieldCount).ToDictionary(r.GetName, r.GetValue)))
            {
                var json = new JsonObject();
                foreach (var (column, value) in row.Where(c => !ignored.Contains(c.Key)).OrderBy(c => c.Key, StringComparer.Ordinal))
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

                rows[$"{table.Name}|{string.Join('|', table.Keys.Select(k => row[k]))}"] = json.ToJsonString();
            }
        }

        return rows;
    }

    /// <summary>What turns some rows into others; null for a row that goes.</summary>
    public static SortedDictionary<string, string?> Difference(SortedDictionary<string, string> before, SortedDictionary<string, string> after)
    {
        var difference = new SortedDictionary<string, string?>(StringComparer.Ordinal);
        foreach (var gone in before.Keys.Where(k => !after.ContainsKey(k)))
            difference[gone] = null;
        foreach (var (key, row) in after.Where(r => before.GetValueOrDefault(r.Key) != r.Value))
            difference[key] = row;
        return difference;
    }

    /// <summary>Writes a difference. Rows of other tables, and columns that this version does not know, are passed over.</summary>
    public static void Apply(SqliteConnection connection, SqliteTransaction transaction, IReadOnlyList<SharedTable> tables, IEnumerable<KeyValuePair<string, string?>> difference)
    {
        connection.Execute(transaction, "PRAGMA defer_foreign_keys = ON");
        var byTable = difference.ToLookup(r => r.Key[..r.Key.IndexOf('|', StringComparison.Ordinal)]);
        foreach (var table in tables.Reverse())
        {
            foreach (var (key, _) in byTable[table.Name].Where(r => r.Value is null))
                Delete(connection, transaction, table, key[(table.Name.Length + 1)..]);
        }

        foreach (var table in tables)
        {
            var known = connection.Query(transaction, "SELECT name FROM pragma_table_info($table)", r => r.GetString(0), ("$table", table.Name));
            foreach (var (_, json) in byTable[table.Name].Where(r => r.Value is not null))
                Put(connection, transaction, table, JsonNode.Parse(json!)!.AsObject().Where(c => known.Contains(c.Key)).ToArray());
        }
    }

    private static void Delete(SqliteConnection connection, SqliteTransaction transaction, SharedTable table, string key)
    {
        var parts = key.Split('|', table.Keys.Count);
        connection.Execute(transaction, $"DELETE FROM {table.Name} WHERE {string.Join(" AND ", table.Keys.Select((k, i) => $"{k} = $k{i}"))}", [.. parts.Select((p, i) => ($"$k{i}", (object?)p))]);
    }

    private static void Put(SqliteConnection connection, SqliteTransaction transaction, SharedTable table, KeyValuePair<string, JsonNode?>[] columns)
    {
        (string, object?)[] values = [.. columns.Select((c, i) => ($"$c{i}", Value(c.Value)))];
        if (table.Unique is { } unique && Array.FindIndex(columns, c => c.Key == unique) is >= 0 and var at)
        {
            // Whoever had this value here under another key gives way.
            var others = string.Join(" OR ", table.Keys.Select(k => $"{k} <> $c{Array.FindIndex(columns, c => c.Key == k)}"));
            connection.Execute(transaction, $"DELETE FROM {table.Name} WHERE {unique} = $c{at} AND ({others})", values);
        }

        connection.Execute(
            transaction,
            $"INSERT INTO {table.Name} ({string.Join(", ", columns.Select(c => c.Key))}) VALUES ({string.Join(", ", values.Select(v => v.Item1))}) ON CONFLICT ({string.Join(", ", table.Keys)}) DO UPDATE SET {string.Join(", ", columns.Select((c, i) => $"{c.Key} = $c{i}"))}",
            values);
    }

    private static object? Value(JsonNode? node) => node switch
    {
        null => null,
        JsonObject bytes => Convert.FromBase64String((string)bytes["b64"]!),
        JsonValue value when value.TryGetValue(out string? text) => text,
        JsonValue value when value.TryGetValue(out long number) => number,
        _ => (double)node,
    };
}
