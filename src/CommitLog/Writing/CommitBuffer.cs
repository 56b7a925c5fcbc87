using Weir.CommitLog.Format;

namespace Weir.CommitLog.Writing;

/// <summary>The frames of one commit, side by side as they will stand on disk.</summary>
internal sealed class CommitBuffer
{
    /// <summary>Larger buffers are given back after the commit that needed them.</summary>
    private const int KeptBytes = 8 << 20;
    private byte[] _bytes = new byte[64 << 10];
    private long _start;
    private long _flushed;
    private int _count;

    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, _count);

    /// <param name="start">Where the commit will stand.</param>
    /// <param name="flushed">Up to where everything before it is known to be on stable storage.</param>
    /// <param name="size">Bytes of all frames.</param>
    public void Begin(long start, long flushed, int size)
    {
        (_start, _flushed) = (start, flushed);
        _count = 0;
        if (_bytes.Length < size)
            _bytes = GC.AllocateUninitializedArray<byte>((int)Math.Max(size, Math.Min(KeptBytes, _bytes.Length * 2L)));
        else if (_bytes.Length > KeptBytes && size <= KeptBytes)
            _bytes = GC.AllocateUninitializedArray<byte>(KeptBytes);
    }

    public LogPosition Append(ReadOnlySpan<byte> payload, uint payloadCrc, int remaining)
    {
        var position = _start + _count;
        new Frame(position, payload.Length, (int)(position - _flushed), remaining, payloadCrc).WriteHeader(_bytes.AsSpan(_count));
        payload.CopyTo(_bytes.AsSpan(_count + Frame.HeaderBytes));
        _count += Frame.HeaderBytes + payload.Length;
        return new LogPosition(position);
    }
}
