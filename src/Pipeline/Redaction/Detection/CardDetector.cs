using System.Runtime.CompilerServices;

namespace Weir.Pipeline.Redaction.Detection;

/// <summary>Payment card numbers: 12 to 19 digits, an issuer's prefix with one of its lengths, and the Luhn check (ISO/IEC 7812-1).</summary>
internal static class CardDetector
{
    /// <summary>True for digits (ASCII, nothing between them) that are a card number.</summary>
    public static bool IsCard(ReadOnlySpan<byte> digits) => digits.Length is >= 12 and <= 19 && Issuer(digits) && Luhn(digits);

    /// <summary>The Luhn check over ASCII digits.</summary>
    public static bool Luhn(ReadOnlySpan<byte> digits)
    {
        var sum = 0;
        var twice = false;
        for (var i = digits.Length - 1; i >= 0; i--)
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
