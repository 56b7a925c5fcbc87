using System.Globalization;
using Weir.CommitLog.Disk;
using Weir.CommitLog.Format;

namespace Weir.CommitLog.Segments;

/// <summary>
/// Released files, kept to be written over as the next segments: blocks that the file system has already placed flush faster than new ones, deleting a large
/// file holds up whoever flushes another (a tenth of a second for 256 MiB), and the log can go on for as many segments when the disk is full. What they held
/// cannot pass for entries, whose frames name their positions.
/// </summary>
internal sealed class Spares(ILogDisk disk, long segmentBytes, int most)
{
    private const string Name = "spare";
    private readonly Lock _gate = new();
    private readonly List<(string Name, long Bytes)> _files = [.. disk.List().Where(f => f.Name == Name || f.Name.StartsWith(Name + ".", StringComparison.Ordinal))];

    public long Bytes
    {
        get
        {
            lock (_gate)
                return _files.Sum(f => f.Bytes);
        }
    }

    /// <summary>Keeps the file of a released segment; false when there are enough, or the file is unusually large or being read.</summary>
    public bool TryKeep(Segment released)
    {
        lock (_gate)
        {
            var bytes = released.OffsetOf(released.End);
            if (_files.Count >= most || bytes > segmentBytes || !released.TryGiveUpFile())
                return false;
            var name = Enumerable.Range(0, most).Select(i => i == 0 ? Name : string.Create(CultureInfo.InvariantCulture, $"{Name}.{i}")).First(n => _files.TrueForAll(f => f.Name != n));
            disk.Rename(released.Name, name);
            _files.Add((name, bytes));
            return true;
        }
    }

    /// <summary>Turns a spare into the file of a new segment; null when there is none.</summary>
    public ILogFile? TryTake(long start)
    {
        lock (_gate)
        {
            if (_files.Count == 0)
                return null;
            var name = SegmentHeader.FileName(start);
            disk.Rename(_files[^1].Name, name);
            _files.RemoveAt(_files.Count - 1);
            return disk.Open(name);
        }
    }

    /// <summary>Deletes one spare if more than so many are there.</summary>
    public bool TryGiveBack(int beyond)
    {
        lock (_gate)
        {
            if (_files.Count <= beyond)
                return false;
            disk.Delete(_files[^1].Name);
            _files.RemoveAt(_files.Count - 1);
            return true;
        }
    }
}
