using System.Buffers;
using System.IO.Compression;

namespace Weir.Pipeline.Redaction;

/// <summary>What a record is made of, told from its bytes.</summary>
internal static class Payload
{
    private static readonly SearchValues<byte> OnlyInValues = SearchValues.Create("@:{}[]$!=<>"u8);

    public static bool IsGzip(ReadOnlySpan<byte> record) => record.Length > 18 && record[0] == 0x1F && record[1] == 0x8B && record[2] == 8;

    /// <summary>Control characters that no text holds.</summary>
    public static bool IsBinary(ReadOnlySpan<byte> record) => record.ContainsAnyInRange((byte)0, (byte)8) || record.ContainsAnyInRange((byte)0x0E, (byte)0x1A);

    /// <summary>The unpacked bytes; null when they are broken or more than <paramref name="limit"/>.</summary>
    public static byte[]? Unzip(ReadOnlySpan<byte> record, int limit)
    {
        using var packed = new MemoryStream(record.ToArray(), writable: false);
        using var unzip = new GZipStream(packed, CompressionMode.Decompress);
        var output = new ArrayBufferWriter<byte>(Math.Min(limit, record.Length * 4));
        try
        {
            int read;
            while ((read = unzip.Read(output.GetSpan(8192))) > 0)
            {
                output.Advance(read);
                if (output.WrittenCount > limit)
                {
                    return null;
                }
            }
        }
        catch (InvalidDataException)
        {
            return null;
        }

        return output.WrittenSpan.ToArray();
    }

    public static void Zip(ReadOnlySpan<byte> clean, IBufferWriter<byte> output)
    {
        using var packed = new MemoryStream();
        using (var zip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            zip.Write(clean);
        }

        output.Write(packed.GetBuffer().AsSpan(0, (int)packed.Length));
    }

    /// <summary>The separator of a table: its first line names two columns or more and its second has as many; 0 when it is no table.</summary>
    public static byte TableSeparator(ReadOnlySpan<byte> text)
    {
        var end = text.IndexOf((byte)'\n');
        if (end < 3)
        {
            return 0;
        }

        var header = text[..end].TrimEnd((byte)'\r');
        var second = text[(end + 1)..];
        var secondEnd = second.IndexOf((byte)'\n');
        second = (secondEnd < 0 ? second : second[..secondEnd]).TrimEnd((byte)'\r');
        foreach (var separator in ",;\t|"u8)
        {
            var columns = header.Count(separator);
            if (columns > 0 && Cells(second, separator) == columns && IsHeader(header, separator) && GoesOn(text[(end + 1)..], separator, columns))
            {
                return separator;
            }
        }

        return 0;
    }

    /// <summary>The lines behind the first have as many cells, the last one and an empty one aside; a cell that goes on in the next line ends the look.</summary>
    private static bool GoesOn(ReadOnlySpan<byte> rows, byte separator, int columns)
    {
        for (var row = 0; row < 4; row++)
        {
            var end = rows.IndexOf((byte)'\n');
            if (end < 0 || rows[..end].Count((byte)'"') % 2 != 0)
            {
                return true;
            }

            var line = rows[..end].TrimEnd((byte)'\r');
            if (line.Length > 0 && Cells(line, separator) != columns)
            {
                return false;
            }

            rows = rows[(end + 1)..];
        }

        return true;
    }

    private static int Cells(ReadOnlySpan<byte> line, byte separator)
    {
        var count = 0;
        var quoted = false;
        foreach (var b in line)
        {
            quoted ^= b == (byte)'"';
            count += !quoted && b == separator ? 1 : 0;
        }

        return count;
    }

    /// <summary>Names: short, of few words, with a letter, and without what only values and sentences hold.</summary>
    private static bool IsHeader(ReadOnlySpan<byte> header, byte separator)
    {
        foreach (var range in header.Split(separator))
        {
            var name = header[range].Trim((byte)'"').Trim((byte)' ');
            if (name.Length is 0 or > 48 || name.ContainsAny(OnlyInValues) || name.Count((byte)' ') > 4 || name.IndexOf(". "u8) >= 0 || !(name.ContainsAnyInRange((byte)'a', (byte)'z') || name.ContainsAnyInRange((byte)'A', (byte)'Z') || name.ContainsAnyInRange((byte)0x80, (byte)0xFF)))
            {
                return false;
            }
        }

        return true;
    }
}
