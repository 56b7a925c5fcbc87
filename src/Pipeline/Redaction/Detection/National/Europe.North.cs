using static Weir.Pipeline.Redaction.Detection.National.Checks;

namespace Weir.Pipeline.Redaction.Detection.National;

/// <summary>Numbers of countries of northern Europe. The rules are those that the issuing offices publish.</summary>
internal static partial class Europe
{
    public static bool DkCpr(ReadOnlySpan<byte> n)
    {
        if (!Digits(n, 10))
        {
            return false;
        }

        int year = Number(n[4..6]), seventh = D(n[6]);
        year += seventh is >= 5 and <= 8 && year >= 58 ? 1800 : seventh <= 3 || seventh is 4 or 9 && year >= 37 ? 1900 : 2000;
        return PastDate(year, Number(n[2..4]), Number(n[..2]));
    }

    public static bool Baltic(ReadOnlySpan<byte> n)
    {
        if (!Digits(n, 11))
        {
            return false;
        }

        var check = Sum(n, [1, 2, 3, 4, 5, 6, 7, 8, 9, 1]) % 11;
        check = check == 10 ? Sum(n, [3, 4, 5, 6, 7, 8, 9, 1, 2, 3]) % 11 % 10 : check;
        return check == D(n[10]);
    }

    public static bool EeIk(ReadOnlySpan<byte> n) =>
        Baltic(n) && D(n[0]) is >= 1 and <= 8 && Date(1800 + (D(n[0]) - 1) / 2 * 100 + Number(n[1..3]), Number(n[3..5]), Number(n[5..7]));

    public static bool LtAk(ReadOnlySpan<byte> n) =>
        Baltic(n) && (n[0] == '9' || D(n[0]) is >= 1 and <= 8 && Date(1800 + (D(n[0]) - 1) / 2 * 100 + Number(n[1..3]), Number(n[3..5]), Number(n[5..7])));

    public static bool FiHetu(ReadOnlySpan<byte> n)
    {
        if (n.Length != 11 || !Digits(n[..6]) || !Digits(n[7..10]))
        {
            return false;
        }

        var century = n[6] switch
        {
            (byte)'+' => 1800,
            (byte)'-' or (>= (byte)'U' and <= (byte)'Y') => 1900,
            >= (byte)'A' and <= (byte)'F' => 2000,
            _ => 0,
        };
        return century > 0 && Number(n[7..10]) >= 2 && Date(century + Number(n[4..6]), Number(n[2..4]), Number(n[..2]))
            && "0123456789ABCDEFHJKLMNPRSTUVWXY"[(Number(n[..6]) * 1000 + Number(n[7..10])) % 31] == n[10];
    }

    public static bool IsKt(ReadOnlySpan<byte> n)
    {
        if (!Digits(n, 10) || n[9] is not ((byte)'0' or (byte)'9') || Sum(n, [3, 2, 7, 6, 5, 4, 3, 2, 1]) % 11 != 0)
        {
            return false;
        }

        var day = Number(n[..2]);
        return Date((n[9] == '9' ? 1900 : 2000) + Number(n[4..6]), Number(n[2..4]), day > 40 ? day - 40 : day);
    }

    public static bool NoFnr(ReadOnlySpan<byte> n)
    {
        if (!Digits(n, 11) || (11 - Sum(n, [3, 7, 6, 1, 8, 9, 4, 5, 2]) % 11) % 11 != D(n[9]) || (11 - Sum(n, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11) % 11 != D(n[10]))
        {
            return false;
        }

        int day = Number(n[..2]), month = Number(n[2..4]), year = Number(n[4..6]), individual = Number(n[6..9]);
        if (day >= 80)
        {
            // A number given by a hospital holds no birth date.
            return true;
        }

        day -= day > 40 ? 40 : 0;
        month -= month > 40 ? 40 : 0;
        if (individual < 500)
        {
            year += 1900;
        }
        else if (individual < 750 && year >= 54)
        {
            year += 1800;
        }
        else if (year < 40)
        {
            year += 2000;
        }
        else if (individual >= 900)
        {
            year += 1900;
        }
        else
        {
            return false;
        }

        return PastDate(year, month, day);
    }

    public static bool SeOrganisation(ReadOnlySpan<byte> n) => Digits(n, 10) && Luhn(n);

    public static bool SePersonnummer(ReadOnlySpan<byte> n)
    {
        if (n.Length is not (10 or 12) || !Digits(n) || !Luhn(n[^10..]))
        {
            return false;
        }

        // A coordination number has 60 added to the day; ten digits do not tell the century.
        int month = Number(n[^8..^6]), day = Number(n[^6..^4]), year = Number(n[^10..^8]);
        day -= day > 60 ? 60 : 0;
        return n.Length == 12 ? PastDate(Number(n[..4]), month, day) : Date(2000 + year, month, day) || Date(1900 + year, month, day);
    }
}
