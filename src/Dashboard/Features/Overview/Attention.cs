using Weir.ControlPlane.Metrics;
using Weir.ControlPlane.Operations;
using Weir.Dashboard.Shell;

namespace Weir.Dashboard.Features.Overview;

/// <summary>How bad: <c>Now</c> loses data or refuses partners, <c>Soon</c> will if it goes on, <c>Know</c> is for information.</summary>
public enum Urgency
{
    Now, Soon, Know,
}

/// <summary>Something that needs a person: what, why, and where to act.</summary>
public sealed record Attention(Urgency Urgency, string Title, string Cause, string Action, string Href)
{
    private const double SpoolWarnSeconds = 30;
    private const double SpoolPageSeconds = 300;
    private const long AgeWarnMilliseconds = 60_000;
    private const long AgePageMilliseconds = 300_000;
    private const double Hot = 0.85;

    /// <summary>All that needs a person, the worst first. Empty when nothing does.</summary>
    public static IReadOnlyList<Attention> Rank(SystemSnapshot snapshot, IReadOnlyList<Operation> operations, DateTimeOffset now) =>
        [.. System(snapshot).Concat(snapshot.Streams.SelectMany(Stream)).Concat(Operations(operations, now)).OrderBy(a => a.Urgency)];

    private static IEnumerable<Attention> System(SystemSnapshot s)
    {
        var refused = s.Ingest.RequestsPerSecond.GetValueOrDefault(503);
        if (refused > 0)
        {
            yield return new(Urgency.Now, $"Partners get 503 ({Figures.Short(refused)}/s)", "The ingest endpoint cannot take what it is sent. The spool may be full or its disk may not answer.", "See the audit trail of changes", Links.Audit);
        }

        var failing = s.Ingest.RequestsPerSecond.Where(r => r.Key >= 500 && r.Key != 503).Sum(r => r.Value);
        if (failing > 0)
        {
            yield return new(Urgency.Now, $"Requests fail with 5xx ({Figures.Short(failing)}/s)", "The ingest endpoint runs into errors; the log has the details.", "Look at the requests", Links.Overview);
        }

        if (s.Store.DeadLettersTotal > 0)
        {
            yield return new(Urgency.Soon, $"{Figures.Whole(s.Store.DeadLettersTotal)} records are in the dead letters", "They could not be stored after every retry; the records after them went on.", "See what is stored", Links.Records);
        }

        if (s.Store.QuarantinedTotal > 0)
        {
            yield return new(Urgency.Soon, $"{Figures.Whole(s.Store.QuarantinedTotal)} records are in quarantine", "They could not be read safely, so that nobody can say that they hold no personal data.", "Look at the rules", Links.Rules);
        }

        var limited = s.Ingest.RequestsPerSecond.GetValueOrDefault(429);
        if (limited > 0)
        {
            yield return new(Urgency.Know, $"Partners are asked to slow down ({Figures.Short(limited)}/s)", "Requests over a partner's limit are answered 429 with a time to come back.", "See partners' keys", Links.Access);
        }
    }

    private static IEnumerable<Attention> Stream(StreamSnapshot s)
    {
        var link = Links.Stream(s.Name);
        if (s.SpoolOldestSeconds >= SpoolWarnSeconds)
        {
            yield return new(
                s.SpoolOldestSeconds >= SpoolPageSeconds ? Urgency.Now : Urgency.Soon,
                $"The spool of {s.Name} is {Figures.Span(s.SpoolOldestSeconds * 1000)} behind",
                $"{Figures.Whole(s.SpoolRecords)} accepted records wait. They are safe on disk, and the stream takes less than partners send.",
                "Reshard the stream", link);
        }

        if (s.IteratorAgeMilliseconds >= AgeWarnMilliseconds)
        {
            yield return new(
                s.IteratorAgeMilliseconds >= AgePageMilliseconds ? Urgency.Now : Urgency.Soon,
                $"Readers of {s.Name} are {Figures.Span(s.IteratorAgeMilliseconds)} behind",
                "What has been published is not stored yet. More shards do not shorten this backlog: it stays on the shards it is on.",
                "See ages by shard", link);
        }

        if (s.WriteThrottlesPerSecond > 0)
        {
            var hot = s.Shards.Count(h => h.WriteThrottlesPerSecond > 0);
            yield return new(
                Urgency.Soon,
                $"{s.Name} throttles writes ({Figures.Short(s.WriteThrottlesPerSecond)} records/s)",
                hot == s.OpenShards ? s.OpenShards == 1 ? "Its only shard is full. Throttled records wait in the spool." : $"All {s.OpenShards} shards are full. Throttled records wait in the spool." : $"{hot} of {s.OpenShards} shards are full while others have room: some keys are hotter than others.",
                "Reshard the stream", link);
        }
        else if (s.Utilization >= Hot)
        {
            yield return new(Urgency.Soon, $"{s.Name} is {Figures.Percent(s.Utilization)} full", $"{Figures.Many(s.OpenShards, "shard")} can take {Figures.Rate(s.CapacityBytesPerSecond)} or {Figures.Short(s.CapacityRecordsPerSecond)} records/s; above that it throttles.", "Reshard the stream", link);
        }

        if (s.ReadThrottlesPerSecond > 0)
        {
            yield return new(Urgency.Know, $"{s.Name} throttles reads ({Figures.Short(s.ReadThrottlesPerSecond)} calls/s)", "A shard gives 5 reads and 2 MiB a second to all its readers together.", "See the shards", link);
        }

        if (s.OutgoingRecordsPerSecond == 0 && s.IteratorAgeMilliseconds is null && s.IncomingRecordsPerSecond > 0)
        {
            yield return new(Urgency.Soon, $"Nobody reads {s.Name}", "Records come in and no shard has a reader, so that nothing is stored.", "See the shards", link);
        }
    }

    private static IEnumerable<Attention> Operations(IReadOnlyList<Operation> operations, DateTimeOffset now) =>
        operations.Where(o => o is { State: OperationState.Failed, EndedAt: { } ended } && now - ended < TimeSpan.FromHours(1))
            .Select(o => new Attention(Urgency.Soon, $"The {o.Kind} of {o.Target} failed", $"{o.StepsDone} of {o.Steps.Count} steps were done. {o.Message}", "Look at the stream", Links.Stream(o.Target)));
}
