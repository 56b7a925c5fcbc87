using Weir.Pipeline.Redaction.Scanning;

namespace Weir.Pipeline.Redaction.Transforms;

/// <summary>Base32 of RFC 4648 in lower case without padding: letters and digits that no URL, CSV or JSON escapes.</summary>
internal static class Base32Text
{
    private static ReadOnlySpan<byte> Alphabet => "abcdefghijklmnopqrstuvwxyz234567"u8;

    public static void Append(ReadOnlySpan<byte> bytes, Pool<byte> output)
    {
        int bits = 0, value = 0;
        foreach (var b in bytes)
        {
            value = value << 8 | b;
            for (bits += 8; bits >= 5; bits -= 5)
            {
                output.Add(Alphabet[value >> (bits - 5) & 31]);
            }

            value &= 0xFF;
        }

        if (bits > 0)
        {
            output.Add(Alphabet[value << (5 - bits) & 31]);
        }
    }

    /// <summary>False when a digit is none of the alphabet's.</summary>
    public static bool TryRead(ReadOnlySpan<byte> digits, Span<byte> bytes, out int length)
    {
        int bits = 0, value = 0;
        length = 0;
        foreach (var digit in digits)
        {
            var v = Alphabet.IndexOf(digit);
            if (v < 0)
            {
                return false;
            }

            value = (value << 5 | v) & 0xFFF;
            if ((bits += 5) >= 8)
            {
                bits -= 8;
                bytes[length++] = (byte)(value >> bits);
            }
        }

        return true;
    }
}
