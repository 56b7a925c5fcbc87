using System.Buffers;
using System.Buffers.Text;

namespace Weir.Pipeline.Redaction.Scanning;

/// <summary>Text hidden in base64, of either alphabet, padded or not.</summary>
internal static class Base64Text
{
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
        if (run.Length is < 12 or > HiddenText.Longest || run.Length % 4 == 1)
        {
            return 0;
        }

        // The first twelve characters decide for most: nine bytes that must begin a text.
        Span<byte> probe = stackalloc byte[12];
        Span<byte> head = stackalloc byte[9];
        Plain(run[..12], probe);
        if (Base64.DecodeFromUtf8(probe, head, out _, out _) != OperationStatus.Done || !HiddenText.MayBegin(head))
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

        return HiddenText.Read(ref buffer, length);
    }

    /// <summary>The run without its line breaks (RFC 2045 breaks after 76 characters).</summary>
    private static int Lines(ReadOnlySpan<byte> run, ref byte[] buffer)
    {
        if (run.Length > HiddenText.Longest)
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

    private static void Plain(ReadOnlySpan<byte> run, Span<byte> to)
    {
        for (var i = 0; i < run.Length; i++)
        {
            to[i] = run[i] switch { (byte)'-' => (byte)'+', (byte)'_' => (byte)'/', var b => b };
        }
    }
}
