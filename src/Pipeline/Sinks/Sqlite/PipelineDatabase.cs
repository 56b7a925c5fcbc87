using Microsoft.Data.Sqlite;

namespace Weir.Pipeline.Sinks.Sqlite;

/// <summary>
/// The embedded database of the consuming side: clean records, leases and checkpoints, dead letters. WAL with <c>synchronous=FULL</c>:
/// a checkpoint may only move past records that a power cut cannot take back.
/// </summary>
public sealed class PipelineDatabase
{
    private const string Schema = """
        PRAGMA journal_mode=WAL;
        CREATE TABLE IF NOT EXISTS records (
            stream TEXT NOT NULL, shard_id TEXT NOT NULL, sequence TEXT NOT NULL, sub_sequence INTEGER NOT NULL,
            partition_key TEXT NOT NULL, arrived_at INTEGER NOT NULL, stored_at INTEGER NOT NULL, data BLOB NOT NULL, rule_set TEXT NOT NULL, spans INTEGER NOT NULL,
            PRIMARY KEY (stream, shard_id, sequence, sub_sequence)) WITHOUT ROWID;
        CREATE INDEX IF NOT EXISTS records_by_arrival ON records (arrived_at);
        CREATE INDEX IF NOT EXISTS records_by_stream ON records (stream, arrived_at);
        CREATE TABLE IF NOT EXISTS record_counts (stream TEXT PRIMARY KEY, count INTEGER NOT NULL);
        CREATE TABLE IF NOT EXISTS leases (
            stream TEXT NOT NULL, shard_id TEXT NOT NULL, owner TEXT, counter INTEGER NOT NULL, checkpoint TEXT NOT NULL, parents TEXT NOT NULL, PRIMARY KEY (stream, shard_id));
        CREATE TABLE IF NOT EXISTS dead_letters (
            stream TEXT NOT NULL, shard_id TEXT NOT NULL, sequence TEXT NOT NULL, sub_sequence INTEGER NOT NULL, arrived_at INTEGER NOT NULL,
            failed_at INTEGER NOT NULL, cause TEXT NOT NULL, attempts INTEGER NOT NULL, bytes INTEGER NOT NULL, data BLOB, PRIMARY KEY (stream, shard_id, sequence, sub_sequence));
        """;

    private readonly string _connectionString;

    /// <summary>Opens or creates the file.</summary>
    public PipelineDatabase(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        _connectionString = new SqliteConnectionStringBuilder { DataSource = path, DefaultTimeout = 30 }.ToString();
        using var connection = Connect();
        using var command = connection.CreateCommand();
        command.CommandText = Schema;
        command.ExecuteNonQuery();
    }

    /// <summary>A connection from the pool; the caller disposes it.</summary>
    public SqliteConnection Connect()
    {
        var connection = new SqliteConnection(_connectionString);
        connection.Open();
        using var pragma = connection.CreateCommand();
        pragma.CommandText = "PRAGMA synchronous=FULL";
        pragma.ExecuteNonQuery();
        return connection;
    }
}
