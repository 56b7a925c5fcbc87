using static Weir.Pipeline.Redaction.Detection.National.Checks;

namespace Weir.Pipeline.Redaction.Detection.National;

/// <summary>Numbers of African countries, and those of no country.</summary>
internal static partial class World
{
    public static bool Imei(ReadOnlySpan<byte> n) => n.Length is >= 14 and <= 16 && Digits(n) && (n.Length != 15 || Luhn(n));

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

    /// <summary>Income tax reference: begins with 0, 1, 2, 3 or 9.</summary>
    public static bool ZaTin(ReadOnlySpan<byte> n) => Digits(n, 10) && In(n[0], "01239") && Luhn(n);

    /// <summary>Up to seven digits, a control letter, and maybe codes of tax and kind and the establishment: 000 but for kind E.</summary>
    public static bool TnMf(ReadOnlySpan<byte> n)
    {
        var letter = n.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        if (letter is < 1 or > 7 || !In(n[letter], "ABCDEFGHJKLMNPQRSTVWXYZ"))
        {
            return false;
        }

        var rest = n[(letter + 1)..];
        return rest.Length == 0 || rest.Length == 5 && In(rest[0], "APBDN") && In(rest[1], "MPCNE") && Digits(rest[2..]) && (rest[1] == 'E' || Number(rest[2..]) == 0);
    }

    public static bool MaIce(ReadOnlySpan<byte> n) => Digits(n, 15) && Mod(n, 97) == 0;

    /// <summary>Persons A, firms P; the last letter's rule is not published.</summary>
    public static bool KePin(ReadOnlySpan<byte> n) => Shape(n, "A999999999A") && In(n[0], "AP");

    public static bool GhTin(ReadOnlySpan<byte> n) =>
        n.Length == 11 && In(n[0], "PCGQV") && n[1] == '0' && n[2] == '0' && Digits(n[3..10]) && "0123456789X"[Sum(n[1..], [1, 2, 3, 4, 5, 6, 7, 8, 9]) % 11] == n[10];

    public static bool GnNifp(ReadOnlySpan<byte> n) => Digits(n, 9) && Luhn(n);

    /// <summary>Remainder ten is written 1 as eleven's own one is.</summary>
    public static bool MzNuit(ReadOnlySpan<byte> n) => Digits(n, 9) && "01234567891"[Sum(n, [8, 9, 4, 5, 6, 7, 8, 9]) % 11] == n[8];

    /// <summary>Letter of the surname, birth date, serial, check in base 17.</summary>
    public static bool MuNid(ReadOnlySpan<byte> n)
    {
        if (n.Length != 14 || !Letter(n[0]) || !Digits(n[1..13]) || !Date(2000 + Number(n[5..7]), Number(n[3..5]), Number(n[1..3])))
        {
            return false;
        }

        var sum = 14 * Base36Value(n[0]) + Sum(n[1..], [13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2]);
        return (17 - sum % 17) % 17 == Base36Value(n[13]);
    }

    /// <summary>Seven or nine digits, and maybe the tax regime: a digit, a letter, the office.</summary>
    public static bool SnNinea(ReadOnlySpan<byte> n)
    {
        if (n.Length is 10 or 12)
        {
            if (!In(n[^3], "012") || !In(n[^2], "ABCDEFGHJKLMNPQRSTUVWZ") || !char.IsAsciiDigit((char)n[^1]))
            {
                return false;
            }

            n = n[..^3];
        }

        return n.Length is 7 or 9 && Digits(n) && (n.Length == 9 ? Sum(n, [1, 2, 1, 2, 1, 2, 1, 2, 1]) : Sum(n, [1, 2, 1, 2, 1, 2, 1])) % 10 == 0;
    }
}
