using Microsoft.AspNetCore.Components.Authorization;
using MudBlazor;
using Weir.ControlPlane.Access;
using Weir.ControlPlane.Commands;
using Weir.Dashboard.Access;

namespace Weir.Dashboard.Shell;

/// <summary>Runs commands as whoever is signed in on this circuit and says how they ended. One for each circuit.</summary>
public sealed class Changes(ICommandGate gate, AuthenticationStateProvider authentication, ISnackbar snackbar)
{
    public async Task<Actor> ActorAsync() => (await authentication.GetAuthenticationStateAsync()).User.ToActor();

    /// <summary>Runs and tells the outcome in a passing note.</summary>
    public async Task<CommandResult> RunAsync(ICommand command, CancellationToken cancellationToken)
    {
        var result = await gate.RunAsync(command, await ActorAsync(), cancellationToken);
        Tell(result);
        return result;
    }

    /// <summary>Runs and leaves it to the caller to show a failure beside the field; only what was done is told.</summary>
    public async Task<CommandResult> RunInFormAsync(ICommand command, CancellationToken cancellationToken)
    {
        var result = await gate.RunAsync(command, await ActorAsync(), cancellationToken);
        if (result is CommandResult.Done)
        {
            Tell(result);
        }

        return result;
    }

    /// <summary>Runs and tells nothing: the caller shows what came of it.</summary>
    public async Task<CommandResult> RunQuietlyAsync(ICommand command, CancellationToken cancellationToken) => await gate.RunAsync(command, await ActorAsync(), cancellationToken);

    public void Tell(CommandResult result)
    {
        var (text, severity) = result switch
        {
            CommandResult.Done done => (done.Message, Severity.Success),
            CommandResult.Denied denied => (denied.Message, Severity.Warning),
            CommandResult.Failed failed => (failed.Message, Severity.Error),
            _ => throw new InvalidOperationException($"A command cannot end as {result.GetType()}."),
        };
        snackbar.Add(text, severity);
    }

    /// <summary>What went wrong, null when nothing did.</summary>
    public static string? Problem(CommandResult result) => result switch
    {
        CommandResult.Denied denied => denied.Message,
        CommandResult.Failed failed => failed.Message,
        _ => null,
    };
}
