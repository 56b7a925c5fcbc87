using System.Buffers;

namespace Weir.Pipeline.Redaction.Detection;

/// <summary>
/// Social security and phone numbers with a sign between their groups that people do not put there, the same between all, or an underscore and others:
/// <code>
/// 219_09_9998     219:09:9998     212_555_0143     +44_20_7946_0958
/// </code>
/// </summary>
internal static class PartedNumbers
{
    private const int MostDigits = 16;

    private static readonly SearchValues<byte> Between = SearchValues.Create("_:*~=#\\/"u8);
    private static readonly SearchValues<byte> Mixed = SearchValues.Create("_-. "u8);

    /// <summary>The number whose last or second group of four digits ends with the digit at <paramref name="at"/>.</summary>
    public static bool TryFind(ReadOnlySpan<byte> text, int at, int from, int to, bool[] looked, out int start, out int end, out int entity)
    {
        (start, end, entity) = (at, at, -1);
        var sign = text[at - 4];
        if (!Between.Contains(sign) && !Mixed.Contains(sign))
        {
            return false;
        }

        // From the end of its last group to the beginning of its first.
        end = at + 1;
        var parted = Between.Contains(sign);
        while (end + 1 < to && Joins(text[end], sign) && char.IsAsciiDigit((char)text[end + 1]) && end - at < MostDigits)
        {
            parted |= Between.Contains(text[end]);
            for (end++; end < to && char.IsAsciiDigit((char)text[end]); end++)
            {
            }
        }

        Span<byte> digits = stackalloc byte[MostDigits];
        Span<byte> lengths = stackalloc byte[8];
        int count = 0, groups = 0, place = end;
        while (true)
        {
            var group = place;
            while (place > from && char.IsAsciiDigit((char)text[place - 1]))
            {
                if (count == MostDigits)
                {
                    return false;
                }

                digits[MostDigits - ++count] = text[--place];
            }

            if (groups == lengths.Length || group == place)
            {
                return false;
            }

            lengths[groups++] = (byte)(group - place);
            if (place - 2 < from || !Joins(text[place - 1], sign) || !char.IsAsciiDigit((char)text[place - 2]))
            {
                break;
            }

            parted |= Between.Contains(text[--place]);
        }

        start = place;
        var before = start > from ? text[start - 1] : (byte)' ';
        if (!parted || char.IsAsciiLetterOrDigit((char)before) || before is (byte)'_' or (byte)'=' && sign == before || end < to && (char.IsAsciiLetterOrDigit((char)text[end]) || text[end] == (byte)'_'))
        {
            return false;
        }

        digits = digits[(MostDigits - count)..];
        if (looked[EntityId.Phone] && before == (byte)'+' && groups > 1 && count is >= 7 and <= 15 && digits[0] != (byte)'0')
        {
            start--;
            entity = EntityId.Phone;
        }
        else if (looked[EntityId.UsSsn] && groups == 3 && lengths[2] == 3 && lengths[1] == 2 && lengths[0] == 4 && National.World.UsSsn(digits))
        {
            entity = EntityId.UsSsn;
        }
        else if (looked[EntityId.Phone] && groups is 3 or 4 && lengths[2] == 3 && lengths[1] == 3 && lengths[0] == 4 && (groups == 3 || lengths[3] == 1 && digits[0] == (byte)'1')
            && digits[^10] >= (byte)'2' && digits[^7] >= (byte)'2')
        {
            entity = EntityId.Phone;
        }

        return entity >= 0;

        static bool Joins(byte b, byte sign) => b == sign || Mixed.Contains(b) && Mixed.Contains(sign);
    }
}
