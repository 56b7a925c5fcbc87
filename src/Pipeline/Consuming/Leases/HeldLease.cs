namespace Weir.Pipeline.Consuming.Leases;

/// <summary>
/// A lease that this worker owns. Heartbeats and checkpoints write the same counter, so they take turns here.
/// It is lost when another has written, or when no write has succeeded for the failover time: by then another may have it.
/// </summary>
// The source holds nothing that must be freed, and a heartbeat may still be on its way when the lease is let go.
#pragma warning disable CA1001
internal sealed class HeldLease(ILeaseStore store, Lease lease, TimeSpan failover, TimeProvider time)
{
    private readonly Lock _gate = new();
    private Task _turn = Task.CompletedTask;
    private readonly CancellationTokenSource _lost = new();
    private long _renewed = time.GetTimestamp();

    public Lease Current { get; private set; } = lease;

    /// <summary>Cancelled once the lease is lost.</summary>
    public CancellationToken Lost => _lost.Token;

    /// <summary>False when the lease is lost.</summary>
    public Task<bool> RenewAsync(CancellationToken cancellationToken) => WriteAsync(store.RenewAsync, _ => false, cancellationToken);

    /// <summary>False when the lease is lost; the checkpoint is then not moved by us. Never moves it back.</summary>
    public Task<bool> CheckpointAsync(Checkpoint checkpoint, IReadOnlyList<string> childShardIds, CancellationToken cancellationToken) =>
        WriteAsync((l, ct) => store.CheckpointAsync(l, checkpoint, childShardIds, ct), l => l.Checkpoint >= checkpoint, cancellationToken);

    /// <summary>Gives it back.</summary>
    public async Task EvictAsync(CancellationToken cancellationToken)
    {
        var turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await Before(turn);
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
            turn.SetResult();
        }
    }

    private async Task<bool> WriteAsync(Func<Lease, CancellationToken, Task<Lease?>> write, Func<Lease, bool> isDone, CancellationToken cancellationToken)
    {
        var turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await Before(turn);
        try
        {
            if (_lost.IsCancellationRequested)
                return false;

            // Asked here and not before the turn: the write before may have learnt that an earlier one of ours was done after all.
            if (isDone(Current))
                return true;
            var began = time.GetTimestamp();
            Lease? written;
            try
            {
                written = await write(Current, cancellationToken);
                if (written is null && await OwnLostWriteAsync(cancellationToken) is { } ahead)
                    written = isDone(ahead) ? ahead : await write(ahead, cancellationToken);
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
            turn.SetResult();
        }
    }

    /// <summary>A write whose answer was lost may have happened all the same: then the row is ours and one ahead.</summary>
    private async Task<Lease?> OwnLostWriteAsync(CancellationToken cancellationToken) =>
        await store.GetAsync(Current.Key, cancellationToken) is { } row && row.Owner == Current.Owner && row.Counter == Current.Counter + 1 ? row : null;

    /// <summary>Joins the queue; the task is that of the writer before.</summary>
    private Task Before(TaskCompletionSource turn)
    {
        lock (_gate)
        {
            var before = _turn;
            _turn = turn.Task;
            return before;
        }
    }

    private void Lose() => _lost.Cancel();
}
