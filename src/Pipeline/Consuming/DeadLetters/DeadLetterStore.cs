using Microsoft.Data.Sqlite;
using Weir.Pipeline.Sinks.Sqlite;

namespace Weir.Pipeline.Consuming.DeadLetters;

/// <summary>What became of a dead letter.</summary>
public enum DeadLetterState
{
    Waiting,
    Replayed,
    Dropped,
}

/// <summary>Which record a dead letter is about.</summary>
public readonly record struct DeadLetterKey(string Stream, string ShardId, string SequenceNumber, long SubSequenceNumber);

/// <summary>A record that could not be processed. <see cref="Data"/> is anonymized, or null where it could not be made safe; the record itself stays in the stream until its retention ends.</summary>
public sealed record DeadLetter(string Stream, string ShardId, string SequenceNumber, long SubSequenceNumber, DateTimeOffset ArrivedAt, DateTimeOffset FailedAt, string Cause, int Attempts, int Bytes, string? Data)
{
    public DeadLetterState State { get; init; }

    /// <summary>Why it was dropped.</summary>
    public string? Reason { get; init; }

    /// <summary>The redacted key.</summary>
    public string PartitionKey { get; init; } = "";

    public DeadLetterKey Key => new(Stream, ShardId, SequenceNumber, SubSequenceNumber);
}

/// <summary>Takes what could not be processed: nothing is skipped in silence.</summary>
public interface IDeadLetters
{
    /// <summary>Returns once they are durable; writing the same ones again changes nothing.</summary>
    Task WriteAsync(IReadOnlyList<DeadLetter> letters, CancellationToken cancellationToken);
}

/// <summary>Dead letters in the embedded database.</summary>
public sealed class DeadLetterStore(PipelineDatabase database) : IDeadLetters
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

    /// <summary>The newest first; with <paramref name="state"/> only those.</summary>
    public IReadOnlyList<DeadLetter> List(int limit, DeadLetterState? state = null)
    {
        using var connection = database.Connect();
        using var command = connection.CreateCommand();
        command.CommandText = $"SELECT {Columns} FROM dead_letters WHERE $state IS NULL OR state = $state ORDER BY failed_at DESC LIMIT $limit";
        command.Parameters.AddWithValue("$limit", limit);
        command.Parameters.AddWithValue("$state", (object?)(int?)state ?? DBNull.Value);
        return Read(command);
    }

    public DeadLetter? Find(DeadLetterKey key)
    {
        using var connection = database.Connect();
        using var command = connection.CreateCommand();
        command.CommandText = $"SELECT {Columns} FROM dead_letters WHERE stream = $stream AND shard_id = $shard AND sequence = $sequence AND sub_sequence = $sub";
        Add(command, key);
        return Read(command).SingleOrDefault();
    }

    /// <summary>How many wait for a decision.</summary>
    public long CountWaiting()
    {
        using var connection = database.Connect();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT COUNT(*) FROM dead_letters WHERE state = 0";
        return (long)command.ExecuteScalar()!;
    }

    /// <summary>Closes a waiting letter; false when it is not there or not waiting.</summary>
    public bool Close(DeadLetterKey key, DeadLetterState state, string? reason)
    {
        using var connection = database.Connect();
        using var command = connection.CreateCommand();
        command.CommandText = "UPDATE dead_letters SET state = $state, reason = $reason WHERE stream = $stream AND shard_id = $shard AND sequence = $sequence AND sub_sequence = $sub AND state = 0";
        Add(command, key);
        command.Parameters.AddWithValue("$state", (int)state);
        command.Parameters.AddWithValue("$reason", (object?)reason ?? DBNull.Value);
        return command.ExecuteNonQuery() == 1;
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
