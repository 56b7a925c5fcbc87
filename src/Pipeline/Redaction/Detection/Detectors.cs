using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;
using Weir.Pipeline.Redaction.Rules;
using Weir.Pipeline.Redaction.Scanning;

namespace Weir.Pipeline.Redaction.Detection;

/// <summary>Visits the anchors of a text and lets the detector that each calls for look around it.</summary>
internal static class Detectors
{
    private static readonly SearchValues<byte> BetweenWords = SearchValues.Create(" :=\n\t,;#"u8);

    private static readonly SearchValues<byte> HexDigits = SearchValues.Create("0123456789abcdefABCDEF"u8);

    /// <summary>Something stands between two words.</summary>
    public static bool HasWords(ReadOnlySpan<byte> text) => text.ContainsAny(BetweenWords);

    /// <summary>Adds what stands in [start, end) to the frame's findings. Findings may overlap.</summary>
    [SkipLocalsInit]
    public static void Run(ReadOnlySpan<byte> text, int start, int end, Frame frame, KeyMeaning key, bool[] looked, RecordScan scan)
    {
        if (key.Names.Length > 0)
        {
            ContextDetector.ByKey(text, start, end, key.Names, frame.Findings);
        }

        var masks = frame.Masks;
        if (scan.LooksByWords && end - start > 8 && BlockMasks.Any(masks.Digits, start, end) && (frame.Masks.AnyNonAscii || BlockMasks.Any(masks.Letters, start, end)) && HasWords(text[start..end]))
        {
            ContextDetector.ByWords(text, start, end, looked, frame.Findings);
        }

        if (scan.LooksInProse && end - start > 8)
        {
            ProseDetector.Find(text, start, end, looked, frame.Findings);
        }

        var skip = start;
        for (var block = start >> 6; block <= (end - 1) >> 6; block++)
        {
            var bits = masks.Anchors[block];
            var numbers = masks.Numbers[block];
            while (bits != 0)
            {
                var bit = BitOperations.TrailingZeroCount(bits);
                bits &= bits - 1;
                var at = block * 64 + bit;
                if (at >= end)
                {
                    return;
                }

                if ((numbers >> bit & 1) != 0)
                {
                    at -= BlockMasks.NumberLead;
                    if (at >= skip)
                    {
                        skip = Number(text, at, start, end, frame, key.Context, looked);
                    }
                }
                else if (at >= skip)
                {
                    // A number may begin before this anchor and have its own behind it.
                    skip = Math.Max(skip, At(text, at, start, end, frame, looked, scan));
                }
            }
        }
    }

    /// <summary>Looks at one anchor; returns where its find ends, 0 without one.</summary>
    private static int At(ReadOnlySpan<byte> text, int at, int from, int to, Frame frame, bool[] looked, RecordScan scan)
    {
        int start, end;
        var b = text[at];

        // Behind a word of two letters, which may stand for the sign of an address.
        if (at - 4 >= from && (text[at - 2] | 0x20) == 't' && (text[at - 3] | 0x20) == 'a' && looked[EntityId.Email] && SpelledEmail.TryFind(text, at - 1, from, to, out start, out end))
        {
            frame.Findings.Add(new Finding(start, end, EntityId.Email));
            return end;
        }

        switch (b)
        {
            case (byte)'@':
                if (looked[EntityId.UrlCredentials] && SecretDetector.TryUrlCredentials(text, at, from, out start))
                {
                    frame.Findings.Add(new Finding(start, at, EntityId.UrlCredentials));
                    break;
                }

                if (looked[EntityId.Email] && EmailDetector.TryFind(text, at, from, to, out start, out end))
                {
                    frame.Findings.Add(new Finding(start, end, EntityId.Email));
                    return end;
                }

                break;
            case (byte)'.':
                if (looked[EntityId.Mac] && at - 9 >= from && AddressDetector.TryMac(text, at - 9, to, (byte)'.', 4, 3, out end))
                {
                    frame.Findings.Add(new Finding(at - 9, end, EntityId.Mac));
                    return end;
                }

                break;
            case (byte)':':
                if ((looked[EntityId.Ip] || looked[EntityId.Mac]) && AddressDetector.TryColons(text, at, from, to, out start, out end, out var mac) && looked[mac ? EntityId.Mac : EntityId.Ip])
                {
                    frame.Findings.Add(new Finding(start, end, mac ? EntityId.Mac : EntityId.Ip));
                    return end;
                }

                break;
            case (byte)'-':
                if (looked[EntityId.Mac] && at - 5 >= from && AddressDetector.TryMac(text, at - 5, to, (byte)'-', 2, 6, out end))
                {
                    frame.Findings.Add(new Finding(at - 5, end, EntityId.Mac));
                    return end;
                }

                if (looked[EntityId.PrivateKey] && SecretDetector.TryPrivateKey(text, at, from, to, out start, out end))
                {
                    frame.Findings.Add(new Finding(start, end, EntityId.PrivateKey));
                    return end;
                }

                break;
            case (byte)'+':
                if (TryPlus(text, at, from, to, looked, out start, out end, out var entity))
                {
                    frame.Findings.Add(new Finding(start, end, entity));
                    return end;
                }

                return scan.InEncoded(text, at, from, to, frame);
            default:
                return char.IsAsciiLetterOrDigit((char)b) ? Lettered(text, at, from, to, frame, looked, scan, b) : 0;
        }

        return 0;
    }

    /// <summary>A letter or digit that is no start of a number: the check digits of an IBAN, the sign of a Finnish number, or the inside of a long run.</summary>
    private static int Lettered(ReadOnlySpan<byte> text, int at, int from, int to, Frame frame, bool[] looked, RecordScan scan, byte b)
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
        }
        else if (at - 6 >= from && Stands(text, at - 6, to, 11, Finnish, looked, out end, out _))
        {
            frame.Findings.Add(new Finding(at - 6, end, Finnish));
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
    private static int Hexadecimal(ReadOnlySpan<byte> text, int first, int from, int to, Frame frame, RecordScan scan)
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

        return last - first >= 16 && text[first] is >= (byte)'2' and <= (byte)'7' ? scan.InHexadecimal(text, first, last, frame) : 0;
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

    private static readonly int Finnish = EntityCatalogue.Find("FI_PERSONAL_IDENTITY_CODE")!.Id;
    private static readonly int Swedish = EntityCatalogue.Find("SE_PERSONNUMMER")!.Id;
    private static readonly int Korean = EntityCatalogue.Find("KR_RRN")!.Id;
    private static readonly int Swiss = EntityCatalogue.Find("CH_SSN")!.Id;
    private static readonly int Itin = EntityCatalogue.Find("US_ITIN")!.Id;

    /// <summary>National numbers whose grouping, date and check together hardly occur by chance.</summary>
    private static bool TryGrouped(ReadOnlySpan<byte> text, int at, int to, ref NumberRun run, bool[] looked, out int end, out int entity)
    {
        int first = run.GroupLength(0), second = run.Groups > 1 ? run.GroupLength(1) : 0;
        var sign = second > 0 ? text[run.Position(first - 1) + 1] : (byte)0;
        var dashed = sign is (byte)'-' or (byte)'+';
        var (length, alternative) = (first, second) switch
        {
            (6, 4) or (8, 4) when dashed => (first + 5, Swedish),
            (6, 7) when dashed => (14, Korean),
            (3, 4) when run.Digits.StartsWith("756"u8) => (16, Swiss),
            (3, 2) when dashed && run.Digits[0] == (byte)'9' => (11, Itin),
            _ => (0, -1),
        };
        return alternative >= 0 && Stands(text, at, to, length, alternative, looked, out end, out entity)
            || first == 6 && Stands(text, at, to, 11, Finnish, looked, out end, out entity)
            || None(at, out end, out entity);
    }

    /// <summary>Finnish and Swedish numbers of people born before their century's sign was a dash: 131052+308T, 640823+3234.</summary>
    private static bool TryPlus(ReadOnlySpan<byte> text, int plus, int from, int to, bool[] looked, out int start, out int end, out int entity)
    {
        foreach (var (before, length, candidate) in (ReadOnlySpan<(int, int, int)>)[(6, 11, Finnish), (6, 11, Swedish), (8, 13, Swedish)])
        {
            start = plus - before;
            if (start >= from && (start == from || !char.IsAsciiLetterOrDigit((char)text[start - 1])) && Stands(text, start, to, length, candidate, looked, out end, out entity))
            {
                return true;
            }
        }

        (start, end, entity) = (plus, plus, -1);
        return false;
    }

    private static bool Stands(ReadOnlySpan<byte> text, int at, int to, int length, int candidate, bool[] looked, out int end, out int entity)
    {
        (end, entity) = (at + length, candidate);
        return looked[candidate] && end <= to && (end == to || !char.IsAsciiLetterOrDigit((char)text[end])) && EntityCatalogue.All[candidate].Format!.Matches(text[at..end]);
    }

    private static bool None(int at, out int end, out int entity)
    {
        (end, entity) = (at, -1);
        return false;
    }

    /// <summary>A number that begins at <paramref name="at"/> and goes on, with what people put between digits, for seven bytes at least.</summary>
    [SkipLocalsInit]
    private static int Number(ReadOnlySpan<byte> text, int at, int from, int to, Frame frame, KeyContext context, bool[] looked)
    {
        var first = frame.Masks.DigitRun(at);
        var next = at + first;
        var sign = next < to ? text[next] : (byte)0;
        if (first < NumberRun.MostDigits && sign is not ((byte)' ' or (byte)'-' or (byte)'.' or (byte)'(' or (byte)')' or (byte)'/'))
        {
            // Digits alone. Most numbers of a record end here: articles, times, sequence numbers.
            if (context.OtherNumber && (at == from || text[at - 1] != (byte)'+'))
            {
                return next;
            }
        }
        else
        {
            if (looked[EntityId.Mac] && (first == 2 && AddressDetector.TryMac(text, at, to, (byte)'-', 2, 6, out var macEnd) || first == 4 && AddressDetector.TryMac(text, at, to, (byte)'.', 4, 3, out macEnd)))
            {
                frame.Findings.Add(new Finding(at, macEnd, EntityId.Mac));
                return macEnd;
            }

            // What is an address is no phone number, whether addresses are looked for or not.
            if (first <= 3 && sign == (byte)'.' && AddressDetector.Ipv4Length(text[at..to]) is var length and > 0)
            {
                if (looked[EntityId.Ip] && AddressDetector.IsAlone(text, at, ref length, from, to))
                {
                    frame.Findings.Add(new Finding(at, at + length, EntityId.Ip));
                    return at + length;
                }

                // A card number in single digits goes on.
                if (first > 1 || frame.Masks.DigitsAhead(at) < 14)
                {
                    return at + 1;
                }
            }

            if (frame.Masks.DigitsAhead(at) < 7)
            {
                return at + 1;
            }
        }

        if (first >= BlockMasks.LongRun && looked[EntityId.ApiKey] && SecretDetector.IsMarked(text, at, from) && SecretDetector.TryFind(text, at, from, to, looked, out var secret, out var secretEnd, out var kind))
        {
            frame.Findings.Add(new Finding(secret, secretEnd, kind));
            return secretEnd;
        }

        // A card number or more in hexadecimal: digits alone, for they stand for digits.
        if (first >= NumberRun.MostDigits && text[at] is >= (byte)'2' and <= (byte)'7' && Hexadecimal(text, at, from, to, frame, frame.Scan) is var hexadecimal and > 0)
        {
            return hexadecimal;
        }

        Unsafe.SkipInit(out NumberRun run);
        run.Read(text, at, to);
        if (run.Groups > 1 && TryGrouped(text, at, to, ref run, looked, out var groupedEnd, out var grouped))
        {
            frame.Findings.Add(new Finding(at, groupedEnd, grouped));
            return groupedEnd;
        }

        if (run.Count < 7)
        {
            return at + 1;
        }

        if (looked[EntityId.UsSsn] && IsUsSsn(text, ref run))
        {
            var end = run.Position(8) + 1;
            frame.Findings.Add(new Finding(at, end, EntityId.UsSsn));
            return end;
        }

        if (looked[EntityId.Card] && run.Count >= 12 && !context.OtherNumber && TryCard(ref run, from, to, text, context.Card, out var cardEnd))
        {
            frame.Findings.Add(new Finding(at, cardEnd, EntityId.Card));
            return cardEnd;
        }

        if (looked[EntityId.Phone] && !context.OtherNumber
            && PhoneDetector.TryFind(text, ref run, from, to, context.Phone, out var phoneStart, out var phoneEnd))
        {
            frame.Findings.Add(new Finding(phoneStart, phoneEnd, EntityId.Phone));
            return phoneEnd;
        }

        return at + 1;
    }

    /// <summary>ddd-dd-dddd as issued: no area 000, 666 or 9xx, no group 00, no serial 0000.</summary>
    private static bool IsUsSsn(ReadOnlySpan<byte> text, ref NumberRun run)
    {
        if (run.Groups < 3 || run.GroupLength(0) != 3 || run.GroupLength(1) != 2 || run.GroupLength(2) != 4)
        {
            return false;
        }

        // The same between both: a dash, a dot, blanks, or a dash between blanks.
        var gap = text[(run.Position(2) + 1)..run.Position(3)];
        var digits = run.Digits;
        // Numbers in a row with blanks between them are a list.
        if (gap[0] == (byte)' ' && gap.Length == 1)
        {
            int start = run.Position(0), end = run.Position(8) + 1;
            if (run.Groups > 3 && run.Position(9) == end + 1 && text[end] == (byte)' ' || start > 1 && text[start - 1] == (byte)' ' && char.IsAsciiDigit((char)text[start - 2]))
            {
                return false;
            }
        }

        return gap[0] is (byte)'-' or (byte)' ' or (byte)'.' && !gap.ContainsAny("()/"u8) && text[(run.Position(4) + 1)..run.Position(5)].SequenceEqual(gap)
            && digits[0] != (byte)'9' && !digits.StartsWith("000"u8) && !digits.StartsWith("666"u8) && !digits[3..5].SequenceEqual("00"u8) && !digits[5..9].SequenceEqual("0000"u8);
    }

    /// <summary>The longest card number that begins with the run and ends with one of its groups.</summary>
    private static bool TryCard(ref NumberRun run, int from, int to, ReadOnlySpan<byte> text, bool named, out int end)
    {
        for (var groups = run.Groups; groups > 0; groups--)
        {
            var count = run.Group(groups);
            if (count < 12)
            {
                break;
            }

            // Beside its name a number needs no known issuer.
            if (count <= 19 && (CardDetector.Issuer(run.Digits[..count]) || named || NearWords.Card(text, run.Position(0), from)) && CardDetector.Luhn(run.Digits[..count]) && CardDetector.IsGrouped(ref run, groups))
            {
                end = run.Position(count - 1) + 1;
                if (!named && CardDetector.IsExcused(text, run.Position(0), end, count, from, to))
                {
                    continue;
                }

                return end >= to || !char.IsAsciiDigit((char)text[end]);
            }
        }

        end = 0;
        return false;
    }
}
