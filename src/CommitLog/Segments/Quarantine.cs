using System.Globalization;
using Weir.CommitLog.Disk;

namespace Weir.CommitLog.Segments;

/// <summary>Copies damaged bytes aside, so that a human may still look at what they were.</summary>
internal static class Quarantine
{
    private const string Extension = ".quarantine";

    /// <summary>Copies the range to a file named by its position and length; a copy that is already there is kept.</summary>
    public static QuarantinedRange Set(ILogDisk disk, Segment segment, long from, long to)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"{from:D20}-{to - from}{Extension}");
        try
        {
            if (!disk.List().Any(f => f.Name == name))
                Copy(disk, segment, from, to, name);
            return new QuarantinedRange(new LogPosition(from), to - from, disk.PathOf(name));
        }
        catch (IOException)
        {
            // No room for a copy must not keep readers from what is whole; the range stays where it is.
            return new QuarantinedRange(new LogPosition(from), to - from, "");
        }
    }

    private static void Copy(ILogDisk disk, Segment segment, long from, long to, string name)
    {
        try
        {
            using var file = disk.Create(name);
            var buffer = new byte[Math.Min(to - from, 1 << 20)];
            for (var position = from; position < to;)
            {
                var read = segment.Read(buffer.AsSpan(0, (int)Math.Min(buffer.Length, to - position)), position);
                if (read == 0)
                    break;
                file.Write(buffer.AsSpan(0, read), position - from);
                position += read;
            }

            file.Flush();
        }
        catch (IOException)
        {
            disk.Delete(name);
            throw;
        }

        disk.Sync();
    }
}
