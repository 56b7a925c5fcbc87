using System.Buffers;

namespace Weir.Pipeline.Consuming.Reading;

/// <summary>
/// Where clean forms are written, one behind the other: each lies in one piece, and one that is not needed after all leaves no trace. What was kept stays as long as somebody refers to it.
/// Not for several threads.
/// </summary>
internal sealed class CleanBuffer : IBufferWriter<byte>
{
    /// <summary>Below the size from which the runtime keeps arrays apart.</summary>
    private const int ChunkBytes = 64 << 10;

    private byte[] _chunk = [];
    private int _start, _end;

    /// <summary>What was written since the last call of this or of <see cref="Discard"/>; it is kept.</summary>
    public ReadOnlyMemory<byte> Keep()
    {
        var written = _chunk.AsMemory(_start, _end - _start);
        _start = _end;
        return written;
    }

    public void Discard() => _end = _start;

    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, _chunk.Length - _end);
        _end += count;
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Ensure(Math.Max(1, sizeHint));
        return _chunk.AsMemory(_end);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Ensure(Math.Max(1, sizeHint));
        return _chunk.AsSpan(_end);
    }

    private void Ensure(int room)
    {
        if (_chunk.Length - _end >= room)
            return;
        var written = _end - _start;
        var next = GC.AllocateUninitializedArray<byte>(Math.Max(ChunkBytes, 2 * (written + room)));
        _chunk.AsSpan(_start, written).CopyTo(next);
        (_chunk, _start, _end) = (next, 0, written);
    }
}
