using System.Text.RegularExpressions;

namespace Weir.RedactionBench;

/// <summary>Twelve patterns as they are commonly written, one after another: compiled at run time and by the source generator.</summary>
internal static partial class Peers
{
    private const string Email = @"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]+\.[A-Za-z]{2,}";
    private const string Card = @"\b(?:\d[ -]?){12,18}\d\b";
    private const string Phone = @"\+\d[\d ()-]{6,18}\d";
    private const string UsPhone = @"\(?\b\d{3}\)?[ .-]\d{3}[ .-]\d{4}\b";
    private const string Ssn = @"\b\d{3}-\d{2}-\d{4}\b";
    private const string Iban = @"\b[A-Z]{2}\d{2}[A-Z0-9]{11,30}\b";
    private const string Ipv4 = @"\b(?:\d{1,3}\.){3}\d{1,3}\b";
    private const string Ipv6 = @"\b(?:[0-9a-fA-F]{1,4}:){7}[0-9a-fA-F]{1,4}\b";
    private const string Mac = @"\b(?:[0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}\b";
    private const string Url = @"[a-z]+://[^\s:/@]+:[^\s/@]+@";
    private const string Aws = @"\bAKIA[0-9A-Z]{16}\b";
    private const string Jwt = @"\beyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+";

    public static Regex[] Compiled { get; } = [.. new[] { Email, Card, Phone, UsPhone, Ssn, Iban, Ipv4, Ipv6, Mac, Url, Aws, Jwt }.Select(p => new Regex(p, RegexOptions.Compiled | RegexOptions.CultureInvariant))];

    public static Regex[] Generated { get; } = [G1(), G2(), G3(), G4(), G5(), G6(), G7(), G8(), G9(), G10(), G11(), G12()];

    [GeneratedRegex(Email)] private static partial Regex G1();
    [GeneratedRegex(Card)] private static partial Regex G2();
    [GeneratedRegex(Phone)] private static partial Regex G3();
    [GeneratedRegex(UsPhone)] private static partial Regex G4();
    [GeneratedRegex(Ssn)] private static partial Regex G5();
    [GeneratedRegex(Iban)] private static partial Regex G6();
    [GeneratedRegex(Ipv4)] private static partial Regex G7();
    [GeneratedRegex(Ipv6)] private static partial Regex G8();
    [GeneratedRegex(Mac)] private static partial Regex G9();
    [GeneratedRegex(Url)] private static partial Regex G10();
    [GeneratedRegex(Aws)] private static partial Regex G11();
    [GeneratedRegex(Jwt)] private static partial Regex G12();

    /// <summary>How many matches the patterns find in UTF-8 text, decoding included, as a consumer would have to.</summary>
    public static int Count(Regex[] patterns, ReadOnlySpan<byte> record, char[] buffer)
    {
        var text = buffer.AsSpan(0, System.Text.Encoding.UTF8.GetChars(record, buffer));
        var count = 0;
        foreach (var pattern in patterns)
        {
            foreach (var _ in pattern.EnumerateMatches(text))
            {
                count++;
            }
        }

        return count;
    }
}
