using System.Buffers;
using Weir.Pipeline.Redaction.Scanning;

namespace Weir.Pipeline.Redaction.Detection;

/// <summary>Anchors that are letters or digits and no start of a number: IBANs, secrets, wallets, and text hidden in base64 or hexadecimal.</summary>
internal static class LetteredDetector
{
    private static readonly SearchValues<byte> HexDigits = SearchValues.Create("0123456789abcdefABCDEF"u8);

    /// <summary>A letter or digit that is no start of a number: the check digits of an IBAN, the sign of a Finnish number, or the inside of a long run.</summary>
    public static int Find(ReadOnlySpan<byte> text, int at, int from, int to, Frame frame, bool[] looked, RecordScan scan, byte b)
    {
        int end;
        if ((uint)(b - '0') <= 9)
        {
            if (looked[EntityId.Iban] && at - 3 >= from && char.IsAsciiLetter((char)text[at - 3]) && IbanDetector.TryFind(text, at - 3, to, out end))
            {
                frame.Findings.Add(new Finding(at - 3, end, EntityId.Iban));
                return end;
            }

            if (looked[EntityId.Card] && at - 8 >= from && !char.IsAsciiLetterOrDigit((char)text[at - 4]) && CardDetector.TryParted(text, at, from, to, out var parted, out end))
            {
                frame.Findings.Add(new Finding(parted, end, EntityId.Card));
                return end;
            }

            if (at - 9 >= from && (looked[EntityId.UsSsn] || looked[EntityId.Phone]) && PartedNumbers.TryFind(text, at, from, to, looked, out parted, out end, out var number))
            {
                frame.Findings.Add(new Finding(parted, end, number));
                return end;
            }
        }
        else if (at - 6 >= from && GroupedNumbers.Stands(text, at - 6, to, 11, GroupedNumbers.Finnish, looked, out end, out _))
        {
            frame.Findings.Add(new Finding(at - 6, end, GroupedNumbers.Finnish));
            return end;
        }

        if (at - from < BlockMasks.LongRun - 1)
        {
            return 0;
        }

        for (var i = at - BlockMasks.LongRun + 1; i < at; i++)
        {
            if (!char.IsAsciiLetterOrDigit((char)text[i]))
            {
                return 0;
            }
        }

        return LetteredRun(text, at, from, to, frame, looked, scan);
    }

    private static int LetteredRun(ReadOnlySpan<byte> text, int at, int from, int to, Frame frame, bool[] looked, RecordScan scan)
    {
        var first = at - BlockMasks.LongRun + 1;
        if (text[first] == (byte)'0' && (text[first + 1] | 0x20) == 'x' && !text[(first + 2)..(at + 1)].ContainsAnyExcept(HexDigits) && Hexadecimal(text, first + 2, first + 2, to, frame, scan) is var prefixed and > 0)
        {
            // The mark belongs to what goes.
            frame.Findings[frame.Findings.Count - 1] = frame.Findings[frame.Findings.Count - 1] with { Start = first };
            return prefixed;
        }

        if (!text.Slice(first, BlockMasks.LongRun).ContainsAnyExcept(HexDigits))
        {
            if (Hexadecimal(text, first, from, to, frame, scan) is var hexadecimal and > 0)
            {
                return hexadecimal;
            }

            // Part of a hexadecimal identifier: read as base64 it gives no address and no digits, and only a mark before or behind it would make it a key.
            if (looked[EntityId.ApiKey] && first + 36 <= to && text[first + 32] == (byte)'-' && text[first + 33] == (byte)'u' && text[first + 34] == (byte)'s' && char.IsAsciiDigit((char)text[first + 35])
                && !text.Slice(first, 32).ContainsAnyExcept(HexDigits))
            {
                var tail = first + 36;
                tail += tail < to && char.IsAsciiDigit((char)text[tail]) ? 1 : 0;
                frame.Findings.Add(new Finding(first, tail, EntityId.ApiKey));
                return tail;
            }

            if (IsHexadecimal(text.Slice(first, BlockMasks.LongRun)) && !SecretDetector.IsMarked(text, first, from) && (first == from || text[first - 1] != (byte)'_'))
            {
                return 0;
            }
        }

        if (SecretDetector.TryFind(text, at, from, to, looked, out var start, out var end, out var entity))
        {
            frame.Findings.Add(new Finding(start, end, entity));
            return end;
        }

        var run = text[start..end];
        if (looked[EntityId.Card] && CardDetector.TryGlued(run, out var glued, out var gluedLength))
        {
            frame.Findings.Add(new Finding(start + glued, start + glued + gluedLength, EntityId.Card));
            return start + glued + gluedLength;
        }

        foreach (var id in Shaped)
        {
            if (looked[id] && EntityCatalogue.All[id].Format is { } format && run.Length >= format.Min && run.Length <= format.Max && format.Matches(run))
            {
                frame.Findings.Add(new Finding(start, end, id));
                return end;
            }
        }

        return scan.InEncoded(text, at, from, to, frame);
    }

    /// <summary>Text in hexadecimal around a run: its first byte is a readable one, and eight bytes are the least that say anything.</summary>
    public static int Hexadecimal(ReadOnlySpan<byte> text, int first, int from, int to, Frame frame, RecordScan scan)
    {
        while (first > from && char.IsAsciiHexDigit((char)text[first - 1]))
        {
            first--;
        }

        var last = first + 1;
        while (last < to && char.IsAsciiHexDigit((char)text[last]))
        {
            last++;
        }

        return last - first >= 16 && (last - first) % 2 == 0 && (text[first] is >= (byte)'2' and <= (byte)'7' || text[first] == (byte)'0' && text[first + 1] == (byte)'0') ? scan.InHexadecimal(text, first, last, frame) : 0;
    }

    /// <summary>
    /// A dump of bytes, in hexadecimal, of two, four or eight digits with one sign between: <c>62 6f 62 40</c>, <c>62:6f:62:40</c>, <c>626f 6240</c>.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="at">The first digit of one of its groups.</param>
    /// <param name="size">How many digits a group has.</param>
    /// <param name="from">Where the value begins.</param>
    /// <param name="to">Where the value ends.</param>
    /// <param name="frame">Takes the find.</param>
    public static int Dump(ReadOnlySpan<byte> text, int at, int size, int from, int to, Frame frame)
    {
        var behind = at + size;
        if (behind + size >= to || text[behind] is not ((byte)' ' or (byte)':' or (byte)'-') || !IsGroup(text, behind + 1, size, to))
        {
            return 0;
        }

        var sign = text[behind];
        var first = at;
        while (first - size - 1 >= from && text[first - 1] == sign && IsGroup(text, first - size - 1, size, to))
        {
            first -= size + 1;
        }

        var last = behind;
        while (last + size < to && text[last] == sign && IsGroup(text, last + 1, size, to))
        {
            last += size + 1;
        }

        // The first or last group of four or eight may be short.
        for (var digits = 2; digits < size && first - digits - 1 >= from && text[first - 1] == sign; digits += 2)
        {
            if (IsGroup(text, first - digits - 1, digits, to) && (first - digits - 1 == from || !IsWord(text[first - digits - 2])))
            {
                first -= digits + 1;
                break;
            }
        }

        var rest = last + 1;
        while (size > 2 && last < to && text[last] == sign && rest + 1 < to && rest - last <= size && IsHex(text[rest]) && IsHex(text[rest + 1]))
        {
            rest += 2;
        }

        last = rest > last + 1 ? rest : last;
        return (last - first + 1) * size / (size + 1) >= (size == 2 ? 16 : 18) && (first == from || !IsWord(text[first - 1])) && (last == to || !IsWord(text[last])) ? frame.Scan.InHexadecimal(text, first, last, frame) : 0;

        static bool IsGroup(ReadOnlySpan<byte> text, int at, int size, int to)
        {
            if (at + size > to)
            {
                return false;
            }

            foreach (var b in text.Slice(at, size))
            {
                if (!IsHex(b))
                {
                    return false;
                }
            }

            return true;
        }

        static bool IsHex(byte b) => char.IsAsciiHexDigit((char)b);

        static bool IsWord(byte b) => char.IsAsciiLetterOrDigit((char)b);
    }

    /// <summary>Lower-case hexadecimal digits, with more than the one letter that a national number may have.</summary>
    private static bool IsHexadecimal(ReadOnlySpan<byte> run)
    {
        var letters = 0;
        foreach (var b in run)
        {
            letters += b is >= (byte)'a' and <= (byte)'f' ? 1 : 0;
            if (b is not ((>= (byte)'a' and <= (byte)'f') or (>= (byte)'0' and <= (byte)'9')))
            {
                return false;
            }
        }

        return letters > 1;
    }

    /// <summary>Numbers of letters and digits that chance does not make: found without a name beside them.</summary>
    private static readonly int[] Shaped = [.. new[] { "IT_FISCAL_CODE", "MX_CURP", "IN_GSTIN", "UK_DRIVING_LICENCE", "DE_SOCIAL_SECURITY" }.Select(n => EntityCatalogue.Find(n)!.Id)];
}
