namespace Weir.Pipeline.Consuming.Leases;

/// <summary>Positions that are not sequence numbers, as KCL spells them.</summary>
public static class Checkpoints
{
    public const string TrimHorizon = "TRIM_HORIZON";
    public const string Latest = "LATEST";
    public const string ShardEnd = "SHARD_END";
}

/// <summary>
/// Who reads a shard, and how far they are. <see cref="Counter"/> grows with every write by the owner: it is the heartbeat, and the condition of the next write.
/// <see cref="Checkpoint"/> is a decimal sequence number or one of <see cref="Checkpoints"/>; everything up to it is stored.
/// </summary>
public sealed record Lease(string Stream, string ShardId, string? Owner, long Counter, string Checkpoint, IReadOnlyList<string> ParentShardIds)
{
    public bool IsEnded => Checkpoint == Checkpoints.ShardEnd;
}

/// <summary>The leases of one application. Every write names the counter that it saw, and fails when another has written since.</summary>
public interface ILeaseStore
{
    Task<IReadOnlyList<Lease>> ListAsync(string stream, CancellationToken cancellationToken);

    /// <summary>False when the lease is there already.</summary>
    Task<bool> CreateAsync(Lease lease, CancellationToken cancellationToken);

    /// <summary>Writes the lease with its counter one higher, if it still has <paramref name="lease"/>'s counter. Null when another was first.</summary>
    Task<Lease?> UpdateAsync(Lease lease, CancellationToken cancellationToken);

    Task DeleteAsync(string stream, string shardId, CancellationToken cancellationToken);
}
