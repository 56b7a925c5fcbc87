using System.Buffers;
using System.Globalization;
using Weir.Aws.Kinesis;
using Weir.Pipeline.Consuming.Aggregation;
using Weir.Pipeline.Consuming.DeadLetters;
using Weir.Pipeline.Consuming.Leases;
using Weir.Pipeline.Redaction;
using Weir.Pipeline.Sinks;
using Weir.Pipeline.Telemetry;

namespace Weir.Pipeline.Consuming;

/// <summary>Clean records in order, those that could not be made clean, and how many user records were left out as another shard's.</summary>
internal sealed record Refined(IReadOnlyList<CleanRecord> Clean, IReadOnlyList<DeadLetter> Quarantined, int Foreign);

/// <summary>Turns what was read into clean records: takes aggregates apart, leaves out what the checkpoint has passed, redacts. Nothing after it sees clear text.</summary>
internal sealed class RecordRefinery(IRecordRedactor redactor, PipelineMetrics metrics, ConsumingOptions options, TimeProvider time)
{
    public Refined Refine(Lease lease, IReadOnlyList<Record> records, Checkpoint done)
    {
        var found = new List<(Record Record, long Sub, string Key, RedactionOutcome Outcome, int Start, int Length)>(records.Count);
        var quarantined = new List<DeadLetter>();
        var keys = new Dictionary<string, string>(StringComparer.Ordinal);
        var clean = new ArrayBufferWriter<byte>(Math.Max(256, records.Sum(r => r.Data.Length) + 1024));
        var (spans, foreign) = (0, 0);
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
        var memory = clean.WrittenMemory;
        var refined = found.ConvertAll(f => new CleanRecord(
            lease.Stream, lease.ShardId, f.Record.SequenceNumber, f.Sub, f.Key, f.Record.ApproximateArrivalTimestamp, memory.Slice(f.Start, f.Length), f.Outcome.RuleSet, f.Outcome.Spans));
        return new Refined(refined, quarantined, foreign);

        void One(Record record, long sub, string partitionKey, ReadOnlyMemory<byte> data)
        {
            if (done.IsSequence && new Checkpoint(record.SequenceNumber, sub) <= done)
                return;
            if (!keys.TryGetValue(partitionKey, out var key))
                keys[partitionKey] = key = redactor.RedactText(lease.Stream, partitionKey);
            var start = clean.WrittenCount;
            var outcome = redactor.Redact(lease.Stream, data.Span, clean);
            if (outcome.Status == RedactionStatus.Quarantined)
            {
                metrics.Quarantined();
                quarantined.Add(new DeadLetter(lease.Stream, lease.ShardId, record.SequenceNumber, sub, record.ApproximateArrivalTimestamp, time.GetUtcNow(), outcome.Reason ?? "quarantined", 1, data.Length, null)
                {
                    PartitionKey = key,
                });
                return;
            }

            spans += outcome.Spans;
            found.Add((record, sub, key, outcome, start, clean.WrittenCount - start));
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
