using System.Globalization;
using System.Text;
using Microsoft.Data.Sqlite;

namespace Weir.Pipeline.Sinks.Sqlite;

/// <summary>
/// Clean records on SQLite, one row each under (stream, shard, sequence, sub-sequence): writing a record again changes nothing. The count of a stream is kept
/// in the same transaction, because counting millions of rows takes seconds. The newest are those stored last.
/// </summary>
public sealed class SqliteRecordStore(PipelineDatabase database, TimeProvider time) : ISink, IRecordStore, IDisposable
{
    private readonly SemaphoreSlim _writer = new(1);

    public string Name => "sqlite";

    public async Task WriteAsync(IReadOnlyList<CleanRecord> records, CancellationToken cancellationToken)
    {
        // SQLite has one writer; waiting here is cheaper than its busy loop.
        await _writer.WaitAsync(cancellationToken);
        try
        {
            Write(records);
        }
        finally
        {
            _writer.Release();
        }
    }

    /// <summary>How many records one search looks at: a tenth of a second's work.</summary>
    internal long SearchWindow { get; init; } = 100_000;

    public Task<RecordPage> ReadAsync(RecordQuery query, CancellationToken cancellationToken) => Task.Run(() => Read(query, cancellationToken), cancellationToken);

    public Task<long> CountAsync(string? stream, CancellationToken cancellationToken)
    {
        using var connection = database.Connect();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT COALESCE(SUM(count), 0) FROM record_counts WHERE $stream IS NULL OR stream = $stream";
        command.Parameters.AddWithValue("$stream", (object?)stream ?? DBNull.Value);
        return Task.FromResult((long)command.ExecuteScalar()!);
    }

    public void Dispose() => _writer.Dispose();

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
            SELECT stream, shard_id, sequence, sub_sequence, partition_key, arrived_at, stored_at, data, rule_set, spans, rowid FROM records
            WHERE {(query.Stream is null ? "1" : "stream = $stream")} AND rowid < $before AND rowid >= $floor {(query.Contains is null ? "" : "AND instr(data, CAST($contains AS BLOB)) > 0")}
            ORDER BY rowid DESC LIMIT $limit
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

    private void Write(IReadOnlyList<CleanRecord> records)
    {
        using var connection = database.Connect();
        using var transaction = connection.BeginTransaction(deferred: false);
        using var insert = connection.CreateCommand();
        insert.Transaction = transaction;
        insert.CommandText = "INSERT OR IGNORE INTO records (stream, shard_id, sequence, sub_sequence, partition_key, arrived_at, stored_at, data, rule_set, spans) VALUES ($stream, $shard, $sequence, $sub, $key, $arrived, $stored, $data, $rules, $spans)";
        var (stream, shard, sequence, sub) = (Add("$stream"), Add("$shard"), Add("$sequence"), Add("$sub"));
        var (key, arrived, stored, data, rules, spans) = (Add("$key"), Add("$arrived"), Add("$stored"), Add("$data"), Add("$rules"), Add("$spans"));
        insert.Prepare();
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var added = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var record in records)
        {
            stream.Value = record.Stream;
            shard.Value = record.ShardId;
            sequence.Value = record.SequenceNumber;
            sub.Value = record.SubSequenceNumber;
            key.Value = record.PartitionKey;
            arrived.Value = record.ArrivedAt.ToUnixTimeMilliseconds();
            stored.Value = now;
            data.Value = record.Data.ToArray();
            rules.Value = record.RuleSet;
            spans.Value = record.RedactedSpans;
            added[record.Stream] = added.GetValueOrDefault(record.Stream) + insert.ExecuteNonQuery();
        }

        foreach (var (name, count) in added.Where(a => a.Value > 0))
        {
            using var counter = connection.CreateCommand();
            counter.Transaction = transaction;
            counter.CommandText = "INSERT INTO record_counts (stream, count) VALUES ($stream, $count) ON CONFLICT (stream) DO UPDATE SET count = count + $count";
            counter.Parameters.AddWithValue("$stream", name);
            counter.Parameters.AddWithValue("$count", count);
            counter.ExecuteNonQuery();
        }

        transaction.Commit();

        SqliteParameter Add(string name)
        {
            var parameter = insert.CreateParameter();
            parameter.ParameterName = name;
            insert.Parameters.Add(parameter);
            return parameter;
        }
    }
}
