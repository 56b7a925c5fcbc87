using Microsoft.Data.Sqlite;

namespace Weir.Pipeline.Sinks.Sqlite;

/// <summary>
/// The embedded database of the consuming side: clean records, leases and checkpoints, dead letters. WAL with <c>synchronous=FULL</c>:
/// a checkpoint may only move past records that a power cut cannot take back.
/// </summary>
public sealed class PipelineDatabase
{
    /// <summary>Rises when tables change in a way that older files do not have.</summary>
    private const int Version = 3;

    // Rows of records are in the order of storing, so that the newest are found without an index on time and a row is written at the end of the file.
    private const string Schema = """
        CREATE TABLE IF NOT EXISTS record_streams (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, count INTEGER NOT NULL DEFAULT 0);
        CREATE TABLE IF NOT EXISTS record_shards (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
        CREATE TABLE IF NOT EXISTS records (
            stream INTEGER NOT NULL, shard INTEGER NOT NULL, sequence TEXT NOT NULL, sub_sequence INTEGER NOT NULL,
            partition_key TEXT NOT NULL, arrived_at INTEGER NOT NULL, stored_at INTEGER NOT NULL, data BLOB NOT NULL, rule_set TEXT NOT NULL, spans INTEGER NOT NULL,
            PRIMARY KEY (stream, shard, sequence, sub_sequence));
        CREATE INDEX IF NOT EXISTS records_by_stream ON records (stream);
        CREATE TABLE IF NOT EXISTS leases (
            stream TEXT NOT NULL, created INTEGER NOT NULL, shard_id TEXT NOT NULL, owner TEXT, counter INTEGER NOT NULL, checkpoint TEXT NOT NULL, sub_sequence INTEGER NOT NULL,
            parents TEXT NOT NULL, children TEXT NOT NULL, owner_switches INTEGER NOT NULL, start_hash TEXT, end_hash TEXT, PRIMARY KEY (stream, created, shard_id));
        CREATE TABLE IF NOT EXISTS dead_letters (
            stream TEXT NOT NULL, shard_id TEXT NOT NULL, sequence TEXT NOT NULL, sub_sequence INTEGER NOT NULL, arrived_at INTEGER NOT NULL,
            failed_at INTEGER NOT NULL, cause TEXT NOT NULL, attempts INTEGER NOT NULL, bytes INTEGER NOT NULL, data BLOB, state INTEGER NOT NULL, reason TEXT, partition_key TEXT NOT NULL,
            PRIMARY KEY (stream, shard_id, sequence, sub_sequence));
        CREATE INDEX IF NOT EXISTS dead_letters_by_state ON dead_letters (state, failed_at);
        """;

    /// <summary>Of a new file: a record of 1 KiB fills a page of SQLite's own 4 KiB badly.</summary>
    private const int PageBytes = 16384;

    private readonly string _connectionString;

    /// <summary>Opens or creates the file.</summary>
    /// <exception cref="InvalidDataException">The file is of another version of Weir.</exception>
    public PipelineDatabase(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        _connectionString = new SqliteConnectionStringBuilder { DataSource = path, DefaultTimeout = 30 }.ToString();
        using var connection = Connect();
        var version = (long)Run(connection, "PRAGMA user_version")!;
        var isEmpty = (long)Run(connection, "SELECT COUNT(*) FROM sqlite_master")! == 0;
        if (!isEmpty && version != Version)
            throw new InvalidDataException($"{path} is of version {version} and this program reads version {Version}: move the file away, and the stream is read again from its start.");
        if (isEmpty)
            Run(connection, $"PRAGMA page_size={PageBytes}");
        Run(connection, "PRAGMA journal_mode=WAL");
        Run(connection, Schema);
        Run(connection, $"PRAGMA user_version={Version}");
    }

    /// <summary>A connection from the pool; the caller disposes it.</summary>
    public SqliteConnection Connect()
    {
        var connection = new SqliteConnection(_connectionString);
        connection.Open();
        Run(connection, "PRAGMA synchronous=FULL");
        return connection;
    }

    /// <summary>A connection for large transactions: what they change stays in memory until the commit, up to 64 MiB, instead of being written twice.</summary>
    internal SqliteConnection ConnectForWriting()
    {
        var connection = new SqliteConnection(_connectionString + ";Pooling=False");
        connection.Open();
        Run(connection, "PRAGMA synchronous=FULL");
        Run(connection, "PRAGMA cache_size=-65536");
        return connection;
    }

    /// <summary>
    /// A connection for leases: a commit waits for no flush. A power cut may take back the newest of them, but never one and keep a later one, nor records that were committed before;
    /// a checkpoint that is lost is reached again by reading again.
    /// </summary>
    internal SqliteConnection ConnectForLeases()
    {
        var connection = new SqliteConnection(_connectionString);
        connection.Open();
        Run(connection, "PRAGMA synchronous=NORMAL");
        return connection;
    }

    private static object? Run(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // constants of this class
        command.CommandText = sql;
#pragma warning restore CA2100
        return command.ExecuteScalar();
    }
}
