using Weir.Aws.Kinesis;
using Weir.ControlPlane.Access;
using Weir.ControlPlane.Operations;
using Weir.ControlPlane.Resharding;

namespace Weir.ControlPlane.Commands;

internal sealed class CreateStreamHandler(IKinesis kinesis) : ICommandHandler<CreateStream>
{
    public async Task<CommandResult> HandleAsync(CreateStream command, Actor actor, CancellationToken cancellationToken)
    {
        await kinesis.CreateStreamAsync(new CreateStreamRequest(command.Stream, command.ShardCount), cancellationToken);
        return new CommandResult.Done($"Stream '{command.Stream}' is being created with {command.ShardCount} shards.");
    }
}

internal sealed class DeleteStreamHandler(IKinesis kinesis) : ICommandHandler<DeleteStream>
{
    public async Task<CommandResult> HandleAsync(DeleteStream command, Actor actor, CancellationToken cancellationToken)
    {
        await kinesis.DeleteStreamAsync(new DeleteStreamRequest(command.Stream), cancellationToken);
        return new CommandResult.Done($"Stream '{command.Stream}' is being deleted.");
    }
}

/// <summary>Plans once and hands exactly that plan to the operations.</summary>
internal sealed class ReshardStreamHandler(IReshardPlanner planner, OperationRunner operations) : ICommandHandler<ReshardStream>
{
    public async Task<CommandResult> HandleAsync(ReshardStream command, Actor actor, CancellationToken cancellationToken)
    {
        if (operations.Running(ReshardOperation.Kind, command.Stream) is { } running)
        {
            return new CommandResult.Failed($"A reshard of '{command.Stream}' by {running.StartedBy} is under way; wait for it or stop it.");
        }

        var plan = await planner.PlanAsync(command.Stream, command.TargetShardCount, cancellationToken);
        if (plan.Problem is { } problem)
        {
            return new CommandResult.Failed(problem, "targetShardCount");
        }

        var operation = operations.Start(
            ReshardOperation.Kind,
            command.Stream,
            actor,
            plan.Steps.Select((to, i) => $"{(i == 0 ? plan.CurrentShardCount : plan.Steps[i - 1])} → {to} shards").ToArray(),
            string.Join(',', plan.Steps));
        return new CommandResult.Done($"Resharding '{command.Stream}' from {plan.CurrentShardCount} to {plan.TargetShardCount} shards in {plan.Steps.Count} steps.", operation.Id);
    }
}
