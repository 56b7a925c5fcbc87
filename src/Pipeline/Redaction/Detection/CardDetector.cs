using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Weir.Pipeline.Redaction.Detection;

/// <summary>Payment card numbers: 12 to 19 digits, an issuer's prefix with one of its lengths, and the Luhn check (ISO/IEC 7812-1).</summary>
internal static class CardDetector
{
    private static readonly System.Buffers.SearchValues<byte> HexDigits = System.Buffers.SearchValues.Create("0123456789abcdefABCDEF"u8);

    /// <summary>True for digits (ASCII, nothing between them) that are a card number.</summary>
    public static bool IsCard(ReadOnlySpan<byte> digits) => digits.Length is >= 12 and <= 19 && Issuer(digits) && Luhn(digits);

    /// <summary>
    /// A card number of groups of four (or four, six and the rest) with the same one to three other bytes between them all, <c>4111_1111_1111_1111</c>; nothing of that kind goes on around it.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="at">A digit of its second group or a later one.</param>
    /// <param name="from">Where the value begins.</param>
    /// <param name="to">Where the value ends.</param>
    /// <param name="start">Its first digit.</param>
    /// <param name="end">Behind its last digit.</param>
    public static bool TryParted(ReadOnlySpan<byte> text, int at, int from, int to, out int start, out int end)
    {
        start = end = at;
        var second = at;
        while (second > from && char.IsAsciiDigit((char)text[second - 1]))
        {
            second--;
        }

        var first = second;
        while (first > from && second - first < 4 && Parts(text[first - 1]))
        {
            first--;
        }

        var gap = text[first..second];
        if (gap.Length is 0 or > 3)
        {
            return false;
        }

        // To the first group of the chain.
        start = first;
        while (true)
        {
            var group = start;
            while (group > from && char.IsAsciiDigit((char)text[group - 1]) && start - group < 20)
            {
                group--;
            }

            if (group == start)
            {
                return false;
            }

            start = group;
            if (start - gap.Length - 1 < from || !text.Slice(start - gap.Length, gap.Length).SequenceEqual(gap) || !char.IsAsciiDigit((char)text[start - gap.Length - 1]))
            {
                break;
            }

            start -= gap.Length;
        }

        if (start > from && char.IsAsciiLetterOrDigit((char)text[start - 1]))
        {
            return false;
        }

        Span<byte> digits = stackalloc byte[19];
        Span<byte> groups = stackalloc byte[5];
        int count = 0, number = 0, i = start;
        while (true)
        {
            if (number == groups.Length)
            {
                return false;
            }

            var group = count;
            for (; i < to && char.IsAsciiDigit((char)text[i]); i++)
            {
                if (count == digits.Length)
                {
                    return false;
                }

                digits[count++] = text[i];
            }

            groups[number++] = (byte)(count - group);
            if (i + gap.Length >= to || !text.Slice(i, gap.Length).SequenceEqual(gap) || !char.IsAsciiDigit((char)text[i + gap.Length]))
            {
                break;
            }

            i += gap.Length;
        }

        end = i;
        var usual = number == 3 ? groups[0] == 4 && groups[1] == 6 && groups[2] is 4 or 5
            : number >= 4 && groups[0] == 4 && groups[1] == 4 && groups[2] == 4 && (groups[3] == 4 || number == 4 && groups[3] < 4) && (number == 4 || groups[4] <= 3);
        return usual && (end == to || !char.IsAsciiLetterOrDigit((char)text[end])) && IsCard(digits[..count]) && IsMajor(digits[..count]);

        // Neither letters and digits nor what a number or a list in JSON stands in.
        static bool Parts(byte b) => b < 0x80 && !char.IsAsciiLetterOrDigit((char)b) && b is not ((byte)'"' or (byte)'[' or (byte)']' or (byte)'{' or (byte)'}' or (byte)'<' or (byte)'>');
    }

    /// <summary>A card number of 15 or 16 digits that words are glued to: letters before it, or a name and a sign, and letters behind it; not part of an identifier in hexadecimal.</summary>
    public static bool TryGlued(ReadOnlySpan<byte> run, out int start, out int length)
    {
        start = run.IndexOfAnyInRange((byte)'0', (byte)'9');
        length = start < 0 ? -1 : run[start..].IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        length = start >= 0 && length < 0 ? run.Length - start : length;
        return length is 15 or 16 && start > 0 && start <= 16 && run.Length - start - length <= 16 && !run[(start + length)..].ContainsAnyInRange((byte)'0', (byte)'9') && IsCard(run.Slice(start, length)) && IsMajor(run.Slice(start, length))
            && !NearWords.IsIdentifier(run[..start]);
    }

    /// <summary>A scheme that most cards are of; the ranges of the others are so wide that one number in four begins like theirs.</summary>
    private static bool IsMajor(ReadOnlySpan<byte> d)
    {
        var p2 = (d[0] - '0') * 10 + (d[1] - '0');
        var p4 = p2 * 100 + (d[2] - '0') * 10 + (d[3] - '0');
        return d[0] == (byte)'4' || p2 is (>= 51 and <= 55) or 34 or 37 or 36 or 38 or 62 or 65 || p4 is (>= 2221 and <= 2720) or (>= 3000 and <= 3059) or (>= 3528 and <= 3589) or 6011 or (>= 6440 and <= 6499);
    }

    /// <summary>The number is another's for what stands around it: an account in an ARN, an article after its name, one of a path's parts. Long numbers of few schemes are never excused so.</summary>
    public static bool IsExcused(ReadOnlySpan<byte> text, int start, int end, int digits, int from, int to)
    {
        if (digits > 14)
        {
            return false;
        }

        var before = start > from ? text[start - 1] : (byte)0;
        var after = end < to ? text[end] : (byte)0;
        // The last part of a UUID.
        if (before == (byte)'-' && digits == 12 && start - 6 >= from && text[start - 6] == (byte)'-' && !text[(start - 5)..(start - 1)].ContainsAnyExcept(HexDigits))
        {
            return true;
        }

        return before == (byte)':' && after == (byte)':'
            || before is (byte)'-' or (byte)'/' && start - 2 >= from && char.IsAsciiLetterOrDigit((char)text[start - 2]) && text[start..end].Contains(before)
            || NearWords.Article(text, start, from);
    }

    /// <summary>Groups as people write cards: two, or three as 4-6-5, or more of one length with a shorter one last; beside a word for cards three of any length. Five digits are an article's or a postal code's.</summary>
    public static bool IsGrouped(ref NumberRun run, int groups, bool named)
    {
        if (groups <= 2 || groups == 3 && (named || run.GroupLength(0) is 4 or 6))
        {
            return true;
        }

        if (run.GroupLength(0) == 5)
        {
            return false;
        }

        for (var g = 1; g < groups; g++)
        {
            if (run.GroupLength(g) != run.GroupLength(0) && (g < groups - 1 || run.GroupLength(g) > run.GroupLength(0) + 3))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The Luhn check over ASCII digits.</summary>
    public static bool Luhn(ReadOnlySpan<byte> digits)
    {
        var sum = 0;
        var twice = false;
        var rest = digits.Length;
        if (rest >= 16)
        {
            // The last sixteen at once; every other of them counts twice, the last does not.
            rest -= 16;
            var last = Vector128.LoadUnsafe(ref MemoryMarshal.GetReference(digits), (nuint)rest) - Vector128.Create((byte)'0');
            var doubled = last + (last & Vector128.Create((ushort)0x00FF).AsByte());
            doubled -= Vector128.GreaterThan(doubled, Vector128.Create((byte)9)) & Vector128.Create((byte)9);
            sum = Vector128.Sum(doubled);
        }

        for (var i = rest - 1; i >= 0; i--)
        {
            var d = digits[i] - '0';
            if (twice)
            {
                d *= 2;
                d -= d > 9 ? 9 : 0;
            }

            sum += d;
            twice = !twice;
        }

        return sum % 10 == 0;
    }

    /// <summary>The prefix belongs to a card scheme that issues this length.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool Issuer(ReadOnlySpan<byte> d)
    {
        var length = d.Length;
        var p2 = (d[0] - '0') * 10 + (d[1] - '0');
        var p4 = p2 * 100 + (d[2] - '0') * 10 + (d[3] - '0');
        return d[0] switch
        {
            // Visa
            (byte)'4' => length is 13 or 16 or 18 or 19,
            (byte)'5' => p2 switch
            {
                >= 51 and <= 55 => length == 16,
                // Maestro (50, 56 to 58) and Verve
                50 or 56 or 57 or 58 => length is >= 12 and <= 19,
                _ => false,
            },
            (byte)'3' => p2 switch
            {
                34 or 37 => length == 15,
                // Diners Club
                30 or 36 or 38 or 39 => length is 14 or >= 16 and <= 19,
                // JCB
                35 => length is >= 16 and <= 19,
                _ => false,
            },
            (byte)'6' => p2 switch
            {
                // UnionPay and Discover, which share the range
                62 => length is >= 16 and <= 19,
                60 or 64 or 65 => length is >= 16 and <= 19 || p4 is 6012 or 6304 && length >= 12,
                63 or 67 or 61 or 66 or 68 or 69 => length is >= 12 and <= 19,
                _ => false,
            },
            // Mastercard's second range, Mir, and JCB's older 15-digit cards
            (byte)'2' => p4 is >= 2221 and <= 2720 && length == 16 || p4 is >= 2200 and <= 2204 && length is >= 16 and <= 19 || p4 is 2131 && length == 15,
            // JCB's other older prefix, and UATP
            (byte)'1' => p4 == 1800 && length == 15,
            // UnionPay's and RuPay's 8-ranges, Troy's 9
            (byte)'8' => p2 is 81 or 82 && length is >= 16 and <= 19,
            (byte)'9' => p4 == 9792 && length == 16,
            _ => false,
        };
    }

    /// <summary>The card is one of the scheme that the name stands for, <c>visa</c> or <c>{"provider":"AmEx"}</c>; true for no name.</summary>
    internal static bool IsOf(ReadOnlySpan<byte> d, string? scheme)
    {
        if (scheme is null)
        {
            return true;
        }

        var p2 = (d[0] - '0') * 10 + (d[1] - '0');
        var p4 = p2 * 100 + (d[2] - '0') * 10 + (d[3] - '0');
        bool Named(string name) => scheme.Contains(name, StringComparison.OrdinalIgnoreCase);
        return Named("amex") ? p2 is 34 or 37
            : Named("diners") ? p2 is 36 or 38 or 39 || p4 is >= 3000 and <= 3059
            : Named("discover") ? p4 == 6011 || p2 == 65
            : Named("jcb") ? p2 == 35 || p4 is 2131 or 1800
            : Named("mastercard") ? p2 is >= 51 and <= 55 || p4 is >= 2221 and <= 2720
            : Named("unionpay") ? p2 is 62 or 81
            : !Named("visa") || d[0] == '4';
    }
}
