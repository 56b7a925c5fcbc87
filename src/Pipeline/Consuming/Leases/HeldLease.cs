namespace Weir.Pipeline.Consuming.Leases;

/// <summary>
/// A lease that this worker owns. Heartbeats and checkpoints write the same counter, so they take turns here.
/// It is lost when another has written, or when no write has succeeded for the failover time: by then another may have it.
/// </summary>
// Neither field holds anything that must be freed, and a heartbeat may still be on its way when the lease is let go.
#pragma warning disable CA1001
internal sealed class HeldLease(ILeaseStore store, Lease lease, TimeSpan failover, TimeProvider time)
{
    private readonly SemaphoreSlim _turn = new(1);
    private readonly CancellationTokenSource _lost = new();
    private long _renewed = time.GetTimestamp();

    public Lease Current { get; private set; } = lease;

    /// <summary>Cancelled once the lease is lost.</summary>
    public CancellationToken Lost => _lost.Token;

    /// <summary>False when the lease is lost.</summary>
    public Task<bool> RenewAsync(CancellationToken cancellationToken) => WriteAsync(store.RenewAsync, cancellationToken);

    /// <summary>False when the lease is lost; the checkpoint is then not moved by us. Never moves it back.</summary>
    public async Task<bool> CheckpointAsync(Checkpoint checkpoint, IReadOnlyList<string> childShardIds, CancellationToken cancellationToken) =>
        (checkpoint <= Current.Checkpoint && !_lost.IsCancellationRequested) ||
        await WriteAsync((l, ct) => store.CheckpointAsync(l, checkpoint, childShardIds, ct), cancellationToken);

    /// <summary>Gives it back.</summary>
    public async Task EvictAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (!_lost.IsCancellationRequested)
            {
                Lose();
                await store.EvictAsync(Current, cancellationToken);
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task<bool> WriteAsync(Func<Lease, CancellationToken, Task<Lease?>> write, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (_lost.IsCancellationRequested)
                return false;
            var began = time.GetTimestamp();
            Lease? written;
            try
            {
                written = await write(Current, cancellationToken);
                if (written is null && await OwnLostWriteAsync(cancellationToken) is { } ahead)
                    written = await write(ahead, cancellationToken);
            }
            catch (Exception e) when (e is not OperationCanceledException && time.GetElapsedTime(_renewed) > failover)
            {
                Lose();
                throw;
            }

            if (written is null)
            {
                Lose();
                return false;
            }

            Current = written;
            _renewed = began;
            return true;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>A write whose answer was lost may have happened all the same: then the row is ours and one ahead.</summary>
    private async Task<Lease?> OwnLostWriteAsync(CancellationToken cancellationToken) =>
        await store.GetAsync(Current.Key, cancellationToken) is { } row && row.Owner == Current.Owner && row.Counter == Current.Counter + 1 ? row : null;

    private void Lose() => _lost.Cancel();
}
