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
}
