using Weir.Pipeline.Consuming.Leases;

namespace Weir.Pipeline.Tests.Consuming;

public sealed class HeldLeaseTests
{
    private static readonly TimeSpan Failover = TimeSpan.FromSeconds(10);
    private readonly MemoryLeases _table = new([]);
    private readonly Unreliable _store;

    public HeldLeaseTests()
    {
        _store = new Unreliable(_table);
        _table.Create(new Lease("orders", 1, "shardId-000000000000", "me", 1, Checkpoint.TrimHorizon, []));
    }

    private Lease Row => _table.Find("shardId-000000000000")!;

    [Fact]
    public async Task A_checkpoint_that_stands_in_line_does_not_go_back_behind_one_whose_answer_was_lost()
    {
        var held = new HeldLease(_store, Row, Failover, TimeProvider.System);
        _store.LosesAnswer = true;
        await Assert.ThrowsAsync<IOException>(() => held.CheckpointAsync(new Checkpoint("70"), [], default));
        _store.LosesAnswer = false;

        // The reader starts again from what it knows and cuts its batches differently, while the heartbeat finds out that the write was done.
        _store.Gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var heartbeat = held.RenewAsync(default);
        var checkpoint = held.CheckpointAsync(new Checkpoint("69"), [], default);
        _store.Gate.SetResult();

        Assert.True(await heartbeat && await checkpoint);
        Assert.Equal(new Checkpoint("70"), Row.Checkpoint);
        Assert.True(await held.CheckpointAsync(new Checkpoint("71"), [], default));
        Assert.Equal(new Checkpoint("71"), Row.Checkpoint);
    }

    [Fact]
    public async Task A_lease_that_another_wrote_is_lost_for_good()
    {
        var held = new HeldLease(_store, Row, Failover, TimeProvider.System);
        _table.Take(Row, "another");

        Assert.False(await held.CheckpointAsync(new Checkpoint("70"), [], default));
        Assert.True(held.Lost.IsCancellationRequested);
        Assert.False(await held.RenewAsync(default));
        Assert.Equal(("another", Checkpoint.TrimHorizon), (Row.Owner, Row.Checkpoint));
    }

    /// <summary>A table whose answers may be lost after the write, and whose heartbeats may take their time.</summary>
    private sealed class Unreliable(MemoryLeases table) : ILeaseStore
    {
        public bool LosesAnswer { get; set; }

        public TaskCompletionSource? Gate { get; set; }

        public bool IsShared => true;

        public Task PrepareAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task<IReadOnlyList<Lease>> ListAsync(CancellationToken cancellationToken) => Task.FromResult(table.List());

        public Task<Lease?> GetAsync(LeaseKey key, CancellationToken cancellationToken) => Task.FromResult(table.Find(key.ShardId));

        public Task<bool> CreateAsync(Lease lease, CancellationToken cancellationToken) => Task.FromResult(table.Create(lease));

        public async Task<Lease?> RenewAsync(Lease lease, CancellationToken cancellationToken)
        {
            if (Gate is not null)
                await Gate.Task;
            return table.Change(lease, l => l);
        }

        public Task<Lease?> TakeAsync(Lease lease, string owner, CancellationToken cancellationToken) => Task.FromResult(table.Take(lease, owner));

        public Task<Lease?> CheckpointAsync(Lease lease, Checkpoint checkpoint, IReadOnlyList<string> childShardIds, CancellationToken cancellationToken)
        {
            var written = table.Move(lease, checkpoint, childShardIds);
            return LosesAnswer ? throw new IOException("The answer was lost.") : Task.FromResult(written);
        }

        public Task<bool> EvictAsync(Lease lease, CancellationToken cancellationToken) => Task.FromResult(table.Evict(lease));

        public Task<Lease?> RewindAsync(Lease lease, Checkpoint checkpoint, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task DeleteAsync(LeaseKey key, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
