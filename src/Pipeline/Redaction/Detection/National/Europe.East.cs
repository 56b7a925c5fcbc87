using static Weir.Pipeline.Redaction.Detection.National.Checks;

namespace Weir.Pipeline.Redaction.Detection.National;

/// <summary>Numbers of countries of central and eastern Europe. The rules are those that the issuing offices publish.</summary>
internal static partial class Europe
{
    public static bool BgEgn(ReadOnlySpan<byte> n)
    {
        if (!Digits(n, 10))
        {
            return false;
        }

        int year = 1900 + Number(n[..2]), month = Number(n[2..4]);
        (year, month) = month > 40 ? (year + 100, month - 40) : month > 20 ? (year - 100, month - 20) : (year, month);
        return Date(year, month, Number(n[4..6])) && Sum(n, [2, 4, 8, 5, 10, 9, 7, 3, 6]) % 11 % 10 == D(n[9]);
    }

    public static bool CzRc(ReadOnlySpan<byte> n)
    {
        if (n.Length is not (9 or 10) || !Digits(n))
        {
            return false;
        }

        int year = 1900 + Number(n[..2]), month = Number(n[2..4]) % 50 % 20, day = Number(n[4..6]);
        if (n.Length == 9)
        {
            year -= year >= 1980 ? 100 : 0;
            return year <= 1953 && Date(year, month, day);
        }

        year += year < 1954 ? 100 : 0;
        var check = Mod(n[..9], 11);
        return Date(year, month, day) && check % 10 == D(n[9]);
    }

    public static bool HrOib(ReadOnlySpan<byte> n) => Digits(n, 11) && Mod11And10(n);

    public static bool PlNip(ReadOnlySpan<byte> n) => Digits(n, 10) && Sum(n, [6, 5, 7, 2, 3, 4, 5, 6, 7]) % 11 == D(n[9]);

    public static bool PlPesel(ReadOnlySpan<byte> n)
    {
        if (!Digits(n, 11) || (10 - Sum(n, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3]) % 10) % 10 != D(n[10]))
        {
            return false;
        }

        var month = Number(n[2..4]);
        var century = (month / 20) switch { 0 => 1900, 1 => 2000, 2 => 2100, 3 => 2200, _ => 1800 };
        return Date(century + Number(n[..2]), month % 20, Number(n[4..6]));
    }

    public static bool PlRegon(ReadOnlySpan<byte> n) =>
        n.Length is 9 or 14 && Digits(n) && Sum(n, [8, 9, 2, 3, 4, 5, 6, 7]) % 11 % 10 == D(n[8])
        && (n.Length == 9 || Sum(n, [2, 4, 8, 5, 0, 9, 7, 3, 6, 1, 2, 4, 8]) % 11 % 10 == D(n[13]));

    public static bool RoCnp(ReadOnlySpan<byte> n)
    {
        if (!Digits(n, 13) || n[0] == '0')
        {
            return false;
        }

        var check = Sum(n, [2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9]) % 11;
        var century = D(n[0]) switch { 3 or 4 => 1800, 5 or 6 => 2000, _ => 1900 };
        var county = Number(n[7..9]);
        return (check == 10 ? 1 : check) == D(n[12]) && Date(century + Number(n[1..3]), Number(n[3..5]), Number(n[5..7]))
            && county is >= 1 and <= 48 or 51 or 52 or 70 or >= 80 and <= 83;
    }

    public static bool SiEmso(ReadOnlySpan<byte> n)
    {
        if (!Digits(n, 13))
        {
            return false;
        }

        var year = Number(n[4..7]);
        var check = (11 - Sum(n, [7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11) % 11 % 10;
        return check == D(n[12]) && Date(year < 800 ? 2000 + year : 1000 + year, Number(n[2..4]), Number(n[..2]));
    }
}
