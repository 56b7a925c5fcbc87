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

/// <summary>See <see cref="ICommandGate"/>.</summary>
public sealed partial class CommandGate(IServiceProvider services, IAuditLog audit, ILogger<CommandGate> logger) : ICommandGate
{
    public async Task<CommandResult> RunAsync(ICommand command, Actor actor, CancellationToken cancellationToken)
    {
        var detail = JsonSerializer.Serialize(command, command.GetType(), CommandJson.Options);
        if (!actor.May(command.Permission))
        {
            await audit.AppendAsync(actor, command.Name, command.Target, "denied", detail, cancellationToken);
            return new CommandResult.Denied($"This needs the permission '{command.Permission}', which none of your roles ({string.Join(", ", actor.Roles)}) has.");
        }

        await audit.AppendAsync(actor, command.Name, command.Target, "started", detail, cancellationToken);
        CommandResult result;
        try
        {
            result = await DispatchAsync(command, actor, cancellationToken);
        }
        catch (KinesisException e)
        {
            result = new CommandResult.Failed($"The stream service refused: {e.Message} ({e.Code})");
        }
        catch (ArgumentException e)
        {
            result = new CommandResult.Failed(e.Message, e.ParamName);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            LogCrashed(logger, command.Name, e);
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
        await audit.AppendAsync(actor, command.Name, command.Target, outcome, JsonSerializer.Serialize(new { message }, CommandJson.Options), CancellationToken.None);
        return result;
    }

    private Task<CommandResult> DispatchAsync(ICommand command, Actor actor, CancellationToken cancellationToken) => command switch
    {
        ReshardStream c => HandleAsync(c, actor, cancellationToken),
        CreateStream c => HandleAsync(c, actor, cancellationToken),
        DeleteStream c => HandleAsync(c, actor, cancellationToken),
        SetRuleEnabled c => HandleAsync(c, actor, cancellationToken),
        SaveRule c => HandleAsync(c, actor, cancellationToken),
        DeleteRule c => HandleAsync(c, actor, cancellationToken),
        CreatePartnerKey c => HandleAsync(c, actor, cancellationToken),
        RevokePartnerKey c => HandleAsync(c, actor, cancellationToken),
        CreateApiToken c => HandleAsync(c, actor, cancellationToken),
        RevokeApiToken c => HandleAsync(c, actor, cancellationToken),
        _ => throw new InvalidOperationException($"No handler knows {command.GetType()}."),
    };

    private Task<CommandResult> HandleAsync<TCommand>(TCommand command, Actor actor, CancellationToken cancellationToken)
        where TCommand : ICommand =>
        services.GetRequiredService<ICommandHandler<TCommand>>().HandleAsync(command, actor, cancellationToken);

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
