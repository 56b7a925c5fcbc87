using static Weir.Pipeline.Redaction.Detection.National.Checks;

namespace Weir.Pipeline.Redaction.Detection.National;

/// <summary>Numbers of the countries east and south-east of the European Union.</summary>
internal static partial class Europe
{
    /// <summary>Ten digits of a firm, twelve of a person.</summary>
    public static bool RuInn(ReadOnlySpan<byte> n) => Digits(n) && n.Length switch
    {
        10 => Sum(n, [2, 4, 10, 3, 5, 9, 4, 6, 8]) % 11 % 10 == D(n[9]),
        12 => Sum(n, [7, 2, 4, 10, 3, 5, 9, 4, 6, 8]) % 11 % 10 == D(n[10]) && Sum(n, [3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8]) % 11 % 10 == D(n[11]),
        _ => false,
    };

    /// <summary>Thirteen digits of a firm, fifteen of a sole trader.</summary>
    public static bool RuOgrn(ReadOnlySpan<byte> n) => Digits(n) && n.Length switch
    {
        13 => n[0] != '0' && Mod(n[..12], 11) % 10 == D(n[12]),
        15 => n[0] != '0' && Mod(n[..14], 13) % 10 == D(n[14]),
        _ => false,
    };

    /// <summary>Nine digits and two of their weighted sum modulo 101, where 100 is written 00.</summary>
    public static bool RuSnils(ReadOnlySpan<byte> n) => Digits(n, 11) && Number(n[..9]) > 0 && Sum(n, [9, 8, 7, 6, 5, 4, 3, 2, 1]) % 101 % 100 == Number(n[9..]);

    /// <summary>A person's number: days since 1899, serial, check.</summary>
    public static bool UaTax(ReadOnlySpan<byte> n) => Digits(n, 10) && (Sum(n, [-1, 5, 7, 9, 4, 6, 10, 5, 7]) % 11 + 11) % 11 % 10 == D(n[9]);

    /// <summary>A firm's number; those of 30 to 60 million weigh the digits from the other place.</summary>
    public static bool UaEdrpou(ReadOnlySpan<byte> n)
    {
        if (!Digits(n, 8))
        {
            return false;
        }

        var turned = n[0] is >= (byte)'3' and <= (byte)'5';
        var check = (turned ? Sum(n, [7, 1, 2, 3, 4, 5, 6]) : Sum(n, [1, 2, 3, 4, 5, 6, 7])) % 11;
        check = check < 10 ? check : (turned ? Sum(n, [9, 3, 4, 5, 6, 7, 8]) : Sum(n, [3, 4, 5, 6, 7, 8, 9])) % 11;
        return check % 10 == D(n[7]);
    }

    /// <summary>Nine digits, or two letters that Latin and Cyrillic share and seven digits.</summary>
    public static bool ByUnp(ReadOnlySpan<byte> n)
    {
        const string Letters = "ABCEHKMOPT";
        n = n.StartsWith("УНП"u8) ? n["УНП"u8.Length..] : n.StartsWith("UNP"u8) ? n[3..] : n;
        if (n.Length != 9 || !Digits(n[2..]) || !In(n[0], "1234567ABCEHKM") || !Digits(n[..2]) && !(In(n[0], Letters) && In(n[1], Letters)))
        {
            return false;
        }

        var second = Letter(n[1]) ? Letters.IndexOf((char)n[1], StringComparison.Ordinal) : D(n[1]);
        return (29 * Base36Value(n[0]) + 23 * second + Sum(n[2..], [19, 17, 13, 7, 5, 3])) % 11 == D(n[8]);
    }

    /// <summary>The last digit tells firms (1) from persons (2); the leading zero may be left out.</summary>
    public static bool AzVoen(ReadOnlySpan<byte> n) =>
        n.Length is 9 or 10 && Digits(n) && n[^1] is (byte)'1' or (byte)'2' && (n.Length == 10 ? Sum(n, [4, 1, 8, 6, 2, 7, 5, 3]) : Sum(n, [1, 8, 6, 2, 7, 5, 3])) % 11 == D(n[^2]);

    public static bool MdIdno(ReadOnlySpan<byte> n) => Digits(n, 13) && Sum(n, [7, 3, 1, 7, 3, 1, 7, 3, 1, 7, 3, 1]) % 10 == D(n[12]);

    /// <summary>The country's letters before it may be Latin or Cyrillic.</summary>
    public static bool MkEdb(ReadOnlySpan<byte> n)
    {
        n = n.StartsWith("МК"u8) ? n["МК"u8.Length..] : n;
        return Digits(n, 13) && (11 - Sum(n, [7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11) % 11 % 10 == D(n[12]);
    }

    public static bool MePib(ReadOnlySpan<byte> n) => Digits(n, 8) && (11 - Sum(n, [8, 7, 6, 5, 4, 3, 2]) % 11) % 11 % 10 == D(n[7]);

    public static bool RsPib(ReadOnlySpan<byte> n) => Digits(n, 9) && Mod11And10(n);

    /// <summary>A letter for the decade, eight digits, a check letter whose rule is not published.</summary>
    public static bool AlNipt(ReadOnlySpan<byte> n) => Shape(n, "A99999999A") && n[0] is >= (byte)'J' and <= (byte)'M';

    public static bool TrVkn(ReadOnlySpan<byte> n)
    {
        if (!Digits(n, 10))
        {
            return false;
        }

        var sum = 0;
        for (var i = 0; i < 9; i++)
        {
            var place = 9 - i;
            var v = (D(n[i]) + place) % 10;
            var turned = (v << place) % 9;
            sum += v == 0 ? 0 : turned == 0 ? 9 : turned;
        }

        return (10 - sum % 10) % 10 == D(n[9]);
    }
}
