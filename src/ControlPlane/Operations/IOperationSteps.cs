namespace Weir.ControlPlane.Operations;

/// <summary>One kind of long change. Steps are carried out one by one and may be carried out again after a crash, so each must see what is already done.</summary>
public interface IOperationSteps
{
    /// <summary>The kind that it carries out.</summary>
    string Kind { get; }

    /// <summary>Carries out one step. Throws to fail the operation; the message is shown.</summary>
    Task RunStepAsync(OperationStep step, CancellationToken cancellationToken);
}

/// <summary>A step to carry out.</summary>
/// <param name="Target">What the operation changes.</param>
/// <param name="Body">What the steps need to know, as it was given at the start.</param>
/// <param name="Number">From 0.</param>
/// <param name="Report">Says how far it is, in words.</param>
/// <param name="ChangeAsync">
/// Makes a call that changes something, only while the operation belongs to this process, and cancels it when that is no longer sure: a process that stood still may find that another one has carried on
/// without it. A call that is cancelled so may have had its effect; look, then try again.
/// </param>
public sealed record OperationStep(string Target, string Body, int Number, Action<string> Report, Func<Func<CancellationToken, Task>, CancellationToken, Task> ChangeAsync);
