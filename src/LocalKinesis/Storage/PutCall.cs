using System.Buffers;
using System.Buffers.Text;
using Weir.CommitLog;
using Weir.LocalKinesis.Streams;

namespace Weir.LocalKinesis.Storage;

/// <summary>One record of a call that puts records, and what became of it.</summary>
internal struct PutItem
{
    /// <summary>The partition key in UTF-8.</summary>
    public ReadOnlyMemory<byte> Key;

    /// <summary>The data, or its base64 text when <see cref="IsBase64"/>.</summary>
    public ReadOnlyMemory<byte> Data;
    public bool IsBase64;

    /// <summary>Bytes of the data once decoded.</summary>
    public int DataBytes;
    public UInt128 Hash;

    /// <summary>Place in the routing table; set by the engine.</summary>
    public int Route;

    /// <summary>Which of the call's blocks holds it.</summary>
    public int Group;
    public LocalShard Shard;
    public bool Throttled;
    public ulong Index;
    public long ArrivedMs;

    public readonly int Size => Key.Length + DataBytes;
}

/// <summary>A call that puts records: grouped into one block per shard, written as one unit.</summary>
internal sealed class PutCall(int count) : PendingWrite, IDisposable
{
    private readonly List<Group> _groups = [];
    private PutItem[] _items = ArrayPool<PutItem>.Shared.Rent(count);
    private byte[]? _buffer;

    /// <summary>The records in the order of the call.</summary>
    public Span<PutItem> Items => _items.AsSpan(0, count);

    public bool Encrypted { get; set; }

    /// <summary>Says how many records there are, when they turn out fewer than there was room for.</summary>
    public void Trim(int actual) => count = actual;

    public override int Count => _groups.Count;

    /// <summary>How many blocks there are: one for each shard that takes any of the records.</summary>
    public int Groups => _groups.Count;

    /// <summary>What a block holds.</summary>
    public (LocalShard Shard, int Records, int Bytes) Stored(int group) => (_groups[group].Shard, _groups[group].Count, _groups[group].Payload);

    /// <summary>Whether the call has anything to write.</summary>
    public bool IsEmpty => _groups.Count == 0;

    /// <summary>Lays the records that were let in into blocks. False when base64 text is not base64.</summary>
    public bool TryBuild(int streamId)
    {
        var items = Items;
        _groups.Clear();
        var order = ArrayPool<long>.Shared.Rent(items.Length);
        try
        {
            var kept = 0;
            var bytes = 0;
            for (var i = 0; i < items.Length; i++)
            {
                if (items[i].Throttled)
                    continue;
                order[kept++] = ((long)items[i].Route << 32) | (uint)i;
                bytes += Block.SizeOf(items[i].Key.Length, items[i].DataBytes);
            }

            if (kept == 0)
                return true;
            Array.Sort(order, 0, kept);
            var blocks = 1;
            for (var i = 1; i < kept; i++)
                blocks += order[i] >> 32 != order[i - 1] >> 32 ? 1 : 0;
            _buffer = ArrayPool<byte>.Shared.Rent(bytes + (blocks * Block.HeaderBytes));
            var at = 0;
            for (var first = 0; first < kept;)
            {
                var last = first;
                while (last < kept && order[last] >> 32 == order[first] >> 32)
                    last++;
                var start = at;
                var payload = 0;
                var shard = items[(int)order[first]].Shard;
                Block.WriteHeader(_buffer.AsSpan(at), streamId, shard.Index, last - first, Encrypted);
                at += Block.HeaderBytes;
                for (var i = first; i < last; i++)
                {
                    ref var item = ref items[(int)order[i]];
                    Block.WriteRecordHeader(_buffer.AsSpan(at), item.Key.Length, item.DataBytes);
                    at += Block.RecordHeaderBytes;
                    item.Key.Span.CopyTo(_buffer.AsSpan(at));
                    at += item.Key.Length;
                    if (!TryCopyData(item, _buffer.AsSpan(at, item.DataBytes)))
                        return false;
                    at += item.DataBytes;
                    payload += item.Size;
                }

                for (var i = first; i < last; i++)
                {
                    ref var item = ref items[(int)order[i]];
                    (item.Group, item.Index) = (_groups.Count, (ulong)(i - first));
                }

                _groups.Add(new Group(shard, start, at - start, last - first, payload));
                first = last;
            }

            return true;
        }
        finally
        {
            ArrayPool<long>.Shared.Return(order);
        }
    }

    /// <summary>Gives the records their numbers. Called under the stream's gate, just before the call is enqueued.</summary>
    public void Assign(long nowMs)
    {
        for (var g = 0; g < _groups.Count; g++)
        {
            var group = _groups[g];
            var (first, arrived) = group.Shard.Assign(group.Count, nowMs);
            Block.Stamp(_buffer.AsSpan(group.Start), first, arrived);
            _groups[g] = group with { FirstIndex = first, ArrivedMs = arrived };
        }
    }

    /// <summary>Tells each record its number; after <see cref="Assign"/>.</summary>
    public void Tell()
    {
        foreach (ref var item in Items)
        {
            if (item.Throttled)
                continue;
            var group = _groups[item.Group];
            item.Index += group.FirstIndex;
            item.ArrivedMs = group.ArrivedMs;
        }
    }

    public override void AddTo(List<ReadOnlyMemory<byte>> entries)
    {
        foreach (var group in _groups)
            entries.Add(_buffer.AsMemory(group.Start, group.Bytes));
    }

    public override void Committed(ReadOnlySpan<LogPosition> positions)
    {
        for (var g = 0; g < _groups.Count; g++)
        {
            var group = _groups[g];
            group.Shard.Received(group.Count, group.Payload);
            group.Shard.Publish(new BlockRef(positions[g].Offset, group.FirstIndex, group.Count, group.ArrivedMs, group.Payload));
        }
    }

    /// <summary>Gives the blocks' memory back, to be built again.</summary>
    public void Discard()
    {
        if (_buffer is not null)
            ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = null;
        _groups.Clear();
    }

    public void Dispose()
    {
        Discard();
        if (_items.Length > 0)
            ArrayPool<PutItem>.Shared.Return(_items, clearArray: true);
        _items = [];
    }

    private static bool TryCopyData(in PutItem item, Span<byte> to)
    {
        if (!item.IsBase64)
        {
            item.Data.Span.CopyTo(to);
            return true;
        }

        return Base64.DecodeFromUtf8(item.Data.Span, to, out var used, out var written) == OperationStatus.Done
            && used == item.Data.Length
            && written == to.Length;
    }

    private readonly record struct Group(LocalShard Shard, int Start, int Bytes, int Count, int Payload, ulong FirstIndex = 0, long ArrivedMs = 0);
}
