using static Weir.Pipeline.Redaction.Detection.National.Checks;

namespace Weir.Pipeline.Redaction.Detection.National;

internal static partial class Documents
{
    /// <summary>ICAO 9303 leaves the number to the state: nine characters at most.</summary>
    private static Dictionary<string, Form> Passports() => new(StringComparer.Ordinal)
    {
        ["AM"] = Shapes("AA9999999"),
        ["AR"] = Shapes("AAA999999"),
        ["AT"] = Shapes("A9999999"),
        ["AU"] = Shapes("A9999999 AA9999999"),
        ["AZ"] = Shapes("A99999999"),
        ["BE"] = Shapes("AA999999"),
        ["BG"] = Shapes("999999999"),
        ["BR"] = Shapes("AA999999"),
        ["BY"] = Shapes("AA9999999"),
        ["CA"] = Shapes("AA999999 A999999AA"),
        ["CH"] = Shapes("A9999999"),
        ["CN"] = new(n => n.Length == 9 && (Shape(n, "G99999999") || n[0] == 'E' && char.IsAsciiLetterOrDigit((char)n[1]) && !In(n[1], "IO") && Digits(n[2..]))),
        ["CY"] = Shapes("A999999 A99999999"),
        ["CZ"] = Shapes("99999999"),
        ["DE"] = new(n => n.Length == 9 && In(n[0], "CFGHJKLMNPRTVWXYZ") && n[1..].IndexOfAnyExcept(GermanDocument) < 0),
        ["DK"] = Shapes("999999999"),
        ["DZ"] = Shapes("999999999"),
        ["EE"] = Shapes("A9999999 AA9999999"),
        ["ES"] = Shapes("AA9999999 AAA999999 A9999999 AA999999 AAA99999 AA99999"),
        ["FI"] = Shapes("AA9999999"),
        ["FR"] = Shapes("99AA99999"),
        ["GB"] = Shapes("999999999"),
        ["GR"] = Shapes("AA9999999"),
        ["HR"] = Shapes("999999999"),
        ["HU"] = Shapes("AA999999 AA9999999"),
        ["ID"] = new(n => Shape(n, "A9999999") && In(n[0], "ABCXE")),
        ["IE"] = Shapes("AX9999999"),
        ["IN"] = Shapes("A9999999", "-"),
        ["IR"] = Shapes("A99999999"),
        ["IS"] = new(n => Shape(n, "A9999999") && n[0] == 'A'),
        ["IT"] = Shapes("AX9999999"),
        ["JM"] = Shapes("A9999999"),
        ["JP"] = Shapes("AA9999999"),
        ["KR"] = new(n => n.Length == 9 && In(n[0], "MSRODG") && (Digits(n[1..]) || Shape(n[1..], "999A9999"))),
        ["KZ"] = Shapes("A9999999"),
        ["LI"] = Shapes("A99999"),
        ["LT"] = Shapes("XX999999"),
        ["LU"] = Shapes("XXXXXXXX"),
        ["LV"] = Shapes("AX9999999"),
        ["LY"] = Shapes("XXXXXXXX"),
        ["MT"] = Shapes("9999999"),
        ["MX"] = Shapes("99999999999 A99999999"),
        ["MY"] = new(n => n.Length == 9 && In(n[0], "AHK") && Digits(n[1..])),
        ["MZ"] = Shapes("AA9999999 99AA99999"),
        ["NL"] = Shapes("AAXXXXXX9"),
        ["NZ"] = new(n => n.Length is 7 or 8 && Digits(n[^6..]) && (n.Length == 7 ? n[0] == 'N' : n[0] == 'L' && In(n[1], "ADFHN") || n[0] == 'E' && n[1] == 'A')),
        ["PH"] = Shapes("A999999 AA999999 A9999999A AA9999999 A9999999"),
        ["PK"] = Shapes("AA9999999"),
        ["PL"] = Shapes("AA9999999", " "),
        ["PT"] = Shapes("A999999"),
        ["RO"] = Shapes("99999999 999999999"),
        ["RU"] = Shapes("999999999"),
        ["SE"] = Shapes("99999999"),
        ["SL"] = Shapes("P99999999 PA9999999 PB9999999"),
        ["SI"] = new(n => n.Length == 9 && n[0] == 'P' && Letter(n[1]) && Digits(n[2..])),
        ["SK"] = Shapes("9A9999999 A9999999"),
        ["TH"] = Shapes("A999999 A9999999 AA999999 AA9999999"),
        ["TR"] = Shapes("A99999999", " "),
        ["UA"] = Shapes("AA999999"),
        ["US"] = Shapes("999999999 A99999999"),
        ["ZA"] = new(n => n.Length == 9 && In(n[0], "TAMD") && Digits(n[1..])),
    };

    private static readonly System.Buffers.SearchValues<byte> GermanDocument = System.Buffers.SearchValues.Create("CFGHJKLMNPRTVWXYZ0123456789"u8);

    private static Dictionary<string, Form> IdentityCards() => new(StringComparer.Ordinal)
    {
        ["CN"] = new(IsChinese),
        ["ES"] = new(n => Europe.EsDni(n) || Europe.EsNie(n)),
        ["FI"] = new(Europe.FiHetu),
        ["HK"] = new(IsHongKong, "()[]"),
        ["IL"] = new(n => n.Length == 9 && World.IlId(n)),
        ["IN"] = new(World.InAadhaar, " "),
        ["IR"] = new(IsIranian),
        ["IT"] = new(n => n.Length == 9 && Shape(n, "CA99999AA") && n[2] != '0' || n.Length == 9 && Shape(n, "AA99999AA") && n[2] != '0'),
        ["LK"] = new(n => Shape(n, "199999999999") || Shape(n, "299999999999") || n.Length == 10 && Digits(n[..9]) && (n[9] is (byte)'V' or (byte)'X') && n[0] is >= (byte)'1' and <= (byte)'9'),
        ["LY"] = new(n => Digits(n, 12) && n[0] is (byte)'1' or (byte)'2'),
        ["NO"] = new(Europe.NoFnr),
        ["PK"] = new(n => Digits(n, 13) && n[0] is >= (byte)'1' and <= (byte)'7', "-"),
        ["PL"] = new(n => Digits(n, 11) && Sum(n, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]) % 10 == 0),
        ["TH"] = new(World.ThId),
        ["TN"] = Shapes("99999999"),
        ["TW"] = new(IsTaiwanese),
        ["ZA"] = new(World.ZaId),
    };

    private static bool IsChinese(ReadOnlySpan<byte> n) =>
        n.Length == 15 ? Digits(n) && World.IsChineseProvince(Number(n[..2])) && Date(1900 + Number(n[6..8]), Number(n[8..10]), Number(n[10..12])) : World.CnRic(n) && PastDate(Number(n[6..10]), Number(n[10..12]), Number(n[12..14]));

    /// <summary>One or two letters, six digits, a check digit or A; a blank counts 36.</summary>
    private static bool IsHongKong(ReadOnlySpan<byte> n)
    {
        if (n.Length is not (8 or 9) || !Letter(n[0]) || n.Length == 9 && !Letter(n[1]) || !Digits(n[^7..^1]))
        {
            return false;
        }

        var sum = n.Length == 9 ? Base36Value(n[0]) * 9 + Base36Value(n[1]) * 8 : 36 * 9 + Base36Value(n[0]) * 8;
        sum += Sum(n[^7..], [7, 6, 5, 4, 3, 2]);
        return n[^1] == 'A' ? (sum + 10) % 11 == 0 : char.IsAsciiDigit((char)n[^1]) && (sum + D(n[^1])) % 11 == 0;
    }

    private static bool IsIranian(ReadOnlySpan<byte> n)
    {
        if (!Digits(n, 10) || Number(n[3..9]) == 0)
        {
            return false;
        }

        var rest = Sum(n, [10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11;
        return D(n[9]) == (rest < 2 ? rest : 11 - rest);
    }

    /// <summary>A letter of the place, 1, 2, 8 or 9, eight digits with their check.</summary>
    private static bool IsTaiwanese(ReadOnlySpan<byte> n)
    {
        if (!Shape(n, "A999999999"))
        {
            return false;
        }

        var place = 10 + "ABCDEFGHJKLMNPQRSTUVXYWZIO".IndexOf((char)n[0], StringComparison.Ordinal);
        return (place / 10 + place % 10 * 9 + Sum(n[1..], [8, 7, 6, 5, 4, 3, 2, 1, 1])) % 10 == 0;
    }

    private static Dictionary<string, Form> TaxNumbers() => new(StringComparer.Ordinal)
    {
        ["AR"] = new(World.ArCuit),
        ["AT"] = new(n => n.Length == 9 && Digits(n) && IsAustrian(n), "-/"),
        ["BE"] = new(Europe.BeNn, "/-"),
        ["BG"] = new(Europe.BgEgn),
        ["BR"] = new(n => n.Length == 11 ? World.BrCpf(n) : World.BrCnpj(n), ".-/"),
        ["CA"] = new(n => Digits(n, 9) && Luhn(n)),
        ["CY"] = new(IsCypriot),
        ["CZ"] = new(IsBirthNumber, "/"),
        ["DE"] = new(Europe.DeTaxId, "/"),
        ["DK"] = new(n => Digits(n, 10) && Europe.DkCpr(n) && Sum(n, [4, 3, 2, 7, 6, 5, 4, 3, 2, 1]) % 11 == 0, "-"),
        ["EE"] = new(Europe.EeIk),
        ["ES"] = new(n => Europe.EsNif(n)),
        ["FI"] = new(Europe.FiHetu),
        ["FR"] = new(n => n.Length == 17 ? Shape(n, "99 99 999 999 999") && Europe.FrNif([.. n[..2], .. n[3..5], .. n[6..9], .. n[10..13], .. n[14..]]) : Europe.FrNif(n)),
        ["GB"] = new(n => Digits(n, 10) || Europe.UkNino(n)),
        ["GR"] = new(n => Digits(n, 9) && In(n[0], "012347") is var first && first && Sum(n, [256, 128, 64, 32, 16, 8, 4, 2]) % 11 % 10 == D(n[8])),
        ["HR"] = new(Europe.HrOib),
        ["HU"] = new(n => Digits(n, 10) && n[0] == '8' && Sum(n, [1, 2, 3, 4, 5, 6, 7, 8, 9]) % 11 == D(n[9])),
        ["IE"] = new(Europe.IePps),
        ["IN"] = new(World.InPan),
        ["IT"] = new(n => n.Length == 16 && Europe.ItFiscalCode(n)),
        ["LT"] = new(Europe.LtAk),
        ["LU"] = new(n => Digits(n, 13) && Date(Number(n[..4]), Number(n[4..6]), Number(n[6..8])) && Luhn(n[..12]) && Verhoeff([.. n[..11], n[12]])),
        ["LV"] = new(IsLatvian, "-"),
        ["MT"] = new(n => Digits(n, 9) && Number(n[..2]) is 11 or 22 or 33 or 44 or 55 or 66 or 77 or 88 || n.Length is >= 4 and <= 8 && Digits(n[..^1]) && Number(n[..^1]) > 0 && In(n[^1], "MGAPLHBZ") && (n.Length < 8 || Number(n[..2]) < 32)),
        ["NL"] = new(n => n.Length == 9 && Europe.NlBsn(n)),
        ["PL"] = new(n => n.Length == 10 ? Europe.PlNip(n) : Europe.PlPesel(n)),
        ["PT"] = new(Europe.PtNif),
        ["RO"] = new(n => Digits(n, 13) && Europe.RoCnp(n)),
        ["SE"] = new(Europe.SePersonnummer, "-+"),
        ["SI"] = new(n => Digits(n, 8) && n[0] != '0' && (11 - Sum(n, [8, 7, 6, 5, 4, 3, 2]) % 11) % 10 == D(n[7])),
        ["SK"] = new(n => n.Length == 9 ? IsBirthNumber(n) : Digits(n, 10), "/"),
        ["UA"] = new(n => Digits(n, 10) && Math.Abs(Sum(n[1..], [5, 7, 9, 4, 6, 10, 5, 7]) - D(n[0])) % 11 % 10 == D(n[9])),
        ["US"] = new(n => n.Length == 9 && World.UsEin(n) || n.Length == 10 && n[2] is (byte)' ' or (byte)'-' && World.UsEin([.. n[..2], .. n[3..]])),
    };

    /// <summary>Nine digits were given out until 1953, and none ended in 000.</summary>
    private static bool IsBirthNumber(ReadOnlySpan<byte> n) => Europe.CzRc(n) && (n.Length == 10 || Number(n[..2]) < 54 && Number(n[6..]) > 0);

    private static bool IsAustrian(ReadOnlySpan<byte> n)
    {
        var sum = 0;
        for (var i = 0; i < 8; i++)
        {
            var d = D(n[i]) * (i % 2 == 0 ? 1 : 2);
            sum += d > 9 ? d - 9 : d;
        }

        return (10 - sum % 10) % 10 == D(n[8]);
    }

    /// <summary>0, 1, 3, 4, 5 or 9, seven digits, a letter: digits in odd places count as the table says.</summary>
    public static bool IsCypriot(ReadOnlySpan<byte> n)
    {
        if (n.Length != 9 || !Digits(n[..8]) || !Letter(n[8]))
        {
            return false;
        }

        ReadOnlySpan<int> odd = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21];
        var sum = 0;
        for (var i = 0; i < 8; i++)
        {
            sum += i % 2 == 0 ? odd[D(n[i])] : D(n[i]);
        }

        return n[8] == 'A' + sum % 26;
    }

    /// <summary>Since 2017 they begin with 32 and say nothing; before, the date of birth and the century.</summary>
    private static bool IsLatvian(ReadOnlySpan<byte> n)
    {
        if (!Digits(n, 11))
        {
            return false;
        }

        if (n.StartsWith("32"u8))
        {
            return true;
        }

        return D(n[6]) <= 2 && Date(1800 + D(n[6]) * 100 + Number(n[4..6]), Number(n[2..4]), Number(n[..2])) && (1101 - Sum(n, [1, 6, 3, 7, 9, 10, 5, 8, 4, 2])) % 11 % 10 == D(n[10]);
    }

    private static Dictionary<string, Form> VatNumbers() => new(StringComparer.Ordinal)
    {
        ["AL"] = Vat("AL", "999999999A 99999999A A99999999A"),
        ["AR"] = Vat("AR", "99999999999"),
        ["AT"] = Vat("AT", "U99999999"),
        ["AU"] = new(n => World.AuAbn(n.StartsWith("AU"u8) ? n[2..] : n)),
        ["BE"] = Vat("BE", "9999999999"),
        ["BG"] = Vat("BG", "999999999 9999999999"),
        ["BO"] = Vat("BO", "9999999"),
        ["BR"] = Vat("BR", "99999999999 99999999999999", ".-/"),
        ["BY"] = Vat("BY", "999999999"),
        ["CA"] = Vat("CA", "999999999"),
        ["CH"] = new(IsSwiss, "- ."),
        ["CL"] = Vat("CL", "99999999-9"),
        ["CO"] = Vat("CO", "9999999999"),
        ["CR"] = Vat("CR", "999999999 9999999999 99999999999 999999999999"),
        ["CY"] = Vat("CY", "99999999X"),
        ["CZ"] = Vat("CZ", "99999999 999999999 9999999999"),
        ["DE"] = Vat("DE", "999999999"),
        ["DK"] = Vat("DK", "99999999"),
        ["DO"] = new(n => Shape(n, "99999999999") || Shape(n, "999999999") || Shape(n, "DO99999999999") || Shape(n, "DO999999999"), "-"),
        ["EC"] = Vat("EC", "9999999999999"),
        ["EE"] = Vat("EE", "999999999"),
        ["EL"] = Vat("EL", "999999999"),
        ["ES"] = Vat("ES", "X9999999A A99999999"),
        ["FI"] = Vat("FI", "99999999"),
        ["FR"] = Shapes("FRXX999999999"),
        ["GB"] = new(IsBritish),
        ["GT"] = Vat("GT", "9999999-9"),
        ["HN"] = Shapes("HN"),
        ["HR"] = Vat("HR", "99999999999"),
        ["HU"] = Vat("HU", "99999999"),
        ["ID"] = Vat("ID", "999999999999999", ".-"),
        ["IE"] = Vat("IE", "9999999A 9999999AA 9X99999A"),
        ["IL"] = Vat("IL", "999999999"),
        ["IN"] = Vat("IN", "99AAAAA9999AXZX"),
        ["IS"] = Vat("IS", "99999 999999"),
        ["IT"] = Vat("IT", "99999999999"),
        ["KZ"] = Vat("KZ", "999999999999"),
        ["LT"] = Vat("LT", "999999999 99999999999 999999999999"),
        ["LU"] = Vat("LU", "99999999"),
        ["LV"] = Vat("LV", "99999999999"),
        ["MK"] = Vat("MK", "9999999999999"),
        ["MT"] = Vat("MT", "99999999"),
        ["MX"] = Vat("MX", "AAA999999XXX AAAA999999XXX"),
        ["NG"] = Vat("NG", "999999999999 99999999-9999"),
        ["NI"] = Vat("NI", "999-999999-9999A"),
        ["NL"] = Vat("NL", "999999999B99"),
        ["NO"] = Vat("NO", "999999999MVA"),
        ["NZ"] = Vat("NZ", "999999999"),
        ["PA"] = Shapes("PA"),
        ["PE"] = Vat("PE", "99999999999"),
        ["PH"] = Vat("PH", "999999999999 999999999", " "),
        ["PL"] = Vat("PL", "9999999999", "-"),
        ["PT"] = new(n => Digits(n.StartsWith("PT"u8) ? n[2..] : n, 9) && n[n.StartsWith("PT"u8) ? 2 : 0] != '0'),
        ["PY"] = Vat("PY", "99999999-9 9999999-9"),
        ["RO"] = new(n => (n.StartsWith("RO"u8) ? n[2..] : n) is { Length: >= 2 and <= 10 } digits && Digits(digits)),
        ["RS"] = Vat("RS", "999999999"),
        ["RU"] = Vat("RU", "9999999999 999999999999"),
        ["SA"] = Vat("SA", "999999999999999"),
        ["SE"] = Vat("SE", "999999999999"),
        ["SI"] = Vat("SI", "99999999"),
        ["SK"] = Vat("SK", "9999999999"),
        ["SM"] = Vat("SM", "99999"),
        ["SV"] = Vat("SV", "9999-999999-999-9"),
        ["TR"] = Vat("TR", "9999999999"),
        ["UA"] = Vat("UA", "999999999999"),
        ["UY"] = Vat("UY", "999999999999"),
        ["UZ"] = Vat("UZ", "999999999"),
        ["VE"] = new(n => Shape(n, "VEA999999999") || Shape(n, "A999999999"), "-"),
    };

    /// <summary>CHE, eight digits, a check digit, and the tax's name in one of the languages or none.</summary>
    private static bool IsSwiss(ReadOnlySpan<byte> n)
    {
        n = n.StartsWith("CHE"u8) ? n[3..] : n;
        return n.Length >= 9 && Digits(n[..9]) && Sum(n, [5, 4, 3, 2, 7, 6, 5, 4, 1]) % 11 == 0 && (n.Length == 9 || n[9..].SequenceEqual("MWST"u8) || n[9..].SequenceEqual("TVA"u8) || n[9..].SequenceEqual("IVA"u8));
    }

    /// <summary>123 4567 89 with check digits up to 96, 123456789 and a branch's three; GD000 to GD499 for departments, HA500 to HA999 for health authorities.</summary>
    private static bool IsBritish(ReadOnlySpan<byte> n)
    {
        n = n.StartsWith("GB"u8) ? n[2..] : n;
        return n.Length switch
        {
            5 => Digits(n[2..]) && (n.StartsWith("GD"u8) && n[2] <= '4' || n.StartsWith("HA"u8) && n[2] >= '5'),
            11 => Shape(n, "999 9999 99") && Number(n[9..]) <= 96,
            13 => Shape(n, "999999999 999"),
            _ => false,
        };
    }
}
