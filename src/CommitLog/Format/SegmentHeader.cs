using System.Buffers.Binary;
using System.Globalization;

namespace Weir.CommitLog.Format;

/// <summary>
/// The first 32 bytes of a segment: <c>"WEIRLOG1"</c>, position of the first frame (8, little-endian), 1 when what lies
/// behind the last frame may be of an earlier life of the file, or zeros written ahead (4), 8 bytes of zero, CRC-32C of bytes 0 to 27.
/// The file is named by that position in 20 digits, so that names sort as positions do.
/// </summary>
internal static class SegmentHeader
{
    public const int Bytes = 32;
    public const string Extension = ".segment";

    private static ReadOnlySpan<byte> Magic => "WEIRLOG1"u8;

    public static byte[] For(long start, bool recycled = false)
    {
        var header = new byte[Bytes];
        Magic.CopyTo(header);
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(8), start);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(16), recycled ? 1 : 0);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(28), Crc32C.Of(header.AsSpan(0, 28)));
        return header;
    }

    /// <summary>Whether this is the header of a log, but not of the version that is read here. A damaged header is not: frames carry their own proof.</summary>
    public static bool IsOfAnotherVersion(ReadOnlySpan<byte> header) =>
        header.StartsWith(Magic[..7])
        && header[7] != Magic[7]
        && BinaryPrimitives.ReadUInt32LittleEndian(header[28..]) == Crc32C.Of(header[..28]);

    /// <summary>Whether what lies behind the last frame may be of an earlier life: the header says so, or is still that life's own.</summary>
    public static bool IsRecycled(ReadOnlySpan<byte> header, long start) =>
        header.StartsWith(Magic)
        && BinaryPrimitives.ReadUInt32LittleEndian(header[28..]) == Crc32C.Of(header[..28])
        && (header[16] == 1 || BinaryPrimitives.ReadInt64LittleEndian(header[8..]) != start);

    public static string FileName(long start) => start.ToString("D20", CultureInfo.InvariantCulture) + Extension;

    /// <summary>The position a file name stands for; false for files that are not segments.</summary>
    public static bool TryParse(string fileName, out long start)
    {
        start = 0;
        return fileName.Length == 20 + Extension.Length
            && fileName.EndsWith(Extension, StringComparison.Ordinal)
            && long.TryParse(fileName.AsSpan(0, 20), NumberStyles.None, CultureInfo.InvariantCulture, out start);
    }
}
