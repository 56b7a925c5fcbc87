using System.Collections.Concurrent;
using System.Text;
using System.Text.RegularExpressions;

namespace Weir.Pipeline.Redaction.Detection;

/// <summary>Whether a whole text is a phone number: of a region's mobile plan, or of none in particular.</summary>
internal static partial class PhonePlan
{
    private static readonly ConcurrentDictionary<string, Regex?> Compiled = new(StringComparer.Ordinal);

    /// <summary>E.164, RFC 3966, or a national number of 3 to 15 digits with the signs people write.</summary>
    /// <param name="text">ASCII.</param>
    /// <param name="region">An ISO country or a locale that ends in one, <c>GB</c>, <c>en-GB</c>; the number must then be one of its plan. Null, or a region without plan: any.</param>
    public static bool IsPhone(ReadOnlySpan<byte> text, string? region)
    {
        if (region is not null && Compiled.GetOrAdd(Country(region), Compile) is { } plan)
        {
            return plan.IsMatch(Encoding.UTF8.GetString(text));
        }

        if (text.StartsWith("tel:"u8))
        {
            text = text[4..];
        }

        var digits = 0;
        foreach (var b in text)
        {
            if (char.IsAsciiDigit((char)b))
            {
                digits++;
            }
            else if (b is not ((byte)' ' or (byte)'-' or (byte)'.' or (byte)'(' or (byte)')' or (byte)'/' or (byte)'+'))
            {
                return false;
            }
        }

        return text.LastIndexOf((byte)'+') <= 0 && (text.Length > 0 && text[0] == (byte)'+' ? digits is >= 5 and <= 15 : digits is >= 3 and <= 15);
    }

    /// <summary>The last two capitals: of <c>["nb-NO","nn-NO"]</c>, <c>NO</c>.</summary>
    internal static string Country(string region)
    {
        for (var i = region.Length - 2; i >= 0; i--)
        {
            if (char.IsAsciiLetterUpper(region[i]) && char.IsAsciiLetterUpper(region[i + 1]) && (i == 0 || !char.IsAsciiLetter(region[i - 1])))
            {
                return region.Substring(i, 2);
            }
        }

        return "";
    }

    private static Regex? Compile(string country)
    {
        foreach (var plan in Plans)
        {
            if (plan.Country == country)
            {
                var gap = plan.Numbers.Contains('_', StringComparison.Ordinal) ? "[ ./-]?" : "";
                var numbers = plan.Numbers.Replace("_", "[ ./-]?", StringComparison.Ordinal).Replace("x", @"\d", StringComparison.Ordinal);
                var abroad = $@"(?:{(plan.NeedsPlus ? @"\+" : @"\+?|00")})(?:{plan.Code}){gap}{(plan.Trunk == "0" && gap.Length > 0 ? $@"(?:\(0\){gap})?" : "")}";
                var home = plan.Trunk is null ? null : plan.TrunkOptional ? $"(?:{plan.Trunk})?{gap}" : $"(?:{plan.Trunk}){gap}";
                return new Regex($"^(?:{abroad}{(home is null ? "" : $"|{home}")})(?:{numbers})$", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
            }
        }

        return null;
    }

    /// <summary>A region's mobile numbers.</summary>
    /// <param name="Country">ISO 3166.</param>
    /// <param name="Code">Country codes (ITU-T E.164), by '|'.</param>
    /// <param name="Trunk">What stands before a national number dialled at home; empty for nothing, null when numbers are only written with their country code.</param>
    /// <param name="Numbers">National numbers: x a digit, _ a blank, dot, slash or dash that may stand there; else an expression.</param>
    private sealed record Plan(string Country, string Code, string? Trunk, string Numbers)
    {
        /// <summary>At home the trunk prefix may be left out.</summary>
        public bool TrunkOptional { get; init; }

        /// <summary>The country code is only one behind a plus sign.</summary>
        public bool NeedsPlus { get; init; }
    }

    private static Plan Home(string country, string code, string numbers) => new(country, code, "", numbers);

    private static Plan Trunk(string country, string code, string trunk, string numbers) => new(country, code, trunk, numbers);

    private static Plan Optional(string country, string code, string trunk, string numbers) => new(country, code, trunk, numbers) { TrunkOptional = true };

    private static Plan Abroad(string country, string code, string numbers) => new(country, code, null, numbers);
}
