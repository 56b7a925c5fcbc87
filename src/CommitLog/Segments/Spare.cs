using Weir.CommitLog.Disk;
using Weir.CommitLog.Format;

namespace Weir.CommitLog.Segments;

/// <summary>
/// One released file, kept to be written over as the next segment: blocks that the file system has already placed flush faster than new ones, and the log can
/// go on for a segment when the disk is full. What it held cannot pass for entries, whose frames name their positions.
/// </summary>
internal sealed class Spare(ILogDisk disk, long segmentBytes)
{
    private const string Name = "spare";
    private readonly Lock _gate = new();
    private long _bytes = disk.List().FirstOrDefault(f => f.Name == Name).Length;

    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Keeps the file of a released segment; false when there is a spare already, or the file is unusually large or being read.</summary>
    public bool TryKeep(Segment released)
    {
        lock (_gate)
        {
            var bytes = released.OffsetOf(released.End);
            if (_bytes > 0 || bytes > segmentBytes || !released.TryGiveUpFile())
                return false;
            disk.Rename(released.Name, Name);
            _bytes = bytes;
            return true;
        }
    }

    /// <summary>Turns the spare into the file of a new segment; null when there is none.</summary>
    public ILogFile? TryTake(long start)
    {
        lock (_gate)
        {
            if (_bytes == 0)
                return null;
            var name = SegmentHeader.FileName(start);
            disk.Rename(Name, name);
            _bytes = 0;
            return disk.Open(name);
        }
    }
}
