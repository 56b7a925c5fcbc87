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
/// <param name="Key">The same for the same trouble, whatever its numbers are: <c>flow/orders</c>.</param>
public sealed record Attention(string Key, Urgency Urgency, string Title, string Cause, string Action, string Href)
{
    private const double SpoolWarnSeconds = 30;
    private const double SpoolPageSeconds = 300;
    private const long AgeWarnMilliseconds = 60_000;
    private const long AgePageMilliseconds = 300_000;
    private const double Hot = 0.85;

    /// <summary>True for what has passed and is still on show for a moment.</summary>
    public bool Passed { get; init; }

    /// <summary>All that needs a person, the worst first. Empty when nothing does.</summary>
    public static IReadOnlyList<Attention> Rank(SystemSnapshot snapshot, IReadOnlyList<Operation> operations, DateTimeOffset now) =>
        [.. System(snapshot).Concat(snapshot.Streams.SelectMany(s => Stream(s, Running(operations, s.Name)))).Concat(Operations(operations, now)).OrderBy(a => a.Urgency).ThenBy(a => a.Key, StringComparer.Ordinal)];

    private static IEnumerable<Attention> System(SystemSnapshot s)
    {
        var refused = s.Ingest.RequestsPerSecond.GetValueOrDefault(503);
        if (refused > 0)
        {
            yield return new("503", Urgency.Now, $"Partners get 503 ({Figures.Short(refused)}/s)", "The ingest endpoint cannot take what it is sent. The spool may be full or its disk may not answer.", "See the audit trail of changes", Links.Audit);
        }

        var failing = s.Ingest.RequestsPerSecond.Where(r => r.Key >= 500 && r.Key != 503).Sum(r => r.Value);
        if (failing > 0)
        {
            yield return new("5xx", Urgency.Now, $"Requests fail with 5xx ({Figures.Short(failing)}/s)", "The ingest endpoint runs into errors; the log has the details.", "Look at the requests", Links.Overview);
        }

        if (s.Store.DeadLettersWaiting > 0)
        {
            yield return new("dead-letters", Urgency.Soon, $"{Figures.Many(s.Store.DeadLettersWaiting, "dead letter")} {(s.Store.DeadLettersWaiting == 1 ? "waits" : "wait")} for a decision", "They could not be made clean, processed or stored; the records after them went on.", "Decide on them", Links.DeadLetters);
        }

        if (s.Store.QuarantinedTotal > 0)
        {
            yield return new("quarantine", Urgency.Soon, $"{Figures.Many(s.Store.QuarantinedTotal, "record")} in quarantine", "They could not be read safely, so that nobody can say that they hold no personal data.", "Look at the rules", Links.Rules);
        }

        var limited = s.Ingest.RequestsPerSecond.GetValueOrDefault(429);
        if (limited > 0)
        {
            yield return new("429", Urgency.Know, $"Partners are asked to slow down ({Figures.Short(limited)}/s)", "Requests over a partner's limit are answered 429 with a time to come back.", "See partners' keys", Links.Access);
        }
    }

    private static IEnumerable<Attention> Stream(StreamSnapshot s, Operation? running)
    {
        var link = Links.Stream(s.Name);
        if (Flow(s, running, link) is { } flow)
        {
            yield return flow;
        }

        if (s.IteratorAgeMilliseconds >= AgeWarnMilliseconds)
        {
            yield return new(
                $"age/{s.Name}",
                s.IteratorAgeMilliseconds >= AgePageMilliseconds ? Urgency.Now : Urgency.Soon,
                $"Readers of {s.Name} are {Figures.Span(s.IteratorAgeMilliseconds)} behind",
                "What has been published is not stored yet. More shards do not shorten this backlog: it stays on the shards it is on.",
                "See ages by shard", new Streams.StreamView(s.Name, As: "table", Sort: "age").ToUrl());
        }

        if (s.ReadThrottlesPerSecond > 0)
        {
            yield return new($"reads/{s.Name}", Urgency.Know, $"{s.Name} throttles reads ({Figures.Short(s.ReadThrottlesPerSecond)} calls/s)", "A shard gives 5 reads and 2 MiB a second to all its readers together.", "See the shards", link);
        }

        if (s.OutgoingRecordsPerSecond == 0 && s.IteratorAgeMilliseconds is null && s.IncomingRecordsPerSecond > 0)
        {
            yield return new($"unread/{s.Name}", Urgency.Soon, $"Nobody reads {s.Name}", "Records come in and no shard has a reader, so that nothing is stored.", "See the shards", link);
        }

        if (running is not null)
        {
            yield return new($"operation/{running.Id}", Urgency.Know, $"{s.Name} is being resharded, {running.StepsDone} of {running.Steps.Count} {(running.Steps.Count == 1 ? "step" : "steps")} done", $"Started by {running.StartedBy} at {Figures.Clock(running.StartedAt)} UTC. {running.Message}", "Follow it", link);
        }
    }

    /// <summary>More comes in than the stream takes: a full spool, throttles and a high load are one trouble with one way out.</summary>
    private static Attention? Flow(StreamSnapshot s, Operation? running, string link)
    {
        var late = s.SpoolOldestSeconds is { } seconds && seconds >= SpoolWarnSeconds;
        if (!late && s.WriteThrottlesPerSecond == 0 && s.Utilization < Hot)
        {
            return null;
        }

        var draining = s.SpoolGrowthPerSecond is < 0;
        var title = late ? $"The spool of {s.Name} is {Figures.Span(s.SpoolOldestSeconds * 1000)} behind{(draining ? " and drains" : "")}"
            : s.WriteThrottlesPerSecond > 0 ? $"{s.Name} throttles writes ({Figures.Short(s.WriteThrottlesPerSecond)} records/s)"
            : $"{s.Name} is {Figures.Percent(s.Utilization)} full";
        var waiting = s.SpoolRecords > 0 ? $" {Figures.Many(s.SpoolRecords, "accepted record")} {(s.SpoolRecords == 1 ? "waits" : "wait")} on disk, none is lost{Outlook(s)}." : "";
        return new(
            $"flow/{s.Name}",
            s.SpoolOldestSeconds >= SpoolPageSeconds && !draining ? Urgency.Now : Urgency.Soon,
            title,
            Why(s) + waiting,
            running is null ? "Reshard the stream" : "Follow the reshard",
            link);
    }

    private static string Why(StreamSnapshot s)
    {
        var hot = s.Shards.Count(h => h.WriteThrottlesPerSecond > 0);
        return hot == 0 ? $"{Figures.Many(s.OpenShards, "shard")} can take {Figures.Rate(s.CapacityBytesPerSecond)} or {Figures.Short(s.CapacityRecordsPerSecond)} records/s; above that the stream throttles."
            : hot < s.OpenShards ? $"{hot} of {s.OpenShards} shards are full while others have room: some keys are hotter than others."
            : s.OpenShards == 1 ? $"Its only shard is full ({Figures.Short(s.WriteThrottlesPerSecond)} records/s throttled)." : $"All {s.OpenShards} shards are full ({Figures.Short(s.WriteThrottlesPerSecond)} records/s throttled).";
    }

    /// <summary>Where the spool is heading: <c>, 2.1k/s more</c>, <c>, gone in about 40 s</c>.</summary>
    private static string Outlook(StreamSnapshot s) => s.SpoolGrowthPerSecond switch
    {
        > 1 and var growth => $", {Figures.Short(growth)} more each second",
        < -1 and var growth => $", gone in about {Figures.Span(s.SpoolRecords / -growth * 1000)}",
        _ => "",
    };

    private static Operation? Running(IReadOnlyList<Operation> operations, string stream) => operations.FirstOrDefault(o => o.Target == stream && o.State == OperationState.Running);

    private static IEnumerable<Attention> Operations(IReadOnlyList<Operation> operations, DateTimeOffset now) =>
        operations.Where(o => o is { State: OperationState.Failed, EndedAt: { } ended } && now - ended < TimeSpan.FromHours(1))
            .Select(o => new Attention($"operation/{o.Id}", Urgency.Soon, $"The {o.Kind} of {o.Target} failed", $"{o.StepsDone} of {o.Steps.Count} steps were done. {o.Message}", "Look at the stream", Links.Stream(o.Target)));
}
