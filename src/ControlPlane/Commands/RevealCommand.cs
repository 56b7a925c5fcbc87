using Weir.ControlPlane.Access;
using Weir.Pipeline.Redaction;

namespace Weir.ControlPlane.Commands;

/// <summary>Shows the clear form of one reversible value (<c>enc:...</c>). The audit log keeps who asked, for which cipher and why, never the clear form.</summary>
/// <param name="Record">The record that it stands in, for the audit log; null when the asker does not say.</param>
public sealed record RevealValue(string Value, string Reason, string? Record = null) : ICommand
{
    public const int ShortestReason = 8;
    public const int LongestReason = 500;

    public string Name => "reveal-value";
    public string Target => "records";
    public string Permission => Permissions.Reveal;
}

internal sealed class RevealHandler(IRedactionControl redaction) : ICommandHandler<RevealValue>
{
    public Task<CommandResult> HandleAsync(RevealValue command, Actor actor, CancellationToken cancellationToken) => Task.FromResult<CommandResult>(
        command.Reason is not { } reason || reason.Trim().Length is < RevealValue.ShortestReason or > RevealValue.LongestReason
            ? new CommandResult.Failed($"A reason of {RevealValue.ShortestReason} to {RevealValue.LongestReason} characters is needed: it stays in the audit log.", "reason")
        : redaction.Reveal(command.Value ?? "") is { } clear ? new CommandResult.Done("The value is shown once and kept nowhere.") { Secret = clear }
        : new CommandResult.Failed("This is no reversible value of ours, or its key is gone.", "value"));
}
