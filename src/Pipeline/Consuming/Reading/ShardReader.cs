using Microsoft.Extensions.Logging;
using Weir.Aws.Kinesis;
using Weir.Pipeline.Consuming.DeadLetters;
using Weir.Pipeline.Consuming.Leases;
using Weir.Pipeline.Consuming.Processing;
using Weir.Pipeline.Sinks;
using Weir.Pipeline.Telemetry;

namespace Weir.Pipeline.Consuming.Reading;

/// <summary>What every reader of a process uses.</summary>
internal sealed record ReaderParts(
    IShardFeeds Feeds,
    RecordRefinery Refinery,
    IReadOnlyList<IRecordProcessor> Processors,
    IReadOnlyList<IShardProcessorFactory> ShardProcessors,
    IReadOnlyList<ISink> Sinks,
    IDeadLetters DeadLetters,
    PipelineMetrics Metrics,
    ByteBudget Budget,
    ConsumingOptions Options,
    TimeProvider Time,
    Random Random,
    ILogger Logger);

/// <summary>How the reading of a shard ended.</summary>
internal enum ReaderEnd
{
    /// <summary>Everything is read and stored, and the lease says so.</summary>
    ShardEnd,

    /// <summary>Another worker has the lease.</summary>
    Lost,

    /// <summary>The stream or the shard is there no more.</summary>
    Gone,
}

/// <summary>
/// Reads one shard from its checkpoint to its end. The checkpoint moves only past what is stored or in the dead letter.
/// <code>
/// read ──► take apart, redact ──► process ──► store ──► checkpoint ──┐
///   ▲                                                              │
///   └───────────────────────────◄──────────────────────────────────┘   last read of a closed shard ──► SHARD_END
/// </code>
/// While it is behind, the next read runs beside the storing of the last, as far as the process has bytes left for that (<see cref="ByteBudget"/>).
/// </summary>
internal sealed partial class ShardReader(HeldLease held, ReaderParts parts)
{
    private const long FirstRead = 1 << 20, LeastRead = 64 << 10, MostRead = 10 << 20;

    /// <summary>A batch that is this large is processed whatever its window: <see href="https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html">as an event source mapping does</see>.</summary>
    private const long MostBatchBytes = 6 << 20;

    private readonly List<Record> _waiting = [];
    private readonly PatternFilter? _filter = PatternFilter.Of(parts.Options.Filters);
    private readonly BatchRunner? _runner = parts.Processors.Count == 0 ? null : new BatchRunner(new ProcessorChain(parts.Processors), parts.Options, parts.Time, parts.Random);
    private readonly List<IShardProcessor> _stateful = [.. parts.ShardProcessors.Select(f => f.Create(held.Current.Stream, held.Current.ShardId))];
    private Checkpoint _done = held.Current.Checkpoint;
    private readonly Queue<Checkpoint> _ends = [];
    private long _waitingSince, _waitingBytes, _held, _expected = FirstRead;

    private Lease Lease => held.Current;

    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public async Task<ReaderEnd> RunAsync(CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, held.Lost);
        var failures = 0;
        try
        {
            while (true)
            {
                try
                {
                    return await ReadToEndAsync(() => failures = 0, either.Token);
                }
                catch (KinesisException e) when (e.Code == KinesisErrorCodes.ResourceNotFound)
                {
                    LogGone(parts.Logger, Lease.Stream, Lease.ShardId);
                    return ReaderEnd.Gone;
                }
                catch (Exception e) when (!either.IsCancellationRequested)
                {
                    var wait = BackOff.For(++failures, parts.Random);
                    LogFailed(parts.Logger, Lease.Stream, Lease.ShardId, failures, wait.TotalSeconds, e);
                    await Task.Delay(wait, parts.Time, either.Token);
                }
            }
        }
        catch (Exception) when (held.Lost.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            LogLost(parts.Logger, Lease.Stream, Lease.ShardId);
            return ReaderEnd.Lost;
        }
        finally
        {
            Hold(0);
            parts.Metrics.ReaderStopped(Lease.Stream, Lease.ShardId);
        }
    }

    private async Task<ReaderEnd> ReadToEndAsync(Action progressed, CancellationToken cancellationToken)
    {
        _waiting.Clear();
        _waitingBytes = 0;
        _done = Lease.Checkpoint;
        Hold(0);
        await using var feed = parts.Feeds.Open(Lease);
        Task<ShardRead>? ahead = null;
        try
        {
            while (true)
            {
                if (ahead is null)
                    await ReserveAsync(cancellationToken);
                var read = await (ahead ?? feed.NextAsync(cancellationToken));
                ahead = null;
                Take(read);
                if (read is { MillisBehindLatest: > 0, IsLast: false } && parts.Budget.TryTake(_expected))
                {
                    _held += _expected;
                    ahead = feed.NextAsync(cancellationToken);
                }

                if (!await HandleAsync(read.IsLast, read.MillisBehindLatest == 0, cancellationToken))
                    return ReaderEnd.Lost;
                progressed();
                Hold(_waitingBytes + (ahead is null ? 0 : _expected));
                if (!read.IsLast)
                    continue;
                if (!await held.CheckpointAsync(Checkpoint.ShardEnd, read.ChildShardIds, cancellationToken))
                    return ReaderEnd.Lost;
                LogEnded(parts.Logger, Lease.Stream, Lease.ShardId);
                return ReaderEnd.ShardEnd;
            }
        }
        finally
        {
            // A read that nobody waits for must not fail unseen.
            if (ahead is not null)
                await ((Task)ahead).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        }
    }

    /// <summary>Makes room for the next answer. A reader that holds records that wait for their batch does not stand in line: they are let go only with more.</summary>
    private async Task ReserveAsync(CancellationToken cancellationToken)
    {
        if (_waitingBytes > 0)
            parts.Budget.Correct(_expected);
        else
            await parts.Budget.TakeAsync(_expected, cancellationToken);
        _held += _expected;
    }

    private void Take(ShardRead read)
    {
        if (_waiting.Count == 0)
            _waitingSince = parts.Time.GetTimestamp();
        var bytes = 0L;
        foreach (var record in read.Records)
            bytes += record.Data.Length;
        _waiting.AddRange(read.Records);
        _waitingBytes += bytes;
        Hold(_waitingBytes);
        _expected = Math.Clamp(bytes, LeastRead, MostRead);
    }

    private void Hold(long bytes)
    {
        parts.Budget.Correct(bytes - _held);
        _held = bytes;
    }

    /// <summary>Processes what waits, in batches; false when the lease is lost.</summary>
    private async Task<bool> HandleAsync(bool last, bool atTip, CancellationToken cancellationToken)
    {
        var window = TimeSpan.FromSeconds(parts.Options.BatchWindowSeconds);
        while (_waiting.Count > 0 && (last || _waiting.Count >= parts.Options.BatchSize || _waitingBytes >= MostBatchBytes || parts.Time.GetElapsedTime(_waitingSince) >= window))
        {
            var batch = _waiting.Count <= parts.Options.BatchSize ? [.. _waiting] : _waiting.GetRange(0, parts.Options.BatchSize);
            _waiting.RemoveRange(0, batch.Count);
            foreach (var record in batch)
                _waitingBytes -= record.Data.Length;
            if (!await ProcessAsync(batch, cancellationToken))
                return false;
        }

        if (_stateful.Count > 0 && (last || (atTip && _waiting.Count == 0)))
        {
            foreach (var processor in _stateful)
                await StoreAsync(await processor.FlushAsync(parts.Time.GetUtcNow(), last, cancellationToken), cancellationToken);
            return last || await MoveAsync(cancellationToken);
        }

        return true;
    }

    private async Task<bool> ProcessAsync(IReadOnlyList<Record> batch, CancellationToken cancellationToken)
    {
        var refined = parts.Refinery.Refine(Lease, batch, _done);
        if (refined.Foreign > 0)
            LogForeign(parts.Logger, Lease.Stream, Lease.ShardId, refined.Foreign);
        var records = refined.Clean;
        if (_filter is not null)
            records = [.. records.Where(r => _filter.Matches(r.Data))];
        var letters = refined.Quarantined.ToList();
        if (_runner is not null)
        {
            var failed = new List<FailedRecord>();
            records = await _runner.RunAsync(records, failed, cancellationToken);
            letters.AddRange(failed.Select(f => Letter(f.Record, f.Cause, f.Attempts)));
        }

        foreach (var processor in _stateful)
            records = (await processor.ProcessAsync(records, cancellationToken)).Output;
        await DeadLetterAsync(letters, cancellationToken);
        await StoreAsync(records, cancellationToken);

        // The last record of an aggregate is its last user record; passing them all passes it.
        _done = new Checkpoint(batch[^1].SequenceNumber, Math.Max(0, (Aggregation.Aggregate.TryRead(batch[^1].Data)?.Count ?? 1) - 1));
        if (_stateful.Count > 0)
            _ends.Enqueue(_done);
        return await MoveAsync(cancellationToken);
    }

    private async Task<bool> MoveAsync(CancellationToken cancellationToken)
    {
        // State that is lost in a crash must be read again: the checkpoint stays at the end of a batch before the first record that it needs.
        var needed = _stateful.Select(p => p.NeededFrom).OfType<CleanRecord>().Select(r => new Checkpoint(r.SequenceNumber, r.SubSequenceNumber)).Order().Take(1).ToArray();
        if (_stateful.Count == 0)
            return !_done.IsSequence || await held.CheckpointAsync(_done, [], cancellationToken);
        Checkpoint? checkpoint = null;
        while (_ends.TryPeek(out var end) && (needed.Length == 0 || end < needed[0]))
            checkpoint = _ends.Dequeue();
        return checkpoint is not { } reached || await held.CheckpointAsync(reached, [], cancellationToken);
    }

    /// <summary>Writes to every sink, until each has them: a store that is down is waited for, a record that it will never take goes to the dead letter.</summary>
    private async Task StoreAsync(IReadOnlyList<CleanRecord> records, CancellationToken cancellationToken)
    {
        foreach (var sink in parts.Sinks)
        {
            var left = records;
            for (var failures = 0; left.Count > 0;)
            {
                try
                {
                    await sink.WriteAsync(left, cancellationToken);
                    break;
                }
                catch (RecordsRefusedException e) when (e.Records.Count > 0)
                {
                    var refused = e.Records.ToHashSet();
                    await DeadLetterAsync([.. left.Where(refused.Contains).Select(r => Letter(r, $"{sink.Name}: {e.Message}", 1))], cancellationToken);
                    left = [.. left.Where(r => !refused.Contains(r))];
                }
                catch (Exception e) when (!cancellationToken.IsCancellationRequested)
                {
                    var wait = BackOff.For(++failures, parts.Random);
                    LogSinkFailed(parts.Logger, sink.Name, Lease.Stream, Lease.ShardId, failures, wait.TotalSeconds, e);
                    await Task.Delay(wait, parts.Time, cancellationToken);
                }
            }
        }

        parts.Metrics.Stored(records.Count);
    }

    private async Task DeadLetterAsync(List<DeadLetter> letters, CancellationToken cancellationToken)
    {
        if (letters.Count == 0)
            return;
        await parts.DeadLetters.WriteAsync(letters, cancellationToken);
        parts.Metrics.DeadLettered(letters.Count);
        LogDeadLettered(parts.Logger, Lease.Stream, Lease.ShardId, letters.Count, letters[0].SequenceNumber, letters[0].Cause);
    }

    private DeadLetter Letter(CleanRecord record, string cause, int attempts) =>
        new(record.Stream, record.ShardId, record.SequenceNumber, record.SubSequenceNumber, record.ArrivedAt, parts.Time.GetUtcNow(), cause, attempts, record.Data.Length, System.Text.Encoding.UTF8.GetString(record.Data.Span))
        {
            PartitionKey = record.PartitionKey,
        };

    [LoggerMessage(LogLevel.Information, "{Stream}/{ShardId} is read to its end.")]
    private static partial void LogEnded(ILogger logger, string stream, string shardId);

    [LoggerMessage(LogLevel.Information, "{Stream}/{ShardId} has gone from the service.")]
    private static partial void LogGone(ILogger logger, string stream, string shardId);

    [LoggerMessage(LogLevel.Information, "The lease of {Stream}/{ShardId} is another's now.")]
    private static partial void LogLost(ILogger logger, string stream, string shardId);

    [LoggerMessage(LogLevel.Warning, "Left out {Count} user records of other shards' ranges in {Stream}/{ShardId}.")]
    private static partial void LogForeign(ILogger logger, string stream, string shardId, int count);

    [LoggerMessage(LogLevel.Warning, "Reading {Stream}/{ShardId} failed {Failures} times; trying again in {Seconds} s.")]
    private static partial void LogFailed(ILogger logger, string stream, string shardId, int failures, double seconds, Exception e);

    [LoggerMessage(LogLevel.Warning, "The sink {Sink} failed {Failures} times for {Stream}/{ShardId}; trying again in {Seconds} s.")]
    private static partial void LogSinkFailed(ILogger logger, string sink, string stream, string shardId, int failures, double seconds, Exception e);

    [LoggerMessage(LogLevel.Error, "{Count} records of {Stream}/{ShardId}, the first {SequenceNumber}, went to the dead letter: {Cause}")]
    private static partial void LogDeadLettered(ILogger logger, string stream, string shardId, int count, string sequenceNumber, string cause);
}
