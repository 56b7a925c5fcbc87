namespace Weir.ControlPlane.Operations;

/// <summary>Lets one operation run on a target at a time, in all processes of a fleet, and shows those of the others.</summary>
public interface IOperationGuard
{
    /// <summary>Whether there are other processes to look at.</summary>
    bool IsShared { get; }

    /// <summary>Keeps the target for an operation; false when another one has it.</summary>
    Task<bool> TakeAsync(Operation operation, CancellationToken cancellationToken);

    /// <summary>Says that the operation still runs, and how far it is. True when somebody elsewhere has asked to stop it.</summary>
    Task<bool> KeepAsync(Operation operation, CancellationToken cancellationToken);

    /// <summary>Lets the target go.</summary>
    Task ReleaseAsync(Operation operation, CancellationToken cancellationToken);

    /// <summary>Asks the process that runs it to stop an operation after its step; false when it does not run.</summary>
    Task<bool> RequestStopAsync(Operation operation, CancellationToken cancellationToken);

    /// <summary>What runs in any process.</summary>
    Task<IReadOnlyList<Operation>> RunningAsync(CancellationToken cancellationToken);
}

/// <summary>The guard of a process that is alone: the runner itself lets one operation run on a target.</summary>
internal sealed class OwnOperationGuard : IOperationGuard
{
    public bool IsShared => false;

    public Task<bool> TakeAsync(Operation operation, CancellationToken cancellationToken) => Task.FromResult(true);

    public Task<bool> KeepAsync(Operation operation, CancellationToken cancellationToken) => Task.FromResult(false);

    public Task ReleaseAsync(Operation operation, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<bool> RequestStopAsync(Operation operation, CancellationToken cancellationToken) => Task.FromResult(false);

    public Task<IReadOnlyList<Operation>> RunningAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<Operation>>([]);
}
