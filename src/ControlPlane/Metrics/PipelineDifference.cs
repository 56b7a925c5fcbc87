using Weir.Pipeline.Telemetry;

namespace Weir.ControlPlane.Metrics;

/// <summary>What one process did between two readings of its totals, as rates.</summary>
internal static class PipelineDifference
{
    /// <param name="now">The later reading.</param>
    /// <param name="before">The earlier one; the same for the first.</param>
    /// <param name="seconds">Between them, above 0.</param>
    /// <param name="at">When the later one was taken.</param>
    public static IngestSnapshot Ingest(this PipelineTotals now, PipelineTotals before, double seconds, DateTimeOffset at) => new(
        now.RequestsByStatus.ToDictionary(p => p.Key, p => (p.Value - before.RequestsByStatus.GetValueOrDefault(p.Key)) / seconds),
        (now.RecordsAccepted - before.RecordsAccepted) / seconds,
        (now.BytesAccepted - before.BytesAccepted) / seconds,
        (now.RecordsRejected - before.RecordsRejected) / seconds,
        now.RecordsAccepted,
        now.RequestsByStatus.GetValueOrDefault(503),
        now.IngestP50?.TotalMilliseconds,
        now.IngestP99?.TotalMilliseconds,
        now.Spools.Values.Sum(s => s.Records),
        now.Spools.Values.Sum(s => s.Bytes),
        now.Spools.Values.Select(s => s.Oldest).Min().AgeSeconds(at));

    /// <param name="now">The later reading.</param>
    /// <param name="before">The earlier one.</param>
    /// <param name="seconds">Between them, above 0.</param>
    /// <param name="stored">How many records the store has.</param>
    /// <param name="letters">How many dead letters wait.</param>
    public static StoreSnapshot Store(this PipelineTotals now, PipelineTotals before, double seconds, long stored, long letters) => new(
        (now.RecordsStored - before.RecordsStored) / seconds, stored, (now.RedactedSpans - before.RedactedSpans) / seconds, now.RedactedSpans, letters, now.Quarantined);

    /// <summary>How long ago that was, at least 0; null for never.</summary>
    public static double? AgeSeconds(this DateTimeOffset? then, DateTimeOffset now) => then is { } at ? Math.Max(0, (now - at).TotalSeconds) : null;
}
