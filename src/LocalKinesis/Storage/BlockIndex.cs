using System.Buffers;

namespace Weir.LocalKinesis.Storage;

/// <summary>
/// Which blocks of the log hold a shard's records: the newest as they are, older ones packed 128 at a time into a few bytes each.
/// Not thread-safe: its shard's lock guards it.
/// </summary>
internal sealed class BlockIndex
{
    private const int ChunkBlocks = 128;

    private readonly List<Chunk> _sealed = [];
    private readonly List<BlockRef> _recent = [];

    public bool IsEmpty => _sealed.Count == 0 && _recent.Count == 0;

    /// <summary>The oldest block's place in the log; <see cref="long.MaxValue"/> when there is none.</summary>
    public long FirstPosition => _sealed.Count > 0 ? _sealed[0].First.Position : _recent.Count > 0 ? _recent[0].Position : long.MaxValue;

    /// <summary>When the newest record arrived; null when there is none.</summary>
    public long? LastArrivedMs => _recent.Count > 0 ? _recent[^1].ArrivedMs : _sealed.Count > 0 ? _sealed[^1].LastArrivedMs : null;

    /// <summary>Adds a block that comes after all the others.</summary>
    public void Add(BlockRef block)
    {
        if (_recent.Count >= 2 * ChunkBlocks)
        {
            _sealed.Add(Chunk.Pack(_recent, ChunkBlocks));
            _recent.RemoveRange(0, ChunkBlocks);
        }

        _recent.Add(block);
    }

    /// <summary>Adds to the list up to <paramref name="max"/> blocks, from the one on that holds the index, or the first after it; stops after so many bytes.</summary>
    public void CollectFrom(ulong index, int max, long maxBytes, List<BlockRef> blocks)
    {
        var bytes = 0L;
        var chunk = FirstChunk(c => c.LastEnd > index);
        for (; chunk < _sealed.Count && blocks.Count < max && bytes < maxBytes; chunk++)
            Collect(_sealed[chunk].Unpack(), index, max, maxBytes, ref bytes, blocks);
        if (blocks.Count < max && bytes < maxBytes)
            Collect(_recent, index, max, maxBytes, ref bytes, blocks);
    }

    /// <summary>The index of the first record that arrived at the time or later; null when all came before.</summary>
    public ulong? FirstAt(long arrivedMs)
    {
        var chunk = FirstChunk(c => c.LastArrivedMs >= arrivedMs);
        var blocks = chunk < _sealed.Count ? _sealed[chunk].Unpack() : _recent;
        foreach (var block in blocks)
        {
            if (block.ArrivedMs >= arrivedMs)
                return block.FirstIndex;
        }

        return null;
    }

    /// <summary>Forgets blocks that arrived before the time, as long as whole chunks of them did. Readers skip the others by their times.</summary>
    public void ForgetBefore(long arrivedMs)
    {
        var dead = FirstChunk(c => c.LastArrivedMs >= arrivedMs);
        _sealed.RemoveRange(0, dead);
        if (_sealed.Count == 0)
        {
            var gone = _recent.FindIndex(b => b.ArrivedMs >= arrivedMs);
            _recent.RemoveRange(0, gone < 0 ? _recent.Count : gone);
        }
    }

    /// <summary>Forgets blocks before a place in the log, which is no longer there.</summary>
    /// <param name="position">Where the log begins.</param>
    /// <param name="horizonMs">What arrived earlier has expired.</param>
    /// <returns>How many of the records have not expired, and should be there.</returns>
    public long ForgetReleased(long position, long horizonMs)
    {
        if (FirstPosition >= position)
            return 0;
        var lost = Blocks().TakeWhile(b => b.Position < position).Where(b => b.ArrivedMs >= horizonMs).Sum(b => (long)b.Count);
        var dead = FirstChunk(c => c.LastPosition >= position);
        _sealed.RemoveRange(0, dead);
        if (_sealed.Count > 0 && _sealed[0].First.Position < position)
        {
            var kept = _sealed[0].Unpack().Where(b => b.Position >= position).ToList();
            _sealed[0] = Chunk.Pack(kept, kept.Count);
        }

        _recent.RemoveAll(b => b.Position < position);
        return lost;
    }

    /// <summary>The index as it is now; packed chunks are shared, they do not change.</summary>
    public BlockIndex Copy()
    {
        var copy = new BlockIndex();
        copy._sealed.AddRange(_sealed);
        copy._recent.AddRange(_recent);
        return copy;
    }

    /// <summary>Writes the whole index, to be read by <see cref="Load"/>.</summary>
    public void Save(BinaryWriter writer)
    {
        writer.Write7BitEncodedInt(_sealed.Count);
        foreach (var chunk in _sealed)
            chunk.Save(writer);
        var recent = _recent.Count > 0 ? Chunk.Pack(_recent, _recent.Count) : null;
        writer.Write(recent is not null);
        recent?.Save(writer);
    }

    public static BlockIndex Load(BinaryReader reader)
    {
        var index = new BlockIndex();
        for (var left = reader.Read7BitEncodedInt(); left > 0; left--)
            index._sealed.Add(Chunk.Load(reader));
        if (reader.ReadBoolean())
            index._recent.AddRange(Chunk.Load(reader).Unpack());
        return index;
    }

    private static void Collect(List<BlockRef> from, ulong index, int max, long maxBytes, ref long bytes, List<BlockRef> blocks)
    {
        // The first of interest by halves; lists here are short but read on every call.
        int low = 0, high = from.Count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (from[middle].End > index)
                high = middle;
            else
                low = middle + 1;
        }

        for (; low < from.Count && blocks.Count < max && bytes < maxBytes; low++)
        {
            blocks.Add(from[low]);
            bytes += from[low].Bytes;
        }
    }

    private int FirstChunk(Predicate<Chunk> wanted)
    {
        int low = 0, high = _sealed.Count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (wanted(_sealed[middle]))
                high = middle;
            else
                low = middle + 1;
        }

        return low;
    }

    private IEnumerable<BlockRef> Blocks() => _sealed.SelectMany(c => c.Unpack()).Concat(_recent);

    /// <summary>Blocks as differences in a variable number of bytes: about seven a block.</summary>
    private sealed class Chunk(BlockRef first, int count, long lastPosition, ulong lastEnd, long lastArrivedMs, byte[] packed)
    {
        public BlockRef First => first;
        public long LastPosition => lastPosition;
        public ulong LastEnd => lastEnd;
        public long LastArrivedMs => lastArrivedMs;

        public static Chunk Pack(List<BlockRef> blocks, int count)
        {
            var buffer = new ArrayBufferWriter<byte>(count * 8);
            for (var i = 1; i < count; i++)
            {
                var (before, block) = (blocks[i - 1], blocks[i]);
                Write(buffer, (ulong)(block.Position - before.Position));
                Write(buffer, block.FirstIndex - before.End);
                Write(buffer, (ulong)block.Count);
                Write(buffer, (ulong)(block.ArrivedMs - before.ArrivedMs));
                Write(buffer, (ulong)block.Bytes);
            }

            var last = blocks[count - 1];
            return new Chunk(blocks[0], count, last.Position, last.End, last.ArrivedMs, buffer.WrittenSpan.ToArray());
        }

        public List<BlockRef> Unpack()
        {
            var blocks = new List<BlockRef>(count) { first };
            var at = 0;
            for (var i = 1; i < count; i++)
            {
                var before = blocks[i - 1];
                var position = before.Position + (long)Read(ref at);
                var index = before.End + Read(ref at);
                var records = (int)Read(ref at);
                var arrived = before.ArrivedMs + (long)Read(ref at);
                blocks.Add(new BlockRef(position, index, records, arrived, (int)Read(ref at)));
            }

            return blocks;
        }

        public void Save(BinaryWriter writer)
        {
            writer.Write(first.Position);
            writer.Write(first.FirstIndex);
            writer.Write(first.Count);
            writer.Write(first.ArrivedMs);
            writer.Write(first.Bytes);
            writer.Write(count);
            writer.Write(lastPosition);
            writer.Write(lastEnd);
            writer.Write(lastArrivedMs);
            writer.Write7BitEncodedInt(packed.Length);
            writer.Write(packed);
        }

        public static Chunk Load(BinaryReader reader)
        {
            var first = new BlockRef(reader.ReadInt64(), reader.ReadUInt64(), reader.ReadInt32(), reader.ReadInt64(), reader.ReadInt32());
            var (count, position, end, arrived) = (reader.ReadInt32(), reader.ReadInt64(), reader.ReadUInt64(), reader.ReadInt64());
            return new Chunk(first, count, position, end, arrived, reader.ReadBytes(reader.Read7BitEncodedInt()));
        }

        private static void Write(ArrayBufferWriter<byte> buffer, ulong value)
        {
            var span = buffer.GetSpan(10);
            var used = 0;
            for (; value >= 0x80; value >>= 7)
                span[used++] = (byte)(value | 0x80);
            span[used++] = (byte)value;
            buffer.Advance(used);
        }

        private ulong Read(ref int at)
        {
            ulong value = 0;
            for (var shift = 0; ; shift += 7)
            {
                var next = packed[at++];
                value |= (ulong)(next & 0x7F) << shift;
                if (next < 0x80)
                    return value;
            }
        }
    }
}
