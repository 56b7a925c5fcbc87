using static Weir.Pipeline.Redaction.Detection.National.Checks;

namespace Weir.Pipeline.Redaction.Detection.National;

/// <summary>Numbers of countries of Asia and the Pacific.</summary>
internal static partial class World
{
    public static bool AuAbn(ReadOnlySpan<byte> n) =>
        Digits(n, 11) && Number(n[..2]) >= 11 && (Sum(n, [10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19]) - 10) % 89 == 0;

    public static bool AuAcn(ReadOnlySpan<byte> n) => Digits(n, 9) && (10 - Sum(n, [8, 7, 6, 5, 4, 3, 2, 1]) % 10) % 10 == D(n[8]);

    public static bool AuTfn(ReadOnlySpan<byte> n) =>
        n.Length is 8 or 9 && Digits(n) && (n.Length == 9 ? Sum(n, [1, 4, 3, 7, 5, 8, 6, 9, 10]) : Sum(n, [10, 7, 8, 4, 6, 3, 5, 1])) % 11 == 0;

    /// <summary>First digit 2 to 6, check in the ninth place, then the issue number and maybe the person's.</summary>
    public static bool AuMedicare(ReadOnlySpan<byte> n) =>
        n.Length is 10 or 11 && Digits(n) && n[0] is >= (byte)'2' and <= (byte)'6' && Sum(n, [1, 3, 7, 9, 1, 3, 7, 9]) % 10 == D(n[8]);

    public static bool CnRic(ReadOnlySpan<byte> n) =>
        n.Length == 18 && Digits(n[..17]) && (n[17] == 'X' || char.IsAsciiDigit((char)n[17])) && IsChineseProvince(Number(n[..2]))
        && Date(Number(n[6..10]), Number(n[10..12]), Number(n[12..14])) && Mod11And2(n);

    /// <summary>GB/T 2260: six regions of provinces, Taiwan, Hong Kong and Macau; 91 and 92 stand for residents from abroad.</summary>
    public static bool IsChineseProvince(int code) =>
        code is (>= 11 and <= 15) or (>= 21 and <= 23) or (>= 31 and <= 37) or (>= 41 and <= 46) or (>= 50 and <= 54) or (>= 61 and <= 65) or 71 or (>= 81 and <= 83) or 91 or 92;

    public static bool IlId(ReadOnlySpan<byte> n) => n.Length is >= 5 and <= 9 && Digits(n) && n.ContainsAnyExcept((byte)'0') && Luhn(n);

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

    public static bool InVoter(ReadOnlySpan<byte> n) => Shape(n, "AAA9999999");

    /// <summary>Province, twelve digits; the last tells the sex.</summary>
    public static bool PkCnic(ReadOnlySpan<byte> n) => Digits(n, 13) && n[0] is >= (byte)'1' and <= (byte)'7' && n[12] != '0';

    /// <summary>Ten digits, and three of a branch.</summary>
    public static bool VnMst(ReadOnlySpan<byte> n) =>
        n.Length is 10 or 13 && Digits(n) && Number(n[2..9]) > 0 && (n.Length == 10 || Number(n[10..]) > 0) && 10 - Sum(n, [31, 29, 23, 19, 17, 13, 7, 5, 3]) % 11 == D(n[9]);

    /// <summary>A firm's: as <see cref="ThId"/>, beginning with zero.</summary>
    public static bool ThMoa(ReadOnlySpan<byte> n) => Digits(n, 13) && n[0] == '0' && (11 - Sum(n, [13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11) % 10 == D(n[12]);

    public static bool IlCompany(ReadOnlySpan<byte> n) => Digits(n, 9) && n[0] == '5' && Luhn(n);

    /// <summary>Nine digits with a Luhn check, tax office and branch; or the identity number.</summary>
    public static bool IdNpwp(ReadOnlySpan<byte> n) => Digits(n, 15) && Luhn(n[..9]) || n.Length == 16 && (Digits(n) && n[0] == '0' && Luhn(n[1..10]) || IdNik(n));

    /// <summary>Province, district, subdistrict, birth date (40 added to a woman's day), serial.</summary>
    public static bool IdNik(ReadOnlySpan<byte> n)
    {
        if (!Digits(n, 16) || Number(n[..2]) is not ((>= 11 and <= 19) or 21 or (>= 31 and <= 36) or (>= 51 and <= 53) or (>= 61 and <= 65) or (>= 71 and <= 76) or 81 or 82 or (>= 91 and <= 96)))
        {
            return false;
        }

        int year = Number(n[10..12]), month = Number(n[8..10]), day = Number(n[6..8]);
        day -= day > 40 ? 40 : 0;
        return Date(1900 + year, month, day) || Date(2000 + year, month, day);
    }

    /// <summary>The digits of the products with 1, 2, 1, 2, 1, 2, 4, 1; a 7 in the seventh place may count one less. Since 2023 the sum need only be a multiple of five.</summary>
    public static bool TwUbn(ReadOnlySpan<byte> n)
    {
        if (!Digits(n, 8))
        {
            return false;
        }

        ReadOnlySpan<int> weights = [1, 2, 1, 2, 1, 2, 4, 1];
        var sum = 0;
        for (var i = 0; i < 8; i++)
        {
            var p = D(n[i]) * weights[i];
            sum += p / 10 + p % 10;
        }

        return sum % 5 == 0 || n[6] == '7' && sum % 5 == 4;
    }

    /// <summary>A firm's: the check stands first.</summary>
    public static bool JpCorporate(ReadOnlySpan<byte> n) => Digits(n, 13) && 9 - Sum(n[1..], [2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1]) % 9 == D(n[0]);

    /// <summary>A person's, "My Number".</summary>
    public static bool JpIndividual(ReadOnlySpan<byte> n) => Digits(n, 12) && Sum(n, [6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11 is var rest && (rest <= 1 ? 0 : 11 - rest) == D(n[11]);

    /// <summary>Eight or nine digits between 10 and 150 million; a second row of weights where the first leaves ten.</summary>
    public static bool NzIrd(ReadOnlySpan<byte> n)
    {
        if (n.Length is not (8 or 9) || !Digits(n) || Number(n) is <= 10_000_000 or >= 150_000_000)
        {
            return false;
        }

        ReadOnlySpan<int> first = [3, 2, 7, 6, 5, 4, 3, 2], second = [7, 4, 3, 2, 5, 2, 7, 6];
        var check = (11 - Sum(n, first[(9 - n.Length)..]) % 11) % 11;
        check = check < 10 ? check : (11 - Sum(n, second[(9 - n.Length)..]) % 11) % 11;
        return check == D(n[^1]);
    }

    /// <summary>Eight digits of office and place, nine of the organisation, a check in base 31.</summary>
    public static bool CnUscc(ReadOnlySpan<byte> n)
    {
        const string Alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY";
        if (n.Length != 18 || !Digits(n[..8]))
        {
            return false;
        }

        // The weights are the powers of three.
        int sum = 0, weight = 1;
        foreach (var b in n[..17])
        {
            var v = Alphabet.IndexOf((char)b, StringComparison.Ordinal);
            if (v < 0)
            {
                return false;
            }

            sum += v * weight;
            weight = weight * 3 % 31;
        }

        return Alphabet[(31 - sum % 31) % 31] == n[17];
    }

    /// <summary>An Aadhaar number's stand-in: sixteen digits.</summary>
    public static bool InVid(ReadOnlySpan<byte> n) => Digits(n, 16) && n[0] >= '2' && Verhoeff(n);
}
