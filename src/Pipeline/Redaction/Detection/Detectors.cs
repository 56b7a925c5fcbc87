using System.Numerics;
using System.Runtime.CompilerServices;
using Weir.Pipeline.Redaction.Scanning;

namespace Weir.Pipeline.Redaction.Detection;

/// <summary>Visits the anchors of a text and lets the detector that each calls for look around it.</summary>
internal static class Detectors
{
    /// <summary>Adds what stands in [start, end) to the frame's findings. Findings may overlap.</summary>
    [SkipLocalsInit]
    public static void Run(ReadOnlySpan<byte> text, int start, int end, Frame frame, KeyContext context, bool[] looked, RecordScan scan)
    {
        var masks = frame.Masks;
        var skip = start;
        for (var block = start >> 6; block <= (end - 1) >> 6; block++)
        {
            var bits = masks.Anchors[block];
            while (bits != 0)
            {
                var at = block * 64 + BitOperations.TrailingZeroCount(bits);
                bits &= bits - 1;
                if (at < skip)
                {
                    continue;
                }

                if (at >= end)
                {
                    return;
                }

                var found = At(text, at, start, end, frame, context, looked);
                skip = Math.Max(skip, found);
            }
        }
    }

    /// <summary>Looks at one anchor and returns where the next may stand.</summary>
    private static int At(ReadOnlySpan<byte> text, int at, int from, int to, Frame frame, KeyContext context, bool[] looked)
    {
        switch (text[at])
        {
            case (byte)'@':
                if (looked[EntityId.Email] && EmailDetector.TryFind(text, at, from, to, out var start, out var end))
                {
                    frame.Findings.Add(new Finding(start, end, EntityId.Email));
                    return end;
                }

                break;
            case >= (byte)'0' and <= (byte)'9':
                return Number(text, at, from, to, frame, context, looked);
            case (byte)'+':
                // The digits after it begin a number of their own and look back.
                break;
        }

        return at + 1;
    }

    private static int Number(ReadOnlySpan<byte> text, int at, int from, int to, Frame frame, KeyContext context, bool[] looked)
    {
        if (frame.Masks.DigitsAhead(at) < 7)
        {
            return at + 1;
        }

        NumberRun run = default;
        run.Read(text, at, to);
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

        if (looked[EntityId.Card] && run.Count >= 12 && !context.OtherNumber && TryCard(ref run, to, text, out var cardEnd))
        {
            frame.Findings.Add(new Finding(at, cardEnd, EntityId.Card));
            return cardEnd;
        }

        if (looked[EntityId.Phone] && !context.OtherNumber
            && PhoneDetector.TryFind(text, ref run, from, to, context.Phone || PhoneWords.Near(text, at, from, to), out var phoneStart, out var phoneEnd))
        {
            frame.Findings.Add(new Finding(phoneStart, phoneEnd, EntityId.Phone));
            return phoneEnd;
        }

        return at + 1;
    }

    /// <summary>ddd-dd-dddd as issued: no area 000, 666 or 9xx, no group 00, no serial 0000.</summary>
    private static bool IsUsSsn(ReadOnlySpan<byte> text, ref NumberRun run)
    {
        if (run.Groups < 3 || run.GroupLength(0) != 3 || run.GroupLength(1) != 2 || run.GroupLength(2) != 4 || run.Position(3) != run.Position(2) + 2 || run.Position(5) != run.Position(4) + 2)
        {
            return false;
        }

        var sign = text[run.Position(2) + 1];
        var digits = run.Digits;
        return sign is (byte)'-' or (byte)' ' && text[run.Position(4) + 1] == sign
            && digits[0] != (byte)'9' && !digits.StartsWith("000"u8) && !digits.StartsWith("666"u8) && !digits[3..5].SequenceEqual("00"u8) && !digits[5..9].SequenceEqual("0000"u8);
    }

    /// <summary>The longest card number that begins with the run and ends with one of its groups.</summary>
    private static bool TryCard(ref NumberRun run, int to, ReadOnlySpan<byte> text, out int end)
    {
        for (var groups = run.Groups; groups > 0; groups--)
        {
            var count = run.Group(groups);
            if (count < 12)
            {
                break;
            }

            if (count <= 19 && CardDetector.IsCard(run.Digits[..count]))
            {
                end = run.Position(count - 1) + 1;
                return end >= to || !char.IsAsciiDigit((char)text[end]);
            }
        }

        end = 0;
        return false;
    }
}

/// <summary>Words beside a number that say it is a phone number.</summary>
internal static class PhoneWords
{
    private static readonly HashSet<string> Named = new(StringComparer.OrdinalIgnoreCase)
    {
        "phone", "phones", "telephone", "tel", "mobile", "mob", "cell", "cellphone", "fax", "call", "calls", "calling", "called", "office", "home", "answering", "messages", "message", "text", "sms",
        "whatsapp", "ring", "dial", "reach", "contact", "voicemail", "hotline", "landline", "handy", "telefon", "rufnummer", "mobil", "telefono", "teléfono", "telefone", "celular", "portable", "tlf", "gsm",
    };

    /// <summary>A word of <see cref="Named"/> stands within 40 bytes before or 12 after.</summary>
    public static bool Near(ReadOnlySpan<byte> text, int at, int from, int to) =>
        In(text[Math.Max(from, at - 40)..at]) || In(text[Math.Min(to, at + 7)..Math.Min(to, at + 34)]);

    private static bool In(ReadOnlySpan<byte> text)
    {
        var lookup = Named.GetAlternateLookup<ReadOnlySpan<char>>();
        Span<char> word = stackalloc char[16];
        var length = 0;
        for (var i = 0; i <= text.Length; i++)
        {
            if (i < text.Length && char.IsAsciiLetter((char)text[i]))
            {
                if (length < word.Length)
                {
                    word[length] = (char)text[i];
                }

                length++;
                continue;
            }

            if (length is >= 3 and <= 16 && lookup.Contains(word[..length]))
            {
                return true;
            }

            length = 0;
        }

        return false;
    }
}
