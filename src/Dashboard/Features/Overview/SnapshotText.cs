using System.Text;
using Weir.ControlPlane.Metrics;
using Weir.Dashboard.Shell;

namespace Weir.Dashboard.Features.Overview;

/// <summary>
/// The state of the system as lines for a chat or a ticket:
/// <code>
/// Weir at 2026-03-01 12:00:00 UTC
/// partners  10 requests/s, 3.01k records/s, 0 answers 503, p99 82 ms
/// spool     117,930 records wait, oldest 39 s, 56.9 MiB
/// orders    98% full, 980 of 1,000 records/s, 412 KiB of 1 MiB/s, 66/s throttled, 1 open shard, iterator age 0 ms
/// store     80,964 clean records, 837/s, 0 quarantined, 0 dead letters
/// ! The spool of orders is 39 s behind
/// </code>
/// </summary>
internal static class SnapshotText
{
    public static string Of(SystemSnapshot s, IReadOnlyList<Attention> attention)
    {
        var text = new StringBuilder();
        text.Append("Weir at ").Append(Figures.Stamp(s.At)).Append(" UTC\n");
        Line("partners", $"{Figures.Short(s.Ingest.RequestsPerSecond.Values.Sum())} requests/s, {Figures.Short(s.Ingest.RecordsPerSecond)} records/s, {Figures.Whole(s.Ingest.ServiceUnavailableTotal)} answers 503, p99 {Figures.Span(s.Ingest.P99Milliseconds)}");
        Line("spool", s.Ingest.SpoolRecords == 0 ? "empty" : $"{Figures.Whole(s.Ingest.SpoolRecords)} records wait, oldest {Figures.Span(s.Ingest.SpoolOldestSeconds * 1000)}, {Figures.Bytes(s.Ingest.SpoolBytes)}");
        foreach (var stream in s.Streams)
        {
            Line(
                stream.Name,
                $"{Figures.Percent(stream.Utilization)} full, {Figures.Whole((long)stream.IncomingRecordsPerSecond)} of {Figures.Whole((long)stream.CapacityRecordsPerSecond)} records/s, {Figures.Bytes(stream.IncomingBytesPerSecond)} of {Figures.Rate(stream.CapacityBytesPerSecond)}, "
                + $"{Figures.Short(stream.WriteThrottlesPerSecond)}/s throttled, {Figures.Many(stream.OpenShards, "open shard")}, iterator age {Figures.Span(stream.IteratorAgeMilliseconds)}");
        }

        Line("store", $"{Figures.Whole(s.Store.RecordsTotal)} clean records, {Figures.Short(s.Store.RecordsPerSecond)}/s, {Figures.Whole(s.Store.QuarantinedTotal)} quarantined, {Figures.Whole(s.Store.DeadLettersWaiting)} dead letters");
        foreach (var item in attention.Where(a => !a.Passed))
        {
            text.Append("! ").Append(item.Title).Append('\n');
        }

        return text.ToString();

        void Line(string name, string words) => text.Append(name.PadRight(9)).Append(' ').Append(words).Append('\n');
    }
}
