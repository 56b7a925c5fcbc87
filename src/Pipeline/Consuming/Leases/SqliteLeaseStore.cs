using Microsoft.Data.Sqlite;
using Weir.Aws.Kinesis;
using Weir.Pipeline.Sinks.Sqlite;

namespace Weir.Pipeline.Consuming.Leases;

/// <summary>Leases in the embedded database, with the same conditions as in DynamoDB.</summary>
public sealed class SqliteLeaseStore(PipelineDatabase database) : ILeaseStore
{
    private const string Columns = "stream, created, shard_id, owner, counter, checkpoint, sub_sequence, parents, children, owner_switches, start_hash, end_hash";
    private const string Same = "WHERE stream = $stream AND created = $created AND shard_id = $shard AND counter = $counter";

    public bool IsShared => false;

    public Task PrepareAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<IReadOnlyList<Lease>> ListAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<Lease>>(Read($"SELECT {Columns} FROM leases ORDER BY stream, created, shard_id", null));

    public Task<Lease?> GetAsync(LeaseKey key, CancellationToken cancellationToken) =>
        Task.FromResult(Read($"SELECT {Columns} FROM leases WHERE stream = $stream AND created = $created AND shard_id = $shard", key).SingleOrDefault());

    public Task<bool> CreateAsync(Lease lease, CancellationToken cancellationToken) => Task.FromResult(Write(
        $"INSERT OR IGNORE INTO leases ({Columns}) VALUES ($stream, $created, $shard, $owner, $counter, $checkpoint, $sub, $parents, $children, $switches, $start, $end)", lease));

    public Task<Lease?> RenewAsync(Lease lease, CancellationToken cancellationToken) =>
        Changed($"UPDATE leases SET counter = counter + 1 {Same}", lease, lease with { Counter = lease.Counter + 1 });

    public Task<Lease?> TakeAsync(Lease lease, string owner, CancellationToken cancellationToken)
    {
        var taken = lease with { Owner = owner, OwnerSwitches = lease.OwnerSwitches + (lease.Owner == owner ? 0 : 1) };
        return Changed($"UPDATE leases SET owner = $owner, owner_switches = $switches, counter = counter + 1 {Same}", taken, taken with { Counter = lease.Counter + 1 });
    }

    public Task<Lease?> CheckpointAsync(Lease lease, Checkpoint checkpoint, IReadOnlyList<string> childShardIds, CancellationToken cancellationToken)
    {
        var moved = lease with { Checkpoint = checkpoint, OwnerSwitches = 0, ChildShardIds = childShardIds.Count > 0 ? childShardIds : lease.ChildShardIds };
        return Changed(
            $"UPDATE leases SET checkpoint = $checkpoint, sub_sequence = $sub, children = $children, owner_switches = 0, counter = counter + 1 {Same}", moved, moved with { Counter = lease.Counter + 1 });
    }

    public Task<bool> EvictAsync(Lease lease, CancellationToken cancellationToken) =>
        Task.FromResult(Write($"UPDATE leases SET owner = NULL, counter = counter + 1 WHERE stream = $stream AND created = $created AND shard_id = $shard AND owner IS $owner", lease));

    public Task<Lease?> RewindAsync(Lease lease, Checkpoint checkpoint, CancellationToken cancellationToken)
    {
        var moved = lease with { Checkpoint = checkpoint, Owner = null, OwnerSwitches = 0 };
        return Changed(
            $"UPDATE leases SET checkpoint = $checkpoint, sub_sequence = $sub, owner = NULL, owner_switches = 0, counter = counter + 1 {Same}", moved, moved with { Counter = lease.Counter + 1 });
    }

    public Task DeleteAsync(LeaseKey key, CancellationToken cancellationToken)
    {
        Write("DELETE FROM leases WHERE stream = $stream AND created = $created AND shard_id = $shard", new Lease(key.Stream, key.StreamCreated, key.ShardId, null, 0, Checkpoint.TrimHorizon, []));
        return Task.CompletedTask;
    }

    private Task<Lease?> Changed(string sql, Lease written, Lease after) => Task.FromResult(Write(sql, written) ? after : null);

    private static List<Lease> ReadRows(SqliteCommand command)
    {
        using var reader = command.ExecuteReader();
        var leases = new List<Lease>();
        while (reader.Read())
        {
            leases.Add(new Lease(
                reader.GetString(0), reader.GetInt64(1), reader.GetString(2), reader.IsDBNull(3) ? null : reader.GetString(3), reader.GetInt64(4), new Checkpoint(reader.GetString(5), reader.GetInt64(6)), Names(reader.GetString(7)))
            {
                ChildShardIds = Names(reader.GetString(8)),
                OwnerSwitches = reader.GetInt64(9),
                HashKeyRange = reader.IsDBNull(10) ? null : new HashKeyRange(reader.GetString(10), reader.GetString(11)),
            });
        }

        return leases;
    }

    private List<Lease> Read(string sql, LeaseKey? key)
    {
        using var connection = database.Connect();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // the statements are constants of this class
        command.CommandText = sql;
#pragma warning restore CA2100
        if (key is { } one)
        {
            command.Parameters.AddWithValue("$stream", one.Stream);
            command.Parameters.AddWithValue("$created", one.StreamCreated);
            command.Parameters.AddWithValue("$shard", one.ShardId);
        }

        return ReadRows(command);
    }

    private bool Write(string sql, Lease lease)
    {
        using var connection = database.ConnectForLeases();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // the statements are constants of this class
        command.CommandText = sql;
#pragma warning restore CA2100
        command.Parameters.AddWithValue("$stream", lease.Stream);
        command.Parameters.AddWithValue("$created", lease.StreamCreated);
        command.Parameters.AddWithValue("$shard", lease.ShardId);
        command.Parameters.AddWithValue("$owner", (object?)lease.Owner ?? DBNull.Value);
        command.Parameters.AddWithValue("$counter", lease.Counter);
        command.Parameters.AddWithValue("$checkpoint", lease.Checkpoint.Sequence);
        command.Parameters.AddWithValue("$sub", lease.Checkpoint.SubSequence);
        command.Parameters.AddWithValue("$parents", string.Join(',', lease.ParentShardIds));
        command.Parameters.AddWithValue("$children", string.Join(',', lease.ChildShardIds));
        command.Parameters.AddWithValue("$switches", lease.OwnerSwitches);
        command.Parameters.AddWithValue("$start", (object?)lease.HashKeyRange?.StartingHashKey ?? DBNull.Value);
        command.Parameters.AddWithValue("$end", (object?)lease.HashKeyRange?.EndingHashKey ?? DBNull.Value);
        return command.ExecuteNonQuery() == 1;
    }

    private static string[] Names(string joined) => joined.Split(',', StringSplitOptions.RemoveEmptyEntries);
}
