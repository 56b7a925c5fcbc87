using Weir.Aws.Kinesis;

namespace Weir.Pipeline.Consuming.Leases;

/// <summary>
/// Who reads a shard, and how far they are. <see cref="Counter"/> grows with every write by the owner: it is the heartbeat, and the condition of the next write.
/// Everything up to <see cref="Checkpoint"/> is stored. A stream that was deleted and made again has another <see cref="StreamCreated"/> (epoch seconds; 0 when unknown).
/// </summary>
public sealed record Lease(string Stream, long StreamCreated, string ShardId, string? Owner, long Counter, Checkpoint Checkpoint, IReadOnlyList<string> ParentShardIds)
{
    /// <summary>Owners since the last checkpoint; more than a few say that a shard kills its readers.</summary>
    public long OwnerSwitches { get; init; }

    /// <summary>Who gets it next, while a KCL leader hands it over; <see cref="Owner"/> still reads it.</summary>
    public string? HandoffTo { get; init; }

    /// <summary>Known once the shard is read to its end.</summary>
    public IReadOnlyList<string> ChildShardIds { get; init; } = [];

    public HashKeyRange? HashKeyRange { get; init; }

    public bool IsEnded => Checkpoint.Sequence == Checkpoints.ShardEnd;

    public LeaseKey Key => new(Stream, StreamCreated, ShardId);
}

/// <summary>What a lease is for.</summary>
public readonly record struct LeaseKey(string Stream, long StreamCreated, string ShardId);

/// <summary>
/// The leases of one application. Every write names the counter that it saw and answers null when another has written since.
/// Exceptions are failures of the store, after which a write may or may not have happened.
/// </summary>
public interface ILeaseStore
{
    /// <summary>Whether other processes may use it. One that cannot be shared needs no caution about unknown workers.</summary>
    bool IsShared { get; }

    /// <summary>Makes the table when it is absent.</summary>
    /// <exception cref="LeaseTableRefusedException">The table must not be used.</exception>
    Task PrepareAsync(CancellationToken cancellationToken);

    /// <summary>Every lease, ordered by stream and shard.</summary>
    Task<IReadOnlyList<Lease>> ListAsync(CancellationToken cancellationToken);

    Task<Lease?> GetAsync(LeaseKey key, CancellationToken cancellationToken);

    /// <summary>False when the lease is there already.</summary>
    Task<bool> CreateAsync(Lease lease, CancellationToken cancellationToken);

    /// <summary>The owner's heartbeat: the counter one higher.</summary>
    Task<Lease?> RenewAsync(Lease lease, CancellationToken cancellationToken);

    /// <summary>Makes <paramref name="owner"/> the owner, whoever it was.</summary>
    Task<Lease?> TakeAsync(Lease lease, string owner, CancellationToken cancellationToken);

    /// <summary>Moves the checkpoint. <paramref name="childShardIds"/> are given at the end of the shard.</summary>
    Task<Lease?> CheckpointAsync(Lease lease, Checkpoint checkpoint, IReadOnlyList<string> childShardIds, CancellationToken cancellationToken);

    /// <summary>Gives the lease back, so that another may take it at once. False when it was no longer held.</summary>
    Task<bool> EvictAsync(Lease lease, CancellationToken cancellationToken);

    /// <summary>Puts the checkpoint anywhere, also back, and takes the lease from its owner, who must not go on from where it was.</summary>
    Task<Lease?> RewindAsync(Lease lease, Checkpoint checkpoint, CancellationToken cancellationToken);

    Task DeleteAsync(LeaseKey key, CancellationToken cancellationToken);
}

/// <summary>The table must not be used; the message says why and what to do.</summary>
public sealed class LeaseTableRefusedException(string message) : Exception(message);
