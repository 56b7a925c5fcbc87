using System.Buffers.Binary;
using Weir.CommitLog.Disk;
using Weir.CommitLog.Format;

namespace Weir.CommitLog.Segments;

/// <summary>
/// A file that says where the log ended when it was closed in good order, removed when it is opened: with it, damage to the very last commit is known to be
/// damage and is not taken for a torn write. End (8 bytes, little-endian), CRC-32C of these (4).
/// </summary>
internal static class CleanEnd
{
    public const string Name = "clean";

    /// <summary>The end as written; 0 when there is none.</summary>
    public static long Read(ILogDisk disk)
    {
        if (!disk.List().Any(f => f.Name == Name))
            return 0;
        Span<byte> bytes = stackalloc byte[12];
        using var file = disk.Open(Name);
        return file.Read(bytes, 0) == 12 && BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]) == Crc32C.Of(bytes[..8])
            ? BinaryPrimitives.ReadInt64LittleEndian(bytes)
            : 0;
    }

    /// <summary>To be called before anything is appended.</summary>
    public static void Remove(ILogDisk disk)
    {
        if (!disk.List().Any(f => f.Name == Name))
            return;
        disk.Delete(Name);
        disk.Sync();
    }

    public static void Write(ILogDisk disk, long end)
    {
        Span<byte> bytes = stackalloc byte[12];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, end);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[8..], Crc32C.Of(bytes[..8]));
        using (var file = disk.Create(Name))
        {
            file.Write(bytes, 0);
            file.Flush();
        }

        disk.Sync();
    }
}
