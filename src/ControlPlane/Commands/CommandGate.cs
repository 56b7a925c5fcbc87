using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Weir.Aws.Kinesis;
using Weir.ControlPlane.Access;
using Weir.ControlPlane.Audit;

namespace Weir.ControlPlane.Commands;

/// <summary>Carries out one kind of command. Called by the gate only, once the policy has let the actor through.</summary>
public interface ICommandHandler<in TCommand>
    where TCommand : ICommand
{
    Task<CommandResult> HandleAsync(TCommand command, Actor actor, CancellationToken cancellationToken);
}

/// <summary>Leads from a command's type to its handler.</summary>
internal sealed record CommandRoute(Type Command, Func<IServiceProvider, ICommand, Actor, CancellationToken, Task<CommandResult>> HandleAsync);

/// <summary>See <see cref="ICommandGate"/>.</summary>
public sealed partial class CommandGate : ICommandGate
{
    private readonly IServiceProvider _services;
    private readonly Dictionary<Type, CommandRoute> _routes;
    private readonly IAuditLog _audit;
    private readonly ILogger<CommandGate> _logger;

    internal CommandGate(IServiceProvider services, IEnumerable<CommandRoute> routes, IAuditLog audit, ILogger<CommandGate> logger)
    {
        _services = services;
        _routes = routes.ToDictionary(r => r.Command);
        _audit = audit;
        _logger = logger;
    }

    public async Task<CommandResult> RunAsync(ICommand command, Actor actor, CancellationToken cancellationToken)
    {
        var detail = JsonSerializer.Serialize(command, command.GetType(), CommandJson.Options);
        if (!actor.May(command.Permission))
        {
            await _audit.AppendAsync(actor, command.Name, command.Target, "denied", detail, cancellationToken);
            return new CommandResult.Denied($"This needs the permission '{command.Permission}', which none of your roles ({string.Join(", ", actor.Roles)}) has.");
        }

        try
        {
            await _audit.AppendAsync(actor, command.Name, command.Target, "started", detail, cancellationToken);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            LogNotAudited(_logger, command.Name, e);
            return new CommandResult.Failed("The audit log cannot be written at the moment, so nothing was done. Try again in a moment.");
        }

        CommandResult result;
        try
        {
            var route = _routes.GetValueOrDefault(command.GetType()) ?? throw new InvalidOperationException($"No handler knows {command.GetType()}.");
            result = await route.HandleAsync(_services, command, actor, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Nobody waits for the answer, but the log must not end with "started".
            await _audit.AppendAsync(actor, command.Name, command.Target, "failed", Message("Broken off because whoever asked has gone; it may have taken effect."), CancellationToken.None);
            throw;
        }
        catch (KinesisException e)
        {
            result = new CommandResult.Failed($"The stream service refused: {e.Message} ({e.Code})") { NotFound = e.Code == KinesisErrorCodes.ResourceNotFound };
        }
        catch (ArgumentException e)
        {
            result = new CommandResult.Failed(Plain(e), e.ParamName);
        }
        catch (Exception e)
        {
            LogCrashed(_logger, command.Name, e);
            result = new CommandResult.Failed("Something went wrong that nobody planned; the log has the details.");
        }

        // The outcome is written even when whoever asked has gone meanwhile: the change has happened.
        var (outcome, message) = result switch
        {
            CommandResult.Done done => ("done", done.Message),
            CommandResult.Failed failed => ("failed", failed.Message),
            CommandResult.Denied denied => ("denied", denied.Message),
            _ => throw new InvalidOperationException($"A command cannot end as {result.GetType()}."),
        };
        await _audit.AppendAsync(actor, command.Name, command.Target, outcome, Message(message), CancellationToken.None);
        return result;
    }

    private static string Message(string message) => JsonSerializer.Serialize(new { message }, CommandJson.Options);

    /// <summary>The message without the "(Parameter 'x')" that the framework adds.</summary>
    private static string Plain(ArgumentException e) => e.ParamName is { } name ? e.Message.Replace($" (Parameter '{name}')", "", StringComparison.Ordinal) : e.Message;

    [LoggerMessage(LogLevel.Error, "Command {Command} was not run, because the audit log could not be written.")]
    private static partial void LogNotAudited(ILogger logger, string command, Exception e);

    [LoggerMessage(LogLevel.Error, "Command {Command} ended in an exception.")]
    private static partial void LogCrashed(ILogger logger, string command, Exception e);
}

/// <summary>How commands stand in the audit log.</summary>
internal static class CommandJson
{
    public static JsonSerializerOptions Options { get; } = new(JsonSerializerDefaults.Web)
    {
        Converters = { new System.Text.Json.Serialization.JsonStringEnumConverter() },
        DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull,
    };
}
