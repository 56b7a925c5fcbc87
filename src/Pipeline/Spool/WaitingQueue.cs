namespace Weir.Pipeline.Spool;

/// <summary>Where a record waits: its position in the spool's log, and the top 32 bits of its hash key, enough to sort it into a shard nearly always.</summary>
internal readonly record struct Waiting(long Position, uint HashPrefix)
{
    public static uint PrefixOf(UInt128 hashKey) => (uint)(hashKey >> 96);
}

/// <summary>
/// A first-in, first-out queue of places, 12 bytes each in chunks of 4,096, so that millions of waiting records cost little memory:
/// the records themselves stay on disk. Not thread-safe.
/// </summary>
internal sealed class WaitingQueue
{
    private const int ChunkSize = 4096;
    private readonly Queue<Chunk> _chunks = new();
    private Chunk? _last;
    private int _head;

    public long Count { get; private set; }

    /// <summary>Appends a place; positions must grow.</summary>
    public void Enqueue(Waiting item)
    {
        if (_last is null || _last.Count == ChunkSize)
        {
            _last = new Chunk();
            _chunks.Enqueue(_last);
        }

        _last.Positions[_last.Count] = item.Position;
        _last.HashPrefixes[_last.Count++] = item.HashPrefix;
        Count++;
    }

    public bool TryPeek(out Waiting item)
    {
        if (Count == 0)
        {
            item = default;
            return false;
        }

        var chunk = _chunks.Peek();
        item = new Waiting(chunk.Positions[_head], chunk.HashPrefixes[_head]);
        return true;
    }

    public bool TryDequeue(out Waiting item)
    {
        if (!TryPeek(out item))
        {
            return false;
        }

        Count--;
        if (++_head == _chunks.Peek().Count)
        {
            var done = _chunks.Dequeue();
            if (ReferenceEquals(done, _last))
            {
                _last = null;
            }

            _head = 0;
        }

        return true;
    }

    private sealed class Chunk
    {
        public readonly long[] Positions = new long[ChunkSize];
        public readonly uint[] HashPrefixes = new uint[ChunkSize];
        public int Count;
    }
}
