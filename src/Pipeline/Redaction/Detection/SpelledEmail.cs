using System.Buffers;
using System.Text;

namespace Weir.Pipeline.Redaction.Detection;

/// <summary>
/// Addresses that are written for people and not for machines:
/// <code>
/// bob [at] example [dot] com      bob (at) example.com      bob AT example DOT com      bob_at_example_dot_com
/// </code>
/// A sign in brackets or capitals needs a dot of either kind behind it; a plain "at" needs the word "dot", or a domain where people have their mail.
/// </summary>
internal static class SpelledEmail
{
    private const int LongestLocal = 64;

    private static readonly SearchValues<byte> Local = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._%+-"u8);

    /// <summary>Endings of names that people spell; every one of two letters is taken for a country's.</summary>
    private static readonly byte[][] Endings = Ascii("com", "org", "net", "edu", "gov", "mil", "int", "info", "biz", "name", "app", "dev", "online", "site", "store", "shop", "cloud", "email", "xyz", "club", "tech", "museum", "travel", "agency", "company", "example", "test", "local");

    /// <summary>Countries' endings that are no words.</summary>
    private static readonly byte[][] Countries = Ascii("de", "uk", "fr", "nl", "es", "io", "co", "ai", "ch", "se", "pl", "eu", "br", "jp", "cn", "ru", "au", "ca", "fi", "dk", "cz", "pt", "gr", "ro", "hu", "nz", "za", "mx", "kr", "tv");

    /// <summary>What stands before "dot com" in talk about it.</summary>
    private static readonly byte[][] Articles = Ascii("the", "a", "an", "this", "that", "each", "every", "any", "one", "last", "first");

    /// <summary>The word for a dot.</summary>
    private static readonly byte[][] Dots = Ascii("dot", "punkt", "punto", "point", "ponto", "d0t");

    /// <summary>First labels of domains where people have their mail: a plain "at" before one is a sign.</summary>
    private static readonly byte[][] Providers = Ascii("gmail", "googlemail", "yahoo", "ymail", "hotmail", "outlook", "live", "msn", "icloud", "aol", "gmx", "web", "proton", "protonmail", "yandex", "qq", "163", "126", "naver", "comcast", "verizon", "orange", "libero", "t-online", "wanadoo", "laposte", "zoho", "fastmail");

    /// <summary>What stands before a mention, <c>thanks @example.com</c>.</summary>
    private static readonly byte[][] BeforeMentions = Ascii("a", "an", "the", "and", "or", "at", "as", "by", "via", "to", "from", "of", "on", "in", "is", "it", "us", "me", "for", "with", "see", "hi", "hey", "hello", "dear", "thanks", "thank", "thx", "follow", "visit", "join", "meet", "cc", "ping", "contact", "mail", "email", "tag", "fyi", "more", "team", "all", "you", "check");

    /// <summary>The address whose spelled sign ends before <paramref name="after"/>, inside [from, to).</summary>
    public static bool TryFind(ReadOnlySpan<byte> text, int after, int from, int to, out int start, out int end)
    {
        start = end = after;
        int sign = after - 2, next = after;
        var blank = sign - 2 >= from && next + 1 < to && text[sign - 1] == (byte)' ' && text[next] == (byte)' ' && Closing(text[sign - 2]) == text[next + 1] ? 1 : 0;
        var closing = sign - 1 - blank >= from ? Closing(text[sign - 1 - blank]) : (byte)0;
        var bracketed = closing != 0;
        if (bracketed && (after + blank >= to || text[after + blank] != closing))
        {
            return false;
        }

        if (bracketed)
        {
            sign -= 1 + blank;
            next += 1 + blank;
        }

        var capitals = text[after - 1] == (byte)'T' && text[after - 2] == (byte)'A';
        var local = sign;
        while (local > from && sign - local < 2 && text[local - 1] == (byte)' ')
        {
            local--;
        }

        start = local;
        while (start > from && local - start < LongestLocal && Local.Contains(text[start - 1]))
        {
            start--;
        }

        while (start < local && text[start] is (byte)'.' or (byte)'-' or (byte)'%')
        {
            start++;
        }

        while (next < to && next - after < 4 && text[next] == (byte)' ')
        {
            next++;
        }

        var spelled = !bracketed && !capitals && !BeginsWith(text[next..to], Providers);
        return start < local && (bracketed || local < sign) && TryDomain(text, next, to, spelled, known: !bracketed, out end) && (closing != (byte)'_' || IsInUse(text[next..end]));
    }

    /// <summary>A name of a domain in use stands at <paramref name="next"/>, and before [<paramref name="start"/>, <paramref name="local"/>), which is no word that people put before a mention: the blank behind it is one too many, as in <c>bob @example.com</c>.</summary>
    public static bool IsParted(ReadOnlySpan<byte> text, int start, int local, int next, int to) =>
        local - start > 1 && !IsOneOf(text[start..local], BeforeMentions) && TryDomain(text, next, to, spelled: false, known: true, out var end)
        && IsInUse(text[next..end]);

    /// <summary>The last label is an ending that is in use and no word.</summary>
    private static bool IsInUse(ReadOnlySpan<byte> domain) => IsEnding(domain[(domain.LastIndexOfAny("._ "u8) + 1)..], spelled: true);

    /// <summary>What ends a sign that begins with this byte; 0 for none.</summary>
    public static byte Closing(byte opening) => opening switch
    {
        (byte)'(' => (byte)')',
        (byte)'[' => (byte)']',
        (byte)'<' => (byte)'>',
        (byte)'{' => (byte)'}',
        (byte)'-' or (byte)'_' or (byte)'*' or (byte)'|' or (byte)'"' => opening,
        _ => 0,
    };

    private static bool BeginsWith(ReadOnlySpan<byte> domain, byte[][] labels)
    {
        var length = domain.IndexOf((byte)'.');
        return length > 0 && IsOneOf(domain[..length], labels);
    }

    /// <summary>Labels with dots of either kind between them.</summary>
    /// <param name="text">The text.</param>
    /// <param name="position">Where the domain begins.</param>
    /// <param name="to">Where the value ends.</param>
    /// <param name="spelled">One dot at least must be spelled.</param>
    /// <param name="known">The last label must be an ending that is in use.</param>
    /// <param name="end">Behind the last label.</param>
    public static bool TryDomain(ReadOnlySpan<byte> text, int position, int to, bool spelled, bool known, out int end)
    {
        end = -1;
        bool anySpelled = false, slip = false;
        for (var labels = 1; labels < 8; labels++)
        {
            var label = position;
            while (position < to && position - label < 64 && (char.IsAsciiLetterOrDigit((char)text[position]) || text[position] == (byte)'-' || text[position] >= 0x80)
                && (text[position] != (byte)'-' || SpelledDot(text[position..to], out _) == 0))
            {
                position++;
            }

            if (position == label)
            {
                break;
            }

            // After a dot that seems to end a sentence, or a comma, only an ending in small letters goes on.
            if (slip)
            {
                end = IsEnding(text[label..position]) && (position == to || text[position] is not ((byte)'.' or (byte)'_')) ? position : end;
                break;
            }

            if (labels > 1 && position - label >= 2 && !text[label..position].ContainsAnyInRange((byte)'0', (byte)'9') && (!spelled || anySpelled) && (!known || IsEnding(text[label..position], spelled)))
            {
                end = position;
            }

            if (position + 1 < to && text[position] == (byte)'.' && text[position + 1] != (byte)' ')
            {
                position++;
            }
            else if (SpelledDot(text[position..to], out slip) is var length and > 0)
            {
                position += length;
                if (spelled && labels == 1 && IsOneOf(text[label..(position - length)], Articles))
                {
                    break;
                }

                anySpelled = true;
            }
            else
            {
                break;
            }
        }

        return end > 0;
    }

    private static bool IsEnding(ReadOnlySpan<byte> label)
    {
        foreach (var ending in Endings)
        {
            if (label.SequenceEqual(ending))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsEnding(ReadOnlySpan<byte> label, bool spelled) => label.Length == 2 && (!spelled || IsOneOf(label, Countries)) || IsOneOf(label, Endings);

    private static bool IsOneOf(ReadOnlySpan<byte> label, byte[][] words)
    {
        foreach (var word in words)
        {
            if (System.Text.Ascii.EqualsIgnoreCase(label, word))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The bytes of <c>" dot "</c>, <c>"[dot]"</c>, <c>" (dot) "</c>, <c>"[ . ]"</c>, <c>"_dot_"</c>, <c>" . "</c> at the start of the text, and of what may be a slip, <c>". "</c>, <c>" ."</c>, <c>","</c>; 0 for none.</summary>
    public static int SpelledDot(ReadOnlySpan<byte> text, out bool slip)
    {
        slip = false;
        var i = Blanks(text, 0);
        var blanks = i;
        var closing = i < text.Length ? Closing(text[i]) : (byte)0;
        if (closing != 0)
        {
            i = Blanks(text, i + 1);
        }

        if (i < text.Length && text[i] == (byte)'.' && (closing is not (0 or (byte)'-' or (byte)'_')))
        {
            i++;
        }
        else if (closing == 0 && i + 1 < text.Length && text[i] is (byte)'.' or (byte)',')
        {
            var after = Blanks(text, i + 1);
            slip = blanks == 0 || after == i + 1;
            return text[i] == (byte)'.' && blanks + after - i - 1 > 0 || text[i] == (byte)',' && blanks + after - i - 1 == 0 ? after : 0;
        }
        else if (Word(text[i..]) is var length and > 0)
        {
            i += length;
        }
        else
        {
            return 0;
        }

        if (closing != 0)
        {
            i = Blanks(text, i);
            return i < text.Length && text[i] == closing ? Blanks(text, i + 1) : 0;
        }

        return blanks > 0 && i < text.Length && text[i] == (byte)' ' ? Blanks(text, i) : 0;

        static int Blanks(ReadOnlySpan<byte> text, int from)
        {
            var i = from;
            while (i < text.Length && i - from < 2 && text[i] == (byte)' ')
            {
                i++;
            }

            return i;
        }

        static int Word(ReadOnlySpan<byte> text)
        {
            foreach (var word in Dots)
            {
                if (text.Length >= word.Length && System.Text.Ascii.EqualsIgnoreCase(text[..word.Length], word))
                {
                    return word.Length;
                }
            }

            return 0;
        }
    }

    private static byte[][] Ascii(params string[] words) => [.. words.Select(Encoding.ASCII.GetBytes)];
}
