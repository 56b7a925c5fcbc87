using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.ExceptionServices;
using System.Text;
using Microsoft.Data.Sqlite;

namespace Weir.Pipeline.Sinks.Sqlite;

/// <summary>
/// Clean records on SQLite, one row each under (stream, shard, sequence, sub-sequence): writing a record again changes nothing. The count of a stream is kept
/// in the same transaction, because counting millions of rows takes seconds. The newest are those stored last.
/// Shards that write at the same time share one transaction, and with it one flush of the disk.
/// </summary>
public sealed class SqliteRecordStore(PipelineDatabase database, TimeProvider time) : ISink, IRecordStore, IDisposable
{
    /// <summary>Of one transaction, so that nobody waits long and what is not yet in the file stays in memory.</summary>
    private const int MostRecords = 20_000;

    private readonly SemaphoreSlim _writer = new(1);
    private readonly ConcurrentQueue<Batch> _waiting = new();
    private readonly Dictionary<(string Stream, string Shard), (long Stream, long Shard)> _names = [];
    private SqliteConnection? _connection;
    private RecordInsert? _insert;

    public string Name => "sqlite";

    public async Task WriteAsync(IReadOnlyList<CleanRecord> records, CancellationToken cancellationToken)
    {
        // SQLite has one writer; waiting here is cheaper than its busy loop. Whoever has its turn writes what the others brought meanwhile.
        var batch = new Batch(records);
        _waiting.Enqueue(batch);
        await _writer.WaitAsync(cancellationToken);
        try
        {
            while (!batch.IsDone)
                WriteNext();
        }
        finally
        {
            _writer.Release();
        }

        batch.Failure?.Throw();
    }

    /// <summary>How many records one search looks at: a tenth of a second's work.</summary>
    internal long SearchWindow { get; init; } = 100_000;

    public Task<RecordPage> ReadAsync(RecordQuery query, CancellationToken cancellationToken) => Task.Run(() => Read(query, cancellationToken), cancellationToken);

    public Task<long> CountAsync(string? stream, CancellationToken cancellationToken)
    {
        using var connection = database.Connect();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT COALESCE(SUM(count), 0) FROM record_streams WHERE $stream IS NULL OR name = $stream";
        command.Parameters.AddWithValue("$stream", (object?)stream ?? DBNull.Value);
        return Task.FromResult((long)command.ExecuteScalar()!);
    }

    public void Dispose()
    {
        Close();
        _writer.Dispose();
    }

    private RecordPage Read(RecordQuery query, CancellationToken cancellationToken)
    {
        using var connection = database.Connect();
        var newest = Number(connection, "SELECT COALESCE(MAX(rowid), 0) FROM records");
        var before = query.Before is null ? newest + 1
            : long.TryParse(query.Before, NumberStyles.None, CultureInfo.InvariantCulture, out var given) ? given
            : throw new ArgumentException($"'{query.Before}' is not where a page of records ended.", nameof(query));
        var oldest = Number(connection, "SELECT COALESCE(MIN(rowid), 0) FROM records");
        var floor = query.Contains is null ? oldest : Math.Max(oldest, Math.Min(before, newest + 1) - SearchWindow);
        using var command = connection.CreateCommand();
        command.CommandText =
            $"""
            SELECT s.name, h.name, r.sequence, r.sub_sequence, r.partition_key, r.arrived_at, r.stored_at, r.data, r.rule_set, r.spans, r.rowid
            FROM records r JOIN record_streams s ON s.id = r.stream JOIN record_shards h ON h.id = r.shard
            WHERE {(query.Stream is null ? "1" : "r.stream = (SELECT id FROM record_streams WHERE name = $stream)")} AND r.rowid < $before AND r.rowid >= $floor {(query.Contains is null ? "" : "AND instr(r.data, CAST($contains AS BLOB)) > 0")}
            ORDER BY r.rowid DESC LIMIT $limit
            """;
        var limit = Math.Clamp(query.Limit, 1, 1000);
        command.Parameters.AddWithValue("$stream", (object?)query.Stream ?? DBNull.Value);
        command.Parameters.AddWithValue("$contains", (object?)query.Contains ?? DBNull.Value);
        command.Parameters.AddWithValue("$before", before);
        command.Parameters.AddWithValue("$floor", floor);
        command.Parameters.AddWithValue("$limit", limit);
        using var reader = command.ExecuteReader();
        var found = new List<StoredRecord>();
        var last = before;
        while (reader.Read())
        {
            cancellationToken.ThrowIfCancellationRequested();
            found.Add(new StoredRecord(
                reader.GetString(0), reader.GetString(1), reader.GetString(2), reader.GetInt64(3), reader.GetString(4),
                DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(5)), DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(6)),
                Encoding.UTF8.GetString((byte[])reader.GetValue(7)), reader.GetString(8), reader.GetInt32(9)));
            last = reader.GetInt64(10);
        }

        var end = found.Count == limit ? last : floor;

        // Rows stand in the order of storing; shards that are behind mix older records into them.
        return new RecordPage([.. found.OrderByDescending(r => r.ArrivedAt)], end > oldest && (query.Contains is not null || found.Count == limit) ? end.ToString(CultureInfo.InvariantCulture) : null);
    }

    private static long Number(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (long)command.ExecuteScalar()!;
    }

    /// <summary>Writes the batches at the head of the line in one transaction; where it fails, each of them learns why.</summary>
    private void WriteNext()
    {
        var taken = new List<Batch>();
        var records = 0;
        while (records < MostRecords && _waiting.TryDequeue(out var next))
        {
            taken.Add(next);
            records += next.Records.Count;
        }

        try
        {
            Write(taken);
            taken.ForEach(b => b.IsDone = true);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // Whatever is wrong with it, the next transaction gets a new connection.
            Close();
            foreach (var batch in taken)
                (batch.Failure, batch.IsDone) = (ExceptionDispatchInfo.Capture(e), true);
        }
    }

    private void Write(List<Batch> batches)
    {
        var connection = _connection ??= database.ConnectForWriting();
        using var transaction = connection.BeginTransaction(deferred: false);
        var insert = _insert ??= new RecordInsert(connection);
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var added = new Dictionary<long, int>();
        foreach (var batch in batches)
        {
            var (stream, shard, ids) = ("", "", (Stream: 0L, Shard: 0L));
            foreach (var record in batch.Records)
            {
                if (record.Stream != stream || record.ShardId != shard)
                {
                    (stream, shard) = (record.Stream, record.ShardId);
                    ids = Names(connection, transaction, stream, shard);
                }

                if (insert.Run(record, ids.Stream, ids.Shard, now))
                    added[ids.Stream] = added.GetValueOrDefault(ids.Stream) + 1;
            }
        }

        foreach (var (stream, count) in added)
        {
            using var counter = connection.CreateCommand();
            counter.Transaction = transaction;
            counter.CommandText = "UPDATE record_streams SET count = count + $count WHERE id = $stream";
            counter.Parameters.AddWithValue("$stream", stream);
            counter.Parameters.AddWithValue("$count", count);
            counter.ExecuteNonQuery();
        }

        transaction.Commit();
    }

    /// <summary>Numbers in place of names, which would be most of an index of a hundred million rows.</summary>
    private (long Stream, long Shard) Names(SqliteConnection connection, SqliteTransaction transaction, string stream, string shard)
    {
        if (_names.TryGetValue((stream, shard), out var known))
            return known;
        return _names[(stream, shard)] = (Id("record_streams", stream), Id("record_shards", shard));

        long Id(string table, string name)
        {
            using var command = connection.CreateCommand();
            command.Transaction = transaction;
#pragma warning disable CA2100 // the table is one of the two above
            command.CommandText = $"INSERT INTO {table} (name) VALUES ($name) ON CONFLICT (name) DO UPDATE SET name = name RETURNING id";
#pragma warning restore CA2100
            command.Parameters.AddWithValue("$name", name);
            return (long)command.ExecuteScalar()!;
        }
    }

    private void Close()
    {
        // Names that a transaction brought which was never committed are not known.
        _names.Clear();
        _insert?.Dispose();
        _connection?.Dispose();
        (_insert, _connection) = (null, null);
    }

    private sealed class Batch(IReadOnlyList<CleanRecord> records)
    {
        public IReadOnlyList<CleanRecord> Records { get; } = records;
        public bool IsDone { get; set; }
        public ExceptionDispatchInfo? Failure { get; set; }
    }
}
