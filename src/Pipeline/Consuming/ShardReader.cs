using System.Buffers;
using Microsoft.Extensions.Logging;
using Weir.Aws.Kinesis;
using Weir.Pipeline.Consuming.DeadLetters;
using Weir.Pipeline.Consuming.Leases;
using Weir.Pipeline.Redaction;
using Weir.Pipeline.Sinks;
using Weir.Pipeline.Telemetry;

namespace Weir.Pipeline.Consuming;

/// <summary>
/// Reads one shard from its checkpoint to its end: read → redact → store in every sink → checkpoint. The checkpoint moves only past what is stored.
/// <code>
/// seek ──► read ──► redact ──► store ──► checkpoint ──┐
///   ▲        │ expired iterator                       │
///   └────────┴──────────────◄─────────────────────────┘   no next iterator ──► SHARD_END
/// </code>
/// </summary>
internal sealed partial class ShardReader(
    IKinesis kinesis, ILeaseStore leases, IRecordRedactor redactor, IReadOnlyList<ISink> sinks, DeadLetterStore deadLetters, PipelineMetrics metrics, ConsumingOptions options, TimeProvider time, ILogger<ShardReader> logger)
{
    private static readonly TimeSpan MaxBackOff = TimeSpan.FromSeconds(10);

    /// <summary>Runs until the shard ends (true), the lease is lost to another or the token is cancelled (false).</summary>
    public async Task<bool> RunAsync(Lease lease, CancellationToken cancellationToken)
    {
        var failures = 0;
        try
        {
            while (true)
            {
                try
                {
                    return await ReadToEndAsync(lease, l => { lease = l; failures = 0; }, cancellationToken);
                }
                catch (KinesisException e) when (e.Code == KinesisErrorCodes.ResourceNotFound)
                {
                    // The stream was deleted, or the shard expired: nothing is left to read.
                    LogGone(logger, lease.Stream, lease.ShardId);
                    return false;
                }
                catch (Exception e) when (e is not OperationCanceledException)
                {
                    var wait = BackOff(++failures);
                    LogFailed(logger, lease.Stream, lease.ShardId, failures, wait.TotalSeconds, e);
                    await Task.Delay(wait, time, cancellationToken);
                }
            }
        }
        finally
        {
            metrics.ReaderStopped(lease.Stream, lease.ShardId);
        }
    }

    private async Task<bool> ReadToEndAsync(Lease lease, Action<Lease> moved, CancellationToken cancellationToken)
    {
        var iterator = await SeekAsync(lease, cancellationToken);
        while (true)
        {
            var started = time.GetTimestamp();
            GetRecordsResponse read;
            try
            {
                read = await kinesis.GetRecordsAsync(new GetRecordsRequest(iterator, options.MaxRecords), cancellationToken);
            }
            catch (KinesisException e) when (e.Code == KinesisErrorCodes.ProvisionedThroughputExceeded)
            {
                metrics.ReadThrottled(lease.Stream, lease.ShardId);
                await Task.Delay(TimeSpan.FromMilliseconds(options.IdleMilliseconds), time, cancellationToken);
                continue;
            }
            catch (KinesisException e) when (e.Code == KinesisErrorCodes.ExpiredIterator)
            {
                iterator = await SeekAsync(lease, cancellationToken);
                continue;
            }

            metrics.Consumed(lease.Stream, lease.ShardId, read.Records.Count, read.Records.Sum(r => (long)r.Data.Length), read.MillisBehindLatest ?? 0);
            if (read.Records.Count > 0)
            {
                await StoreAsync(lease, read.Records, cancellationToken);
            }

            var checkpoint = read.NextShardIterator is null ? Checkpoints.ShardEnd : read.Records.Count > 0 ? read.Records[^1].SequenceNumber : lease.Checkpoint;
            if (checkpoint != lease.Checkpoint)
            {
                if (await leases.UpdateAsync(lease with { Checkpoint = checkpoint }, cancellationToken) is not { } renewed)
                {
                    LogLost(logger, lease.Stream, lease.ShardId);
                    return false;
                }

                lease = renewed;
                moved(lease);
            }

            if (read.NextShardIterator is null)
            {
                LogEnded(logger, lease.Stream, lease.ShardId);
                return true;
            }

            iterator = read.NextShardIterator;

            // Five reads a second at most; the time that storing took counts.
            var pause = TimeSpan.FromMilliseconds(options.IdleMilliseconds) - time.GetElapsedTime(started);
            if (pause > TimeSpan.Zero)
            {
                await Task.Delay(pause, time, cancellationToken);
            }
        }
    }

    private async Task<string> SeekAsync(Lease lease, CancellationToken cancellationToken)
    {
        var request = lease.Checkpoint is Checkpoints.TrimHorizon or Checkpoints.Latest
            ? new GetShardIteratorRequest(lease.ShardId, lease.Checkpoint, lease.Stream)
            : new GetShardIteratorRequest(lease.ShardId, ShardIteratorTypes.AfterSequenceNumber, lease.Stream, StartingSequenceNumber: lease.Checkpoint);
        return (await kinesis.GetShardIteratorAsync(request, cancellationToken)).ShardIterator;
    }

    private async Task StoreAsync(Lease lease, IReadOnlyList<Record> records, CancellationToken cancellationToken)
    {
        var clean = new List<CleanRecord>(records.Count);
        var buffer = new ArrayBufferWriter<byte>(4096);
        var spans = 0;
        foreach (var record in records)
        {
            buffer.ResetWrittenCount();
            var outcome = redactor.Redact(lease.Stream, record.Data.Span, buffer);
            if (outcome.Status == RedactionStatus.Quarantined)
            {
                metrics.Quarantined();
                metrics.DeadLettered(1);
                deadLetters.Write(new DeadLetter(lease.Stream, lease.ShardId, record.SequenceNumber, 0, record.ApproximateArrivalTimestamp, time.GetUtcNow(), outcome.Reason ?? "quarantined", 1, record.Data.Length, null));
                continue;
            }

            spans += outcome.Spans;
            clean.Add(new CleanRecord(
                lease.Stream, lease.ShardId, record.SequenceNumber, 0, redactor.RedactText(lease.Stream, record.PartitionKey), record.ApproximateArrivalTimestamp, buffer.WrittenSpan.ToArray(), outcome.RuleSet, outcome.Spans));
        }

        foreach (var sink in sinks)
        {
            await sink.WriteAsync(clean, cancellationToken);
        }

        metrics.RedactedSpans(spans);
        metrics.Stored(clean.Count);
    }

    private static TimeSpan BackOff(int failures) => TimeSpan.FromMilliseconds(Math.Min(MaxBackOff.TotalMilliseconds, 100 * Math.Pow(2, failures)) * (0.5 + (Random.Shared.NextDouble() / 2)));

    [LoggerMessage(LogLevel.Information, "{Stream}/{ShardId} is read to its end.")]
    private static partial void LogEnded(ILogger logger, string stream, string shardId);

    [LoggerMessage(LogLevel.Information, "{Stream}/{ShardId} has gone from the service.")]
    private static partial void LogGone(ILogger logger, string stream, string shardId);

    [LoggerMessage(LogLevel.Warning, "The lease of {Stream}/{ShardId} was taken by another.")]
    private static partial void LogLost(ILogger logger, string stream, string shardId);

    [LoggerMessage(LogLevel.Warning, "Reading {Stream}/{ShardId} failed {Failures} times; trying again in {Seconds} s.")]
    private static partial void LogFailed(ILogger logger, string stream, string shardId, int failures, double seconds, Exception e);
}
