using Weir.CommitLog.Disk;
using Weir.CommitLog.Format;

namespace Weir.CommitLog.Segments;

/// <summary>
/// A file that holds the positions from <see cref="Start"/> to <see cref="End"/>. Held by the log and by every reader inside it; the file is closed
/// (and, once released, gone) when the last of them lets go.
/// </summary>
internal sealed class Segment
{
    private readonly ILogDisk _disk;
    private readonly Lock _opening = new();
    private ILogFile? _file;
    private IReadOnlyList<QuarantinedRange> _damage = [];
    private long _end;
    private int _holders = 1;

    public Segment(ILogDisk disk, long start, long end, ILogFile? file = null)
    {
        _disk = disk;
        _file = file;
        _end = end;
        Start = start;
        Name = SegmentHeader.FileName(start);
    }

    public string Name { get; }

    public long Start { get; }

    /// <summary>One past the last durable byte; grows while the segment is the one written to.</summary>
    public long End
    {
        get => Volatile.Read(ref _end);
        set => Volatile.Write(ref _end, value);
    }

    /// <summary>Ranges that inspections found damaged, in order; replaced as a whole.</summary>
    public IReadOnlyList<QuarantinedRange> Damage
    {
        get => Volatile.Read(ref _damage);
        set => Volatile.Write(ref _damage, value);
    }

    /// <summary>Where the damaged range that holds the position ends; null when it is in none.</summary>
    public long? EndOfDamageAt(long position)
    {
        foreach (var range in Damage)
        {
            if (position >= range.From.Offset && position < range.From.Offset + range.Length)
                return range.From.Offset + range.Length;
        }

        return null;
    }

    public ILogFile File
    {
        get
        {
            if (Volatile.Read(ref _file) is { } open)
                return open;
            lock (_opening)
                return _file ??= _disk.Open(Name);
        }
    }

    /// <summary>Reads bytes by position; fewer than asked for only at the end of the file.</summary>
    public int Read(Span<byte> target, long position) => File.Read(target, OffsetOf(position));

    /// <summary>Gives back what the file has behind <see cref="End"/>, left from an earlier life.</summary>
    public void Trim()
    {
        if (File.Length > OffsetOf(End))
            File.SetLength(OffsetOf(End));
    }

    public long OffsetOf(long position) => position - Start + SegmentHeader.Bytes;

    /// <summary>How far behind <see cref="End"/> frames of this life go on: where the rest is of an earlier life or zeros written ahead, all of a torn tail that can be told.</summary>
    public long BytesOfUnfinishedFrames(long fileEnd)
    {
        Span<byte> header = stackalloc byte[Frame.HeaderBytes];
        var position = End;
        while (position < fileEnd && Read(header, position) == header.Length && Frame.TryReadHeader(header, position, out var frame))
            position = frame.Next;
        return Math.Min(position, fileEnd) - End;
    }

    /// <summary>Holds the file open; false when the segment has been released and let go by all.</summary>
    public bool TryHold()
    {
        var holders = Volatile.Read(ref _holders);
        while (holders > 0)
        {
            var seen = Interlocked.CompareExchange(ref _holders, holders + 1, holders);
            if (seen == holders)
                return true;
            holders = seen;
        }

        return false;
    }

    /// <summary>Takes the file from the segment when the log alone holds it: a reader inside must not see it written over.</summary>
    public bool TryGiveUpFile()
    {
        if (Interlocked.CompareExchange(ref _holders, 0, 1) != 1)
            return false;
        lock (_opening)
            _file?.Dispose();
        return true;
    }

    public void LetGo()
    {
        if (Interlocked.Decrement(ref _holders) != 0)
            return;
        lock (_opening)
            _file?.Dispose();
    }
}
