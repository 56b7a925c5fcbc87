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
            ContextDetector.ByWords(text, start, end, masks, looked, scan.NameStarts, frame.Findings);
        }

        if (scan.LooksInProse && end - start > 8)
        {
            ProseDetector.Find(text, start, end, looked, frame.Findings);
            LabelledDetector.Find(text, start, end, looked, frame.Findings);
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
                        skip = NumberDetector.Find(text, at, start, end, frame, key.Context, looked);
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

                return at - 2 >= from ? LetteredDetector.Dump(text, at - 2, 2, from, to, frame) : 0;
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

                return at - 2 >= from ? LetteredDetector.Dump(text, at - 2, 2, from, to, frame) : 0;
            case (byte)'+':
                if (GroupedNumbers.TryPlus(text, at, from, to, looked, out start, out end, out var entity))
                {
                    frame.Findings.Add(new Finding(start, end, entity));
                    return end;
                }

                return scan.InEncoded(text, at, from, to, frame);
            default:
                return char.IsAsciiLetterOrDigit((char)b) ? LetteredDetector.Find(text, at, from, to, frame, looked, scan, b) : 0;
        }

        return 0;
    }
}
