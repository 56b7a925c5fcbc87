using Weir.ControlPlane.Access;
using Weir.Pipeline.Consuming;
using Weir.Pipeline.Consuming.DeadLetters;
using Weir.Pipeline.Consuming.Leases;

namespace Weir.ControlPlane.Commands;

/// <summary>
/// Makes the consumers of a stream, or of one of its shards, read again: from <see cref="Time"/>, from the oldest record (<see cref="Position"/> <c>TRIM_HORIZON</c>), from now (<c>LATEST</c>),
/// or, for one shard, from behind a sequence number. Exactly one of the two is given. Stores take each record once, so what is stored stays as it is.
/// </summary>
public sealed record RewindConsumer(string Stream, string? ShardId = null, DateTimeOffset? Time = null, string? Position = null) : ICommand
{
    public string Name => "rewind-consumer";
    public string Target => ShardId is null ? Stream : $"{Stream}/{ShardId}";
    public string Permission => Permissions.Operate;
}

/// <summary>Processes the record of a dead letter again, by the rules of now. <see cref="Key"/> as <see cref="DeadLetterKey.ToString"/> writes it.</summary>
public sealed record ReplayDeadLetter(string Key) : ICommand
{
    public string Name => "replay-dead-letter";
    public string Target => Key;
    public string Permission => Permissions.Operate;
}

/// <summary>Closes a dead letter for good.</summary>
public sealed record DropDeadLetter(string Key, string Reason) : ICommand
{
    public string Name => "drop-dead-letter";
    public string Target => Key;
    public string Permission => Permissions.Operate;
}

internal sealed class ConsumerCommandHandler(IConsumerControl consumer) : ICommandHandler<RewindConsumer>, ICommandHandler<ReplayDeadLetter>, ICommandHandler<DropDeadLetter>
{
    public async Task<CommandResult> HandleAsync(RewindConsumer command, Actor actor, CancellationToken cancellationToken)
    {
        if (command.Time is null == command.Position is null)
            return new CommandResult.Failed("Give either a time or a position.", "position");
        if (command.Position is { } text && text is not (Checkpoints.TrimHorizon or Checkpoints.Latest) && !(text.Length is > 0 and <= 129 && text.All(char.IsAsciiDigit) && (text == "0" || text[0] != '0')))
            return new CommandResult.Failed("A position is TRIM_HORIZON, LATEST or a sequence number.", "position");
        var position = command.Time is { } time ? Checkpoint.At(time) : new Checkpoint(command.Position!);
        return Result(await consumer.RewindAsync(command.Stream, command.ShardId, position, cancellationToken), command.Time is null ? "position" : "time");
    }

    public Task<CommandResult> HandleAsync(ReplayDeadLetter command, Actor actor, CancellationToken cancellationToken) =>
        WithLetterAsync(command.Key, async key => Result(await consumer.ReplayAsync(key, cancellationToken), null), cancellationToken);

    public Task<CommandResult> HandleAsync(DropDeadLetter command, Actor actor, CancellationToken cancellationToken) => string.IsNullOrWhiteSpace(command.Reason) || command.Reason.Length > 500
        ? Task.FromResult<CommandResult>(new CommandResult.Failed("Say in 1 to 500 characters why it is dropped.", "reason"))
        : WithLetterAsync(command.Key, async key => Result(await consumer.DropAsync(key, command.Reason, cancellationToken), null), cancellationToken);

    private async Task<CommandResult> WithLetterAsync(string text, Func<DeadLetterKey, Task<CommandResult>> run, CancellationToken cancellationToken) =>
        DeadLetterKey.TryParse(text, out var key) && await consumer.DeadLetterAsync(key.Value, cancellationToken) is not null
            ? await run(key.Value)
            : new CommandResult.Failed($"There is no dead letter '{text}'.", "key") { NotFound = true };

    private static CommandResult Result(ConsumerAnswer answer, string? field) => answer.Done ? new CommandResult.Done(answer.Message) : new CommandResult.Failed(answer.Message, field);
}
