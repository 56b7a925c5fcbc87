using System.Buffers;

namespace Weir.RedactionBench;

/// <summary>Takes what is written and forgets it.</summary>
internal sealed class Sink(int size) : IBufferWriter<byte>
{
    private readonly byte[] _bytes = new byte[size];
    private int _used;

    public void Clear() => _used = 0;

    public void Advance(int count) => _used += count;

    public Memory<byte> GetMemory(int sizeHint = 0) => _bytes.AsMemory(_used);

    public Span<byte> GetSpan(int sizeHint = 0) => _bytes.AsSpan(_used);
}
