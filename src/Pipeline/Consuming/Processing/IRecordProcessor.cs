using Weir.Pipeline.Sinks;

namespace Weir.Pipeline.Consuming.Processing;

/// <summary>
/// What a processor made of a batch. <see cref="FirstFailed"/> names the first record that failed: those before it are done with and in <see cref="Output"/>,
/// it and those after it come again.
/// </summary>
public sealed record ProcessingResult(IReadOnlyList<CleanRecord> Output, CleanRecord? FirstFailed = null);

/// <summary>
/// A stage between redaction and the sinks: register one as a service and every batch passes it, in the order of registration. It sees clean records of one shard, in order,
/// and gives those that go on: the same, changed, fewer, or more. A record that it makes itself needs a <see cref="CleanRecord.SubSequenceNumber"/> of its own that is the same
/// each time the same records come again (negative numbers are free), because after a crash they do.
/// Throwing fails the batch: it is tried again, halved, and at last goes to the dead letter.
/// </summary>
/// <example><code>
/// sealed class OnlyLarge : IRecordProcessor
/// {
///     public Task&lt;ProcessingResult&gt; ProcessAsync(IReadOnlyList&lt;CleanRecord&gt; batch, CancellationToken cancellationToken) =>
///         Task.FromResult(new ProcessingResult([.. batch.Where(r => r.Data.Length > 1000)]));
/// }
/// </code></example>
public interface IRecordProcessor
{
    Task<ProcessingResult> ProcessAsync(IReadOnlyList<CleanRecord> batch, CancellationToken cancellationToken);
}

/// <summary>
/// A processor that keeps state over batches: one instance per shard and lease. <see cref="NeededFrom"/> holds the checkpoint back, so that a crash brings the records of the state again.
/// </summary>
public interface IShardProcessor : IRecordProcessor
{
    /// <summary>The first record that the state still needs; null when it needs none.</summary>
    CleanRecord? NeededFrom { get; }

    /// <summary>Called when the shard stands at its tip, and at its end with <paramref name="last"/>: gives what is due by now.</summary>
    Task<IReadOnlyList<CleanRecord>> FlushAsync(DateTimeOffset now, bool last, CancellationToken cancellationToken);
}

/// <summary>Makes an <see cref="IShardProcessor"/> for each shard that is read.</summary>
public interface IShardProcessorFactory
{
    IShardProcessor Create(string stream, string shardId);
}
