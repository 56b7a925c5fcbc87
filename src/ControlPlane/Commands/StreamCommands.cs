using System.Globalization;
using System.Text.RegularExpressions;
using Weir.Aws.Kinesis;
using Weir.ControlPlane.Access;
using Weir.ControlPlane.Operations;
using Weir.ControlPlane.Resharding;
using Weir.ControlPlane.Topology;

namespace Weir.ControlPlane.Commands;

/// <summary>Splits an open shard in two at <see cref="NewStartingHashKey"/>, the middle of its range when that is null.</summary>
public sealed record SplitShard(string Stream, string ShardId, string? NewStartingHashKey = null) : ICommand
{
    public string Name => "split-shard";
    public string Target => Stream;
    public string Permission => Permissions.Operate;
}

/// <summary>Merges two open shards whose ranges touch.</summary>
public sealed record MergeShards(string Stream, string ShardId, string AdjacentShardId) : ICommand
{
    public string Name => "merge-shards";
    public string Target => Stream;
    public string Permission => Permissions.Operate;
}

internal sealed partial class CreateStreamHandler(IKinesis kinesis) : ICommandHandler<CreateStream>
{
    public async Task<CommandResult> HandleAsync(CreateStream command, Actor actor, CancellationToken cancellationToken)
    {
        if (command.Stream is null || !StreamName().IsMatch(command.Stream))
        {
            return new CommandResult.Failed("A stream's name has 1 to 128 of the characters a-z, A-Z, 0-9, '_', '-' and '.'.", "stream");
        }

        if (command.ShardCount is < 1 or > ReshardPlanner.MaxShards)
        {
            return new CommandResult.Failed($"A stream has 1 to {ReshardPlanner.MaxShards:N0} shards.", "shardCount");
        }

        await kinesis.CreateStreamAsync(new CreateStreamRequest(command.Stream, command.ShardCount), cancellationToken);
        return new CommandResult.Done($"Stream '{command.Stream}' is being created with {command.ShardCount} {(command.ShardCount == 1 ? "shard" : "shards")}.");
    }

    [GeneratedRegex("^[a-zA-Z0-9_.-]{1,128}$")]
    private static partial Regex StreamName();
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
        var plan = await planner.PlanAsync(command.Stream, command.TargetShardCount, cancellationToken);
        if (operations.RunningOn(command.Stream) is { } running)
        {
            return UnderWay(running);
        }

        if (command.FromShardCount is { } from && plan.CurrentShardCount > 0 && from != plan.CurrentShardCount)
        {
            return new CommandResult.Failed($"The stream has {plan.CurrentShardCount} open shards by now, not {from} as when this was planned. Look at the new plan, then confirm again.", "fromShardCount");
        }

        if (plan.Problem is { } problem)
        {
            return new CommandResult.Failed(problem, plan.CurrentShardCount == 0 ? "stream" : "targetShardCount") { NotFound = plan.CurrentShardCount == 0 };
        }

        var operation = await operations.TryStartAsync(
            ReshardOperation.Kind,
            command.Stream,
            actor,
            plan.Steps.Select((to, i) => $"{(i == 0 ? plan.CurrentShardCount : plan.Steps[i - 1])} → {to} shards").ToArray(),
            string.Join(',', plan.Steps),
            cancellationToken);
        return operation is null
            ? UnderWay(operations.RunningOn(command.Stream))
            : new CommandResult.Done($"Resharding '{command.Stream}' from {plan.CurrentShardCount} to {plan.TargetShardCount} shards in {plan.Steps.Count} {(plan.Steps.Count == 1 ? "step" : "steps")}.", operation.Id);
    }

    private static CommandResult.Failed UnderWay(Operation? running) =>
        new($"A {running?.Kind ?? "change"} of this stream by {running?.StartedBy ?? "somebody else"} is under way{(running is null ? "" : $" since {running.StartedAt.UtcDateTime:HH:mm:ss} UTC")}; wait for it or stop it.");
}

internal sealed class ShardCommandHandler(IKinesis kinesis, OperationRunner operations) : ICommandHandler<SplitShard>, ICommandHandler<MergeShards>
{
    public async Task<CommandResult> HandleAsync(SplitShard command, Actor actor, CancellationToken cancellationToken)
    {
        var shards = await ShardLister.ListAsync(kinesis, command.Stream, cancellationToken);
        if (Open(shards, command.ShardId) is not { } shard)
        {
            return new CommandResult.Failed($"Stream '{command.Stream}' has no open shard '{command.ShardId}'.", "shardId") { NotFound = true };
        }

        var (start, end) = (UInt128.Parse(shard.HashKeyRange.StartingHashKey, CultureInfo.InvariantCulture), UInt128.Parse(shard.HashKeyRange.EndingHashKey, CultureInfo.InvariantCulture));
        var at = start + ((end - start) / 2) + 1;
        if (command.NewStartingHashKey is { } wanted && !UInt128.TryParse(wanted, NumberStyles.None, CultureInfo.InvariantCulture, out at))
        {
            return new CommandResult.Failed("The new starting hash key is a whole number of 0 to 2^128 - 1.", "newStartingHashKey");
        }

        if (at <= start || at > end)
        {
            return new CommandResult.Failed($"The new starting hash key must lie above {start} and not above {end}, within the shard's range.", "newStartingHashKey");
        }

        if (Busy(command.Stream) is { } busy)
        {
            return busy;
        }

        await kinesis.SplitShardAsync(new SplitShardRequest(command.ShardId, at.ToString(CultureInfo.InvariantCulture), command.Stream), cancellationToken);
        return new CommandResult.Done($"{command.ShardId} is being split at {at}.");
    }

    public async Task<CommandResult> HandleAsync(MergeShards command, Actor actor, CancellationToken cancellationToken)
    {
        var shards = await ShardLister.ListAsync(kinesis, command.Stream, cancellationToken);
        if (Open(shards, command.ShardId) is not { } first)
        {
            return new CommandResult.Failed($"Stream '{command.Stream}' has no open shard '{command.ShardId}'.", "shardId") { NotFound = true };
        }

        if (Open(shards, command.AdjacentShardId) is not { } second)
        {
            return new CommandResult.Failed($"Stream '{command.Stream}' has no open shard '{command.AdjacentShardId}'.", "adjacentShardId");
        }

        if (!Touch(first, second) && !Touch(second, first))
        {
            return new CommandResult.Failed($"{command.ShardId} and {command.AdjacentShardId} are not neighbours: only shards whose ranges touch can be merged.", "adjacentShardId");
        }

        if (Busy(command.Stream) is { } busy)
        {
            return busy;
        }

        await kinesis.MergeShardsAsync(new MergeShardsRequest(command.ShardId, command.AdjacentShardId, command.Stream), cancellationToken);
        return new CommandResult.Done($"{command.ShardId} and {command.AdjacentShardId} are being merged.");
    }

    private CommandResult.Failed? Busy(string stream) =>
        operations.RunningOn(stream) is { } running ? new CommandResult.Failed($"A {running.Kind} of this stream by {running.StartedBy} is under way; wait for it or stop it.") : null;

    private static Shard? Open(IReadOnlyList<Shard> shards, string id) => shards.FirstOrDefault(s => s.ShardId == id && s.SequenceNumberRange.EndingSequenceNumber is null);

    private static bool Touch(Shard lower, Shard upper) =>
        UInt128.Parse(lower.HashKeyRange.EndingHashKey, CultureInfo.InvariantCulture) is var end && end != UInt128.MaxValue
        && end + 1 == UInt128.Parse(upper.HashKeyRange.StartingHashKey, CultureInfo.InvariantCulture);
}
