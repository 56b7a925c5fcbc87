using System.Buffers.Binary;

namespace Weir.Pipeline.Spool;

/// <summary>Where a record waits: its position in the spool's log, and the top 16 bits of its hash key, enough to sort it into a shard nearly always.</summary>
internal readonly record struct Waiting(long Position, ushort HashPrefix)
{
    public static ushort PrefixOf(UInt128 hashKey) => (ushort)(hashKey >> 112);
}

/// <summary>
/// A first-in, first-out queue of places, so that tens of millions of waiting records cost little memory: the records themselves stay on disk. Not thread-safe.
/// A place takes the two bytes of its prefix and the distance from the place before it, seven bits a byte, lowest first: four bytes in all for records of 1 KiB.
/// <code>
/// 7f 3a  b4 08      prefix 0x3a7f, 1,076 bytes after the place before
/// </code>
/// </summary>
internal sealed class WaitingQueue
{
    private const int ChunkBytes = 16 << 10, PrefixBytes = 2, LongestPlace = PrefixBytes + 10;
    private readonly Queue<Chunk> _chunks = new();
    private Chunk? _last;

    /// <summary>Where the next place is in the first chunk, and the position before it.</summary>
    private (int Offset, long Position) _next;

    public long Count { get; private set; }

    /// <summary>Appends a place; positions must grow.</summary>
    public void Enqueue(Waiting item)
    {
        if (_last is null || _last.Used > ChunkBytes - LongestPlace)
        {
            _last = new Chunk(item.Position);
            _chunks.Enqueue(_last);
            if (_chunks.Count == 1)
            {
                _next = (0, item.Position);
            }
        }

        _last.Write(item);
        Count++;
    }

    public bool TryPeek(out Waiting item) => TryRead(out item, out _);

    public bool TryDequeue(out Waiting item)
    {
        if (!TryRead(out item, out var end))
        {
            return false;
        }

        Count--;
        _next = (end, item.Position);
        if (end < _chunks.Peek().Used)
        {
            return true;
        }

        if (ReferenceEquals(_chunks.Dequeue(), _last))
        {
            _last = null;
        }
        else
        {
            _next = (0, _chunks.Peek().First);
        }

        return true;
    }

    private bool TryRead(out Waiting item, out int end)
    {
        (item, end) = (default, 0);
        if (Count == 0)
        {
            return false;
        }

        var bytes = _chunks.Peek().Bytes.AsSpan(_next.Offset);
        var (distance, at) = (0L, PrefixBytes);
        for (var shift = 0; ; shift += 7)
        {
            var next = bytes[at++];
            distance |= (long)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                break;
            }
        }

        item = new Waiting(_next.Position + distance, BinaryPrimitives.ReadUInt16LittleEndian(bytes));
        end = _next.Offset + at;
        return true;
    }

    /// <summary>Places one behind the other; the first one's distance is zero.</summary>
    private sealed class Chunk(long first)
    {
        private long _last = first;

        public long First { get; } = first;

        public byte[] Bytes { get; } = GC.AllocateUninitializedArray<byte>(ChunkBytes);

        public int Used { get; private set; }

        public void Write(Waiting item)
        {
            var to = Bytes.AsSpan(Used);
            BinaryPrimitives.WriteUInt16LittleEndian(to, item.HashPrefix);
            var at = PrefixBytes;
            for (var distance = item.Position - _last; ; distance >>= 7)
            {
                to[at++] = (byte)(distance > 0x7F ? distance | 0x80 : distance);
                if (distance <= 0x7F)
                {
                    break;
                }
            }

            _last = item.Position;
            Used += at;
        }
    }
}
