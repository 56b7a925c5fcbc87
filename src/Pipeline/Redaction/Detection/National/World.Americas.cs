using static Weir.Pipeline.Redaction.Detection.National.Checks;

namespace Weir.Pipeline.Redaction.Detection.National;

/// <summary>Numbers of American countries.</summary>
internal static partial class World
{
    public static bool ArCuit(ReadOnlySpan<byte> n) =>
        Digits(n, 11) && Number(n[..2]) is 20 or 23 or 24 or 27 or 30 or 33 or 34 or 50 or 51 or 55
        && "012345678990"[11 - Sum(n, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11] == n[10];

    public static bool ArDni(ReadOnlySpan<byte> n) => n.Length is 7 or 8 && Digits(n);

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

    /// <summary>Four letters of a person's names or three of a firm's, the date, and three places that a person's may lack. Many in use lack the right check, so it is not asked for.</summary>
    public static bool MxRfc(ReadOnlySpan<byte> n)
    {
        // The N with a tilde stands in two bytes.
        Span<byte> plain = stackalloc byte[16];
        var length = 0;
        for (var i = 0; i < Math.Min(n.Length, 16); i++)
        {
            var tilde = n[i] == 0xC3 && i + 1 < n.Length && n[i + 1] is 0x91 or 0xB1;
            plain[length++] = tilde || n[i] == (byte)'&' ? (byte)'N' : n[i];
            i += tilde ? 1 : 0;
        }

        plain = plain[..length];
        if (!Shape(plain, "AAAA999999") && !Shape(plain, "AAA999999XXX") && !Shape(plain, "AAAA999999XXX"))
        {
            return false;
        }

        var date = plain[(length == 12 ? 3 : 4)..];
        return Date(2000 + Number(date[..2]), Number(date[2..4]), Number(date[4..6]));
    }

    public static bool DoCedula(ReadOnlySpan<byte> n) => Digits(n, 11) && Luhn(n);

    public static bool DoRnc(ReadOnlySpan<byte> n) => Digits(n, 9) && (10 - Sum(n, [7, 9, 8, 6, 5, 4, 3, 2]) % 11 + 9) % 9 + 1 == D(n[8]);

    public static bool EcCi(ReadOnlySpan<byte> n) => Digits(n, 10) && IsEcuadorian(n) && n[2] <= '6' && Luhn(n);

    /// <summary>A person's: the identity number and three of the place of business. Public bodies have a 6, firms a 9 in the third place.</summary>
    public static bool EcRuc(ReadOnlySpan<byte> n)
    {
        if (!Digits(n, 13) || !IsEcuadorian(n))
        {
            return false;
        }

        var person = Number(n[10..]) > 0 && EcCi(n[..10]);
        return n[2] switch
        {
            < (byte)'6' => person,
            (byte)'6' => person || Number(n[9..]) > 0 && Sum(n, [3, 2, 7, 6, 5, 4, 3, 2, 1]) % 11 == 0,
            (byte)'9' => Number(n[10..]) > 0 && Sum(n, [4, 3, 2, 7, 6, 5, 4, 3, 2, 1]) % 11 == 0,
            _ => false,
        };
    }

    /// <summary>24 provinces; 30 and 50 for those registered abroad.</summary>
    private static bool IsEcuadorian(ReadOnlySpan<byte> n) => Number(n[..2]) is >= 1 and <= 24 or 30 or 50;

    /// <summary>The department or 20, 21, six digits, 001, check.</summary>
    public static bool UyRut(ReadOnlySpan<byte> n) =>
        Digits(n, 12) && Number(n[..2]) is >= 1 and <= 22 && Number(n[2..8]) > 0 && Number(n[8..11]) == 1 && (11 - Sum(n, [4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2]) % 11) % 11 == D(n[11]);

    /// <summary>V and E for persons, J firms, P passports, G the state: the letter weighs 4 to 20.</summary>
    public static bool VeRif(ReadOnlySpan<byte> n) =>
        Shape(n, "A999999999") && In(n[0], "VEJPG") && "00987654321"[(4 * ("VEJPG".IndexOf((char)n[0], StringComparison.Ordinal) + 1) + Sum(n[1..], [3, 2, 7, 6, 5, 4, 3, 2])) % 11] == n[9];

    public static bool PyRuc(ReadOnlySpan<byte> n) => n.Length is >= 2 and <= 9 && Digits(n) && (11 - FromRight(n[..^1]) % 11) % 11 % 10 == D(n[^1]);

    /// <summary>The check is K for ten.</summary>
    public static bool GtNit(ReadOnlySpan<byte> n)
    {
        n = n.TrimStart((byte)'0');
        return n.Length is >= 2 and <= 12 && Digits(n[..^1]) && "0123456789K"[(11 - FromRight(n[..^1]) % 11) % 11] == n[^1];
    }

    /// <summary>Weights 2, 3, 4 and so on from the right.</summary>
    private static int FromRight(ReadOnlySpan<byte> n)
    {
        var sum = 0;
        for (var i = 0; i < n.Length; i++)
        {
            sum += D(n[n.Length - 1 - i]) * (i + 2);
        }

        return sum;
    }

    /// <summary>Province, volume, entry: 01-0613-0584; between dashes zeros are left out.</summary>
    public static bool CrCpf(ReadOnlySpan<byte> n)
    {
        var first = n.IndexOf((byte)'-');
        if (first < 0)
        {
            return Digits(n) && (n.Length == 9 || n.Length == 10 && n[0] == '0');
        }

        var second = n[(first + 1)..].IndexOf((byte)'-') + first + 1;
        ReadOnlySpan<byte> province = n[..first], volume = second > first ? n[(first + 1)..second] : [], entry = second > first ? n[(second + 1)..] : [];
        return Digits(province) && Digits(volume) && Digits(entry) && volume.Length is >= 1 and <= 4 && entry.Length is >= 1 and <= 4
            && (province.Length == 1 || province.Length == 2 && province[0] == '0');
    }

    /// <summary>Class, kind within it, six digits.</summary>
    public static bool CrCpj(ReadOnlySpan<byte> n) => Digits(n, 10) && (n[0], Number(n[1..4])) switch
    {
        ((byte)'2', var kind) => kind is 100 or 200 or 300 or 400,
        ((byte)'3', var kind) => kind is (>= 2 and <= 14) or (>= 101 and <= 110),
        ((byte)'4', var kind) => kind == 0,
        ((byte)'5', var kind) => kind == 1,
        _ => false,
    };

    /// <summary>A foreign resident's card.</summary>
    public static bool CrResident(ReadOnlySpan<byte> n) => n.Length is 11 or 12 && Digits(n) && n[0] == '1';

    /// <summary>Birth date, a digit of the century, serial.</summary>
    public static bool CuNi(ReadOnlySpan<byte> n)
    {
        if (!Digits(n, 11))
        {
            return false;
        }

        var century = D(n[6]) switch { 9 => 1800, <= 5 => 1900, _ => 2000 };
        return Date(century + Number(n[..2]), Number(n[2..4]), Number(n[4..6]));
    }

    /// <summary>Municipality, date of birth or founding, serial, check: the serial tells which of two checks holds.</summary>
    public static bool SvNit(ReadOnlySpan<byte> n)
    {
        if (!Digits(n, 14) || !In(n[0], "019"))
        {
            return false;
        }

        return (Number(n[10..13]) <= 100
            ? Sum(n, [14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11 % 10
            : (11 - Sum(n, [2, 7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11) % 11 % 10) == D(n[13]);
    }

    /// <summary>Nine digits as a social insurance number's, and maybe a program with its account.</summary>
    public static bool CaBn(ReadOnlySpan<byte> n) =>
        n.Length is 9 or 15 && Luhn(n[..9]) && (n.Length == 9 || Digits(n[11..]) && n[9] == 'R' && In(n[10], "CMPT"));
}
