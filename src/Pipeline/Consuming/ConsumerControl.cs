using Weir.Aws.Kinesis;
using Weir.Pipeline.Consuming.DeadLetters;
using Weir.Pipeline.Consuming.Leases;
using Weir.Pipeline.Consuming.Processing;
using Weir.Pipeline.Consuming.Reading;
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

    /// <summary>Dead letters without their payload, see <see cref="IDeadLetterStore.ListAsync"/>.</summary>
    Task<IReadOnlyList<DeadLetter>> DeadLettersAsync(DeadLetterState? state, DateTimeOffset? before, int limit, CancellationToken cancellationToken);

    /// <summary>One dead letter with its anonymized payload.</summary>
    Task<DeadLetter?> DeadLetterAsync(DeadLetterKey key, CancellationToken cancellationToken);

    /// <summary>How many dead letters wait for a decision.</summary>
    Task<long> WaitingDeadLettersAsync(CancellationToken cancellationToken);

    /// <summary>Reads the record from the stream again, redacts it by the rules of now, processes and stores it. Where the stream has it no more, the anonymized payload of the letter is stored, if there is one.</summary>
    Task<ConsumerAnswer> ReplayAsync(DeadLetterKey key, CancellationToken cancellationToken);

    /// <summary>Closes a dead letter for good; <paramref name="reason"/> is kept with it.</summary>
    Task<ConsumerAnswer> DropAsync(DeadLetterKey key, string reason, CancellationToken cancellationToken);
}

internal sealed class ConsumerControl(IKinesis kinesis, ILeaseStore leases, IDeadLetterStore letters, RecordRefinery refinery, IEnumerable<IRecordProcessor> processors, IEnumerable<ISink> sinks, TimeProvider time) : IConsumerControl
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

    public Task<IReadOnlyList<DeadLetter>> DeadLettersAsync(DeadLetterState? state, DateTimeOffset? before, int limit, CancellationToken cancellationToken) => letters.ListAsync(state, before, limit, cancellationToken);

    public Task<DeadLetter?> DeadLetterAsync(DeadLetterKey key, CancellationToken cancellationToken) => letters.FindAsync(key, cancellationToken);

    public Task<long> WaitingDeadLettersAsync(CancellationToken cancellationToken) => letters.CountWaitingAsync(cancellationToken);

    public async Task<ConsumerAnswer> ReplayAsync(DeadLetterKey key, CancellationToken cancellationToken)
    {
        if (await letters.FindAsync(key, cancellationToken) is not { State: DeadLetterState.Waiting } letter)
            return new(false, "There is no such dead letter waiting.");
        var (records, problem) = await AgainAsync(letter, cancellationToken);
        if (problem is not null)
            return new(false, problem);
        foreach (var sink in sinks)
        {
            foreach (var record in records)
            {
                try
                {
                    await sink.ReplayAsync(record, cancellationToken);
                }
                catch (RecordsRefusedException e)
                {
                    return new(false, $"{sink.Name} still refuses it: {e.Message}");
                }
            }
        }

        await letters.CloseAsync(key, DeadLetterState.Replayed, null, cancellationToken);
        return new(true, "The record is stored.");
    }

    public async Task<ConsumerAnswer> DropAsync(DeadLetterKey key, string reason, CancellationToken cancellationToken)
    {
        if (string.IsNullOrWhiteSpace(reason))
            return new(false, "Say why it is dropped.");
        return await letters.CloseAsync(key, DeadLetterState.Dropped, reason.Trim(), cancellationToken) ? new(true, "The dead letter is dropped.") : new(false, "There is no such dead letter waiting.");
    }

    /// <summary>The record as it would reach the sinks now, or why it would not.</summary>
    private async Task<(IReadOnlyList<CleanRecord> Records, string? Problem)> AgainAsync(DeadLetter letter, CancellationToken cancellationToken)
    {
        var key = letter.Key;

        // What the pipeline itself has added stands in no stream.
        if (key.SubSequenceNumber >= 0 && await FindAsync(key, cancellationToken) is { } found)
        {
            var refined = refinery.Refine(new Lease(key.Stream, 0, key.ShardId, null, 0, Checkpoint.TrimHorizon, []), [found], Checkpoint.TrimHorizon);
            return refined.Clean.FirstOrDefault(r => r.SubSequenceNumber == key.SubSequenceNumber) is { } clean
                ? await ProcessAsync(clean, cancellationToken)
                : ([], $"The record still cannot be made clean: {(refined.Quarantined is [var first, ..] ? first.Cause : "it is not in its aggregate")}");
        }

        if (letter.Data is not { } data)
            return ([], "The stream has the record no more, and no anonymized payload was kept.");
        var kept = new CleanRecord(key.Stream, key.ShardId, key.SequenceNumber, key.SubSequenceNumber, letter.PartitionKey, letter.ArrivedAt, System.Text.Encoding.UTF8.GetBytes(data), "", 0);

        // What a sink refused had passed the processors already.
        return sinks.Any(s => letter.Cause.StartsWith(s.Name + ": ", StringComparison.Ordinal)) ? ([kept], null) : await ProcessAsync(kept, cancellationToken);
    }

    private async Task<(IReadOnlyList<CleanRecord> Records, string? Problem)> ProcessAsync(CleanRecord record, CancellationToken cancellationToken)
    {
        try
        {
            var result = await new ProcessorChain([.. processors]).ProcessAsync([record], cancellationToken);
            return result.FirstFailed is null ? (result.Output, null) : ([], "A processor still reports a failure.");
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            // The message may hold what the processor read; its type does not.
            return ([], $"A processor still fails: {e.GetType().Name}.");
        }
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
