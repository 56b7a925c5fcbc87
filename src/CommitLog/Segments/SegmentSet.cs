using Weir.CommitLog.Disk;
using Weir.CommitLog.Format;

namespace Weir.CommitLog.Segments;

/// <summary>The segments of a log in order, the last being the one written to. The array is replaced as a whole, so readers need no lock.</summary>
internal sealed class SegmentSet(ILogDisk disk, IEnumerable<Segment> segments, Spares spares)
{
    private readonly Lock _changing = new();
    private volatile Segment[] _segments = [.. segments];

    public Segment Active => _segments[^1];

    public long Start => _segments[0].Start;

    public long SizeBytes
    {
        get
        {
            var segments = _segments;
            var size = spares.Bytes + segments[^1].File.Length;
            foreach (var segment in segments.AsSpan(0, segments.Length - 1))
                size += segment.End - segment.Start + SegmentHeader.Bytes;
            return size;
        }
    }

    /// <summary>The segment that holds the position, or the first after it; held for the caller, who must let go. Null past the last.</summary>
    public Segment? Hold(long position)
    {
        while (true)
        {
            var segments = _segments;
            var index = IndexOf(segments, position);
            if (index == segments.Length)
                return null;
            if (segments[index].TryHold())
                return segments[index];
        }
    }

    public void Add(Segment segment)
    {
        lock (_changing)
            _segments = [.. _segments, segment];
    }

    /// <summary>Gives up whole segments that end at or before the position, oldest first, never the last. Returns how many.</summary>
    public int ReleaseBefore(long position)
    {
        lock (_changing)
        {
            var released = 0;
            while (_segments is [var first, var second, ..] && second.Start <= position)
            {
                _segments = _segments[1..];
                if (!spares.TryKeep(first))
                {
                    disk.Delete(first.Name);
                    first.LetGo();
                }

                // One by one: were a later one gone and an earlier one back after a power loss, there would be a hole.
                disk.Sync();
                released++;
            }

            return released;
        }
    }

    public void LetGoOfAll()
    {
        lock (_changing)
        {
            foreach (var segment in _segments)
                segment.LetGo();
        }
    }

    /// <summary>Index of the segment whose range holds the position, else of the first one after it.</summary>
    private static int IndexOf(Segment[] segments, long position)
    {
        var (low, high) = (0, segments.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (segments[middle].End <= position)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }
}
