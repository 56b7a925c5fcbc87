using System.Runtime.CompilerServices;
using Weir.Pipeline.Redaction.Rules;
using Weir.Pipeline.Redaction.Scanning;

namespace Weir.Pipeline.Redaction.Detection;

/// <summary>Anchors that are the start of a number: addresses, cards, phone numbers and the national numbers of the United States.</summary>
internal static class NumberDetector
{
    /// <summary>A number that begins at <paramref name="at"/> and goes on, with what people put between digits, for seven bytes at least.</summary>
    [SkipLocalsInit]
    public static int Find(ReadOnlySpan<byte> text, int at, int from, int to, Frame frame, KeyContext context, bool[] looked)
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

            if (first is 2 or 4 or 8 && text[at] is >= (byte)'2' and <= (byte)'7' && LetteredDetector.Dump(text, at, first, from, to, frame) is var dump and > 0)
            {
                return dump;
            }

            // What is an address is no phone number, whether addresses are looked for or not.
            if (first <= 3 && sign == (byte)'.' && (at == from || text[at - 1] != (byte)'+') && AddressDetector.Ipv4Length(text[at..to]) is var length and > 0)
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
        if (first >= NumberRun.MostDigits && LetteredDetector.Hexadecimal(text, at, from, to, frame, frame.Scan) is var hexadecimal and > 0)
        {
            return hexadecimal;
        }

        Unsafe.SkipInit(out NumberRun run);
        run.Read(text, at, to);
        if (run.Groups > 1 && GroupedNumbers.TryGrouped(text, at, to, ref run, looked, out var groupedEnd, out var grouped))
        {
            frame.Findings.Add(new Finding(at, groupedEnd, grouped));
            return groupedEnd;
        }

        if (run.Count < 7)
        {
            return at + 1;
        }

        // Behind a plus sign, and in a field for them, it is a phone number before all else.
        if (looked[EntityId.Phone] && (at > from && text[at - 1] == (byte)'+' || context.Phone && run.Count < 12)
            && PhoneDetector.TryFind(text, ref run, from, to, context.Phone, out var firstStart, out var firstEnd))
        {
            frame.Findings.Add(new Finding(firstStart, firstEnd, EntityId.Phone));
            return firstEnd;
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
            if (count <= 19 && CardDetector.Luhn(run.Digits[..count]) && (CardDetector.Issuer(run.Digits[..count]) || named || NearWords.Card(text, run.Position(0), from))
                && CardDetector.IsGrouped(ref run, groups, named || groups == 3 && NearWords.Card(text, run.Position(0), from)))
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
