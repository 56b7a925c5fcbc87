using System.Text.RegularExpressions;

namespace Weir.Dashboard.Features.Records;

/// <summary>The reversible values in a clean record: <c>enc:KEY:base32</c>.</summary>
internal static partial class Ciphers
{
    private const int Most = 50;

    /// <summary>Each one once, in the order of the record.</summary>
    public static IReadOnlyList<string> In(string data) => [.. Pattern().Matches(data).Select(m => m.Value).Distinct().Take(Most)];

    /// <summary>Enough of it to tell one from the other.</summary>
    public static string Short(string cipher) => cipher.Length <= 28 ? cipher : $"{cipher[..18]}…{cipher[^6..]}";

    [GeneratedRegex("enc:[A-Za-z0-9_.-]{1,64}:[a-z2-7]{16,}")]
    private static partial Regex Pattern();
}
