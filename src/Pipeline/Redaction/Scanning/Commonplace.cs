using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Weir.Pipeline.Redaction.Scanning;

/// <summary>Whole values that every event carries and that are nobody's, whatever digits they hold, unless their key says otherwise: UUIDs (RFC 9562) and timestamps (RFC 3339).</summary>
internal static class Commonplace
{
    private const uint Dashes = 1u << 8 | 1u << 13 | 1u << 18 | 1u << 23;

    // dddd-dd-ddTdd:dd:dd, the first digit lowest.
    private const uint TimeDigits = 0b110_110_110_11_0_11_0_1111;

    /// <summary>The text is such a value and no more.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Is(ReadOnlySpan<byte> value) =>
        value.Length is >= 19 and <= 36 && (value.Length == 36 ? IsUuid(value) : IsTimestamp(value));

    /// <summary>8-4-4-4-12 hexadecimal digits, not all of them decimal.</summary>
    internal static bool IsUuid(ReadOnlySpan<byte> value)
    {
        ref var first = ref MemoryMarshal.GetReference(value);
        var head = Vector256.LoadUnsafe(ref first);
        var tail = Vector256.LoadUnsafe(ref first, 4);
        var letters = Letters(head) | Letters(tail);
        return Vector256.Equals(head, Vector256.Create((byte)'-')).ExtractMostSignificantBits() == Dashes
            && (Digits(head) | Letters(head)).ExtractMostSignificantBits() == ~Dashes
            && (Digits(tail) | Letters(tail)).ExtractMostSignificantBits() == ~(Dashes >> 4)
            && letters != Vector256<byte>.Zero;

        static Vector256<byte> Digits(Vector256<byte> v) => Vector256.LessThanOrEqual(v - Vector256.Create((byte)'0'), Vector256.Create((byte)9));

        static Vector256<byte> Letters(Vector256<byte> v) => Vector256.LessThanOrEqual((v | Vector256.Create((byte)0x20)) - Vector256.Create((byte)'a'), Vector256.Create((byte)5));
    }

    /// <summary>A date of 1900 to 2099 and a time, perhaps with a fraction and an offset from UTC.</summary>
    /// <param name="value">19 to 35 bytes.</param>
    internal static bool IsTimestamp(ReadOnlySpan<byte> value)
    {
        ref var first = ref MemoryMarshal.GetReference(value);
        var digits = Digits(Vector128.LoadUnsafe(ref first)) | Digits(Vector128.LoadUnsafe(ref first, 3)) << 3;
        if (digits != TimeDigits
            || value[4] != '-' || value[7] != '-' || value[10] is not ((byte)'T' or (byte)'t' or (byte)' ') || value[13] != ':' || value[16] != ':'
            || !(value[0] == '1' && value[1] == '9' || value[0] == '2' && value[1] == '0') || value[5] > '1' || value[8] > '3' || value[11] > '2' || value[14] > '5' || value[17] > '6')
        {
            return false;
        }

        var rest = value[19..];
        if (rest.Length > 1 && rest[0] is (byte)'.' or (byte)',')
        {
            var fraction = 1;
            while (fraction < rest.Length && char.IsAsciiDigit((char)rest[fraction]))
            {
                fraction++;
            }

            if (fraction is < 2 or > 10)
            {
                return false;
            }

            rest = rest[fraction..];
        }

        return rest.Length switch
        {
            0 => true,
            1 => rest[0] is (byte)'Z' or (byte)'z',
            5 => IsOffset(rest, 3),
            6 => rest[3] == (byte)':' && IsOffset(rest, 4),
            _ => false,
        };

        static uint Digits(Vector128<byte> v) => Vector128.LessThanOrEqual(v - Vector128.Create((byte)'0'), Vector128.Create((byte)9)).ExtractMostSignificantBits();

        static bool IsOffset(ReadOnlySpan<byte> rest, int minutes) =>
            rest[0] is (byte)'+' or (byte)'-' && char.IsAsciiDigit((char)rest[1]) && char.IsAsciiDigit((char)rest[2]) && char.IsAsciiDigit((char)rest[minutes]) && char.IsAsciiDigit((char)rest[minutes + 1]);
    }
}
