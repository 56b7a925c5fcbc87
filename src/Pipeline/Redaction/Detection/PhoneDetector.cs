namespace Weir.Pipeline.Redaction.Detection;

/// <summary>Phone numbers: international ones anywhere, North American and 0-prefixed national ones by their grouping, others beside words or keys that name them.</summary>
internal static class PhoneDetector
{
    /// <summary>The number that starts with the digit at run position 0; <paramref name="start"/> is where it begins with its plus sign or bracket, <paramref name="end"/> where it ends.</summary>
    /// <param name="named">The key says that a phone number stands here; else the words near it are asked, last of all.</param>
    public static bool TryFind(ReadOnlySpan<byte> text, ref NumberRun run, int from, int to, bool named, out int start, out int end)
    {
        start = run.Position(0);
        end = start;
        // A bracket around the first digits, not one around all of it.
        var bracket = start > from && text[start - 1] == (byte)'(' && text[start..run.Position(run.Count - 1)].Contains((byte)')');
        if (bracket)
        {
            start--;
        }

        var plus = start > from && text[start - 1] == (byte)'+';
        if (!plus && !bracket && start - 1 > from && text[start - 1] == (byte)' ' && text[start - 2] == (byte)'+')
        {
            plus = true;
            start--;
        }

        if (plus)
        {
            start--;
        }

        // 2.4+20151223 is a version.
        if (plus && start > from && char.IsAsciiDigit((char)text[start - 1]))
        {
            return false;
        }

        // Chinese, Japanese and Korean put no blank before a number.
        if (start > from && (char.IsAsciiLetterOrDigit((char)text[start - 1]) || text[start - 1] == (byte)'_' || text[start - 1] >= 0x80 && !(start - 3 >= from && text[start - 3] is >= 0xE3 and <= 0xED)) && !plus)
        {
            return false;
        }

        // Part of a longer number, a path or an identifier: 978-0-3115-8529-7, /0381/13550294, cb7-0901-4419.
        if (!plus && !named && start > from && Joined(text, start, from))
        {
            return false;
        }

        var groups = plus ? International(ref run, text) : National(ref run, text, bracket, named, from, to);
        if (groups == 0)
        {
            return false;
        }

        end = run.Position(run.Group(groups) - 1) + 1;
        if (end < to && (char.IsAsciiDigit((char)text[end]) || run.Cut && groups == run.Groups || char.IsAsciiLetter((char)text[end]) && Extension(text, end, to) == end))
        {
            return false;
        }

        // The end of a longer number in groups, 9400 1041 5233 0097 9262 51.
        if (!plus && !named && !bracket && start - 3 > from && text[start - 1] == (byte)' ' && !text[(start - 4)..(start - 1)].ContainsAnyExceptInRange((byte)'0', (byte)'9') && NearWords.Article(text, start, from))
        {
            return false;
        }

        // 020-0428569-0860339 goes on.
        if (!plus && !named && end + 4 < to && text[end] == (byte)'-' && !text.Slice(end + 1, 4).ContainsAnyExceptInRange((byte)'0', (byte)'9'))
        {
            return false;
        }

        // A bracket that was opened inside the number is part of it.
        if (end < to && text[end] == (byte)')' && text[start..end].LastIndexOf((byte)'(') > text[start..end].LastIndexOf((byte)')'))
        {
            end++;
        }

        end = Extension(text, end, to);
        return true;
    }

    /// <summary>A sign before the number makes it the rest of something, unless that is a word for a phone: 978-0-3115-8529-7, /0381/13550294, INV-142620419, #1699047.</summary>
    private static bool Joined(ReadOnlySpan<byte> text, int start, int from)
    {
        var sign = text[start - 1];
        if (sign == (byte)'#')
        {
            return !NearWords.IsPhone(text[from..(start - 1)].TrimEnd(" :."u8));
        }

        return start - 1 > from && sign is (byte)'-' or (byte)'/' or (byte)'.' && (sign == (byte)'/' || char.IsAsciiLetterOrDigit((char)text[start - 2])) && !NearWords.IsPhone(text[from..(start - 1)]);
    }

    /// <summary>How many groups make an international number, 0 for none: 7 to 15 digits (ITU-T E.164).</summary>
    private static int International(ref NumberRun run, ReadOnlySpan<byte> text)
    {
        if (run.Digits[0] == (byte)'0')
        {
            return 0;
        }

        for (var groups = run.Groups; groups > 0; groups--)
        {
            var digits = run.Group(groups);
            if (digits is >= 7 and <= 15 && Together(ref run, text, groups))
            {
                return groups;
            }
        }

        return 0;
    }

    private static int National(ref NumberRun run, ReadOnlySpan<byte> text, bool bracket, bool named, int from, int to)
    {
        var first = run.GroupLength(0);
        if (IsNorthAmerican(ref run, text, bracket) is var american and > 0)
        {
            return american;
        }

        // Digit by digit, as people write them who do not want them found: all of them, and only where a phone is spoken of.
        if (run.Groups == run.Count && run.Count is >= 7 and <= 15 && !run.Cut && Together(ref run, text, run.Groups)
            && (named || NearWords.Phone(text, run.Position(0), run.Position(run.Count - 1) + 1, from, to)))
        {
            return run.Groups;
        }

        // 00 is the prefix for calls abroad: up to 15 digits follow.
        var abroad = run.Digits.StartsWith("00"u8);
        for (var groups = Math.Min(run.Groups, abroad ? 7 : 6); groups > 0; groups--)
        {
            var count = run.Group(groups);
            if (count < 7 || count > (abroad ? 17 : 15) || !Together(ref run, text, groups) || LooksLikeDate(ref run, text, groups))
            {
                continue;
            }

            var zero = run.Digits[0] == (byte)'0';
            var written = groups >= 2 && (bracket || zero && count >= 9 && count <= (abroad ? 17 : 14) && first is > 1 and <= 5 && !IsZip(ref run, text, groups));
            if (written)
            {
                return groups;
            }

            int start = run.Position(0), end = run.Position(count - 1) + 1;
            if ((groups >= 2 || count <= 12 || zero) && (named || NearWords.Phone(text, start, end, from, to) && !NearWords.Money(text, start, from) && !IsMoney(text[start..Math.Min(to, end + 3)], end - start)))
            {
                return groups;
            }
        }

        return 0;
    }

    /// <summary>A postal code of the United States with its last four, 02110-1301.</summary>
    private static bool IsZip(ref NumberRun run, ReadOnlySpan<byte> text, int groups) =>
        groups == 2 && run.GroupLength(0) == 5 && run.GroupLength(1) == 4 && text[run.Position(4) + 1] == (byte)'-';

    /// <summary>Groups of three digits and two behind a point or comma: 1 646 420,00 and 25174.73.</summary>
    private static bool IsMoney(ReadOnlySpan<byte> text, int length)
    {
        var number = text[..length];
        var point = number.LastIndexOfAny((byte)'.', (byte)',');
        if (point < 0)
        {
            // The cents stand behind.
            return text.Length == length + 3 && text[length] == (byte)',' && char.IsAsciiDigit((char)text[length + 1]) && char.IsAsciiDigit((char)text[length + 2]);
        }

        var whole = number[..point];
        return length - point == 3 && !whole.Contains(number[point]) && (!whole.ContainsAny(" -"u8) || whole.LastIndexOf((byte)' ') == point - 4);
    }

    /// <summary>[1] 3 3 4, or 91-3 3 4, with an area and an exchange that begin with 2 to 9.</summary>
    private static int IsNorthAmerican(ref NumberRun run, ReadOnlySpan<byte> text, bool bracket)
    {
        var one = run.GroupLength(0) == 1 && run.Digits[0] == (byte)'1' || run.GroupLength(0) == 3 && run.Digits[..3].SequenceEqual("001"u8)
            || run.GroupLength(0) == 2 && run.Digits[0] != (byte)'0' && text[run.Position(1) + 1] == (byte)'-' ? 1 : 0;
        if (run.Groups < one + 3 || run.GroupLength(one) != 3 || run.GroupLength(one + 1) != 3 || run.GroupLength(one + 2) != 4)
        {
            return 0;
        }

        var at = run.Group(one);
        var groups = one + 3;
        return run.Digits[at] >= (byte)'2' && run.Digits[at + 3] >= (byte)'2' && Together(ref run, text, groups) ? groups : 0;
    }

    /// <summary>Groups of one number have one or two signs between them, not a slash or " - ".</summary>
    private static bool Together(ref NumberRun run, ReadOnlySpan<byte> text, int groups)
    {
        for (var g = 1; g < groups; g++)
        {
            var before = run.Position(run.Group(g) - 1) + 1;
            var gap = text[before..run.Position(run.Group(g))];
            if (gap[^1] == (byte)'(' && (run.Position(run.Group(g + 1) - 1) + 1 is var behind && behind >= text.Length || text[behind] != (byte)')'))
            {
                return false;
            }

            // 0171 - 2630392: behind an area code a dash may stand between blanks.
            var area = g == 1 && run.Digits[0] == (byte)'0' && run.GroupLength(0) is >= 3 and <= 5 && gap.Length == 3 && gap[1] is (byte)'-' or (byte)'/' && run.GroupLength(1) >= 5;
            if (!area && (gap.Length == 2 && !gap.ContainsAny((byte)'(', (byte)')') || gap.Length == 3 && !gap.Contains((byte)')')))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>2024-01-31, 31.01.2024 and what follows them.</summary>
    private static bool LooksLikeDate(ref NumberRun run, ReadOnlySpan<byte> text, int groups)
    {
        if (groups < 3)
        {
            return false;
        }

        var a = run.GroupLength(0);
        var b = run.GroupLength(1);
        var c = run.GroupLength(2);
        var century = a == 4 ? run.Digits[..2] : c == 4 ? run.Digits.Slice(run.Group(2), 2) : default;
        return b <= 2 && (a == 4 && c <= 2 || a <= 2 && c == 4) && (century.SequenceEqual("19"u8) || century.SequenceEqual("20"u8));
    }

    /// <summary>Takes in " x123" or " ext. 123".</summary>
    private static int Extension(ReadOnlySpan<byte> text, int end, int to)
    {
        var i = end;
        while (i < to && text[i] == (byte)' ')
        {
            i++;
        }

        var rest = text[i..to];
        var sign = rest.StartsWith("extension"u8) ? 9 : rest.StartsWith("ext."u8) ? 4 : rest.StartsWith("ext"u8) ? 3 : rest.StartsWith("x"u8) || rest.StartsWith("#"u8) ? 1 : 0;
        if (sign == 0)
        {
            return end;
        }

        i += sign;
        while (i < to && text[i] == (byte)' ')
        {
            i++;
        }

        var digits = i;
        while (i < to && i - digits < 7 && char.IsAsciiDigit((char)text[i]))
        {
            i++;
        }

        return i > digits && (i == to || !char.IsAsciiLetterOrDigit((char)text[i])) ? i : end;
    }
}
