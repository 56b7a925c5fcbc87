using System.Text;
using System.Text.RegularExpressions;
using Weir.Pipeline.Redaction.Detection;

namespace Weir.Pipeline.Redaction;

/// <summary>
/// A second look at what was written, by code that shares nothing with the detectors: plain expressions over the text with its escapes resolved.
/// It knows fewer kinds and is slow; what it finds must not be there.
/// </summary>
internal static partial class PostScan
{
    /// <summary>The entity of the first value that is still there, of those that <paramref name="looked"/> names; null for none.</summary>
    public static string? Leak(ReadOnlySpan<byte> clean, bool[] looked)
    {
        var text = Unescaped(Encoding.UTF8.GetString(clean));
        if (looked[EntityId.Email] && Email().IsMatch(text))
        {
            return "EMAIL_ADDRESS";
        }

        if (looked[EntityId.UsSsn] && Ssn().IsMatch(text))
        {
            return "US_SSN";
        }

        return null;
    }

    private static string Unescaped(string text) => !text.Contains('\\', StringComparison.Ordinal) ? text
        : Escape().Replace(text, m => ((char)int.Parse(m.ValueSpan[2..], System.Globalization.NumberStyles.HexNumber, System.Globalization.CultureInfo.InvariantCulture)).ToString());

    [GeneratedRegex(@"\\u[0-9a-fA-F]{4}")]
    private static partial Regex Escape();

    [GeneratedRegex(@"[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}\b", RegexOptions.None, 1000)]
    private static partial Regex Email();

    [GeneratedRegex(@"(?<![\w.-])(?!000|666|9)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\w.-])")]
    private static partial Regex Ssn();
}
