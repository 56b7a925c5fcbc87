namespace Weir.ControlPlane.Fleet;

/// <summary>Where processes leave their reports for each other.</summary>
public interface IFleetBoard
{
    Task PublishAsync(Instance instance, CancellationToken cancellationToken);

    /// <summary>The newest report of each process, also of those that ended without a word, for a day.</summary>
    Task<IReadOnlyList<Instance>> ReadAsync(CancellationToken cancellationToken);

    /// <summary>Takes a report away: a process that stops in order is not missed.</summary>
    Task RemoveAsync(string id, CancellationToken cancellationToken);
}

/// <summary>The board of a process that is alone.</summary>
internal sealed class OwnBoard : IFleetBoard
{
    private volatile Instance? _own;

    public Task PublishAsync(Instance instance, CancellationToken cancellationToken)
    {
        _own = instance;
        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<Instance>> ReadAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<Instance>>(_own is { } own ? [own] : []);

    public Task RemoveAsync(string id, CancellationToken cancellationToken) => Task.CompletedTask;
}
