using System.Globalization;
using Weir.Aws.Kinesis;
using Weir.Pipeline.Consuming.Aggregation;
using Weir.Pipeline.Consuming.DeadLetters;
using Weir.Pipeline.Consuming.Leases;
using Weir.Pipeline.Redaction;
using Weir.Pipeline.Sinks;
using Weir.Pipeline.Telemetry;

namespace Weir.Pipeline.Consuming.Reading;

/// <summary>Clean records in order, those that could not be made clean, and how many user records were left out as another shard's.</summary>
internal sealed record Refined(IReadOnlyList<CleanRecord> Clean, IReadOnlyList<DeadLetter> Quarantined, int Foreign);

/// <summary>Turns what was read into clean records: takes aggregates apart, leaves out what the checkpoint has passed, redacts. Nothing after it sees clear text.</summary>
internal sealed class RecordRefinery(IRecordRedactor redactor, PipelineMetrics metrics, ConsumingOptions options, TimeProvider time)
{
    public Refined Refine(Lease lease, IReadOnlyList<Record> records, Checkpoint done)
    {
        var (clean, quarantined, keys, buffer) = (new List<CleanRecord>(records.Count), new List<DeadLetter>(), new Dictionary<string, string>(StringComparer.Ordinal), new CleanBuffer());
        var (spans, foreign) = (0, 0);

        // Records are in order: once one is past the checkpoint, all that follow are.
        var past = !done.IsSequence;
        foreach (var record in records)
        {
            if (Aggregate.TryRead(record.Data) is not { } users)
            {
                One(record, 0, record.PartitionKey, record.Data);
                continue;
            }

            foreach (var (sub, user) in users.Index())
            {
                if (!options.KeepForeign && IsForeign(lease, user))
                    foreign++;
                else
                    One(record, sub, user.PartitionKey, user.Data);
            }
        }

        metrics.RedactedSpans(spans);
        return new Refined(clean, quarantined, foreign);

        void One(Record record, long sub, string partitionKey, ReadOnlyMemory<byte> data)
        {
            if (!past && !(past = new Checkpoint(record.SequenceNumber, sub) > done))
                return;
            if (!keys.TryGetValue(partitionKey, out var key))
                keys[partitionKey] = key = redactor.RedactText(lease.Stream, partitionKey);
            var outcome = redactor.Redact(lease.Stream, data.Span, buffer);
            if (outcome.Status == RedactionStatus.Quarantined)
            {
                buffer.Discard();
                metrics.Quarantined();
                quarantined.Add(new DeadLetter(lease.Stream, lease.ShardId, record.SequenceNumber, sub, record.ApproximateArrivalTimestamp, time.GetUtcNow(), outcome.Reason ?? "quarantined", 1, data.Length, null)
                {
                    PartitionKey = key,
                });
                return;
            }

            // A record in which nothing was found is its own clean form: no second copy is kept.
            if (outcome.Status == RedactionStatus.Clean)
                buffer.Discard();
            else
                data = buffer.Keep();
            spans += outcome.Spans;
            clean.Add(new CleanRecord(lease.Stream, lease.ShardId, record.SequenceNumber, sub, key, record.ApproximateArrivalTimestamp, data, outcome.RuleSet, outcome.Spans));
        }
    }

    private static bool IsForeign(Lease lease, UserRecord user)
    {
        if (lease.HashKeyRange is not { } range)
            return false;
        var hash = HashKey.Of(user.PartitionKey);
        // What a producer wrote as a hash key need not be one; such a record is kept.
        if (user.ExplicitHashKey is { } given && !UInt128.TryParse(given, CultureInfo.InvariantCulture, out hash))
            return false;
        return hash < UInt128.Parse(range.StartingHashKey, CultureInfo.InvariantCulture) || hash > UInt128.Parse(range.EndingHashKey, CultureInfo.InvariantCulture);
    }
}
