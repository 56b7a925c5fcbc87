using Weir.Aws.Kinesis;
using Weir.Pipeline.Consuming.DeadLetters;
using Weir.Pipeline.Consuming.Leases;
using Weir.Pipeline.Sinks;

namespace Weir.Pipeline.Consuming;

/// <summary>What became of a request to the consumer: done, or why not, in plain words.</summary>
public sealed record ConsumerAnswer(bool Done, string Message);

/// <summary>What operators may do to the consumer; each is a command of the control plane and audited there.</summary>
public interface IConsumerControl
{
    /// <summary>Every lease of the application.</summary>
    Task<IReadOnlyList<Lease>> LeasesAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Puts every shard of a stream back (or forward) to a time, or to a position when <paramref name="position"/> is given for one shard. Its readers start again from there;
    /// stores take each record once, so what is stored already stays as it is.
    /// </summary>
    Task<ConsumerAnswer> RewindAsync(string stream, string? shardId, Checkpoint position, CancellationToken cancellationToken);

    IReadOnlyList<DeadLetter> DeadLetters(int limit, DeadLetterState? state);

    /// <summary>How many dead letters wait for a decision.</summary>
    long WaitingDeadLetters();

    /// <summary>Reads the record from the stream again, redacts it by the rules of now and stores it. Where the stream has it no more, the anonymized payload of the letter is stored, if there is one.</summary>
    Task<ConsumerAnswer> ReplayAsync(DeadLetterKey key, CancellationToken cancellationToken);

    /// <summary>Closes a dead letter for good; <paramref name="reason"/> is kept with it.</summary>
    ConsumerAnswer Drop(DeadLetterKey key, string reason);
}

internal sealed class ConsumerControl(IKinesis kinesis, ILeaseStore leases, DeadLetterStore letters, RecordRefinery refinery, IEnumerable<ISink> sinks, TimeProvider time) : IConsumerControl
{
    public Task<IReadOnlyList<Lease>> LeasesAsync(CancellationToken cancellationToken) => leases.ListAsync(cancellationToken);

    public async Task<ConsumerAnswer> RewindAsync(string stream, string? shardId, Checkpoint position, CancellationToken cancellationToken)
    {
        if (position.IsSequence && shardId is null)
            return new(false, "A sequence number belongs to one shard: name it.");
        if (position.Sequence == Checkpoints.ShardEnd)
            return new(false, "The end of a shard is reached by reading, not by a command.");
        if (position.Sequence == Checkpoints.AtTimestamp && position.SubSequence > time.GetUtcNow().ToUnixTimeMilliseconds())
            return new(false, "The time is in the future.");
        var chosen = (await leases.ListAsync(cancellationToken)).Where(l => l.Stream == stream && (shardId is null || l.ShardId == shardId)).ToArray();
        if (chosen.Length == 0)
            return new(false, shardId is null ? $"No lease of {stream} is known." : $"No lease of {stream}/{shardId} is known.");
        foreach (var lease in chosen)
        {
            var current = lease;
            for (var tries = 0; await leases.RewindAsync(current, position, cancellationToken) is null; tries++)
            {
                // Its owner wrote in between: look again.
                if (tries == 10 || await leases.GetAsync(lease.Key, cancellationToken) is not { } fresh)
                    return new(false, $"The lease of {stream}/{lease.ShardId} changes too often; others may be rewound already. Try again.");
                current = fresh;
            }
        }

        return new(true, $"{chosen.Length} shards of {stream} are read again from {position}.");
    }

    public IReadOnlyList<DeadLetter> DeadLetters(int limit, DeadLetterState? state) => letters.List(Math.Clamp(limit, 1, 1000), state);

    public long WaitingDeadLetters() => letters.CountWaiting();

    public async Task<ConsumerAnswer> ReplayAsync(DeadLetterKey key, CancellationToken cancellationToken)
    {
        if (letters.Find(key) is not { State: DeadLetterState.Waiting } letter)
            return new(false, "There is no such dead letter waiting.");
        CleanRecord? clean;
        if (await FindAsync(key, cancellationToken) is { } record)
        {
            var refined = refinery.Refine(new Lease(key.Stream, 0, key.ShardId, null, 0, Checkpoint.TrimHorizon, []), [record], Checkpoint.TrimHorizon);
            clean = refined.Clean.FirstOrDefault(r => r.SubSequenceNumber == key.SubSequenceNumber);
            if (clean is null)
                return new(false, $"The record still cannot be made clean: {(refined.Quarantined is [var first, ..] ? first.Cause : "it is not in its aggregate")}");
        }
        else if (letter.Data is { } data)
        {
            clean = new CleanRecord(key.Stream, key.ShardId, key.SequenceNumber, key.SubSequenceNumber, letter.PartitionKey, letter.ArrivedAt, System.Text.Encoding.UTF8.GetBytes(data), "", 0);
        }
        else
        {
            return new(false, "The stream has the record no more, and no anonymized payload was kept.");
        }

        foreach (var sink in sinks)
        {
            try
            {
                await sink.WriteAsync([clean], cancellationToken);
            }
            catch (RecordsRefusedException e)
            {
                return new(false, $"{sink.Name} still refuses it: {e.Message}");
            }
        }

        letters.Close(key, DeadLetterState.Replayed, null);
        return new(true, "Stored.");
    }

    public ConsumerAnswer Drop(DeadLetterKey key, string reason)
    {
        if (string.IsNullOrWhiteSpace(reason))
            return new(false, "Say why it is dropped.");
        return letters.Close(key, DeadLetterState.Dropped, reason.Trim()) ? new(true, "Dropped.") : new(false, "There is no such dead letter waiting.");
    }

    private async Task<Record?> FindAsync(DeadLetterKey key, CancellationToken cancellationToken)
    {
        try
        {
            var iterator = await kinesis.GetShardIteratorAsync(new GetShardIteratorRequest(key.ShardId, ShardIteratorTypes.AtSequenceNumber, key.Stream, StartingSequenceNumber: key.SequenceNumber), cancellationToken);
            var read = await kinesis.GetRecordsAsync(new GetRecordsRequest(iterator.ShardIterator, 1), cancellationToken);
            return read.Records.FirstOrDefault(r => r.SequenceNumber == key.SequenceNumber);
        }
        catch (KinesisException e) when (e.Code is KinesisErrorCodes.ResourceNotFound or KinesisErrorCodes.InvalidArgument)
        {
            return null;
        }
    }
}
