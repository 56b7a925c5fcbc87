using Weir.Aws.Kinesis;

namespace Weir.LocalKinesis.Streams;

/// <summary>
/// What ends a stream's transitional state.
/// <code>
/// CREATING ──► ACTIVE ◄──► UPDATING (shards change at its end)      any ──► DELETING ──► gone
/// </code>
/// </summary>
internal static class Completion
{
    /// <summary>The entry that completes what is under way; null when nothing is.</summary>
    public static ControlEntry? Of(Engine engine, LocalStream stream)
    {
        if (!engine.TryFind(stream.Name, out var current) || current != stream)
            return null;
        var document = stream.Document;
        if (document.Status == StreamStatuses.Deleting)
            return new ControlEntry { Deleted = stream.Id };
        var consumers = CompleteConsumers(document.Consumers);
        var channels = CompleteChannels(document.Channels);
        if (document.Status == StreamStatuses.Active && consumers is null && channels is null)
            return null;
        var active = document with
        {
            Status = StreamStatuses.Active,
            Pending = null,
            Consumers = consumers ?? document.Consumers,
            Channels = channels ?? document.Channels,
        };
        if (document.Pending is not { } pending)
            return new ControlEntry { Stream = active };
        var lineage = new Lineage(stream.Shards.Select(s => s.Document), stream.NextShardIndex, engine.Now);
        if (pending.TargetShardCount is { } target)
            lineage.ScaleTo(target);
        else if (pending is { Split: { } split, SplitAt: { } at })
            lineage.Split(stream.Find(split)!.Document, at);
        else if (pending is { Merge: { } merge, MergeWith: { } with })
            lineage.Merge(stream.Find(merge)!.Document, stream.Find(with)!.Document);
        return new ControlEntry { Stream = active, Shards = lineage.Changed };
    }

    private static List<ConsumerDocument>? CompleteConsumers(IReadOnlyList<ConsumerDocument> consumers) =>
        consumers.All(c => c.Status == StreamStatuses.Active)
            ? null
            : [.. consumers.Where(c => c.Status != StreamStatuses.Deleting).Select(c => c with { Status = StreamStatuses.Active })];

    private static List<ChannelDocument>? CompleteChannels(IReadOnlyList<ChannelDocument> channels) =>
        channels.All(c => c.Status == ChannelStatuses.Active)
            ? null
            : [.. channels.Where(c => c.Status != ChannelStatuses.Deleting).Select(c => c with { Status = ChannelStatuses.Active })];
}
