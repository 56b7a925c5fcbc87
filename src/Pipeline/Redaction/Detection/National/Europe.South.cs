using static Weir.Pipeline.Redaction.Detection.National.Checks;

namespace Weir.Pipeline.Redaction.Detection.National;

/// <summary>Numbers of countries of southern Europe. The rules are those that the issuing offices publish.</summary>
internal static partial class Europe
{
    private const string DniLetters = "TRWAGMYFPDXBNJZSQVHLCKE";

    public static bool EsDni(ReadOnlySpan<byte> n) => Shape(n, "99999999A") && DniLetters[Number(n[..8]) % 23] == n[8];

    public static bool EsNie(ReadOnlySpan<byte> n) => Shape(n, "A9999999A") && n[0] is >= (byte)'X' and <= (byte)'Z' && DniLetters[((n[0] - 'X') * 10_000_000 + Number(n[1..8])) % 23] == n[8];

    public static bool EsCif(ReadOnlySpan<byte> n)
    {
        if (n.Length != 9 || !In(n[0], "ABCDEFGHJNPQRSUVW") || !Digits(n[1..8]))
        {
            return false;
        }

        Span<byte> whole = stackalloc byte[8];
        n[1..8].CopyTo(whole);
        whole[7] = (byte)'0';
        var check = (100 - LuhnSum(whole)) % 10;
        return n[8] == '0' + check || n[8] == "JABCDEFGHI"[check];
    }

    public static bool EsNif(ReadOnlySpan<byte> n) => n.Length == 9 && n[0] switch
    {
        (byte)'K' or (byte)'L' or (byte)'M' => Shape(n, "A9999999A") && DniLetters[Number(n[1..8]) % 23] == n[8],
        >= (byte)'0' and <= (byte)'9' => EsDni(n),
        >= (byte)'X' and <= (byte)'Z' => EsNie(n),
        _ => EsCif(n),
    };

    public static bool GrAmka(ReadOnlySpan<byte> n)
    {
        if (!Digits(n, 11) || !Luhn(n))
        {
            return false;
        }

        int year = Number(n[4..6]), month = Number(n[2..4]), day = Number(n[..2]);
        return Date(1900 + year, month, day) || Date(2000 + year, month, day);
    }

    public static bool ItFiscalCode(ReadOnlySpan<byte> n)
    {
        if (n.Length == 11)
        {
            return ItVat(n);
        }

        const string Months = "ABCDEHLMPRST";
        if (n.Length != 16 || !Letter(n[11]) || !Letter(n[15]) || !In(n[8], Months))
        {
            return false;
        }

        for (var i = 0; i < 6; i++)
        {
            if (!Letter(n[i]))
            {
                return false;
            }
        }

        int year = Omocode(n[6]) * 10 + Omocode(n[7]), day = Omocode(n[9]) * 10 + Omocode(n[10]);
        if (Omocode(n[6]) < 0 || Omocode(n[7]) < 0 || Omocode(n[9]) < 0 || Omocode(n[10]) < 0 || Omocode(n[12]) < 0 || Omocode(n[13]) < 0 || Omocode(n[14]) < 0)
        {
            return false;
        }

        // Women's days are 40 higher.
        var month = Months.IndexOf((char)n[8], StringComparison.Ordinal) + 1;
        day %= 40;
        if (!Date(1900 + year, month, day) && !Date(2000 + year, month, day))
        {
            return false;
        }

        ReadOnlySpan<byte> odd = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];
        var sum = 0;
        for (var i = 0; i < 15; i++)
        {
            var v = Letter(n[i]) ? n[i] - 'A' : D(n[i]);
            sum += i % 2 == 0 ? odd[v] : v;
        }

        return 'A' + sum % 26 == n[15];

        static int Omocode(byte b) => char.IsAsciiDigit((char)b) ? D(b) : "LMNPQRSTUV".IndexOf((char)b, StringComparison.Ordinal);
    }

    public static bool ItVat(ReadOnlySpan<byte> n)
    {
        if (!Digits(n, 11) || Number(n[..7]) == 0 || !Luhn(n))
        {
            return false;
        }

        return Number(n[7..10]) is >= 1 and <= 100 or 120 or 121 or 888 or 999;
    }

    public static bool PtCc(ReadOnlySpan<byte> n)
    {
        if (!Shape(n, "999999999XX9"))
        {
            return false;
        }

        var sum = 0;
        for (var i = 0; i < 12; i++)
        {
            var v = Base36Value(n[11 - i]);
            sum += i % 2 == 0 ? v : v * 2 > 9 ? v * 2 - 9 : v * 2;
        }

        return sum % 10 == 0;
    }

    public static bool PtNif(ReadOnlySpan<byte> n) => Digits(n, 9) && n[0] != '0' && (11 - Sum(n, [9, 8, 7, 6, 5, 4, 3, 2]) % 11) % 11 % 10 == D(n[8]);

    public static bool TrId(ReadOnlySpan<byte> n)
    {
        if (!Digits(n, 11) || n[0] == '0')
        {
            return false;
        }

        var tenth = ((10 - Sum(n, [3, 1, 3, 1, 3, 1, 3, 1, 3]) % 10) % 10);
        return tenth == D(n[9]) && (tenth + Sum(n, [1, 1, 1, 1, 1, 1, 1, 1, 1])) % 10 == D(n[10]);
    }
}
