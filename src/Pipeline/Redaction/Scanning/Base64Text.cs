using System.Buffers;
using System.Buffers.Text;
using System.Text.Unicode;

namespace Weir.Pipeline.Redaction.Scanning;

/// <summary>Text hidden in base64, of either alphabet, padded or not.</summary>
internal static class Base64Text
{
    private const int Longest = 1 << 20;

    public static bool Belongs(byte b) => char.IsAsciiLetterOrDigit((char)b) || b is (byte)'+' or (byte)'/' or (byte)'-' or (byte)'_';

    /// <summary>A line break inside a run: at least 60 characters of it stand before, and it goes on behind.</summary>
    public static bool IsBreak(ReadOnlySpan<byte> text, int at, int from, int to)
    {
        if (text[at] == (byte)'\r')
        {
            return at + 1 < to && text[at + 1] == (byte)'\n' && IsBreak(text, at + 1, from, to);
        }

        if (text[at] != (byte)'\n' || at + 4 >= to || at - 61 < from)
        {
            return false;
        }

        var last = text[at - 1] == (byte)'\r' ? at - 1 : at;
        foreach (var b in text[(last - 60)..last])
        {
            if (!Belongs(b))
            {
                return false;
            }
        }

        return Belongs(text[at + 1]) && Belongs(text[at + 2]) && Belongs(text[at + 3]);
    }

    /// <summary>The bytes of readable text behind the run; 0 when it decodes to none.</summary>
    public static int Decode(ReadOnlySpan<byte> run, ref byte[] buffer)
    {
        if (run.Contains((byte)'\n'))
        {
            return Lines(run, ref buffer);
        }

        run = run.TrimEnd((byte)'=');
        if (run.Length is < 12 or > Longest || run.Length % 4 == 1)
        {
            return 0;
        }

        // The first twelve characters decide for most: nine bytes that must be readable.
        Span<byte> probe = stackalloc byte[12];
        Span<byte> head = stackalloc byte[9];
        Plain(run[..12], probe);
        if (Base64.DecodeFromUtf8(probe, head, out _, out _) != OperationStatus.Done || !Readable(head) && !Wide(head))
        {
            return 0;
        }

        var padded = (run.Length + 3) / 4 * 4;
        if (buffer.Length < padded)
        {
            buffer = new byte[Math.Max(256, padded)];
        }

        var text = buffer.AsSpan(0, padded);
        text.Fill((byte)'=');
        Plain(run, text);
        // The bits past the last byte need not be zero for whoever hides something.
        if (Base64.DecodeFromUtf8InPlace(text, out var length) != OperationStatus.Done)
        {
            return 0;
        }

        var decoded = buffer.AsSpan(0, length);
        if (length % 2 == 0 && Wide(decoded))
        {
            for (var i = 0; i < length / 2; i++)
            {
                decoded[i] = decoded[2 * i];
            }

            decoded = decoded[..(length / 2)];
        }

        return Utf8.IsValid(decoded) && Readable(decoded) ? decoded.Length : 0;
    }

    /// <summary>The run without its line breaks (RFC 2045 breaks after 76 characters).</summary>
    private static int Lines(ReadOnlySpan<byte> run, ref byte[] buffer)
    {
        if (run.Length > Longest)
        {
            return 0;
        }

        var one = ArrayPool<byte>.Shared.Rent(run.Length);
        var length = 0;
        foreach (var b in run)
        {
            if (b is not ((byte)'\r' or (byte)'\n'))
            {
                one[length++] = b;
            }
        }

        var decoded = Decode(one.AsSpan(0, length), ref buffer);
        ArrayPool<byte>.Shared.Return(one);
        return decoded;
    }

    /// <summary>Latin text of two bytes each, the low one first (UTF-16).</summary>
    private static bool Wide(ReadOnlySpan<byte> text)
    {
        for (var i = 1; i < text.Length; i += 2)
        {
            if (text[i] != 0 || text[i - 1] < 0x20)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The bytes of readable text that pairs of hexadecimal digits stand for; 0 when they stand for none.</summary>
    public static int DecodeHexadecimal(ReadOnlySpan<byte> run, ref byte[] buffer)
    {
        if (run.Length > Longest)
        {
            return 0;
        }

        if (buffer.Length < run.Length / 2)
        {
            buffer = new byte[Math.Max(256, run.Length / 2)];
        }

        for (var i = 0; i < run.Length / 2; i++)
        {
            int high = Value(run[2 * i]), low = Value(run[2 * i + 1]);
            if (high < 0 || low < 0 || high < 2 && (high << 4 | low) is not (9 or 10 or 13))
            {
                return 0;
            }

            buffer[i] = (byte)(high << 4 | low);
        }

        return Utf8.IsValid(buffer.AsSpan(0, run.Length / 2)) ? run.Length / 2 : 0;

        static int Value(byte b) => b switch
        {
            >= (byte)'0' and <= (byte)'9' => b - '0',
            >= (byte)'a' and <= (byte)'f' => b - 'a' + 10,
            >= (byte)'A' and <= (byte)'F' => b - 'A' + 10,
            _ => -1,
        };
    }

    private static void Plain(ReadOnlySpan<byte> run, Span<byte> to)
    {
        for (var i = 0; i < run.Length; i++)
        {
            to[i] = run[i] switch { (byte)'-' => (byte)'+', (byte)'_' => (byte)'/', var b => b };
        }
    }

    private static bool Readable(ReadOnlySpan<byte> text)
    {
        foreach (var b in text)
        {
            if (b < 0x20 && b is not ((byte)'\t' or (byte)'\n' or (byte)'\r') || b == 0x7F)
            {
                return false;
            }
        }

        return true;
    }
}
