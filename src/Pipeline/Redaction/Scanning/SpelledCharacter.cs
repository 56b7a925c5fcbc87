using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace Weir.Pipeline.Redaction.Scanning;

/// <summary>One character as somebody spelled it: an escape of JSON or of a programming language, percent signs, quoted-printable, an HTML reference; or a tag that a reader does not see.</summary>
internal static class SpelledCharacter
{
    /// <summary>How many bytes a JSON escape takes, 0 when it is none. A surrogate without its pair becomes U+FFFD.</summary>
    public static int JsonEscape(ReadOnlySpan<byte> text, out Rune rune)
    {
        rune = Rune.ReplacementChar;
        if (text.Length < 2)
        {
            return 0;
        }

        var plain = text[1] switch
        {
            (byte)'"' => '"',
            (byte)'\\' => '\\',
            (byte)'/' => '/',
            (byte)'b' => '\b',
            (byte)'f' => '\f',
            (byte)'n' => '\n',
            (byte)'r' => '\r',
            (byte)'t' => '\t',
            _ => '\0',
        };
        if (plain != '\0')
        {
            rune = new Rune(plain);
            return 2;
        }

        if (text[1] is not ((byte)'u' or (byte)'U') || !TryHex(text[2..], 4, out var unit))
        {
            return 0;
        }

        if (Rune.TryCreate(unit, out rune))
        {
            return 6;
        }

        if (char.IsHighSurrogate((char)unit) && text.Length >= 12 && text[6] == (byte)'\\' && text[7] is (byte)'u' && TryHex(text[8..], 4, out var low)
            && Rune.TryCreate((char)unit, (char)low, out rune))
        {
            return 12;
        }

        rune = Rune.ReplacementChar;
        return 6;
    }

    /// <summary>How programming languages and style sheets spell a character: <c>\u0040 \u{40} \x40 \100 \000040</c>, and <c>\@</c> for a sign that somebody took for special. How many bytes it takes, 0 when it is none.</summary>
    public static int PlainEscape(ReadOnlySpan<byte> text, out Rune rune)
    {
        rune = default;
        if (text.Length < 2)
        {
            return 0;
        }

        int value, used;
        switch (text[1])
        {
            case (byte)'u' or (byte)'U' when text.Length > 4 && text[2] == (byte)'{':
                var digits = text[3..Math.Min(text.Length, 10)].IndexOf((byte)'}');
                if (digits < 1 || !TryHex(text[3..], digits, out value))
                {
                    return 0;
                }

                used = digits + 4;
                break;
            case (byte)'u' or (byte)'U':
                return JsonEscape(text, out rune);
            case (byte)'x' or (byte)'X' when TryHex(text[2..], 2, out value):
                used = 4;
                break;
            case (byte)'0' when text.StartsWith("\\0000"u8) && TryHex(text[5..], 2, out value):
                used = 7;
                break;
            case >= (byte)'0' and <= (byte)'3' when text.Length >= 4 && text[2] is >= (byte)'0' and <= (byte)'7' && text[3] is >= (byte)'0' and <= (byte)'7':
                (value, used) = ((text[1] - '0') * 64 + (text[2] - '0') * 8 + text[3] - '0', 4);
                break;
            case (byte)'@' or (byte)'.' or (byte)'-':
                (value, used) = (text[1], 2);
                break;
            default:
                return 0;
        }

        return Rune.TryCreate(value, out rune) ? used : 0;
    }

    /// <summary><c>=40</c>, when it is one of several in a row or an address's sign.</summary>
    public static bool IsQuoted(ReadOnlySpan<byte> text, bool follows) =>
        text.Length >= 3 && text[1] is >= (byte)'2' and <= (byte)'7' && char.IsAsciiHexDigit((char)text[2])
        && (follows || text.Length > 3 && text[3] == (byte)'=' || text[1] == (byte)'4' && text[2] == (byte)'0' || text[1] == (byte)'2' && (text[2] | 0x20) is 'd' or 'e');

    /// <summary>The bytes of a tag that does not end a word for whoever reads the page, or of a comment; 0 for none.</summary>
    public static int InlineTag(ReadOnlySpan<byte> text)
    {
        var end = text[..Math.Min(text.Length, 128)].IndexOf((byte)'>');
        if (end < 2)
        {
            return 0;
        }

        if (text.StartsWith("<!--"u8))
        {
            var close = text.IndexOf("-->"u8);
            return close < 0 ? 0 : close + 3;
        }

        var name = text[(text[1] == (byte)'/' ? 2 : 1)..end];
        var length = name.IndexOfAnyExceptInRange((byte)'A', (byte)'z');
        name = length < 0 ? name : name[..length];
        foreach (var inline in InlineTags)
        {
            if (name.Length == inline.Length && Ascii.EqualsIgnoreCase(name, inline))
            {
                return end + 1;
            }
        }

        return 0;
    }

    private static readonly byte[][] InlineTags = [.. new[] { "b", "i", "u", "s", "a", "em", "strong", "span", "font", "small", "big", "mark", "sub", "sup", "code", "tt", "wbr", "br", "bdi", "bdo", "ins", "del" }.Select(Encoding.ASCII.GetBytes)];

    public static bool TryPercent(ReadOnlySpan<byte> text, out byte value)
    {
        value = 0;
        if (text.Length < 3 || text[0] != (byte)'%' || !TryHex(text[1..], 2, out var read))
        {
            return false;
        }

        value = (byte)read;
        return true;
    }

    /// <summary>&#64; &#x40; &commat; &period; &amp;</summary>
    public static int Reference(ReadOnlySpan<byte> text, out Rune rune)
    {
        rune = default;
        var end = text[..Math.Min(text.Length, 12)].IndexOf((byte)';');
        var closed = end >= 3;
        if (!closed)
        {
            // A reader of pages takes a number without its semicolon too.
            if (text.Length < 4 || text[1] != (byte)'#')
            {
                return 0;
            }

            end = 2;
            while (end < text.Length && end < 10 && char.IsAsciiDigit((char)text[end]))
            {
                end++;
            }

            if (end < 4)
            {
                return 0;
            }
        }

        var name = text[1..end];
        var value = 0;
        if (name[0] != (byte)'#')
        {
            value = name.SequenceEqual("commat"u8) ? '@' : name.SequenceEqual("period"u8) ? '.' : name.SequenceEqual("amp"u8) ? '&' : name.SequenceEqual("nbsp"u8) ? ' ' : name.SequenceEqual("shy"u8) ? 0xAD : 0;
        }
        else if (name[1] is (byte)'x' or (byte)'X')
        {
            if (name.Length > 8 || !TryHex(name[2..], name.Length - 2, out value))
            {
                return 0;
            }
        }
        else if (!System.Buffers.Text.Utf8Parser.TryParse(name[1..], out value, out var used) || used != name.Length - 1)
        {
            return 0;
        }

        return value > 0 && Rune.TryCreate(value, out rune) ? closed ? end + 1 : end : 0;
    }

    public static bool TryHex(ReadOnlySpan<byte> text, int digits, out int value)
    {
        value = 0;
        if (digits == 0 || text.Length < digits)
        {
            return false;
        }

        foreach (var b in text[..digits])
        {
            if (!char.IsAsciiHexDigit((char)b))
            {
                return false;
            }

            value = value << 4 | (b <= '9' ? b - '0' : (b | 0x20) - 'a' + 10);
        }

        return true;
    }
}
