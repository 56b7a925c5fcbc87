using System.Diagnostics;
using Microsoft.Data.Sqlite;
using Weir.Aws.Kinesis;

/// <summary>The same records with nothing around them: no leases, redaction, order, dead letters or checkpoints.</summary>
internal static class Bare
{
    private static readonly string[] Parameters = ["$shard", "$sequence", "$key", "$arrived", "$data"];

    /// <param name="database">A new file to insert into, or null to read only.</param>
    public static async Task<TimeSpan> RunAsync(IKinesis kinesis, string stream, string? database)
    {
        using var connection = database is null ? null : Open(database);
        var watch = Stopwatch.StartNew();
        var shards = (await kinesis.ListShardsAsync(new ListShardsRequest(stream), default)).Shards;
        await Task.WhenAll(shards.Select(s => Task.Run(async () =>
        {
            var iterator = (await kinesis.GetShardIteratorAsync(new GetShardIteratorRequest(s.ShardId, ShardIteratorTypes.TrimHorizon, stream), default)).ShardIterator;
            for (GetRecordsResponse read; ; iterator = read.NextShardIterator!)
            {
                read = await kinesis.GetRecordsAsync(new GetRecordsRequest(iterator, 10_000), default);
                if (read.Records.Count == 0 && read.MillisBehindLatest == 0)
                    break;
                if (connection is not null)
                    Insert(connection, s.ShardId, read.Records);
            }
        })));
        return watch.Elapsed;
    }

    private static SqliteConnection Open(string path)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        connection.Open();
        foreach (var sql in new[]
        {
            "PRAGMA page_size=16384", "PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", "PRAGMA cache_size=-65536",
            "CREATE TABLE records (shard TEXT, sequence TEXT, key TEXT, arrived INTEGER, data BLOB, PRIMARY KEY (shard, sequence))",
        })
        {
            using var command = connection.CreateCommand();
#pragma warning disable CA2100 // one of the constants above
            command.CommandText = sql;
#pragma warning restore CA2100
            command.ExecuteNonQuery();
        }

        return connection;
    }

    private static void Insert(SqliteConnection connection, string shard, IReadOnlyList<Record> records)
    {
        lock (connection)
        {
            using var transaction = connection.BeginTransaction();
            using var insert = connection.CreateCommand();
            insert.Transaction = transaction;
            insert.CommandText = $"INSERT OR IGNORE INTO records VALUES ({string.Join(", ", Parameters)})";
            SqliteParameter[] values = [.. Parameters.Select(n => insert.Parameters.Add(new SqliteParameter { ParameterName = n }))];
            insert.Prepare();
            foreach (var record in records)
            {
                (values[0].Value, values[1].Value, values[2].Value, values[3].Value, values[4].Value) =
                    (shard, record.SequenceNumber, record.PartitionKey, record.ApproximateArrivalTimestamp.ToUnixTimeMilliseconds(), record.Data.ToArray());
                insert.ExecuteNonQuery();
            }

            transaction.Commit();
        }
    }
}
