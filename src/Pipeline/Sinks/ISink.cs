namespace Weir.Pipeline.Sinks;

/// <summary>
/// A record past redaction. (<see cref="Stream"/>, <see cref="ShardId"/>, <see cref="SequenceNumber"/>, <see cref="SubSequenceNumber"/>) identifies it for ever;
/// <see cref="PartitionKey"/> is the redacted key.
/// </summary>
public sealed record CleanRecord(
    string Stream,
    string ShardId,
    string SequenceNumber,
    long SubSequenceNumber,
    string PartitionKey,
    DateTimeOffset ArrivedAt,
    ReadOnlyMemory<byte> Data,
    string RuleSet,
    int RedactedSpans);

/// <summary>Where clean records end. Writing the same record again changes nothing.</summary>
public interface ISink
{
    /// <summary>Stable, lower case: <c>sqlite</c>, <c>dynamodb</c>.</summary>
    string Name { get; }

    /// <summary>
    /// Returns once every record is stored. Throws when any may not be; the caller then writes the whole batch again,
    /// but for the records that a <see cref="RecordsRefusedException"/> names: those go to the dead letter.
    /// </summary>
    Task WriteAsync(IReadOnlyList<CleanRecord> records, CancellationToken cancellationToken);

    /// <summary>Stores one record out of its order, from the dead letter. A sink that relies on the order of its shard takes it by other means.</summary>
    Task ReplayAsync(CleanRecord record, CancellationToken cancellationToken) => WriteAsync([record], cancellationToken);
}

/// <summary>A sink will never take these records, however often they are written. The message says why, without any of their text.</summary>
public sealed class RecordsRefusedException(string message, IReadOnlyCollection<CleanRecord> records, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The very records that were given.</summary>
    public IReadOnlyCollection<CleanRecord> Records { get; } = records;
}

/// <summary>A stored record as the console and the API show it; <see cref="Data"/> is clean.</summary>
public sealed record StoredRecord(
    string Stream,
    string ShardId,
    string SequenceNumber,
    long SubSequenceNumber,
    string PartitionKey,
    DateTimeOffset ArrivedAt,
    DateTimeOffset StoredAt,
    string Data,
    string RuleSet,
    int RedactedSpans);

/// <summary>Which stored records to read, the newest first.</summary>
/// <param name="Stream">Of this stream only; null for all.</param>
/// <param name="Contains">Only those with this text in their clean data.</param>
/// <param name="Limit">At most so many, 1 to 1,000.</param>
/// <param name="Before">Goes on where the page before ended: its <see cref="RecordPage.Next"/>.</param>
public sealed record RecordQuery(string? Stream = null, string? Contains = null, int Limit = 100, string? Before = null);

/// <summary>Some stored records. A search looks at so many records and no more, so a page may hold few or none and still have a <see cref="Next"/>.</summary>
/// <param name="Next">Leads to older records, as <see cref="RecordQuery.Before"/>; null when there are none.</param>
public sealed record RecordPage(IReadOnlyList<StoredRecord> Records, string? Next);

/// <summary>Reads back what the store has.</summary>
public interface IRecordStore
{
    /// <summary>One page of what the query asks for. Takes a bounded time however many records there are.</summary>
    /// <exception cref="ArgumentException"><see cref="RecordQuery.Before"/> is not what a page gave out.</exception>
    Task<RecordPage> ReadAsync(RecordQuery query, CancellationToken cancellationToken);

    /// <summary>How many records are stored.</summary>
    Task<long> CountAsync(string? stream, CancellationToken cancellationToken);
}
