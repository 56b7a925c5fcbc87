using static Weir.Pipeline.Redaction.Detection.National.Checks;

namespace Weir.Pipeline.Redaction.Detection.National;

/// <summary>Numbers of the Americas, Asia, Africa and Oceania, and international ones.</summary>
internal static class World
{
    public static bool ArCuit(ReadOnlySpan<byte> n) =>
        Digits(n, 11) && Number(n[..2]) is 20 or 23 or 24 or 27 or 30 or 33 or 34 or 50 or 51 or 55
        && "012345678990"[11 - Sum(n, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11] == n[10];

    public static bool ArDni(ReadOnlySpan<byte> n) => n.Length is 7 or 8 && Digits(n);

    public static bool AuAbn(ReadOnlySpan<byte> n) =>
        Digits(n, 11) && Number(n[..2]) >= 11 && (Sum(n, [10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19]) - 10) % 89 == 0;

    public static bool AuAcn(ReadOnlySpan<byte> n) => Digits(n, 9) && (10 - Sum(n, [8, 7, 6, 5, 4, 3, 2, 1]) % 10) % 10 == D(n[8]);

    public static bool AuTfn(ReadOnlySpan<byte> n) =>
        n.Length is 8 or 9 && Digits(n) && (n.Length == 9 ? Sum(n, [1, 4, 3, 7, 5, 8, 6, 9, 10]) : Sum(n, [10, 7, 8, 4, 6, 3, 5, 1])) % 11 == 0;

    /// <summary>First digit 2 to 6, check in the ninth place, then the issue number and maybe the person's.</summary>
    public static bool AuMedicare(ReadOnlySpan<byte> n) =>
        n.Length is 10 or 11 && Digits(n) && n[0] is >= (byte)'2' and <= (byte)'6' && Sum(n, [1, 3, 7, 9, 1, 3, 7, 9]) % 10 == D(n[8]);

    public static bool BrCnpj(ReadOnlySpan<byte> n)
    {
        if (n.Length != 14 || !Digits(n[12..]) || !n[..12].ContainsAnyExcept((byte)'0'))
        {
            return false;
        }

        int first = 0, second = 0;
        for (var i = 0; i < 12; i++)
        {
            if (!Letter(n[i]) && !char.IsAsciiDigit((char)n[i]))
            {
                return false;
            }

            var v = n[i] - '0';
            first += ((3 - i + 16) % 8 + 2) * v;
            second += ((4 - i + 16) % 8 + 2) * v;
        }

        first = (11 - first % 11) % 11 % 10;
        second = (11 - (second + 2 * first) % 11) % 11 % 10;
        return first == D(n[12]) && second == D(n[13]);
    }

    public static bool BrCpf(ReadOnlySpan<byte> n)
    {
        if (!Digits(n, 11) || !n.ContainsAnyExcept((byte)'0'))
        {
            return false;
        }

        var first = (11 - Sum(n, [10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11) % 11 % 10;
        var second = (11 - Sum(n, [11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11) % 11 % 10;
        return first == D(n[9]) && second == D(n[10]);
    }

    /// <summary>Numbers that begin with 0 or 8 are not issued.</summary>
    public static bool CaSin(ReadOnlySpan<byte> n) => Digits(n, 9) && n[0] is not ((byte)'0' or (byte)'8') && Luhn(n);

    public static bool ClRut(ReadOnlySpan<byte> n)
    {
        if (n.Length is not (8 or 9) || !Digits(n[..^1]))
        {
            return false;
        }

        var sum = 0;
        for (var i = 0; i < n.Length - 1; i++)
        {
            sum += D(n[n.Length - 2 - i]) * (4 + (5 - i + 12) % 6);
        }

        return "0123456789K"[sum % 11] == n[^1];
    }

    public static bool CnRic(ReadOnlySpan<byte> n) =>
        n.Length == 18 && Digits(n[..17]) && (n[17] == 'X' || char.IsAsciiDigit((char)n[17])) && IsChineseProvince(Number(n[..2]))
        && Date(Number(n[6..10]), Number(n[10..12]), Number(n[12..14])) && Mod11And2(n);

    /// <summary>GB/T 2260: six regions of provinces, Taiwan, Hong Kong and Macau; 91 and 92 stand for residents from abroad.</summary>
    public static bool IsChineseProvince(int code) =>
        code is (>= 11 and <= 15) or (>= 21 and <= 23) or (>= 31 and <= 37) or (>= 41 and <= 46) or (>= 50 and <= 54) or (>= 61 and <= 65) or 71 or (>= 81 and <= 83) or 91 or 92;

    public static bool CoNit(ReadOnlySpan<byte> n)
    {
        if (n.Length is < 8 or > 16 || !Digits(n))
        {
            return false;
        }

        ReadOnlySpan<int> weights = [3, 7, 13, 17, 19, 23, 29, 37, 41, 43, 47, 53, 59, 67, 71];
        var sum = 0;
        for (var i = 0; i < n.Length - 1; i++)
        {
            sum += D(n[n.Length - 2 - i]) * weights[i];
        }

        return "01987654321"[sum % 11] == n[^1];
    }

    public static bool IlId(ReadOnlySpan<byte> n) => n.Length is >= 5 and <= 9 && Digits(n) && n.ContainsAnyExcept((byte)'0') && Luhn(n);

    public static bool Imei(ReadOnlySpan<byte> n) => n.Length is >= 14 and <= 16 && Digits(n) && (n.Length != 15 || Luhn(n));

    public static bool InAadhaar(ReadOnlySpan<byte> n)
    {
        if (!Digits(n, 12) || n[0] < '2' || !Verhoeff(n))
        {
            return false;
        }

        for (var i = 0; i < 6; i++)
        {
            if (n[i] != n[11 - i])
            {
                return true;
            }
        }

        return false;
    }

    public static bool InPan(ReadOnlySpan<byte> n) => Shape(n, "AAAAA9999A") && In(n[3], "ABCFGHJKLPT") && !n[5..9].SequenceEqual("0000"u8);

    public static bool InGstin(ReadOnlySpan<byte> n)
    {
        if (n.Length != 15 || !Digits(n[..2]) || !InPan(n[2..12]) || n[12] == '0' || n[13] != 'Z')
        {
            return false;
        }

        var state = Number(n[..2]);
        if (state is not (>= 1 and <= 38 or 97 or 99))
        {
            return false;
        }

        // Luhn in base 36.
        var sum = 0;
        for (var i = 0; i < 15; i++)
        {
            var v = Base36Value(n[14 - i]);
            if (v < 0)
            {
                return false;
            }

            v *= i % 2 == 0 ? 1 : 2;
            sum += v / 36 + v % 36;
        }

        return sum % 36 == 0;
    }

    public static bool Isin(ReadOnlySpan<byte> n)
    {
        if (n.Length != 12 || !Letter(n[0]) || !Letter(n[1]) || !char.IsAsciiDigit((char)n[11]) || !IsinIssuers.Contains($" {(char)n[0]}{(char)n[1]} ", StringComparison.Ordinal))
        {
            return false;
        }

        Span<byte> digits = stackalloc byte[24];
        var length = 0;
        foreach (var b in n)
        {
            var v = Base36Value(b);
            if (v < 0)
            {
                return false;
            }

            if (v > 9)
            {
                digits[length++] = (byte)('0' + v / 10);
            }

            digits[length++] = (byte)('0' + v % 10);
        }

        return Luhn(digits[..length]);
    }

    /// <summary>ISO 3166 and the prefixes that ISO 6166 adds.</summary>
    private const string IsinIssuers =
        " AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CS CU CV CW CX CY CZ DE DJ DK DM DO DZ "
        + "EC EE EG EH ER ES ET EU EZ FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ "
        + "LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW "
        + "SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XA XB XC XD XF XK XS YE YT ZA ZM ZW ";

    public static bool Lei(ReadOnlySpan<byte> n)
    {
        if (n.Length != 20)
        {
            return false;
        }

        foreach (var b in n)
        {
            if (Base36Value(b) < 0)
            {
                return false;
            }
        }

        return Mod(n, 97) == 1;
    }

    /// <summary>Tax office, kind and serial as they are given out; the check digit apart.</summary>
    public static bool KrBrn(ReadOnlySpan<byte> n) => Digits(n, 10) && Number(n[..3]) >= 101 && Number(n[3..5]) != 0 && Number(n[5..9]) != 0;

    public static bool KrBrnCheck(ReadOnlySpan<byte> n)
    {
        var sum = Sum(n, [1, 3, 7, 1, 3, 7, 1, 3, 5]) + D(n[8]) * 5 / 10;
        return (10 - sum % 10) % 10 == D(n[9]);
    }

    public static bool KrRrn(ReadOnlySpan<byte> n)
    {
        if (!KrDate(n) || Number(n[7..9]) > 96)
        {
            return false;
        }

        return (11 - Sum(n, [2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5]) % 11) % 10 == D(n[12]);
    }

    private static bool KrDate(ReadOnlySpan<byte> n)
    {
        if (!Digits(n, 13))
        {
            return false;
        }

        var century = D(n[6]) switch { 1 or 2 or 5 or 6 => 1900, 3 or 4 or 7 or 8 => 2000, _ => 1800 };
        return Date(century + Number(n[..2]), Number(n[2..4]), Number(n[4..6]));
    }

    public static bool MxCurp(ReadOnlySpan<byte> n)
    {
        const string Alphabet = "0123456789ABCDEFGHIJKLMN\u00d1OPQRSTUVWXYZ";
        const string States = " AS BC BS CC CH CL CM CS DF DG GR GT HG JC MC MN MS NE NL NT OC PL QR QT SL SP SR TC TL TS VZ YN ZS ";
        if (!Shape(n, "AAAA999999AAAAAAX9") || n[10] is not ((byte)'H' or (byte)'M' or (byte)'X') || !States.Contains($" {(char)n[11]}{(char)n[12]} ", StringComparison.Ordinal))
        {
            return false;
        }

        if (!Date((char.IsAsciiDigit((char)n[16]) ? 1900 : 2000) + Number(n[4..6]), Number(n[6..8]), Number(n[8..10])))
        {
            return false;
        }

        var sum = 0;
        for (var i = 0; i < 17; i++)
        {
            sum += (18 - i) * Alphabet.IndexOf((char)n[i], StringComparison.Ordinal);
        }

        return (10 - sum % 10) % 10 == D(n[17]);
    }

    public static bool MyNric(ReadOnlySpan<byte> n)
    {
        if (!Digits(n, 12))
        {
            return false;
        }

        int year = Number(n[..2]), month = Number(n[2..4]), day = Number(n[4..6]);
        return (Date(1900 + year, month, day) || Date(2000 + year, month, day))
            && Number(n[6..8]) is not (0 or 17 or 18 or 19 or 20 or 69 or 70 or 73 or 80 or 81 or 94 or 95 or 96 or 97);
    }

    public static bool PeCui(ReadOnlySpan<byte> n)
    {
        if (n.Length is not (8 or 9) || !Digits(n[..8]))
        {
            return false;
        }

        var check = Sum(n, [3, 2, 7, 6, 5, 4, 3, 2]) % 11;
        return n.Length == 8 || n[8] == "65432110987"[check] || n[8] == "KJIHGFEDCBA"[check];
    }

    public static bool PeRuc(ReadOnlySpan<byte> n) =>
        Digits(n, 11) && Number(n[..2]) is 10 or 15 or 16 or 17 or 20 && (11 - Sum(n, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11) % 10 == D(n[10]);

    public static bool SgUen(ReadOnlySpan<byte> n)
    {
        if (n.Length == 9)
        {
            return Shape(n, "99999999A") && "XMKECAWLJDB"[Sum(n, [10, 4, 9, 3, 8, 2, 7, 1]) % 11] == n[8];
        }

        if (n.Length != 10)
        {
            return false;
        }

        if (Digits(n[..9]))
        {
            return Number(n[..4]) <= Today.Year && "ZKCMDNERGWH"[Sum(n, [10, 8, 6, 4, 9, 7, 5, 3, 1]) % 11] == n[9];
        }

        const string Alphabet = "ABCDEFGHJKLMNPQRSTUVWX0123456789";
        const string Kinds = " CC CD CH CL CM CP CS CX DP FB FC FM FN GA GB GS HS LL LP MB MC MD MH MM MQ NB NR PA PB PF RF RP SM SS TC TU VH XL ";
        if (n[0] is not ((byte)'R' or (byte)'S' or (byte)'T') || !Digits(n[1..3]) || !Digits(n[5..9]) || !Kinds.Contains($" {(char)n[3]}{(char)n[4]} ", StringComparison.Ordinal))
        {
            return false;
        }

        if (n[0] == 'T' && Number(n[1..3]) > Today.Year - 2000)
        {
            return false;
        }

        ReadOnlySpan<int> weights = [4, 3, 5, 3, 10, 2, 2, 5, 7];
        var sum = 0;
        for (var i = 0; i < 9; i++)
        {
            sum += weights[i] * Alphabet.IndexOf((char)n[i], StringComparison.Ordinal);
        }

        return Alphabet[((sum - 5) % 11 + 11) % 11] == n[9];
    }

    /// <summary>S, T, F, G or M, seven digits, a check letter.</summary>
    public static bool SgNric(ReadOnlySpan<byte> n)
    {
        if (!Shape(n, "A9999999A"))
        {
            return false;
        }

        var sum = Sum(n[1..], [2, 7, 6, 5, 4, 3, 2]);
        return n[0] switch
        {
            (byte)'S' => "JZIHGFEDCBA"[sum % 11] == n[8],
            (byte)'T' => "JZIHGFEDCBA"[(sum + 4) % 11] == n[8],
            (byte)'F' => "XWUTRQPNMLK"[sum % 11] == n[8],
            (byte)'G' => "XWUTRQPNMLK"[(sum + 4) % 11] == n[8],
            (byte)'M' => "KLJNPQRTUWX"[10 - (sum + 3) % 11] == n[8],
            _ => false,
        };
    }

    public static bool ThId(ReadOnlySpan<byte> n) =>
        Digits(n, 13) && n[0] is >= (byte)'1' and <= (byte)'8' && (11 - Sum(n, [13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11) % 10 == D(n[12]);

    public static bool Nine(ReadOnlySpan<byte> n) => Digits(n, 9);

    public static bool UsEin(ReadOnlySpan<byte> n) =>
        Digits(n, 9) && Number(n[..2]) is not (0 or 7 or 8 or 9 or 17 or 18 or 19 or 28 or 29 or 49 or 69 or 70 or 78 or 79 or 89 or 96 or 97);

    public static bool UsItin(ReadOnlySpan<byte> n) => Digits(n, 9) && n[0] == '9' && Number(n[3..5]) is >= 70 and <= 99 and not (89 or 93);

    public static bool UsPtin(ReadOnlySpan<byte> n) => Shape(n, "P99999999");

    public static bool UsSsn(ReadOnlySpan<byte> n) =>
        Digits(n, 9) && n[0] != '9' && Number(n[..3]) is not (0 or 666) && Number(n[3..5]) != 0 && Number(n[5..]) != 0
        && Number(n) is not (78_051_120 or 457_555_462 or 219_099_999);

    public static bool UsRouting(ReadOnlySpan<byte> n) => Digits(n, 9) && n.ContainsAnyExcept((byte)'0') && Sum(n, [3, 7, 1, 3, 7, 1, 3, 7, 1]) % 10 == 0;

    /// <summary>Luhn over 80840 and the ten digits, the first of which is 1 or 2.</summary>
    public static bool UsNpi(ReadOnlySpan<byte> n)
    {
        if (!Digits(n, 10) || n[0] is not ((byte)'1' or (byte)'2') || !n[1..].ContainsAnyExcept(n[0]))
        {
            return false;
        }

        Span<byte> whole = stackalloc byte[15];
        "80840"u8.CopyTo(whole);
        n.CopyTo(whole[5..]);
        return Luhn(whole);
    }

    /// <summary>1EG4TE5MK73: digits, letters without S, L, O, I, B and Z, or both, each in its place.</summary>
    public static bool UsMbi(ReadOnlySpan<byte> n)
    {
        if (n.Length != 11 || n[0] is < (byte)'1' or > (byte)'9')
        {
            return false;
        }

        const string Letters = "ACDEFGHJKMNPQRTUVWXY";
        const string Places = "9AX9AX9AA99";
        for (var i = 0; i < 11; i++)
        {
            var digit = char.IsAsciiDigit((char)n[i]);
            var letter = In(n[i], Letters);
            if (!(Places[i] == '9' ? digit : Places[i] == 'A' ? letter : digit || letter))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Two letters, six digits, a check digit.</summary>
    public static bool UsDea(ReadOnlySpan<byte> n) =>
        n.Length == 9 && In(n[0], "ABCDEFGHJKLMPRSTUX") && (Letter(n[1]) || n[1] == '9') && Digits(n[2..]) && Sum(n[2..], [1, 2, 1, 2, 1, 2]) % 10 == D(n[8]);

    public static bool ZaId(ReadOnlySpan<byte> n)
    {
        if (!Digits(n, 13) || n[10] is not ((byte)'0' or (byte)'1' or (byte)'2') || !Luhn(n))
        {
            return false;
        }

        int year = Number(n[..2]), month = Number(n[2..4]), day = Number(n[4..6]);
        return Date(1900 + year, month, day) || Date(2000 + year, month, day);
    }

    public static bool NgNin(ReadOnlySpan<byte> n) => Digits(n, 11) && Verhoeff(n);

    public static bool InVoter(ReadOnlySpan<byte> n) => Shape(n, "AAA9999999");
}
