using Weir.Pipeline.Sinks.Sqlite;

namespace Weir.Pipeline.Consuming.Leases;

/// <summary>Leases in the embedded database.</summary>
public sealed class SqliteLeaseStore(PipelineDatabase database) : ILeaseStore
{
    public Task<IReadOnlyList<Lease>> ListAsync(string stream, CancellationToken cancellationToken)
    {
        using var connection = database.Connect();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT stream, shard_id, owner, counter, checkpoint, parents FROM leases WHERE stream = $stream ORDER BY shard_id";
        command.Parameters.AddWithValue("$stream", stream);
        using var reader = command.ExecuteReader();
        var leases = new List<Lease>();
        while (reader.Read())
        {
            leases.Add(new Lease(
                reader.GetString(0), reader.GetString(1), reader.IsDBNull(2) ? null : reader.GetString(2), reader.GetInt64(3), reader.GetString(4), reader.GetString(5).Split(',', StringSplitOptions.RemoveEmptyEntries)));
        }

        return Task.FromResult<IReadOnlyList<Lease>>(leases);
    }

    public Task<bool> CreateAsync(Lease lease, CancellationToken cancellationToken) => Task.FromResult(Write(
        "INSERT OR IGNORE INTO leases (stream, shard_id, owner, counter, checkpoint, parents) VALUES ($stream, $shard, $owner, $counter, $checkpoint, $parents)", lease) == 1);

    public Task<Lease?> UpdateAsync(Lease lease, CancellationToken cancellationToken) => Task.FromResult(
        Write("UPDATE leases SET owner = $owner, counter = $counter + 1, checkpoint = $checkpoint, parents = $parents WHERE stream = $stream AND shard_id = $shard AND counter = $counter", lease) == 1
            ? lease with { Counter = lease.Counter + 1 }
            : null);

    public Task DeleteAsync(string stream, string shardId, CancellationToken cancellationToken)
    {
        Write("DELETE FROM leases WHERE stream = $stream AND shard_id = $shard", new Lease(stream, shardId, null, 0, "", []));
        return Task.CompletedTask;
    }

    private int Write(string sql, Lease lease)
    {
        using var connection = database.Connect();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // the statements are constants of this class
        command.CommandText = sql;
#pragma warning restore CA2100
        command.Parameters.AddWithValue("$stream", lease.Stream);
        command.Parameters.AddWithValue("$shard", lease.ShardId);
        command.Parameters.AddWithValue("$owner", (object?)lease.Owner ?? DBNull.Value);
        command.Parameters.AddWithValue("$counter", lease.Counter);
        command.Parameters.AddWithValue("$checkpoint", lease.Checkpoint);
        command.Parameters.AddWithValue("$parents", string.Join(',', lease.ParentShardIds));
        return command.ExecuteNonQuery();
    }
}
