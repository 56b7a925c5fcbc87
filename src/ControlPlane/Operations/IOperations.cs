using Weir.ControlPlane.Live;

namespace Weir.ControlPlane.Operations;

public enum OperationState
{
    Running, Succeeded, Failed, Stopped,
}

/// <summary>A long change and where it stands. <see cref="Steps"/> are in words (<c>2 → 4 shards</c>), the first <see cref="StepsDone"/> of them are done.</summary>
/// <param name="RunsOn">The process that carries it, or did last; null where there is only one.</param>
public sealed record Operation(
    string Id,
    string Kind,
    string Target,
    string StartedBy,
    DateTimeOffset StartedAt,
    OperationState State,
    IReadOnlyList<string> Steps,
    int StepsDone,
    string Message,
    DateTimeOffset? EndedAt = null,
    string? RunsOn = null);

/// <summary>Long changes run here: they survive a closed tab and go on after a restart.</summary>
public interface IOperations
{
    /// <summary>All operations, newest first, published at each change.</summary>
    Feed<IReadOnlyList<Operation>> Feed { get; }

    Operation? Find(string id);

    /// <summary>Stops after the step under way. False when it is unknown or over.</summary>
    Task<bool> StopAsync(string id, Access.Actor by, CancellationToken cancellationToken);
}
