using System.Collections.Frozen;
using static Weir.Pipeline.Redaction.Detection.National.Checks;

namespace Weir.Pipeline.Redaction.Detection.National;

/// <summary>
/// Identity cards, passports, tax and VAT numbers of any country. Beside their name the shape is enough: a mistyped number is still somebody's.
/// By country there is a list of shapes, as <see cref="Shape"/> reads them, or the check of the country's own number.
/// </summary>
internal static partial class Documents
{
    /// <summary>How a country writes one kind of number.</summary>
    /// <param name="Check">Over the compact form.</param>
    /// <param name="Signs">What may stand inside it.</param>
    private sealed record Form(Check Check, string Signs = "");

    private static readonly FrozenDictionary<string, FrozenDictionary<string, Form>> ByEntity = new Dictionary<string, FrozenDictionary<string, Form>>(StringComparer.Ordinal)
    {
        ["PASSPORT"] = Passports().ToFrozenDictionary(StringComparer.Ordinal),
        ["IDENTITY_CARD"] = IdentityCards().ToFrozenDictionary(StringComparer.Ordinal),
        ["TAX_ID"] = TaxNumbers().ToFrozenDictionary(StringComparer.Ordinal),
        ["VAT"] = VatNumbers().ToFrozenDictionary(StringComparer.Ordinal),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Decides about a whole text for one country; null when the entity is none of these or the country has no list.</summary>
    public static bool? IsOf(string entity, string country, ReadOnlySpan<byte> text)
    {
        if (!ByEntity.TryGetValue(entity, out var forms))
        {
            return null;
        }

        if (country.Length == 0)
        {
            foreach (var form in forms.Values)
            {
                if (Matches(form, text))
                {
                    return true;
                }
            }

            return false;
        }

        return forms.TryGetValue(country, out var one) ? Matches(one, text) : null;
    }

    /// <summary>A compact number is one of some country.</summary>
    public static bool IsAny(string entity, ReadOnlySpan<byte> compact)
    {
        foreach (var form in ByEntity.TryGetValue(entity, out var forms) ? forms.Values : [])
        {
            if (form.Check(compact))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>What a key that names a document is believed: five to twenty letters and digits, four digits at least.</summary>
    public static bool IsNumber(ReadOnlySpan<byte> n)
    {
        var digits = 0;
        foreach (var b in n)
        {
            digits += char.IsAsciiDigit((char)b) ? 1 : 0;
            if (!char.IsAsciiLetterOrDigit((char)b))
            {
                return false;
            }
        }

        return n.Length is >= 5 and <= 20 && digits >= 4;
    }

    /// <summary>Letters and digits both: what running text must show, for digits alone are anything.</summary>
    public static bool IsMixed(ReadOnlySpan<byte> n) => n.ContainsAnyInRange((byte)'0', (byte)'9') && n.ContainsAnyInRange((byte)'A', (byte)'Z');

    /// <summary>A country's two letters stand before the digits.</summary>
    public static bool IsPrefixed(ReadOnlySpan<byte> n) => n.Length > 6 && Letter(n[0]) && Letter(n[1]) && n[2..].ContainsAnyInRange((byte)'0', (byte)'9') && VatCountries.Contains($" {(char)n[0]}{(char)n[1]} ", StringComparison.Ordinal);

    private const string VatCountries = " AT BE BG HR CY CZ DK EE FI FR DE EL HU IE IT LT LU LV MT NL PL PT RO SK SI ES SE GB XI NO CH ";

    private static bool Matches(Form form, ReadOnlySpan<byte> text)
    {
        if (text.Length > 40)
        {
            return false;
        }

        Span<byte> compact = stackalloc byte[40];
        var length = 0;
        foreach (var b in text)
        {
            if (!form.Signs.Contains((char)b, StringComparison.Ordinal))
            {
                compact[length++] = (byte)char.ToUpperInvariant((char)b);
            }
        }

        return length > 0 && form.Check(compact[..length]);
    }

    /// <summary>One of several shapes, by blanks.</summary>
    private static Form Shapes(string shapes, string signs = "")
    {
        var all = shapes.Split(' ');
        return new(n =>
        {
            foreach (var shape in all)
            {
                if (Shape(n, shape))
                {
                    return true;
                }
            }

            return false;
        }, signs);
    }

    /// <summary>As <see cref="Shapes"/>, with the country's letters before it or without them.</summary>
    private static Form Vat(string country, string shapes, string signs = "") => Shapes($"{shapes} {string.Join(' ', shapes.Split(' ').Select(s => country + s))}", signs);
}
