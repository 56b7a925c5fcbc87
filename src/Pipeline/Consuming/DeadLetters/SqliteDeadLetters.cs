using Microsoft.Data.Sqlite;
using Weir.Pipeline.Sinks.Sqlite;

namespace Weir.Pipeline.Consuming.DeadLetters;

/// <summary>Dead letters in the embedded database.</summary>
public sealed class SqliteDeadLetters(PipelineDatabase database) : IDeadLetterStore
{
    private const string Columns = "stream, shard_id, sequence, sub_sequence, arrived_at, failed_at, cause, attempts, bytes, data, state, reason, partition_key";

    public Task WriteAsync(IReadOnlyList<DeadLetter> letters, CancellationToken cancellationToken)
    {
        if (letters.Count == 0)
            return Task.CompletedTask;
        using var connection = database.Connect();
        using var transaction = connection.BeginTransaction(deferred: false);
        foreach (var letter in letters)
        {
            using var command = connection.CreateCommand();
            command.Transaction = transaction;
            command.CommandText = $"INSERT OR IGNORE INTO dead_letters ({Columns}) VALUES ($stream, $shard, $sequence, $sub, $arrived, $failed, $cause, $attempts, $bytes, $data, 0, NULL, $key)";
            Add(command, letter.Key);
            command.Parameters.AddWithValue("$arrived", letter.ArrivedAt.ToUnixTimeMilliseconds());
            command.Parameters.AddWithValue("$failed", letter.FailedAt.ToUnixTimeMilliseconds());
            command.Parameters.AddWithValue("$cause", letter.Cause);
            command.Parameters.AddWithValue("$attempts", letter.Attempts);
            command.Parameters.AddWithValue("$bytes", letter.Bytes);
            command.Parameters.AddWithValue("$data", (object?)letter.Data ?? DBNull.Value);
            command.Parameters.AddWithValue("$key", letter.PartitionKey);
            command.ExecuteNonQuery();
        }

        transaction.Commit();
        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<DeadLetter>> ListAsync(DeadLetterState? state, DateTimeOffset? before, int limit, CancellationToken cancellationToken)
    {
        using var connection = database.Connect();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // a constant of this class
        command.CommandText =
            $"SELECT {Columns.Replace(" data,", " NULL,", StringComparison.Ordinal)} FROM dead_letters WHERE ($state IS NULL OR state = $state) AND ($before IS NULL OR failed_at < $before) ORDER BY failed_at DESC LIMIT $limit";
#pragma warning restore CA2100
        command.Parameters.AddWithValue("$limit", Math.Clamp(limit, 1, 1000));
        command.Parameters.AddWithValue("$state", (object?)(int?)state ?? DBNull.Value);
        command.Parameters.AddWithValue("$before", (object?)before?.ToUnixTimeMilliseconds() ?? DBNull.Value);
        return Task.FromResult<IReadOnlyList<DeadLetter>>(Read(command));
    }

    public Task<DeadLetter?> FindAsync(DeadLetterKey key, CancellationToken cancellationToken)
    {
        using var connection = database.Connect();
        using var command = connection.CreateCommand();
        command.CommandText = $"SELECT {Columns} FROM dead_letters WHERE stream = $stream AND shard_id = $shard AND sequence = $sequence AND sub_sequence = $sub";
        Add(command, key);
        return Task.FromResult(Read(command).SingleOrDefault());
    }

    public Task<long> CountWaitingAsync(CancellationToken cancellationToken)
    {
        using var connection = database.Connect();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT COUNT(*) FROM dead_letters WHERE state = 0";
        return Task.FromResult((long)command.ExecuteScalar()!);
    }

    public Task<bool> CloseAsync(DeadLetterKey key, DeadLetterState state, string? reason, CancellationToken cancellationToken)
    {
        using var connection = database.Connect();
        using var command = connection.CreateCommand();
        command.CommandText = "UPDATE dead_letters SET state = $state, reason = $reason WHERE stream = $stream AND shard_id = $shard AND sequence = $sequence AND sub_sequence = $sub AND state = 0";
        Add(command, key);
        command.Parameters.AddWithValue("$state", (int)state);
        command.Parameters.AddWithValue("$reason", (object?)reason ?? DBNull.Value);
        return Task.FromResult(command.ExecuteNonQuery() == 1);
    }

    private static void Add(SqliteCommand command, DeadLetterKey key)
    {
        command.Parameters.AddWithValue("$stream", key.Stream);
        command.Parameters.AddWithValue("$shard", key.ShardId);
        command.Parameters.AddWithValue("$sequence", key.SequenceNumber);
        command.Parameters.AddWithValue("$sub", key.SubSequenceNumber);
    }

    private static List<DeadLetter> Read(SqliteCommand command)
    {
        using var reader = command.ExecuteReader();
        var letters = new List<DeadLetter>();
        while (reader.Read())
        {
            letters.Add(new DeadLetter(
                reader.GetString(0), reader.GetString(1), reader.GetString(2), reader.GetInt64(3), DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(4)),
                DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(5)), reader.GetString(6), reader.GetInt32(7), reader.GetInt32(8), reader.IsDBNull(9) ? null : reader.GetString(9))
            {
                State = (DeadLetterState)reader.GetInt32(10),
                Reason = reader.IsDBNull(11) ? null : reader.GetString(11),
                PartitionKey = reader.GetString(12),
            });
        }

        return letters;
    }
}
