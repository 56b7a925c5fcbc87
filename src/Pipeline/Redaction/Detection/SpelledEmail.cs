using System.Buffers;
using System.Text;

namespace Weir.Pipeline.Redaction.Detection;

/// <summary>
/// Addresses that are written for people and not for machines:
/// <code>
/// bob [at] example [dot] com      bob (at) example.com      bob AT example DOT com
/// </code>
/// A sign in brackets or capitals needs a dot of either kind behind it; a plain "at" needs the word "dot".
/// </summary>
internal static class SpelledEmail
{
    private const int LongestLocal = 64;

    private static readonly SearchValues<byte> Local = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._%+-"u8);

    /// <summary>Endings of names that people spell; every one of two letters is taken for a country's.</summary>
    private static readonly byte[][] Endings =
        [.. new[] { "com", "org", "net", "edu", "gov", "mil", "int", "info", "biz", "name", "app", "dev", "online", "site", "store", "shop", "cloud", "email", "xyz", "club", "tech", "museum", "travel", "agency", "company", "example", "test", "local" }.Select(Encoding.ASCII.GetBytes)];

    /// <summary>Countries' endings that are no words.</summary>
    private static readonly byte[][] Countries = [.. new[] { "de", "uk", "fr", "nl", "es", "io", "co", "ai", "ch", "se", "pl", "eu", "br", "jp", "cn", "ru", "au", "ca", "fi", "dk", "cz", "pt", "gr", "ro", "hu", "nz", "za", "mx", "kr", "tv" }.Select(Encoding.ASCII.GetBytes)];

    /// <summary>What stands before "dot com" in talk about it.</summary>
    private static readonly byte[][] Articles = [.. new[] { "the", "a", "an", "this", "that", "each", "every", "any", "one", "last", "first" }.Select(Encoding.ASCII.GetBytes)];

    /// <summary>The address whose spelled sign ends before <paramref name="after"/>, inside [from, to).</summary>
    public static bool TryFind(ReadOnlySpan<byte> text, int after, int from, int to, out int start, out int end)
    {
        start = end = after;
        int sign = after - 2, next = after;
        var bracketed = sign > from && text[sign - 1] is (byte)'(' or (byte)'[' or (byte)'-' or (byte)'<' or (byte)'{';
        if (bracketed && (after >= to || text[after] is not ((byte)')' or (byte)']' or (byte)'-' or (byte)'>' or (byte)'}')))
        {
            return false;
        }

        if (bracketed)
        {
            sign--;
            next++;
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

        while (next < to && next - after < 3 && text[next] == (byte)' ')
        {
            next++;
        }

        return start < local && (bracketed || local < sign) && TryDomain(text, next, to, spelled: !bracketed && !capitals, known: !bracketed, out end);
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
        var anySpelled = false;
        for (var labels = 1; labels < 8; labels++)
        {
            var label = position;
            while (position < to && position - label < 64 && (char.IsAsciiLetterOrDigit((char)text[position]) || text[position] == (byte)'-' || text[position] >= 0x80))
            {
                position++;
            }

            if (position == label)
            {
                break;
            }

            if (labels > 1 && position - label >= 2 && !text[label..position].ContainsAnyInRange((byte)'0', (byte)'9') && (!spelled || anySpelled) && (!known || IsEnding(text[label..position], spelled)))
            {
                end = position;
            }

            if (position < to && text[position] == (byte)'.')
            {
                position++;
            }
            else if (SpelledDot(text[position..to]) is var length and > 0)
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

    private static bool IsEnding(ReadOnlySpan<byte> label, bool spelled) => label.Length == 2 && (!spelled || IsOneOf(label, Countries)) || IsOneOf(label, Endings);

    private static bool IsOneOf(ReadOnlySpan<byte> label, byte[][] words)
    {
        foreach (var word in words)
        {
            if (Ascii.EqualsIgnoreCase(label, word))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The bytes of <c>" dot "</c>, <c>"[dot]"</c>, <c>" (dot) "</c>, <c>"[.]"</c> at the start of the text; 0 for none.</summary>
    public static int SpelledDot(ReadOnlySpan<byte> text)
    {
        var i = 0;
        while (i < text.Length && i < 2 && text[i] == (byte)' ')
        {
            i++;
        }

        var blanks = i;
        var bracketed = i < text.Length && text[i] is (byte)'(' or (byte)'[' or (byte)'{' or (byte)'<';
        i += bracketed ? 1 : 0;
        if (bracketed && i < text.Length && text[i] == (byte)'.')
        {
            i++;
        }
        else if (i + 3 <= text.Length && Ascii.EqualsIgnoreCase(text.Slice(i, 3), "dot"u8))
        {
            i += 3;
        }
        else
        {
            return 0;
        }

        if (bracketed)
        {
            if (i >= text.Length || text[i] is not ((byte)')' or (byte)']' or (byte)'}' or (byte)'>'))
            {
                return 0;
            }

            i++;
        }
        else if (blanks == 0 || i >= text.Length || text[i] != (byte)' ')
        {
            return 0;
        }

        var rest = i;
        while (i < text.Length && i - rest < 2 && text[i] == (byte)' ')
        {
            i++;
        }

        return i;
    }
}
