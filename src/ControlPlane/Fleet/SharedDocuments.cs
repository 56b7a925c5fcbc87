using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Data.Sqlite;
using Weir.ControlPlane.State;

namespace Weir.ControlPlane.Fleet;

/// <summary>Rows of SQLite that all processes of a fleet keep alike.</summary>
/// <param name="Name">Of the document in the state table.</param>
/// <param name="Tables">Those that others refer to first.</param>
/// <param name="Ignored">Columns that each process keeps to itself.</param>
internal sealed record SharedDocument(string Name, IReadOnlyList<SharedTable> Tables, IReadOnlyList<string> Ignored)
{
    public static SharedDocument Partners { get; } = new("partners", [new("partners", ["id"], "name"), new("partner_keys", ["id"], Refers: "partner_id")], ["last_used_at"]);

    /// <summary>Calls of <c>UpdateShardCount</c>, of which the service allows ten in a day, whoever makes them.</summary>
    public static SharedDocument Scalings { get; } = new("scalings", [new("scalings", ["id"])], []);

    /// <summary>People as ASP.NET Core Identity stores them.</summary>
    public static SharedDocument People { get; } = new("people", [new("AspNetUsers", ["Id"], "NormalizedUserName"), new("AspNetUserRoles", ["UserId", "RoleId"], Refers: "UserId")], []);

    public static SharedDocument Tokens { get; } = new("tokens", [new("api_tokens", ["id"])], []);
}

/// <summary>
/// Keeps one document alike in all processes of a fleet. Each works on its own database, as a single process does; the rows are compared with the shared document and with what both were at the
/// last exchange, and each side gets the other's changes, row by row:
/// <code>
/// shared is newer than the base ──► merge into the database        database differs from the base ──► merge, put IF version = the one seen, else once more
/// </code>
/// Of two changes of the same row the one that is written later stays. Rows that were here before the first exchange join those of the others; of two with the same unique value that of the fleet stays.
/// </summary>
internal sealed class SharedDocuments(SharedDocument document, StateTable table, StateDatabase state, Func<SqliteConnection> connect) : ISharedThing, IDisposable
{
    private const string Partition = "document";

    private readonly SemaphoreSlim _one = new(1);
    private readonly StateChanges _changes = new(connect);
    private long? _comparedAt;

    public string Name => document.Name;

    public bool HasJoined => Base() is not null;

    public Task JoinAsync(CancellationToken cancellationToken) => FollowAsync(cancellationToken);

    /// <summary>Exchanges the document; true when rows changed here.</summary>
    public async Task<bool> FollowAsync(CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            while (true)
            {
                var row = await table.GetAsync(Partition, Name, cancellationToken);
                var shared = row is null ? new Version(0, []) : new Version(long.Parse(row["version"].N, CultureInfo.InvariantCulture), new(Packed.Unpack<Dictionary<string, string>>(row["body"].B), StringComparer.Ordinal));
                var (merged, changedHere, changedThere) = Merge(shared);
                if (changedThere && !await PutAsync(shared.Number, merged, cancellationToken))
                    continue;
                Keep(shared.Number + (changedThere ? 1 : 0), merged);
                if (changedThere)
                    await table.RingAsync(Name, cancellationToken);
                return changedHere;
            }
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Whether rows changed here since the last exchange: by this process or by a verb on the same database. Microseconds while nothing was written.</summary>
    public bool ChangedHere()
    {
        var version = _changes.Version();
        if (version == _comparedAt)
            return false;
        using var connection = connect();
        using var transaction = connection.BeginTransaction();
        var changed = Base() is not { } known || !Same(known.Rows, SharedRows.Read(connection, transaction, document.Tables, document.Ignored));
        if (!changed)
            _comparedAt = version;
        return changed;
    }

    public void Dispose()
    {
        _changes.Dispose();
        _one.Dispose();
    }

    private (SortedDictionary<string, string> Merged, bool ChangedHere, bool ChangedThere) Merge(Version shared)
    {
        using var connection = connect();
        using var transaction = connection.BeginTransaction(deferred: false);
        var here = SharedRows.Read(connection, transaction, document.Tables, document.Ignored);
        var origin = Base()?.Rows ?? [];
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

        Unite(shared.Rows, merged);
        var difference = SharedRows.Difference(here, merged);
        if (difference.Count > 0)
            SharedRows.Apply(connection, transaction, document.Tables, difference);
        transaction.Commit();
        return (merged, difference.Count > 0, !Same(shared.Rows, merged) || (shared.Number == 0 && merged.Count > 0));
    }

    /// <summary>Two processes that each made the same partner, or the same person, made one: that of the fleet stays, and what refers to the other refers to it.</summary>
    private void Unite(SortedDictionary<string, string> shared, SortedDictionary<string, string> merged)
    {
        foreach (var owner in document.Tables.Where(t => t.Unique is not null))
        {
            var rows = merged.Where(r => r.Key.StartsWith(owner.Name + "|", StringComparison.Ordinal)).Select(r => (r.Key, Row: JsonNode.Parse(r.Value)!)).Where(r => r.Row[owner.Unique!] is not null).ToArray();
            foreach (var alike in rows.GroupBy(r => (string)r.Row[owner.Unique!]!).Where(g => g.Count() > 1))
            {
                var stays = alike.OrderBy(r => shared.ContainsKey(r.Key) ? 0 : 1).ThenBy(r => r.Key, StringComparer.Ordinal).First();
                foreach (var goes in alike.Where(r => r.Key != stays.Key))
                {
                    merged.Remove(goes.Key);
                    foreach (var child in document.Tables.Where(t => t.Refers is not null))
                        Refer(merged, child, goes.Key[(owner.Name.Length + 1)..], stays.Key[(owner.Name.Length + 1)..]);
                }
            }
        }
    }

    private static void Refer(SortedDictionary<string, string> merged, SharedTable child, string from, string to)
    {
        foreach (var (key, json) in merged.Where(r => r.Key.StartsWith(child.Name + "|", StringComparison.Ordinal)).ToArray())
        {
            var row = JsonNode.Parse(json)!.AsObject();
            if ((string?)row[child.Refers!] != from)
                continue;
            row[child.Refers!] = to;
            merged.Remove(key);
            merged[$"{child.Name}|{string.Join('|', child.Keys.Select(k => (string?)row[k]))}"] = row.ToJsonString();
        }
    }

    private Task<bool> PutAsync(long seen, SortedDictionary<string, string> rows, CancellationToken cancellationToken)
    {
        var row = StateTable.Key(Partition, Name);
        row["version"] = StateTable.Number(seen + 1);
        row["body"] = new() { B = Packed.Pack(rows) };
        return seen == 0 ? table.PutNewAsync(row, cancellationToken) : table.PutIfAsync(row, "#version = :seen", new() { [":seen"] = StateTable.Number(seen) }, cancellationToken);
    }

    private Version? Base() =>
        state.Query("SELECT version, body FROM shared_documents WHERE name = $name", r => new Version(r.GetInt64(0), JsonSerializer.Deserialize<SortedDictionary<string, string>>(r.GetString(1))!), ("$name", Name)) is [var known] ? known : null;

    private void Keep(long version, SortedDictionary<string, string> rows)
    {
        if (Base() is { } known && known.Number == version && Same(known.Rows, rows))
            return;
        state.Execute(
            "INSERT INTO shared_documents (name, version, body) VALUES ($name, $version, $body) ON CONFLICT (name) DO UPDATE SET version = $version, body = $body",
            ("$name", Name), ("$version", version), ("$body", JsonSerializer.Serialize(rows)));
    }

    private static bool Same(SortedDictionary<string, string> left, SortedDictionary<string, string> right) => left.Count == right.Count && left.SequenceEqual(right);

    private sealed record Version(long Number, SortedDictionary<string, string> Rows);
}
