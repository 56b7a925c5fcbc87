using Weir.ControlPlane.Access;
using Weir.ControlPlane.Operations;
using Weir.ControlPlane.SampleTraffic;

namespace Weir.ControlPlane.Commands;

/// <summary>Stops a long change after the step under way.</summary>
public sealed record StopOperation(string OperationId) : ICommand
{
    public string Name => "stop-operation";
    public string Target => OperationId;
    public string Permission => Permissions.Operate;
}

/// <summary>Starts sample traffic, or changes the rate of what runs: 1 to 20,000 records a second.</summary>
public sealed record StartSampleTraffic(string Stream, int RecordsPerSecond) : ICommand
{
    public string Name => "start-sample-traffic";
    public string Target => Stream;
    public string Permission => Permissions.Operate;
}

public sealed record StopSampleTraffic : ICommand
{
    public string Name => "stop-sample-traffic";
    public string Target => "sample traffic";
    public string Permission => Permissions.Operate;
}

internal sealed class RunningCommandHandler(OperationRunner operations, SampleTrafficPartner traffic)
    : ICommandHandler<StopOperation>, ICommandHandler<StartSampleTraffic>, ICommandHandler<StopSampleTraffic>
{
    public async Task<CommandResult> HandleAsync(StopOperation command, Actor actor, CancellationToken cancellationToken) =>
        await operations.RequestStopAsync(command.OperationId, cancellationToken) ? new CommandResult.Done("It stops after the step under way.") : new CommandResult.Failed($"There is no running operation '{command.OperationId}'.", "operationId") { NotFound = true };

    public async Task<CommandResult> HandleAsync(StartSampleTraffic command, Actor actor, CancellationToken cancellationToken)
    {
        await traffic.RunAsync(command.Stream, command.RecordsPerSecond, actor, cancellationToken);
        return new CommandResult.Done($"Sample traffic of {command.RecordsPerSecond:N0} records a second goes to '{command.Stream}'.");
    }

    public Task<CommandResult> HandleAsync(StopSampleTraffic command, Actor actor, CancellationToken cancellationToken)
    {
        traffic.Halt();
        return Task.FromResult<CommandResult>(new CommandResult.Done("Sample traffic has stopped."));
    }
}
