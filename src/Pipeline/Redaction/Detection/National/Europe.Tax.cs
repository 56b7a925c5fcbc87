using static Weir.Pipeline.Redaction.Detection.National.Checks;

namespace Weir.Pipeline.Redaction.Detection.National;

/// <summary>Numbers by which the European Union's states and its neighbours in the west tax people and firms.</summary>
internal static partial class Europe
{
    /// <summary>Nine digits of a firm, or ten: a person's civil number, a foreigner's or another's.</summary>
    public static bool BgVat(ReadOnlySpan<byte> n)
    {
        if (n.Length == 10)
        {
            return BgEgn(n) || BgForeigner(n) || Digits(n) && (11 - Sum(n, [4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11) % 11 == D(n[9]);
        }

        if (!Digits(n, 9))
        {
            return false;
        }

        var check = Sum(n, [1, 2, 3, 4, 5, 6, 7, 8]) % 11;
        check = check == 10 ? Sum(n, [3, 4, 5, 6, 7, 8, 9, 10]) % 11 % 10 : check;
        return check == D(n[8]);
    }

    public static bool BgForeigner(ReadOnlySpan<byte> n) => Digits(n, 10) && Sum(n, [21, 19, 17, 13, 11, 9, 7, 3, 1]) % 10 == D(n[9]);

    /// <summary>CHE, eight digits and their check.</summary>
    public static bool ChUid(ReadOnlySpan<byte> n) => Shape(n, "CHE999999999") && Sum(n[3..], [5, 4, 3, 2, 7, 6, 5, 4, 1]) % 11 == 0;

    /// <summary>As <see cref="ChUid"/>, and the tax's name in one of the four languages.</summary>
    public static bool ChVat(ReadOnlySpan<byte> n) =>
        n.Length is 15 or 16 && ChUid(n[..12]) && (n[12..].SequenceEqual("MWST"u8) || n[12..].SequenceEqual("TVA"u8) || n[12..].SequenceEqual("IVA"u8) || n[12..].SequenceEqual("TPV"u8));

    public static bool CyVat(ReadOnlySpan<byte> n) => !n.StartsWith("12"u8) && Documents.IsCypriot(n);

    /// <summary>Eight digits of a firm, nine that begin with 6, or a birth number.</summary>
    public static bool CzDic(ReadOnlySpan<byte> n)
    {
        if (!Digits(n))
        {
            return false;
        }

        if (n.Length == 8)
        {
            return n[0] != '9' && CzIco(n);
        }

        return n.Length == 9 && n[0] == '6' ? (8 - (10 - Sum(n[1..], [8, 7, 6, 5, 4, 3, 2]) % 11) % 11) % 10 == D(n[8]) : CzRc(n);
    }

    private static bool CzIco(ReadOnlySpan<byte> n)
    {
        var check = (11 - Sum(n, [8, 7, 6, 5, 4, 3, 2]) % 11) % 11;
        return (check == 0 ? 1 : check) % 10 == D(n[7]);
    }

    public static bool DkCvr(ReadOnlySpan<byte> n) => Digits(n, 8) && n[0] != '0' && Sum(n, [2, 7, 6, 5, 4, 3, 2, 1]) % 11 == 0;

    public static bool EeVat(ReadOnlySpan<byte> n) => Digits(n, 9) && Sum(n, [3, 7, 1, 3, 7, 1, 3, 7, 1]) % 10 == 0;

    public static bool FiBusiness(ReadOnlySpan<byte> n) => Digits(n, 8) && Sum(n, [7, 9, 10, 5, 8, 4, 2, 1]) % 11 == 0;

    /// <summary>Nine digits; eight are an old one without its leading zero.</summary>
    public static bool GrVat(ReadOnlySpan<byte> n)
    {
        n = n.StartsWith("EL"u8) || n.StartsWith("GR"u8) ? n[2..] : n;
        return n.Length is 8 or 9 && Digits(n)
            && (n.Length == 9 ? Sum(n, [256, 128, 64, 32, 16, 8, 4, 2]) : Sum(n, [128, 64, 32, 16, 8, 4, 2])) % 11 % 10 == D(n[^1]);
    }

    public static bool HuTax(ReadOnlySpan<byte> n) => Digits(n, 8) && Sum(n, [9, 7, 3, 1, 9, 7, 3, 1]) % 10 == 0;

    /// <summary>As <see cref="IePps"/>, or in the old form with a letter or sign in the second place.</summary>
    public static bool IeVat(ReadOnlySpan<byte> n)
    {
        const string Alphabet = "WABCDEFGHIJKLMNOPQRSTUV";
        if (n.Length is not (8 or 9) || !Digits(n[..1]) || !Digits(n[2..7]) || !In(n[7], Alphabet) || n.Length == 9 && !In(n[8], Alphabet))
        {
            return false;
        }

        if (char.IsAsciiDigit((char)n[1]))
        {
            var last = n.Length == 9 ? Alphabet.IndexOf((char)n[8], StringComparison.Ordinal) : 0;
            return Alphabet[(Sum(n, [8, 7, 6, 5, 4, 3, 2]) + 9 * last) % 23] == n[7];
        }

        return (Letter(n[1]) || n[1] is (byte)'+' or (byte)'*') && Alphabet[(Sum(n[2..], [7, 6, 5, 4, 3]) + 2 * D(n[0])) % 23] == n[7];
    }

    /// <summary>Nine digits of a firm, twelve of others; the last but one is 1.</summary>
    public static bool LtVat(ReadOnlySpan<byte> n)
    {
        if (n.Length is not (9 or 12) || !Digits(n) || n[^2] != '1')
        {
            return false;
        }

        var check = n.Length == 9 ? Sum(n, [1, 2, 3, 4, 5, 6, 7, 8]) % 11 : Sum(n, [1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2]) % 11;
        check = check < 10 ? check : (n.Length == 9 ? Sum(n, [3, 4, 5, 6, 7, 8, 9, 1]) : Sum(n, [3, 4, 5, 6, 7, 8, 9, 1, 2, 3, 4])) % 11;
        return check % 10 == D(n[^1]);
    }

    public static bool LuVat(ReadOnlySpan<byte> n) => Digits(n, 8) && Number(n[..6]) % 89 == Number(n[6..]);

    /// <summary>A firm's begins with 4 to 9; a person's is the personal code with its birth date, or 32 and no date since 2017.</summary>
    public static bool LvVat(ReadOnlySpan<byte> n)
    {
        if (!Digits(n, 11))
        {
            return false;
        }

        return n[0] > '3'
            ? Sum(n, [9, 1, 4, 8, 3, 10, 2, 5, 7, 6, 1]) % 11 == 3
            : (n.StartsWith("32"u8) || Date(1800 + D(n[6]) * 100 + Number(n[4..6]), Number(n[2..4]), Number(n[..2]))) && (1 + Sum(n, [10, 5, 8, 4, 2, 1, 6, 3, 7, 9])) % 11 % 10 == D(n[10]);
    }

    /// <summary>Monaco's numbers are French ones with 000 where the firm's number begins.</summary>
    public static bool McVat(ReadOnlySpan<byte> n) => FrVat(n) && n[2..5].SequenceEqual("000"u8);

    public static bool MtVat(ReadOnlySpan<byte> n) => Digits(n, 8) && n[0] != '0' && Sum(n, [3, 4, 6, 7, 8, 9, 10, 1]) % 37 == 0;

    public static bool NoOrganisation(ReadOnlySpan<byte> n) => Digits(n, 9) && Sum(n, [3, 2, 7, 6, 5, 4, 3, 2, 1]) % 11 == 0;

    public static bool NoVat(ReadOnlySpan<byte> n) => n.Length == 12 && n.EndsWith("MVA"u8) && NoOrganisation(n[..9]);

    /// <summary>Two to ten digits.</summary>
    public static bool RoCui(ReadOnlySpan<byte> n)
    {
        if (n.Length is < 2 or > 10 || !Digits(n) || n[0] == '0')
        {
            return false;
        }

        ReadOnlySpan<int> weights = [7, 5, 3, 2, 1, 7, 5, 3, 2];
        return 10 * Sum(n, weights[(10 - n.Length)..]) % 11 % 10 == D(n[^1]);
    }

    public static bool RoCf(ReadOnlySpan<byte> n) => n.Length == 13 ? RoCnp(n) : RoCui(n);

    /// <summary>An organisation number and 01.</summary>
    public static bool SeVat(ReadOnlySpan<byte> n) => n.Length == 12 && n.EndsWith("01"u8) && SeOrganisation(n[..10]);

    public static bool SiVat(ReadOnlySpan<byte> n) => Digits(n, 8) && n[0] != '0' && 11 - Sum(n, [8, 7, 6, 5, 4, 3, 2]) % 11 is var check && (check == 10 ? 0 : check) == D(n[7]);

    public static bool SkVat(ReadOnlySpan<byte> n) => Digits(n, 10) && (CzRc(n) || n[0] != '0' && n[2] is (byte)'2' or (byte)'3' or (byte)'4' or (byte)'7' or (byte)'8' or (byte)'9' && Mod(n, 11) == 0);

    public static bool AdNrt(ReadOnlySpan<byte> n)
    {
        if (!Shape(n, "A999999A") || !In(n[0], "ACDEFGLOPU"))
        {
            return false;
        }

        var number = Number(n[1..7]);
        return n[0] switch
        {
            (byte)'F' => number <= 699_999,
            (byte)'A' or (byte)'L' => number is > 699_999 and < 800_000,
            _ => true,
        };
    }

    public static bool LiPeid(ReadOnlySpan<byte> n) => Digits(n) && n.TrimStart((byte)'0').Length is >= 4 and <= 12;

    /// <summary>Three to five digits after leading zeros; the few shorter ones say nothing.</summary>
    public static bool SmCoe(ReadOnlySpan<byte> n) => Digits(n) && n.TrimStart((byte)'0').Length is >= 3 and <= 5;
}
