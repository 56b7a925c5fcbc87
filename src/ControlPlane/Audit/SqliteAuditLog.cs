using System.Security.Cryptography;
using System.Text;
using Microsoft.Data.Sqlite;
using Weir.ControlPlane.Access;
using Weir.ControlPlane.State;

namespace Weir.ControlPlane.Audit;

/// <summary>
/// The audit log on SQLite. Each line's hash covers the line and the hash before it, so a line changed, removed or inserted afterwards breaks the chain from there on:
/// <code>hash(n) = SHA-256(hash(n-1) ‖ id ‖ at ‖ actorId ‖ actorName ‖ action ‖ target ‖ outcome ‖ detail), each field with its length in bytes before it (-1 when missing), as 64 hex digits</code>
/// </summary>
public sealed class SqliteAuditLog(StateDatabase database, TimeProvider time, string table = "audit") : IAuditLog
{
    private const string Columns = "id, at, actor_id, actor_name, action, target, outcome, detail, hash";
    internal const string BeforeFirst = "";

    public Task AppendAsync(Actor actor, string action, string target, string outcome, string? detail, CancellationToken cancellationToken)
    {
        using var connection = database.Connect();
        using var transaction = connection.BeginTransaction(deferred: false);
        var last = connection.Query(transaction, $"SELECT {Columns} FROM {table} ORDER BY id DESC LIMIT 1", Read);
        var (id, previous) = last is [var entry] ? (entry.Id + 1, entry.Hash) : (1, BeforeFirst);
        var at = time.GetUtcNow();
        var line = new AuditEntry(id, at, actor.Id, actor.Name, action, target, outcome, detail, "");
        Insert(connection, transaction, line with { Hash = Hash(previous, line) });
        transaction.Commit();
        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<AuditEntry>> QueryAsync(AuditQuery query, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<AuditEntry>>(database.Query(
        $"""
        SELECT {Columns} FROM {table}
        WHERE ($before IS NULL OR id < $before) AND ($actor IS NULL OR instr(lower(actor_name), lower($actor)) > 0 OR actor_id = $actor)
          AND ($action IS NULL OR action = $action) AND ($outcome IS NULL OR outcome = $outcome)
        ORDER BY id DESC LIMIT $limit
        """,
        Read,
        ("$before", query.BeforeId), ("$actor", query.Actor), ("$action", query.Action), ("$outcome", query.Outcome), ("$limit", Math.Clamp(query.Limit, 1, 1000))));

    /// <summary>Reads the log page by page, so that its length costs time but no memory.</summary>
    public Task<AuditVerification> VerifyAsync(CancellationToken cancellationToken) => Task.Run(
        () =>
        {
            var (previous, last) = (BeforeFirst, 0L);
            while (true)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var page = Read(last, 1000);
                foreach (var line in page)
                {
                    if (line.Id != last + 1 || Hash(previous, line) != line.Hash)
                    {
                        return new AuditVerification(last, line.Id) { HeadHash = last == 0 ? null : previous };
                    }

                    (previous, last) = (line.Hash, line.Id);
                }

                if (page.Count == 0)
                {
                    return new AuditVerification(last, null) { HeadHash = last == 0 ? null : previous };
                }
            }
        },
        cancellationToken);

    /// <summary>The line written last, null in an empty log.</summary>
    internal AuditEntry? Last() => database.Query($"SELECT {Columns} FROM {table} ORDER BY id DESC LIMIT 1", Read) is [var last] ? last : null;

    /// <summary>The lines after one, oldest first.</summary>
    internal IReadOnlyList<AuditEntry> Read(long after, int limit) => database.Query($"SELECT {Columns} FROM {table} WHERE id > $after ORDER BY id LIMIT $limit", Read, ("$after", after), ("$limit", limit));

    /// <summary>Whether the log has this line under some number.</summary>
    internal bool Has(AuditEntry line) => database.Query(
        $"SELECT id FROM {table} WHERE at = $at AND actor_id = $actor AND action = $action AND target = $target AND outcome = $outcome AND detail IS $detail LIMIT 1",
        r => r.GetInt64(0),
        ("$at", line.At.Stored()), ("$actor", line.ActorId), ("$action", line.Action), ("$target", line.Target), ("$outcome", line.Outcome), ("$detail", line.Detail)).Count > 0;

    /// <summary>Writes lines that have their numbers and hashes; those that are there stay.</summary>
    internal void Insert(params IReadOnlyCollection<AuditEntry> lines)
    {
        using var connection = database.Connect();
        using var transaction = connection.BeginTransaction(deferred: false);
        foreach (var line in lines)
            Insert(connection, transaction, line);
        transaction.Commit();
    }

    /// <summary>Empties a copy of a log.</summary>
    internal void Clear() => database.Execute($"DELETE FROM {table}");

    private void Insert(SqliteConnection connection, SqliteTransaction transaction, AuditEntry line) => connection.Execute(
        transaction,
        $"INSERT INTO {table} ({Columns}) VALUES ($id, $at, $actorId, $actorName, $action, $target, $outcome, $detail, $hash) ON CONFLICT (id) DO NOTHING",
        ("$id", line.Id), ("$at", line.At.Stored()), ("$actorId", line.ActorId), ("$actorName", line.ActorName), ("$action", line.Action), ("$target", line.Target), ("$outcome", line.Outcome), ("$detail", line.Detail),
        ("$hash", line.Hash));

    private static AuditEntry Read(SqliteDataReader r) =>
        new(r.GetInt64(0), r.Time(1), r.GetString(2), r.GetString(3), r.GetString(4), r.GetString(5), r.GetString(6), r.TextOrNull(7), r.GetString(8));

    internal static string Hash(string previous, AuditEntry line)
    {
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> length = stackalloc byte[4];
        foreach (var field in (string?[])[previous, line.Id.ToString(System.Globalization.CultureInfo.InvariantCulture), line.At.Stored(), line.ActorId, line.ActorName, line.Action, line.Target, line.Outcome, line.Detail])
        {
            // A missing field is not the same as an empty one.
            var bytes = Encoding.UTF8.GetBytes(field ?? "");
            System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(length, field is null ? -1 : bytes.Length);
            sha.AppendData(length);
            sha.AppendData(bytes);
        }

        return Convert.ToHexStringLower(sha.GetHashAndReset());
    }
}
