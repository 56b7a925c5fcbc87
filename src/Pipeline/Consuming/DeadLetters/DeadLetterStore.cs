using Weir.Pipeline.Sinks.Sqlite;

namespace Weir.Pipeline.Consuming.DeadLetters;

/// <summary>A record that could not be processed. <see cref="Data"/> is anonymized, or null where it could not be made safe; the record itself stays in the stream until its retention ends.</summary>
public sealed record DeadLetter(string Stream, string ShardId, string SequenceNumber, long SubSequenceNumber, DateTimeOffset ArrivedAt, DateTimeOffset FailedAt, string Cause, int Attempts, int Bytes, string? Data);

/// <summary>Keeps what could not be processed: nothing is skipped in silence.</summary>
public sealed class DeadLetterStore(PipelineDatabase database)
{
    /// <summary>Writes a dead letter; writing the same one again changes nothing.</summary>
    public void Write(DeadLetter letter)
    {
        using var connection = database.Connect();
        using var command = connection.CreateCommand();
        command.CommandText = "INSERT OR IGNORE INTO dead_letters VALUES ($stream, $shard, $sequence, $sub, $arrived, $failed, $cause, $attempts, $bytes, $data)";
        command.Parameters.AddWithValue("$stream", letter.Stream);
        command.Parameters.AddWithValue("$shard", letter.ShardId);
        command.Parameters.AddWithValue("$sequence", letter.SequenceNumber);
        command.Parameters.AddWithValue("$sub", letter.SubSequenceNumber);
        command.Parameters.AddWithValue("$arrived", letter.ArrivedAt.ToUnixTimeMilliseconds());
        command.Parameters.AddWithValue("$failed", letter.FailedAt.ToUnixTimeMilliseconds());
        command.Parameters.AddWithValue("$cause", letter.Cause);
        command.Parameters.AddWithValue("$attempts", letter.Attempts);
        command.Parameters.AddWithValue("$bytes", letter.Bytes);
        command.Parameters.AddWithValue("$data", (object?)letter.Data ?? DBNull.Value);
        command.ExecuteNonQuery();
    }

    /// <summary>The newest first.</summary>
    public IReadOnlyList<DeadLetter> List(int limit)
    {
        using var connection = database.Connect();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT stream, shard_id, sequence, sub_sequence, arrived_at, failed_at, cause, attempts, bytes, data FROM dead_letters ORDER BY failed_at DESC LIMIT $limit";
        command.Parameters.AddWithValue("$limit", limit);
        using var reader = command.ExecuteReader();
        var letters = new List<DeadLetter>();
        while (reader.Read())
        {
            letters.Add(new DeadLetter(
                reader.GetString(0), reader.GetString(1), reader.GetString(2), reader.GetInt64(3), DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(4)),
                DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(5)), reader.GetString(6), reader.GetInt32(7), reader.GetInt32(8), reader.IsDBNull(9) ? null : reader.GetString(9)));
        }

        return letters;
    }
}
