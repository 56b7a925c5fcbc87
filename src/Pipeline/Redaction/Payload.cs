using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;

namespace Weir.Pipeline.Redaction;

/// <summary>What a record is made of, told from its bytes.</summary>
internal static class Payload
{
    private static readonly SearchValues<byte> OnlyInValues = SearchValues.Create("@:{}[]$!=<>"u8);

    /// <summary>Flags of a gzip header: extra field, file name, comment.</summary>
    private const byte HeaderFields = 4 | 8 | 16;

    /// <summary>Header, an empty block and trailer of a gzip member, in bytes.</summary>
    private const int ShortestMember = 20;

    private const int MostMisses = 16;

    private static ReadOnlySpan<byte> MemberStart => [0x1F, 0x8B, 8];

    public static bool IsGzip(ReadOnlySpan<byte> record) => record.Length > 18 && record[0] == 0x1F && record[1] == 0x8B && record[2] == 8;

    /// <summary>Control characters that no text holds.</summary>
    public static bool IsBinary(ReadOnlySpan<byte> record) => record.ContainsAnyInRange((byte)0, (byte)8) || record.ContainsAnyInRange((byte)0x0E, (byte)0x1A);

    /// <summary>
    /// The unpacked bytes of all members (<see href="https://www.rfc-editor.org/rfc/rfc1952">RFC 1952</see>); null when they are broken, end early, are followed by something else, or are more than <paramref name="limit"/>.
    /// </summary>
    /// <param name="record">Begins as gzip does.</param>
    /// <param name="limit">Of the unpacked bytes.</param>
    /// <param name="bare">No member's header carries a file name, a comment or an extra field.</param>
    public static byte[]? Unzip(ReadOnlySpan<byte> record, int limit, out bool bare)
    {
        var output = new ArrayBufferWriter<byte>(Math.Min(limit, record.Length * 4));
        var packed = record.ToArray();
        bare = true;
        var misses = 0;
        for (var start = 0; start < packed.Length;)
        {
            if (packed.Length - start < ShortestMember)
            {
                return null;
            }

            bare &= (packed[start + 3] & HeaderFields) == 0;
            // A member says how long it was, but not where it ends: before the next one that begins, or with the record.
            for (var end = start + ShortestMember; ; end++)
            {
                var next = packed.AsSpan(Math.Min(end, packed.Length)).IndexOf(MemberStart);
                end = next < 0 ? packed.Length : end + next;
                var before = output.WrittenCount;
                if (!TryInflate(packed, start, end, limit, output))
                {
                    return null;
                }

                if (BinaryPrimitives.ReadUInt32LittleEndian(packed.AsSpan(end - 4)) == (uint)(output.WrittenCount - before))
                {
                    start = end;
                    break;
                }

                // What looked like a member's beginning was inside of one.
                if (end == packed.Length || ++misses > MostMisses)
                {
                    return null;
                }

                Rewind(ref output, before);
            }
        }

        return output.WrittenSpan.ToArray();
    }

    private static bool TryInflate(byte[] packed, int start, int end, int limit, ArrayBufferWriter<byte> output)
    {
        using var unzip = new GZipStream(new MemoryStream(packed, start, end - start, writable: false), CompressionMode.Decompress);
        try
        {
            int read;
            while ((read = unzip.Read(output.GetSpan(8192))) > 0)
            {
                output.Advance(read);
                if (output.WrittenCount > limit)
                {
                    return false;
                }
            }

            return true;
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }

    private static void Rewind(ref ArrayBufferWriter<byte> output, int length)
    {
        var kept = new ArrayBufferWriter<byte>(Math.Max(256, length));
        kept.Write(output.WrittenSpan[..length]);
        output = kept;
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
        second = second[..RowEnd(second)].TrimEnd((byte)'\r');
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

    /// <summary>The end of the line, or of the last one in which a cell in quotes goes on.</summary>
    private static int RowEnd(ReadOnlySpan<byte> rows)
    {
        var quoted = false;
        for (var at = 0; at < rows.Length; at++)
        {
            quoted ^= rows[at] == (byte)'"';
            if (!quoted && rows[at] == (byte)'\n')
            {
                return at;
            }
        }

        return rows.Length;
    }

    /// <summary>The rows behind the first have as many cells, the last one and an empty one aside.</summary>
    private static bool GoesOn(ReadOnlySpan<byte> rows, byte separator, int columns)
    {
        for (var row = 0; row < 4; row++)
        {
            var end = RowEnd(rows);
            if (end == rows.Length)
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
