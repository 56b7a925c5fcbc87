using System.Text;

namespace Weir.Pipeline.Redaction.Detection;

/// <summary>
/// A date behind the words that announce it, as people write it:
/// <code>
/// 1975-01-02   02.01.1975   1/2/75   19750102   2 January 1975   January 2, 1975   2. Januar 1975   2 de enero de 1975   2-Jan-1975
/// </code>
/// </summary>
internal static class WrittenDate
{
    /// <summary>How months begin in English, German, French, Spanish, Italian, Portuguese, Dutch and the northern languages.</summary>
    private static readonly string[] Months =
    [
        "jan", "janv", "ene", "gen", "feb", "fév", "fev", "febr", "mar", "mär", "maa", "mrt", "apr", "avr", "abr", "may", "mai", "mag", "maj", "mei", "jun", "juin", "giu", "jul", "juil", "lug",
        "aug", "aoû", "ago", "out", "sep", "set", "oct", "okt", "ott", "nov", "dec", "déc", "dez", "dic", "des",
    ];

    private const int LongestLead = 16;

    /// <summary>The date that begins at most a few words behind <paramref name="at"/>.</summary>
    public static bool TryFind(ReadOnlySpan<byte> text, int at, out int start, out int end)
    {
        end = 0;
        start = at;
        var limit = Math.Min(text.Length, at + LongestLead);
        while (start < limit)
        {
            var b = text[start];
            if (char.IsAsciiDigit((char)b))
            {
                return TryNumbers(text, start, out end) || TryDayFirst(text, start, out end);
            }

            if (b >= 0x80 || char.IsAsciiLetter((char)b))
            {
                var word = Word(text, start);
                if (IsMonth(text[start..word]))
                {
                    return TryMonthFirst(text, word, out end);
                }

                // "is", "on", "am", "le", "el", "il", "of birth"
                if (word - start > 5)
                {
                    return false;
                }

                start = word;
            }
            else if (b is (byte)' ' or (byte)':' or (byte)'=' or (byte)'-' or (byte)'(' or (byte)'"' or (byte)'\'' or (byte)',' or (byte)'\t')
            {
                start++;
            }
            else
            {
                return false;
            }
        }

        return false;
    }

    /// <summary>Three numbers with one sign between them, or eight digits; a time may follow.</summary>
    private static bool TryNumbers(ReadOnlySpan<byte> text, int start, out int end)
    {
        end = Digits(text, start);
        if (end - start == 8)
        {
            return text[start..end] is [(byte)'1', (byte)'9', ..] or [(byte)'2', (byte)'0', ..] or [_, _, _, _, (byte)'1', (byte)'9', ..] or [_, _, _, _, (byte)'2', (byte)'0', ..];
        }

        if (end - start > 4 || end >= text.Length || text[end] is not ((byte)'-' or (byte)'.' or (byte)'/'))
        {
            return false;
        }

        var sign = text[end];
        int first = end - start, second = Digits(text, end + 1);
        if (second - end - 1 is < 1 or > 2 || second >= text.Length || text[second] != sign)
        {
            return false;
        }

        end = Digits(text, second + 1);
        var third = end - second - 1;
        if (!(first == 4 && third is 1 or 2 || first <= 2 && third is 2 or 4))
        {
            return false;
        }

        if (end + 5 < text.Length && text[end] == (byte)'T' && char.IsAsciiDigit((char)text[end + 1]))
        {
            while (end < text.Length && (char.IsAsciiLetterOrDigit((char)text[end]) || text[end] is (byte)':' or (byte)'+' || text[end] is (byte)'.' or (byte)'-' && end + 1 < text.Length && char.IsAsciiDigit((char)text[end + 1])))
            {
                end++;
            }
        }

        return true;
    }

    private static bool TryDayFirst(ReadOnlySpan<byte> text, int start, out int end)
    {
        end = Digits(text, start);
        if (end - start > 2)
        {
            return false;
        }

        var i = end;
        if (i + 2 < text.Length && (text[i..(i + 2)].SequenceEqual("st"u8) || text[i..(i + 2)].SequenceEqual("nd"u8) || text[i..(i + 2)].SequenceEqual("rd"u8) || text[i..(i + 2)].SequenceEqual("th"u8) || text[i..(i + 2)].SequenceEqual("er"u8)))
        {
            i += 2;
        }

        i = Between(text, i);
        var word = Word(text, i);
        return IsMonth(text[i..word]) && TryYear(text, word, out end);
    }

    private static bool TryMonthFirst(ReadOnlySpan<byte> text, int at, out int end)
    {
        var day = Between(text, at);
        end = Digits(text, day);
        if (end - day is < 1 or > 2)
        {
            return false;
        }

        while (end < text.Length && char.IsAsciiLetter((char)text[end]))
        {
            end++;
        }

        return TryYear(text, end, out end);
    }

    private static bool TryYear(ReadOnlySpan<byte> text, int at, out int end)
    {
        var year = Between(text, at);
        end = Digits(text, year);
        return end - year is 4 or 2;
    }

    /// <summary>Past blanks, signs and the words "de" and "of".</summary>
    private static int Between(ReadOnlySpan<byte> text, int at)
    {
        while (at < text.Length)
        {
            if (text[at] is (byte)' ' or (byte)'.' or (byte)',' or (byte)'-' or (byte)'/')
            {
                at++;
            }
            else if (at + 3 < text.Length && (text[at..(at + 3)].SequenceEqual("de "u8) || text[at..(at + 3)].SequenceEqual("of "u8)))
            {
                at += 3;
            }
            else
            {
                break;
            }
        }

        return at;
    }

    private static int Digits(ReadOnlySpan<byte> text, int at)
    {
        while (at < text.Length && char.IsAsciiDigit((char)text[at]))
        {
            at++;
        }

        return at;
    }

    private static int Word(ReadOnlySpan<byte> text, int at)
    {
        while (at < text.Length && (text[at] >= 0x80 || char.IsAsciiLetter((char)text[at])))
        {
            at++;
        }

        return at;
    }

    private static bool IsMonth(ReadOnlySpan<byte> word)
    {
        if (word.Length is < 3 or > 14)
        {
            return false;
        }

        Span<char> lower = stackalloc char[16];
        var length = Encoding.UTF8.GetChars(word, lower);
        foreach (ref var c in lower[..length])
        {
            c = char.ToLowerInvariant(c);
        }

        foreach (var month in Months)
        {
            if (lower[..length].StartsWith(month, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }
}
