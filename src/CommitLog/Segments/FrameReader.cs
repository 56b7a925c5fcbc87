using System.Buffers;
using Weir.CommitLog.Format;

namespace Weir.CommitLog.Segments;

/// <summary>Reads frames of one segment front to back through a pooled window that grows to the largest frame met.</summary>
internal sealed class FrameReader(int windowBytes = 256 << 10) : IDisposable
{
    private byte[] _window = ArrayPool<byte>.Shared.Rent(windowBytes);
    private Segment? _segment;
    private long _from;
    private int _count;

    /// <summary>
    /// Reads the frame at <paramref name="position"/>. Nothing at or past <paramref name="limit"/> is looked at. The payload stays valid until the next call.
    /// A frame whose header holds and whose payload does not gives false and the frame; anything else that is no frame gives false and an empty one.
    /// </summary>
    public bool TryRead(Segment segment, long position, long limit, out Frame frame, out ReadOnlyMemory<byte> payload)
    {
        payload = default;
        if (!Frame.TryReadHeader(Peek(segment, position, Frame.HeaderBytes, limit).Span, position, out frame) || frame.Next > limit)
        {
            frame = default;
            return false;
        }

        var bytes = Peek(segment, position, Frame.HeaderBytes + frame.PayloadLength, limit)[Frame.HeaderBytes..];
        if (bytes.Length < frame.PayloadLength || !frame.Accepts(bytes.Span[..frame.PayloadLength]))
            return false;
        payload = bytes[..frame.PayloadLength];
        return true;
    }

    /// <summary>The first position after <paramref name="position"/> where a whole and valid frame begins; <paramref name="limit"/> when there is none.</summary>
    public long FindFrameAfter(Segment segment, long position, long limit)
    {
        var at = position + 1;
        while (at + Frame.HeaderBytes <= limit)
        {
            var bytes = Peek(segment, at, Frame.HeaderBytes, limit).Span;
            if (bytes.Length < Frame.HeaderBytes)
                break;
            var hit = bytes.IndexOf(Frame.Magic);
            if (hit < 0)
            {
                // The magic may lie across the window's end.
                at += bytes.Length - (Frame.Magic.Length - 1);
                continue;
            }

            at += hit;
            if (TryRead(segment, at, limit, out _, out _))
                return at;
            at++;
        }

        return limit;
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_window);
        _window = [];
    }

    /// <summary>What the window holds from the position on: at least <paramref name="least"/> bytes, fewer only at the limit or the end of the file.</summary>
    private ReadOnlyMemory<byte> Peek(Segment segment, long position, int least, long limit)
    {
        if (position >= limit)
            return default;
        var skip = position - _from;
        if (segment != _segment || skip < 0 || skip + Math.Min(least, limit - position) > _count)
        {
            if (_window.Length < least)
            {
                ArrayPool<byte>.Shared.Return(_window);
                _window = ArrayPool<byte>.Shared.Rent(least);
            }

            _segment = segment;
            _from = position;
            _count = segment.Read(_window.AsSpan(0, (int)Math.Min(_window.Length, limit - position)), position);
            skip = 0;
        }

        return _window.AsMemory((int)skip, (int)Math.Min(limit - position, _count - skip));
    }
}
