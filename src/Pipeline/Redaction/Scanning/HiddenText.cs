using System.Buffers;
using System.IO.Compression;
using System.Text;
using System.Text.Unicode;
using Weir.Pipeline.Redaction.Transforms;

namespace Weir.Pipeline.Redaction.Scanning;

/// <summary>Text behind bytes that an encoding gave: UTF-8, UTF-16 of either order, gzip (RFC 1952) or zlib (RFC 1950) of those, and fields of a binary message.</summary>
internal static class HiddenText
{
    /// <summary>Longer runs are not decoded, and no more than this is unpacked of one.</summary>
    public const int Longest = 1 << 20;

    private static ReadOnlySpan<byte> Deflated => [0x01, 0x5E, 0x9C, 0xDA];

    /// <summary>The first seven to nine bytes may begin text: most are printable or none is a control character, or every second is zero, or they are the mark of something packed.</summary>
    public static bool MayBegin(ReadOnlySpan<byte> head)
    {
        int printable = 0, zeros = 0, controls = 0;
        foreach (var b in head)
        {
            printable += IsPrintable(b) ? 1 : 0;
            zeros += b == 0 ? 1 : 0;
            controls += IsPrintable(b) || b >= 0x80 ? 0 : 1;
        }

        return controls == 0 || printable >= 6 || zeros >= 3 && printable >= 3 || head[0] == 0x1F && head[1] == 0x8B || head[0] == 0x78 && Deflated.Contains(head[1]);
    }

    /// <summary>The first <paramref name="length"/> bytes of the buffer become readable UTF-8 there; how many bytes of it, 0 when it is none.</summary>
    public static int Read(ref byte[] buffer, int length, bool packed = false)
    {
        var bytes = buffer.AsSpan(0, length);
        if (!packed && length > 12 && (bytes[0] == 0x1F && bytes[1] == 0x8B || bytes[0] == 0x78 && Deflated.Contains(bytes[1])) && Unpack(bytes) is { } unpacked)
        {
            buffer = unpacked;
            return Read(ref buffer, unpacked.Length, packed: true);
        }

        if (Wide(bytes) is { } encoding)
        {
            buffer = Encoding.UTF8.GetBytes(encoding.GetString(bytes[..(length & ~1)]));
            bytes = buffer;
        }

        return Utf8.IsValid(bytes) && !HasControls(bytes) || Mostly(bytes) ? bytes.Length : 0;
    }

    /// <summary>The bytes that pairs of hexadecimal digits stand for, whatever else stands between them, made readable; 0 when they stand for no text.</summary>
    public static int OfHexadecimal(ReadOnlySpan<byte> run, ref byte[] buffer)
    {
        if (run.Length > Longest)
        {
            return 0;
        }

        if (buffer.Length < run.Length / 2 + 1)
        {
            buffer = new byte[Math.Max(256, run.Length)];
        }

        int length = 0, high = -1;
        foreach (var b in run)
        {
            var value = b switch
            {
                >= (byte)'0' and <= (byte)'9' => b - '0',
                >= (byte)'a' and <= (byte)'f' => b - 'a' + 10,
                >= (byte)'A' and <= (byte)'F' => b - 'A' + 10,
                _ => -1,
            };
            if (value < 0)
            {
                continue;
            }

            if (high < 0)
            {
                high = value;
                continue;
            }

            buffer[length++] = (byte)(high << 4 | value);
            high = -1;
            if (length == 8 && !MayBegin(buffer.AsSpan(0, 8)))
            {
                return 0;
            }
        }

        return high < 0 && length >= 8 ? Read(ref buffer, length) : 0;
    }

    /// <summary>The text behind base32 (RFC 4648) in capitals or small letters, without its padding; 0 when it is none.</summary>
    public static int OfBase32(ReadOnlySpan<byte> run, ref byte[] buffer)
    {
        if (run.Length is < 12 or > Longest)
        {
            return 0;
        }

        Span<byte> small = stackalloc byte[14];
        Span<byte> head = stackalloc byte[10];
        if (Ascii.ToLower(run[..Math.Min(run.Length, 14)], small, out var read) != OperationStatus.Done || !Base32Text.TryRead(small[..read], head, out var known) || !MayBegin(head[..known]))
        {
            return 0;
        }

        var one = ArrayPool<byte>.Shared.Rent(run.Length);
        if (buffer.Length < run.Length)
        {
            buffer = new byte[run.Length];
        }

        var text = Ascii.ToLower(run, one, out _) == OperationStatus.Done && Base32Text.TryRead(one.AsSpan(0, run.Length), buffer, out var length) ? Read(ref buffer, length) : 0;
        ArrayPool<byte>.Shared.Return(one);
        return text;
    }

    /// <summary>UTF-16, told by its mark or by the zeros of Latin letters and digits; null for anything else.</summary>
    private static Encoding? Wide(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 4)
        {
            return null;
        }

        if (bytes[0] == 0xFF && bytes[1] == 0xFE || bytes[0] == 0xFE && bytes[1] == 0xFF)
        {
            return bytes[0] == 0xFF ? Encoding.Unicode : Encoding.BigEndianUnicode;
        }

        Span<int> zeros = stackalloc int[2];
        zeros.Clear();
        for (var i = 0; i < bytes.Length; i++)
        {
            zeros[i & 1] += bytes[i] == 0 ? 1 : 0;
        }

        return zeros[0] == 0 && zeros[1] * 3 > bytes.Length ? Encoding.Unicode : zeros[1] == 0 && zeros[0] * 3 > bytes.Length ? Encoding.BigEndianUnicode : null;
    }

    private static byte[]? Unpack(ReadOnlySpan<byte> packed)
    {
        using var source = new MemoryStream(packed.ToArray(), writable: false);
        using Stream unpack = packed[0] == 0x1F ? new GZipStream(source, CompressionMode.Decompress) : new ZLibStream(source, CompressionMode.Decompress);
        var output = new ArrayBufferWriter<byte>(Math.Min(Longest, packed.Length * 4));
        try
        {
            int read;
            while (output.WrittenCount < Longest && (read = unpack.Read(output.GetSpan(4096))) > 0)
            {
                output.Advance(read);
            }
        }
        catch (InvalidDataException)
        {
            // What came before the damage is read.
        }

        return output.WrittenCount == 0 ? null : output.WrittenSpan.ToArray();
    }

    private static bool HasControls(ReadOnlySpan<byte> text)
    {
        foreach (var b in text)
        {
            if (!IsPrintable(b) && b < 0x80)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Three of four bytes are printable ASCII: the rest become blanks, and the texts between stand by themselves.</summary>
    private static bool Mostly(Span<byte> bytes)
    {
        var other = 0;
        foreach (var b in bytes)
        {
            other += IsPrintable(b) ? 0 : 1;
        }

        if (other * 4 > bytes.Length)
        {
            return false;
        }

        foreach (ref var b in bytes)
        {
            b = IsPrintable(b) ? b : (byte)' ';
        }

        return true;
    }

    private static bool IsPrintable(byte b) => b is >= 0x20 and < 0x7F or (byte)'\t' or (byte)'\n' or (byte)'\r';
}
