using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Weir.Pipeline.Consuming.DeadLetters;

/// <summary>What became of a dead letter.</summary>
public enum DeadLetterState
{
    Waiting,
    Replayed,
    Dropped,
}

/// <summary>Which record a dead letter is about. As text, in addresses: <c>orders~shardId-000000000003~4959…~0</c>.</summary>
public readonly record struct DeadLetterKey(string Stream, string ShardId, string SequenceNumber, long SubSequenceNumber)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Stream}~{ShardId}~{SequenceNumber}~{SubSequenceNumber}");

    public static bool TryParse(string? text, [NotNullWhen(true)] out DeadLetterKey? key)
    {
        key = text?.Split('~') is [{ Length: > 0 } stream, { Length: > 0 } shard, { Length: > 0 } sequence, var sub] && long.TryParse(sub, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? new DeadLetterKey(stream, shard, sequence, number)
            : null;
        return key is not null;
    }
}

/// <summary>
/// A record that could not be processed. <see cref="Data"/> is anonymized, or null where it could not be made safe, and in lists; the record itself stays in the stream until its retention ends.
/// <see cref="Bytes"/> is the payload's length.
/// </summary>
public sealed record DeadLetter(string Stream, string ShardId, string SequenceNumber, long SubSequenceNumber, DateTimeOffset ArrivedAt, DateTimeOffset FailedAt, string Cause, int Attempts, int Bytes, string? Data)
{
    public DeadLetterState State { get; init; }

    /// <summary>Why it was dropped.</summary>
    public string? Reason { get; init; }

    /// <summary>The redacted key.</summary>
    public string PartitionKey { get; init; } = "";

    public DeadLetterKey Key => new(Stream, ShardId, SequenceNumber, SubSequenceNumber);
}

/// <summary>Takes what could not be processed: nothing is skipped in silence.</summary>
public interface IDeadLetters
{
    /// <summary>Returns once they are durable; writing the same ones again changes nothing.</summary>
    Task WriteAsync(IReadOnlyList<DeadLetter> letters, CancellationToken cancellationToken);
}

/// <summary>Dead letters with what was decided about them.</summary>
public interface IDeadLetterStore : IDeadLetters
{
    /// <summary>The newest first, without their payload; with <paramref name="state"/> only those, with <paramref name="before"/> only those that failed earlier.</summary>
    /// <param name="state">Null for all.</param>
    /// <param name="before">For the next page.</param>
    /// <param name="limit">1 to 1,000.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    Task<IReadOnlyList<DeadLetter>> ListAsync(DeadLetterState? state, DateTimeOffset? before, int limit, CancellationToken cancellationToken);

    /// <summary>One with its payload; null when there is none.</summary>
    Task<DeadLetter?> FindAsync(DeadLetterKey key, CancellationToken cancellationToken);

    /// <summary>How many wait for a decision.</summary>
    Task<long> CountWaitingAsync(CancellationToken cancellationToken);

    /// <summary>Closes a waiting letter; false when it is not there or not waiting.</summary>
    Task<bool> CloseAsync(DeadLetterKey key, DeadLetterState state, string? reason, CancellationToken cancellationToken);
}
