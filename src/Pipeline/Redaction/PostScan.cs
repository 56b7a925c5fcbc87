using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Weir.Pipeline.Redaction.Detection;

namespace Weir.Pipeline.Redaction;

/// <summary>
/// A second look at what was written, by code that shares nothing with the detectors: plain expressions over the text with its escapes resolved, and checks of its own.
/// It knows fewer kinds and is slow; what it finds must not be there.
/// </summary>
internal static partial class PostScan
{
    /// <summary>The entity of the first value that is still there, of those that <paramref name="looked"/> names; null for none.</summary>
    public static string? Leak(ReadOnlySpan<byte> clean, bool[] looked)
    {
        var text = Unescaped(Encoding.UTF8.GetString(clean));
        return looked[EntityId.Email] && Email().IsMatch(text) ? "EMAIL_ADDRESS"
            : looked[EntityId.UsSsn] && Ssn().IsMatch(text) ? "US_SSN"
            : looked[EntityId.Card] && Any(Card(), text, IsCard) ? "CREDIT_CARD"
            : looked[EntityId.Iban] && Any(Iban(), text, m => IsIban(m.Value)) ? "IBAN_CODE"
            : looked[EntityId.Ip] && Any(Ip(), text, m => IsAddress(m.Value)) ? "IP_ADDRESS"
            : looked[EntityId.Phone] && Any(Phone(), text, m => !IsNumbered(text, m.Index)) ? "PHONE_NUMBER"
            : looked[EntityId.Jwt] && Jwt().IsMatch(text) ? "JWT"
            : looked[EntityId.PrivateKey] && text.Contains("PRIVATE KEY-----", StringComparison.Ordinal) && PrivateKey().IsMatch(text) ? "PRIVATE_KEY"
            : looked[EntityId.AwsKey] && AwsKey().IsMatch(text) ? "AWS_ACCESS_KEY"
            : null;

        bool IsCard(Match match)
        {
            var digits = match.Value.Where(char.IsAsciiDigit).Select(c => c - '0').ToArray();
            var issued = digits[0] == 4 && digits.Length == 16 || digits[0] == 5 && digits[1] is >= 1 and <= 5 && digits.Length == 16 || digits[0] == 3 && digits[1] is 4 or 7 && digits.Length == 15;
            return issued && PassesLuhn(digits) && !IsNumbered(text, match.Index);
        }
    }

    private static bool Any(Regex expression, string text, Func<Match, bool> holds)
    {
        for (var match = expression.Match(text); match.Success; match = match.NextMatch())
        {
            if (holds(match))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The sum of the digits, every second one from the right doubled, is a multiple of ten.</summary>
    private static bool PassesLuhn(int[] digits) =>
        digits.Reverse().Select((d, place) => place % 2 == 0 ? d : d > 4 ? 2 * d - 9 : 2 * d).Sum() % 10 == 0;

    /// <summary>Country and check digits to the end, letters as two digits, one left over of 97.</summary>
    private static bool IsIban(string text)
    {
        var compact = text.Replace(" ", "", StringComparison.Ordinal);
        if (compact.Length is < 15 or > 34)
        {
            return false;
        }

        var rest = 0L;
        foreach (var c in compact[4..] + compact[..4])
        {
            rest = (char.IsAsciiDigit(c) ? rest * 10 + c - '0' : rest * 100 + c - 'A' + 10) % 97;
        }

        return rest == 1;
    }

    private static bool IsAddress(string text) => text.Split('.').All(part => part.Length == 1 || part[0] != '0' && int.Parse(part, CultureInfo.InvariantCulture) <= 255);

    /// <summary>The key before the value names an article, a parcel, a time or a position: the number is one of those.</summary>
    private static bool IsNumbered(string text, int at) => Numbered().IsMatch(text[Math.Max(0, at - 64)..at]);

    private static string Unescaped(string text) => !text.Contains('\\', StringComparison.Ordinal) ? text
        : Escape().Replace(text, m => ((char)int.Parse(m.ValueSpan[2..], NumberStyles.HexNumber, CultureInfo.InvariantCulture)).ToString());

    // Digits are spelled out: \d would take those of all scripts, with which the checks do not reckon.
    [GeneratedRegex(@"\\u[0-9a-fA-F]{4}")]
    private static partial Regex Escape();

    [GeneratedRegex(@"[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}\b", RegexOptions.None, 1000)]
    private static partial Regex Email();

    [GeneratedRegex(@"(?<![\w.-])(?!000|666|9)[0-9]{3}-(?!00)[0-9]{2}-(?!0000)[0-9]{4}(?![\w.-])")]
    private static partial Regex Ssn();

    [GeneratedRegex(@"(?<![\w.+-])(?:[0-9]{15,16}|[0-9]{4}([ -])[0-9]{4}\1[0-9]{4}\1[0-9]{4}|[0-9]{4}([ -])[0-9]{6}\2[0-9]{5})(?![\w.:-])")]
    private static partial Regex Card();

    [GeneratedRegex(@"(?<![\w:.-])[A-Z]{2}[0-9]{2}(?:[A-Z0-9]{11,30}|(?: [A-Z0-9]{4}){2,7}(?: [A-Z0-9]{1,4})?)(?![\w-])")]
    private static partial Regex Iban();

    [GeneratedRegex(@"(?<![\w.])[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?![\w]|\.[0-9])")]
    private static partial Regex Ip();

    [GeneratedRegex(@"(?<![\w+])\+[1-9][0-9]{9,14}(?!\w)")]
    private static partial Regex Phone();

    [GeneratedRegex(@"(?<![\w.-])eyJ[\w-]{8,}\.eyJ[\w-]{4,}\.[\w-]{10,}")]
    private static partial Regex Jwt();

    [GeneratedRegex(@"-----BEGIN (?:[A-Z]{1,16} ){0,2}PRIVATE KEY-----")]
    private static partial Regex PrivateKey();

    [GeneratedRegex(@"(?<!\w)(?:AKIA|ASIA)[A-Z0-9]{16}(?!\w)")]
    private static partial Regex AwsKey();

    [GeneratedRegex("\"[^\"]*(?:ean|gtin|upc|sku|isbn|code|track|parcel|ship|way|lot|batch|serial|order|time|epoch|stamp|at|ts|seq|offset|version|revision|build|price|amount|total|quantity|qty|weight|size|width|height|sum|hash|crc|trace|span|id|item|article|no|number|nanos|millis)[^\"]*\"\\s*:\\s*\"?[^\"]*$", RegexOptions.IgnoreCase)]
    private static partial Regex Numbered();
}
