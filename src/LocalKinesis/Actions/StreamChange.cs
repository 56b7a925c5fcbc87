using Weir.Aws.Protocol;
using Weir.LocalKinesis.Streams;

namespace Weir.LocalKinesis.Actions;

/// <summary>Changes one stream's document; most operations are no more than that.</summary>
internal static class StreamChange
{
    /// <param name="engine">The engine.</param>
    /// <param name="name">The stream's name; with <paramref name="arn"/> it must agree.</param>
    /// <param name="arn">The stream's ARN.</param>
    /// <param name="change">The new document, the same for no change, or a refusal by throwing. Runs alone.</param>
    /// <param name="cancellationToken">Ends the wait for a turn.</param>
    public static async Task<LocalStream> RunAsync(Engine engine, string? name, string? arn, Func<LocalStream, StreamDocument> change, CancellationToken cancellationToken)
    {
        LocalStream? stream = null;
        await engine.ChangeAsync(
            () =>
            {
                stream = engine.Find(name, arn);
                var changed = change(stream);
                return ReferenceEquals(changed, stream.Document) ? null : new ControlEntry { Stream = changed };
            },
            cancellationToken).ConfigureAwait(false);
        return stream!;
    }

    /// <summary>For operations that answer nothing.</summary>
    public static async Task<Nothing> VoidAsync(Engine engine, string? name, string? arn, Func<LocalStream, StreamDocument> change, CancellationToken cancellationToken)
    {
        await RunAsync(engine, name, arn, change, cancellationToken).ConfigureAwait(false);
        return new Nothing();
    }

    /// <summary>The times of the last 24 hours. Those ahead are of a clock that was set back since: they must not count until it is there again.</summary>
    public static List<long> WithinDay(IReadOnlyList<long> times, long now) => [.. times.Where(t => t > now - 86_400_000 && t <= now)];

    /// <summary>The document as UPDATING, for changes that show themselves so; complete it later.</summary>
    public static StreamDocument Updating(Engine engine, LocalStream stream)
    {
        Resharding.CheckActive(engine, stream);
        return stream.Document with { Status = Aws.Kinesis.StreamStatuses.Updating };
    }
}
