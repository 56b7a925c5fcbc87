using System.Runtime.CompilerServices;

namespace Weir.Pipeline.Redaction.Detection;

/// <summary>
/// E-mail addresses as they stand in text (RFC 5321 lengths; internationalized local parts and domains; quoted local parts; address literals).
/// Looks both ways from an '@'.
/// </summary>
internal static class EmailDetector
{
    private const int LongestLocal = 64;
    private const int LongestDomain = 253;

    // A bit per byte below 128, in two words.
    private static readonly (ulong Low, ulong High) Local = Bits("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._%+-'!#$^~`*"u8);
    private static readonly (ulong Low, ulong High) Label = Bits("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"u8);

    private static (ulong Low, ulong High) Bits(ReadOnlySpan<byte> bytes)
    {
        ulong low = 0, high = 0;
        foreach (var b in bytes)
        {
            (low, high) = b < 64 ? (low | 1UL << b, high) : (low, high | 1UL << (b - 64));
        }

        return (low, high);
    }

    /// <summary>One of the bytes, or one above 127.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsIn((ulong Low, ulong High) bits, byte b) => b >= 0x80 || ((b < 64 ? bits.Low : bits.High) >> (b & 63) & 1) != 0;

    /// <summary>The address around the '@' at <paramref name="at"/>, inside [from, to); false when there is none.</summary>
    public static bool TryFind(ReadOnlySpan<byte> text, int at, int from, int to, out int start, out int end)
    {
        start = at;
        end = at;
        var next = at + 1;
        var parted = false;
        if (at > from && next < to && (text[at - 1] == (byte)' ' || text[next] == (byte)' ' || SpelledEmail.Closing(text[at - 1]) == text[next]))
        {
            parted = Apart(text, ref at, ref next, from, to);
            start = at;
        }

        var floor = Math.Max(from, at - LongestLocal * 2);
        if (at > from && text[at - 1] == (byte)'"')
        {
            var open = text[floor..(at - 1)].LastIndexOf((byte)'"');
            if (open < 0)
            {
                return false;
            }

            start = floor + open;
        }
        else
        {
            var local = Local;
            while (start > floor && IsIn(local, text[start - 1]))
            {
                start--;
            }

            // Punctuation that stands before a word, as in **a@b.io**, is not part of it.
            while (start < at && text[start] is (byte)'.' or (byte)'-' or (byte)'\'' or (byte)'*' or (byte)'`' or (byte)'~' or (byte)'#' or (byte)'!' or (byte)'^' or (byte)'%')
            {
                start++;
            }
        }

        if (start == at || parted && !SpelledEmail.IsParted(text, start, at, next, to))
        {
            return false;
        }

        return TryDomain(text, next, to, out end) || SpelledEmail.TryDomain(text, next, to, spelled: true, known: false, out end);
    }

    /// <summary>The sign stands apart, <c>bob @ example.com</c>, <c>bob@ example.com</c>, or in brackets, <c>bob [@] example.com</c>: the local part ends before, the domain begins behind. True when a blank stands before it alone, which mostly makes a mention.</summary>
    private static bool Apart(ReadOnlySpan<byte> text, ref int at, ref int next, int from, int to)
    {
        int before = at, after = next;
        var parted = false;
        if (SpelledEmail.Closing(text[before - 1]) == text[after])
        {
            before--;
            after++;
        }
        else
        {
            parted = text[after] != (byte)' ';
        }

        while (before > from && at - before < 3 && text[before - 1] == (byte)' ')
        {
            before--;
        }

        while (after < to && after - next < 3 && text[after] == (byte)' ')
        {
            after++;
        }

        // "3 @ 4.50 each" is a price.
        if (after < to && !char.IsAsciiDigit((char)text[after]))
        {
            (at, next) = (before, after);
            return parted;
        }

        return false;
    }

    /// <summary>What a mail server takes (RFC 5321): lengths, dots in the right places, a quoted part that ends.</summary>
    public static bool IsStrict(ReadOnlySpan<byte> address)
    {
        var at = address.LastIndexOf((byte)'@');
        var local = address[..at];
        var domain = address[(at + 1)..];
        if (local.Length is 0 or > LongestLocal || domain.Length is < 3 or > LongestDomain)
        {
            return false;
        }

        if (local[0] == (byte)'"')
        {
            return local.Length > 2 && local[^1] == (byte)'"';
        }

        foreach (var part in domain.Split((byte)'.'))
        {
            var label = domain[part];
            if (label.Length is 0 or > 63 || label[0] == (byte)'-' || label[^1] == (byte)'-' || label.Contains((byte)'_'))
            {
                return false;
            }
        }

        return local[0] != (byte)'.' && local[^1] != (byte)'.' && local.IndexOf(".."u8) < 0;
    }

    private static bool TryDomain(ReadOnlySpan<byte> text, int position, int to, out int end)
    {
        end = position;
        if (position < to && text[position] == (byte)'[')
        {
            var close = text[position..Math.Min(to, position + 64)].IndexOf((byte)']');
            end = position + close + 1;
            return close > 1 && text.Slice(position + 1, close - 1).ContainsAnyInRange((byte)'0', (byte)'9');
        }

        var limit = Math.Min(to, position + LongestDomain);
        int labels = 0, label = position, good = -1;
        var within = Label;
        var i = position;
        for (; i <= limit; i++)
        {
            var b = i < limit ? text[i] : (byte)' ';
            if (IsIn(within, b))
            {
                continue;
            }

            // A label ends here: it must not be empty or begin or end in a dash.
            var last = i;
            while (last > label && text[last - 1] is (byte)'-' or (byte)'_')
            {
                last--;
            }

            if (last == label || text[label] == (byte)'-')
            {
                break;
            }

            labels++;
            if (labels >= 2 && IsTopLevel(text[label..last], labels, text[position..last]))
            {
                good = last;
            }

            if (b != (byte)'.' || last != i)
            {
                break;
            }

            label = i + 1;
        }

        end = good;
        return good > 0;
    }

    private static bool IsTopLevel(ReadOnlySpan<byte> label, int labels, ReadOnlySpan<byte> domain)
    {
        if (label.Length >= 2 && !label.ContainsAnyInRange((byte)'0', (byte)'9'))
        {
            return true;
        }

        // Punycode, or a bare address in place of a name.
        return label.StartsWith("xn--"u8) || labels == 4 && System.Net.IPAddress.TryParse(System.Text.Encoding.ASCII.GetString(domain), out _);
    }
}
