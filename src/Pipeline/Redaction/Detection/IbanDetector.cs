using Weir.Pipeline.Redaction.Detection.National;

namespace Weir.Pipeline.Redaction.Detection;

/// <summary>International bank account numbers (ISO 13616): country, two check digits, a national part of the country's length and shape, MOD 97-10. Spaced, dashed or lower case too.</summary>
internal static class IbanDetector
{
    /// <summary>By country: the shape of what follows the check digits; 9 a digit, A a letter, X either.</summary>
    private static readonly Dictionary<string, string> Shapes = new(StringComparer.Ordinal)
    {
        ["AD"] = Of("8n12c"),
        ["AE"] = Of("19n"),
        ["AL"] = Of("8n16c"),
        ["AT"] = Of("16n"),
        ["AZ"] = Of("4a20c"),
        ["BA"] = Of("16n"),
        ["BE"] = Of("12n"),
        ["BG"] = Of("4a6n8c"),
        ["BH"] = Of("4a14c"),
        ["BI"] = Of("23n"),
        ["BR"] = Of("23n1a1c"),
        ["BY"] = Of("4c4n16c"),
        ["CH"] = Of("5n12c"),
        ["CR"] = Of("18n"),
        ["CY"] = Of("8n16c"),
        ["CZ"] = Of("20n"),
        ["DE"] = Of("18n"),
        ["DJ"] = Of("23n"),
        ["DK"] = Of("14n"),
        ["DO"] = Of("4c20n"),
        ["EE"] = Of("16n"),
        ["EG"] = Of("25n"),
        ["ES"] = Of("20n"),
        ["FI"] = Of("14n"),
        ["FK"] = Of("2a12n"),
        ["FO"] = Of("14n"),
        ["FR"] = Of("10n11c2n"),
        ["GB"] = Of("4a14n"),
        ["GE"] = Of("2a16n"),
        ["GI"] = Of("4a15c"),
        ["GL"] = Of("14n"),
        ["GR"] = Of("7n16c"),
        ["GT"] = Of("24c"),
        ["HN"] = Of("4a20n"),
        ["HR"] = Of("17n"),
        ["HU"] = Of("24n"),
        ["IE"] = Of("4a14n"),
        ["IL"] = Of("19n"),
        ["IQ"] = Of("4a15n"),
        ["IS"] = Of("22n"),
        ["IT"] = Of("1a10n12c"),
        ["JO"] = Of("4a4n18c"),
        ["KW"] = Of("4a22c"),
        ["KZ"] = Of("3n13c"),
        ["LB"] = Of("4n20c"),
        ["LC"] = Of("4a24c"),
        ["LI"] = Of("5n12c"),
        ["LT"] = Of("16n"),
        ["LU"] = Of("3n13c"),
        ["LV"] = Of("4a13c"),
        ["LY"] = Of("21n"),
        ["MC"] = Of("10n11c2n"),
        ["MD"] = Of("20c"),
        ["ME"] = Of("18n"),
        ["MK"] = Of("3n10c2n"),
        ["MN"] = Of("16n"),
        ["MR"] = Of("23n"),
        ["MT"] = Of("4a5n18c"),
        ["MU"] = Of("4a19n3a"),
        ["NI"] = Of("4a20n"),
        ["NL"] = Of("4a10n"),
        ["NO"] = Of("11n"),
        ["OM"] = Of("3n16c"),
        ["PK"] = Of("4a16c"),
        ["PL"] = Of("24n"),
        ["PS"] = Of("4a21c"),
        ["PT"] = Of("21n"),
        ["QA"] = Of("4a21c"),
        ["RO"] = Of("4a16c"),
        ["RS"] = Of("18n"),
        ["RU"] = Of("14n15c"),
        ["SA"] = Of("2n18c"),
        ["SC"] = Of("4a20n3a"),
        ["SD"] = Of("14n"),
        ["SE"] = Of("20n"),
        ["SI"] = Of("15n"),
        ["SK"] = Of("20n"),
        ["SM"] = Of("1a10n12c"),
        ["SO"] = Of("19n"),
        ["ST"] = Of("21n"),
        ["SV"] = Of("4a20n"),
        ["TL"] = Of("19n"),
        ["TN"] = Of("20n"),
        ["TR"] = Of("5n17c"),
        ["UA"] = Of("6n19c"),
        ["VA"] = Of("18n"),
        ["VG"] = Of("4a16n"),
        ["XK"] = Of("16n"),
        ["YE"] = Of("4a4n18c"),
        ["DZ"] = Of("22n"),
        ["AO"] = Of("21n"),
        ["BF"] = Of("2c22n"),
        ["BJ"] = Of("2c22n"),
        ["CG"] = Of("23n"),
        ["CI"] = Of("2c22n"),
        ["CM"] = Of("23n"),
        ["CV"] = Of("21n"),
        ["GA"] = Of("23n"),
        ["IR"] = Of("22n"),
        ["MA"] = Of("24n"),
        ["MG"] = Of("23n"),
        ["ML"] = Of("2c22n"),
        ["MZ"] = Of("21n"),
        ["SN"] = Of("2c22n"),
        ["TG"] = Of("2c22n"),
        ["TD"] = Of("23n"),
        ["NE"] = Of("2a22n"),
    };

    private static readonly string?[] ByPair = Index();

    private static readonly System.Buffers.SearchValues<byte> Signs = System.Buffers.SearchValues.Create(" -._,:/|;+*~=#\\\t\r\n"u8);

    /// <summary>True for a compact, upper-case IBAN and nothing else.</summary>
    public static bool IsIban(ReadOnlySpan<byte> n)
    {
        if (n.Length is < 15 or > 34 || ShapeOf(n) is not { } shape || !char.IsAsciiDigit((char)n[2]) || !char.IsAsciiDigit((char)n[3]) || !Checks.Shape(n[4..], shape))
        {
            return false;
        }

        // The country and the check digits count last.
        return Checks.Mod(n[..4], 97, Checks.Mod(n[4..], 97)) == 1;
    }

    /// <summary>The IBAN that starts at <paramref name="start"/> with its country's letters.</summary>
    public static bool TryFind(ReadOnlySpan<byte> text, int start, int to, out int end)
    {
        end = start;
        Span<byte> compact = stackalloc byte[34];
        if (start + 15 > to)
        {
            return false;
        }

        compact[0] = (byte)(text[start] & 0xDF);
        compact[1] = (byte)(text[start + 1] & 0xDF);
        if (ShapeOf(compact) is not { } shape)
        {
            return false;
        }

        int length = 0, need = 4 + shape.Length, gap = 0;
        var i = start;
        for (; i < to && length < need; i++)
        {
            var b = text[i];
            if (char.IsAsciiLetterOrDigit((char)b))
            {
                compact[length++] = (byte)char.ToUpperInvariant((char)b);
                gap = 0;
            }
            else if (!Signs.Contains(b) || ++gap > 3)
            {
                return false;
            }
        }

        end = i;
        return length == need && (i == to || !char.IsAsciiLetterOrDigit((char)text[i])) && IsIban(compact[..length]);
    }

    private static string? ShapeOf(ReadOnlySpan<byte> n) => Checks.Letter(n[0]) && Checks.Letter(n[1]) ? ByPair[(n[0] - 'A') * 26 + n[1] - 'A'] : null;

    private static string?[] Index()
    {
        var index = new string?[26 * 26];
        foreach (var (country, shape) in Shapes)
        {
            index[(country[0] - 'A') * 26 + country[1] - 'A'] = shape;
        }

        return index;
    }

    /// <summary>Unfolds the register's notation: 4a10n is four letters and ten digits, c is either.</summary>
    private static string Of(string structure)
    {
        var shape = new System.Text.StringBuilder();
        var count = 0;
        foreach (var c in structure)
        {
            if (char.IsAsciiDigit(c))
            {
                count = count * 10 + c - '0';
                continue;
            }

            shape.Append(c switch { 'n' => '9', 'a' => 'A', _ => 'X' }, count);
            count = 0;
        }

        return shape.ToString();
    }
}
