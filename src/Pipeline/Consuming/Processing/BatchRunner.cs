using Weir.Pipeline.Consuming.Leases;
using Weir.Pipeline.Sinks;

namespace Weir.Pipeline.Consuming.Processing;

/// <summary>A record that no attempt could process.</summary>
internal readonly record struct FailedRecord(CleanRecord Record, string Cause, int Attempts);

/// <summary>
/// Runs batches of one shard through a processor as an event source mapping does: tried again with back-off, halved on failure to find the record that fails (halving uses up no attempts),
/// a named first failure keeps what was before it. A record goes to <c>failed</c> after its attempts or past its age; it is never skipped.
/// <code>
/// batch ─► process ─► ok ─► output
///            │ fails
///            ├─ bisect, more than one ─► left half, then right half
///            └─ attempts left ─► wait ─► again        none left, or too old ─► failed
/// </code>
/// </summary>
internal sealed class BatchRunner(IRecordProcessor processor, ConsumingOptions options, TimeProvider time, Random random)
{
    /// <summary>Records of one partition key stay in order; with <c>Parallelization</c> different keys run beside each other. The output is in the order of the shard.</summary>
    public async Task<IReadOnlyList<CleanRecord>> RunAsync(IReadOnlyList<CleanRecord> batch, List<FailedRecord> failed, CancellationToken cancellationToken)
    {
        if (options.Parallelization == 1 || batch.Count < 2)
        {
            var output = new List<CleanRecord>(batch.Count);
            await RunAsync(batch, output, failed, cancellationToken);
            return output;
        }

        var lanes = batch.GroupBy(r => (int)((uint)Hash(r.PartitionKey) % (uint)options.Parallelization)).Select(g => (Batch: g.ToArray(), Output: new List<CleanRecord>(), Failed: new List<FailedRecord>())).ToArray();
        await Task.WhenAll(lanes.Select(l => RunAsync(l.Batch, l.Output, l.Failed, cancellationToken)));
        failed.AddRange(lanes.SelectMany(l => l.Failed));
        return [.. lanes.SelectMany(l => l.Output).OrderBy(r => new Checkpoint(r.SequenceNumber, r.SubSequenceNumber))];
    }

    private async Task RunAsync(IReadOnlyList<CleanRecord> batch, List<CleanRecord> output, List<FailedRecord> failed, CancellationToken cancellationToken)
    {
        var attempts = 0;
        while (batch.Count > 0)
        {
            string cause;
            try
            {
                var result = await processor.ProcessAsync(batch, cancellationToken);
                output.AddRange(result.Output);
                if (result.FirstFailed is not { } first)
                    return;
                var at = IndexOf(batch, first);
                // A name that is not in the batch says nothing about what is done: all of it failed.
                if (at < 0)
                    output.RemoveRange(output.Count - result.Output.Count, result.Output.Count);
                if (at > 0)
                {
                    batch = [.. batch.Skip(at)];
                    attempts = 0;
                }

                cause = "The processor reported a failure.";
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                // The message may hold what the processor read; its type does not.
                cause = $"{e.GetType().Name} in the processor.";
            }

            batch = SetAside(batch, cause, attempts + 1, failed);
            if (options.Bisect && batch.Count > 1)
            {
                var half = batch.Count / 2;
                await RunAsync([.. batch.Take(half)], output, failed, cancellationToken);
                await RunAsync([.. batch.Skip(half)], output, failed, cancellationToken);
                return;
            }

            if (++attempts >= options.MaxAttempts)
            {
                failed.AddRange(batch.Select(r => new FailedRecord(r, cause, attempts)));
                return;
            }

            await Task.Delay(BackOff.For(attempts, random), time, cancellationToken);
        }
    }

    /// <summary>Moves records past their age to <paramref name="failed"/>; gives the rest.</summary>
    private IReadOnlyList<CleanRecord> SetAside(IReadOnlyList<CleanRecord> batch, string cause, int attempts, List<FailedRecord> failed)
    {
        if (options.MaxRecordAgeSeconds < 0)
            return batch;
        var oldest = time.GetUtcNow() - TimeSpan.FromSeconds(options.MaxRecordAgeSeconds);
        if (batch.All(r => r.ArrivedAt >= oldest))
            return batch;
        failed.AddRange(batch.Where(r => r.ArrivedAt < oldest).Select(r => new FailedRecord(r, $"RecordAgeExceeded: {cause}", attempts)));
        return [.. batch.Where(r => r.ArrivedAt >= oldest)];
    }

    private static int IndexOf(IReadOnlyList<CleanRecord> batch, CleanRecord record)
    {
        for (var i = 0; i < batch.Count; i++)
        {
            if (batch[i].SequenceNumber == record.SequenceNumber && batch[i].SubSequenceNumber == record.SubSequenceNumber)
                return i;
        }

        return -1;
    }

    private static int Hash(string key)
    {
        var hash = 17;
        foreach (var c in key)
            hash = (hash * 31) + c;
        return hash ^ (hash >>> 16);
    }
}

/// <summary>Waits that double from 100 ms to 10 s, each between half and the whole of that.</summary>
internal static class BackOff
{
    public static TimeSpan For(int failures, Random random) =>
        TimeSpan.FromMilliseconds(Math.Min(10_000, 100 * Math.Pow(2, Math.Min(failures, 20) - 1)) * (0.5 + (random.NextDouble() / 2)));
}

/// <summary>Several processors as one; a stage that names a failure ends the batch for those after it.</summary>
internal sealed class ProcessorChain(IReadOnlyList<IRecordProcessor> stages) : IRecordProcessor
{
    public async Task<ProcessingResult> ProcessAsync(IReadOnlyList<CleanRecord> batch, CancellationToken cancellationToken)
    {
        CleanRecord? failed = null;
        foreach (var stage in stages)
        {
            var result = await stage.ProcessAsync(batch, cancellationToken);
            batch = result.Output;
            if (result.FirstFailed is not { } first)
                continue;

            // A later stage may fail on an earlier record, but only then is it the first. What stands behind a failure comes again and must not go on now.
            if (failed is null || Position(first) < Position(failed))
                failed = first;
            batch = [.. batch.Where(r => Position(r) < Position(failed))];
        }

        return new ProcessingResult(batch, failed);
    }

    private static Checkpoint Position(CleanRecord record) => new(record.SequenceNumber, record.SubSequenceNumber);
}
