using System.Text;

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

    /// <summary>How programming languages and style sheets spell a character: <c>\u0040 \u{40} \U00000040 \x40 \x{40} \100 \40␣ \000040</c>, nothing at the end of a line that goes on, and <c>\@</c> for a sign that somebody took for special. How many bytes it takes, 0 when it is none.</summary>
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
            case (byte)'U' when text.StartsWith("\\U000"u8) && TryHex(text[2..], 8, out value):
                used = 10;
                break;
            case (byte)'u' or (byte)'U':
                return JsonEscape(text, out rune);
            case (byte)'x' or (byte)'X' when text.Length > 4 && text[2] == (byte)'{' && text[3..Math.Min(text.Length, 10)].IndexOf((byte)'}') is var closing and > 0 && TryHex(text[3..], closing, out value):
                used = closing + 4;
                break;
            case (byte)'\n':
                // A soft hyphen: one more of what cannot be seen.
                (value, used) = (0xAD, 2);
                break;
            case (byte)'\r' when text.Length > 2 && text[2] == (byte)'\n':
                (value, used) = (0xAD, 3);
                break;
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
            case >= (byte)'2' and <= (byte)'7' when text.Length >= 4 && text[3] == (byte)' ' && TryHex(text[1..], 2, out value):
                used = 4;
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

    /// <summary><c>%u0040</c></summary>
    public static bool TryPercentUnit(ReadOnlySpan<byte> text, out Rune rune)
    {
        rune = Rune.ReplacementChar;
        if (text.Length < 6 || (text[1] | 0x20) != 'u' || !TryHex(text[2..], 4, out var unit))
        {
            return false;
        }

        if (Rune.TryCreate(unit, out var read))
        {
            rune = read;
        }

        return true;
    }

    /// <summary>The bytes of an equals sign that ends a line which goes on (RFC 2045, section 6.7); 0 for none.</summary>
    public static int SoftBreak(ReadOnlySpan<byte> text) => text.StartsWith("=\n"u8) ? 2 : text.StartsWith("=\r\n"u8) ? 3 : 0;

    /// <summary>The bytes of a control sequence (ECMA-48), such as <c>ESC [ 31 m</c>; 0 for none.</summary>
    public static int TerminalSequence(ReadOnlySpan<byte> text)
    {
        if (text.Length < 3 || text[1] != (byte)'[')
        {
            return 0;
        }

        var end = 2;
        while (end < text.Length && end < 32 && text[end] is >= 0x20 and <= 0x3F)
        {
            end++;
        }

        return end < text.Length && text[end] is >= 0x40 and <= 0x7E ? end + 1 : 0;
    }

    /// <summary>Names of HTML for the signs that stand in numbers and addresses, and for what cannot be seen.</summary>
    private static readonly Dictionary<string, int> Names = new (string Name, char Value)[]
    {
        ("commat", '@'), ("period", '.'), ("amp", '&'), ("AMP", '&'), ("nbsp", ' '), ("ensp", ' '), ("emsp", ' '), ("emsp13", ' '), ("emsp14", ' '), ("numsp", ' '), ("puncsp", ' '),
        ("thinsp", ' '), ("hairsp", ' '), ("ThinSpace", ' '), ("Tab", ' '), ("NewLine", '\n'), ("hyphen", '-'), ("dash", '-'), ("ndash", '-'), ("mdash", '-'), ("minus", '-'), ("horbar", '-'),
        ("lowbar", '_'), ("plus", '+'), ("colon", ':'), ("comma", ','), ("sol", '/'), ("lpar", '('), ("rpar", ')'), ("lsqb", '['), ("rsqb", ']'), ("num", '#'), ("percnt", '%'), ("equals", '='),
        ("ast", '*'), ("excl", '!'), ("bsol", '\\'), ("quot", '"'), ("apos", '\''), ("lt", '<'), ("gt", '>'), ("middot", '.'), ("shy", '\u00ad'), ("zwnj", '\u200c'), ("zwj", '\u200d'),
        ("lrm", '\u200e'), ("rlm", '\u200f'), ("NoBreak", '\u2060'), ("ZeroWidthSpace", '\u200b'),
    }.ToDictionary(x => x.Name, x => (int)x.Value, StringComparer.Ordinal);

    private static readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> ByName = Names.GetAlternateLookup<ReadOnlySpan<char>>();

    private static int Named(ReadOnlySpan<byte> name)
    {
        Span<char> chars = stackalloc char[16];
        for (var i = 0; i < name.Length; i++)
        {
            chars[i] = (char)name[i];
        }

        return ByName.TryGetValue(chars[..name.Length], out var value) ? value : 0;
    }

    /// <summary>&#64; &#x40; &commat; &period; &amp;</summary>
    public static int Reference(ReadOnlySpan<byte> text, out Rune rune)
    {
        rune = default;
        var end = text[..Math.Min(text.Length, 16)].IndexOf((byte)';');
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
            value = Named(name);
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
