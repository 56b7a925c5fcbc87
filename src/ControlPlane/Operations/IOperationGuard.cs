namespace Weir.ControlPlane.Operations;

/// <summary>Whether an operation still belongs to the process that asks.</summary>
public enum OperationHold
{
    /// <summary>It does.</summary>
    Held,

    /// <summary>It does, and somebody elsewhere has asked to stop it.</summary>
    StopAsked,

    /// <summary>Another process has taken it over, or it has ended there: nothing more may be done for it here.</summary>
    Lost,
}

/// <summary>An operation with all that another process needs to carry it on.</summary>
public sealed record HeldOperation(Operation Operation, string Body, bool StopRequested);

/// <summary>Lets one process carry an operation, and one operation run on a target, in all processes of a fleet; shows those of the others, and hands over those of a process that has died.</summary>
public interface IOperationGuard
{
    /// <summary>Whether there are other processes to look at.</summary>
    bool IsShared { get; }

    /// <summary>What this process is called where operations are shown; null when it is alone.</summary>
    string? Name { get; }

    /// <summary>Keeps the target for a new operation; false when another one has it.</summary>
    Task<bool> TakeAsync(HeldOperation operation, CancellationToken cancellationToken);

    /// <summary>After a restart: keeps the target for an operation that ran here. The operation as it ended elsewhere, as it runs elsewhere, or as it goes on here; null when another operation has its target.</summary>
    Task<HeldOperation?> ResumeAsync(HeldOperation operation, CancellationToken cancellationToken);

    /// <summary>Says that the operation still runs, and how far it is.</summary>
    Task<OperationHold> KeepAsync(Operation operation, CancellationToken cancellationToken);

    /// <summary>Writes down how it ended and lets the target go; false when it belongs to another process by now. May be asked again.</summary>
    Task<bool> EndAsync(Operation operation, CancellationToken cancellationToken);

    /// <summary>Asks the process that runs it to stop an operation after its step; false when it does not run.</summary>
    Task<bool> RequestStopAsync(Operation operation, CancellationToken cancellationToken);

    /// <summary>What runs in any process, and what has ended in the last days.</summary>
    Task<IReadOnlyList<Operation>> ReadAsync(CancellationToken cancellationToken);

    /// <summary>Takes over what belongs to processes that have been silent for too long, as far as it was seen by <see cref="ReadAsync"/>: from then on it is this process's.</summary>
    Task<IReadOnlyList<HeldOperation>> TakeOverAsync(CancellationToken cancellationToken);
}

/// <summary>The guard of a process that is alone: the runner itself lets one operation run on a target.</summary>
internal sealed class OwnOperationGuard : IOperationGuard
{
    public bool IsShared => false;

    public string? Name => null;

    public Task<bool> TakeAsync(HeldOperation operation, CancellationToken cancellationToken) => Task.FromResult(true);

    public Task<HeldOperation?> ResumeAsync(HeldOperation operation, CancellationToken cancellationToken) => Task.FromResult<HeldOperation?>(operation);

    public Task<OperationHold> KeepAsync(Operation operation, CancellationToken cancellationToken) => Task.FromResult(OperationHold.Held);

    public Task<bool> EndAsync(Operation operation, CancellationToken cancellationToken) => Task.FromResult(true);

    public Task<bool> RequestStopAsync(Operation operation, CancellationToken cancellationToken) => Task.FromResult(false);

    public Task<IReadOnlyList<Operation>> ReadAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<Operation>>([]);

    public Task<IReadOnlyList<HeldOperation>> TakeOverAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<HeldOperation>>([]);
}
