using System.Buffers;

namespace Weir.CommitLog;

/// <summary>Pooled memory that reads go into, one after the other. Not thread-safe.</summary>
public sealed class LogReadBuffer : IDisposable
{
    private byte[] _bytes = [];

    /// <summary>Memory of that length, with what was there before lost.</summary>
    internal Memory<byte> Take(int length)
    {
        if (_bytes.Length < length)
        {
            Dispose();
            _bytes = ArrayPool<byte>.Shared.Rent(length);
        }

        return _bytes.AsMemory(0, length);
    }

    public void Dispose()
    {
        if (_bytes.Length > 0)
            ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = [];
    }
}
