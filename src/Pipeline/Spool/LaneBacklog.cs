using Weir.Aws.Kinesis;

namespace Weir.Pipeline.Spool;

/// <summary>A record at the head of its lane, read from disk when its turn is near.</summary>
internal sealed class WindowItem(Waiting place)
{
    public Waiting Place { get; } = place;

    /// <summary>The record, default until <see cref="Load"/>.</summary>
    public SpooledRecord Record { get; private set; }

    /// <summary>Its size in the log.</summary>
    public int EntryBytes { get; private set; }

    /// <summary>What the stream counts against its limits: data and partition key.</summary>
    public int Size { get; private set; }

    public bool IsLoaded => Record.PartitionKey is not null;

    public void Load((SpooledRecord Record, int EntryBytes) read)
    {
        EntryBytes = read.EntryBytes;
        Size = read.Record.Data.Length + System.Text.Encoding.UTF8.GetByteCount(read.Record.PartitionKey);
        Record = read.Record;
    }

    /// <summary>The record as a call carries it.</summary>
    public PutRecordsRequestEntry ToEntry() => new(Record.Data, Record.PartitionKey, Record.HasExplicitHashKey ? Record.HashKey.ToString(System.Globalization.CultureInfo.InvariantCulture) : null);
}

/// <summary>
/// What waits for one shard (or, before the shards are known, for the whole stream), oldest first. The head of it, the window, is in memory and may be
/// published out of order between keys; the rest is a queue of places. Guarded by the lock of its <see cref="StreamBacklog"/>.
/// </summary>
internal sealed class LaneBacklog(string? shardId, UInt128 start, UInt128 end)
{
    /// <summary>The shard that the hash range was of when the lane was made; null when the stream's shards are not known yet.</summary>
    public string? ShardId { get; } = shardId;

    public UInt128 Start { get; } = start;
    public UInt128 End { get; } = end;

    public WaitingQueue Queue { get; set; } = new();

    /// <summary>Records in memory, in the order of their positions.</summary>
    public List<WindowItem> Window { get; } = [];

    /// <summary>Published though an older record of the lane still waits.</summary>
    public List<Waiting> PublishedAhead { get; } = [];

    /// <summary>Released when something is added.</summary>
    public SemaphoreSlim Added { get; } = new(0, 1);

    public long Count => Window.Count + Queue.Count;

    /// <summary>Every record of the lane before this position is published; <paramref name="indexedEnd"/> when nothing waits.</summary>
    public long Cursor(long indexedEnd) =>
        Window.Count > 0 ? Window[0].Place.Position : Queue.TryPeek(out var next) ? next.Position : indexedEnd;

    public void Signal()
    {
        if (Added.CurrentCount == 0)
        {
            Added.Release();
        }
    }
}
