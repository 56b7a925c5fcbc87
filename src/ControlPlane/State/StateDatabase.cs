using System.Globalization;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Configuration;

namespace Weir.ControlPlane.State;

/// <summary>
/// The control plane's own database: rules, audit, keys, tokens, operations, the scaling journal. SQLite in WAL mode with <c>synchronous=FULL</c>,
/// so that what was answered survives a power cut. Verbs open the same file while the server runs.
/// </summary>
public sealed class StateDatabase
{
    /// <summary>Each entry brings the file one version further; entries are never changed, only added.</summary>
    private static readonly string[] Migrations =
    [
        """
        CREATE TABLE audit (
            id INTEGER PRIMARY KEY, at TEXT NOT NULL, actor_id TEXT NOT NULL, actor_name TEXT NOT NULL,
            action TEXT NOT NULL, target TEXT NOT NULL, outcome TEXT NOT NULL, detail TEXT, hash TEXT NOT NULL);
        CREATE TRIGGER audit_is_never_changed BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
        CREATE TRIGGER audit_is_never_deleted BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
        CREATE TABLE rules (id TEXT PRIMARY KEY, position INTEGER NOT NULL, body TEXT NOT NULL, changed_by TEXT NOT NULL, changed_at TEXT NOT NULL, reason TEXT);
        CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
        CREATE TABLE partners (id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE);
        CREATE TABLE partner_keys (
            id TEXT PRIMARY KEY, partner_id TEXT NOT NULL REFERENCES partners(id), hash BLOB NOT NULL UNIQUE, prefix TEXT NOT NULL, streams TEXT,
            created_at TEXT NOT NULL, created_by TEXT NOT NULL, revoked_at TEXT, last_used_at TEXT);
        CREATE TABLE api_tokens (
            id TEXT PRIMARY KEY, name TEXT NOT NULL, hash BLOB NOT NULL UNIQUE, prefix TEXT NOT NULL, role TEXT NOT NULL,
            created_at TEXT NOT NULL, created_by TEXT NOT NULL, revoked_at TEXT);
        CREATE TABLE operations (
            id TEXT PRIMARY KEY, kind TEXT NOT NULL, target TEXT NOT NULL, started_by TEXT NOT NULL, started_at TEXT NOT NULL,
            state TEXT NOT NULL, steps TEXT NOT NULL, steps_done INTEGER NOT NULL, message TEXT NOT NULL, ended_at TEXT, body TEXT NOT NULL);
        CREATE TABLE scalings (stream TEXT NOT NULL, at TEXT NOT NULL, from_count INTEGER NOT NULL, to_count INTEGER NOT NULL);
        CREATE INDEX scalings_by_stream ON scalings (stream, at);
        """,
        """
        ALTER TABLE operations ADD COLUMN stop_requested INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE partners ADD COLUMN records_per_second REAL;
        ALTER TABLE partners ADD COLUMN bytes_per_second REAL;
        """,
        """
        CREATE TABLE rule_sets (
            number INTEGER PRIMARY KEY AUTOINCREMENT, hash TEXT NOT NULL, state TEXT NOT NULL, rules TEXT NOT NULL,
            drafted_by_id TEXT NOT NULL, drafted_by TEXT NOT NULL, drafted_at TEXT NOT NULL, reason TEXT,
            approved_by TEXT, approved_at TEXT, activated_at TEXT, retired_at TEXT);
        """,
        """
        CREATE TABLE shared_documents (name TEXT PRIMARY KEY, version INTEGER NOT NULL, body TEXT NOT NULL);
        """,
        "ALTER TABLE partners ADD COLUMN signing_secret TEXT",
        """
        ALTER TABLE rule_sets ADD COLUMN base INTEGER;
        ALTER TABLE rule_sets ADD COLUMN history TEXT NOT NULL DEFAULT '[]';
        """,
        """
        CREATE TABLE redaction_records (hour TEXT PRIMARY KEY, clean INTEGER NOT NULL, redacted INTEGER NOT NULL, quarantined INTEGER NOT NULL, checked INTEGER NOT NULL, leaks INTEGER NOT NULL);
        CREATE TABLE redaction_counts (
            hour TEXT NOT NULL, rule_set TEXT NOT NULL, rule TEXT NOT NULL, path TEXT NOT NULL, hits INTEGER NOT NULL, transformed INTEGER NOT NULL, left_alone INTEGER NOT NULL,
            PRIMARY KEY (hour, rule_set, rule, path)) WITHOUT ROWID;
        """,
        """
        ALTER TABLE scalings RENAME TO scalings_before;
        CREATE TABLE scalings (id TEXT PRIMARY KEY DEFAULT (lower(hex(randomblob(8)))), stream TEXT NOT NULL, at TEXT NOT NULL, from_count INTEGER NOT NULL, to_count INTEGER NOT NULL);
        INSERT INTO scalings (stream, at, from_count, to_count) SELECT stream, at, from_count, to_count FROM scalings_before;
        DROP TABLE scalings_before;
        CREATE INDEX scalings_by_stream ON scalings (stream, at);
        """,
        """
        CREATE TABLE fleet_ledger (hour TEXT NOT NULL, keeper TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (hour, keeper)) WITHOUT ROWID;
        """,
        """
        CREATE TABLE fleet_audit (
            id INTEGER PRIMARY KEY, at TEXT NOT NULL, actor_id TEXT NOT NULL, actor_name TEXT NOT NULL,
            action TEXT NOT NULL, target TEXT NOT NULL, outcome TEXT NOT NULL, detail TEXT, hash TEXT NOT NULL);
        """,
        "ALTER TABLE operations ADD COLUMN runs_on TEXT",
    ];

    private readonly string _connectionString;

    /// <summary>Opens or creates the file and brings it up to date.</summary>
    /// <param name="path">The file; its folder is created.</param>
    public StateDatabase(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        _connectionString = new SqliteConnectionStringBuilder { DataSource = path, DefaultTimeout = 30, ForeignKeys = true }.ToString();
        Migrate();
    }

    /// <summary>The database of this configuration: <c>state.db</c> under <c>DataDirectory</c>.</summary>
    public static StateDatabase Open(IConfiguration configuration) => new(Path.Combine(configuration["DataDirectory"] ?? "data", "state.db"));

    /// <summary>A connection from the pool; the caller disposes it.</summary>
    public SqliteConnection Connect()
    {
        var connection = new SqliteConnection(_connectionString);
        connection.Open();
        connection.Execute(null, "PRAGMA synchronous=FULL");

        // What is deleted or replaced may be a secret: its bytes go as well.
        connection.Execute(null, "PRAGMA secure_delete=ON");
        return connection;
    }

    /// <summary>Runs one statement and returns how many rows it changed.</summary>
    public int Execute(string sql, params (string Name, object? Value)[] parameters)
    {
        using var connection = Connect();
        return connection.Execute(null, sql, parameters);
    }

    /// <summary>Reads all rows of a query.</summary>
    public IReadOnlyList<T> Query<T>(string sql, Func<SqliteDataReader, T> read, params (string Name, object? Value)[] parameters)
    {
        using var connection = Connect();
        return connection.Query(null, sql, read, parameters);
    }

    private void Migrate()
    {
        using var connection = new SqliteConnection(_connectionString);
        connection.Open();
        connection.Execute(null, "PRAGMA journal_mode=WAL");
        using var transaction = connection.BeginTransaction(deferred: false);
        var version = (int)connection.Query(transaction, "PRAGMA user_version", r => r.GetInt64(0))[0];
        if (version > Migrations.Length)
        {
            throw new InvalidDataException($"'{connection.DataSource}' is of version {version}; this program knows versions up to {Migrations.Length}.");
        }

        foreach (var migration in Migrations.Skip(version))
        {
            connection.Execute(transaction, migration);
        }

        connection.Execute(transaction, string.Create(CultureInfo.InvariantCulture, $"PRAGMA user_version = {Migrations.Length}"));
        transaction.Commit();
    }
}
