namespace Weir.Dashboard.Access;

/// <summary>What we take for an address: the name of a person here, never a place that mail is sent to.</summary>
internal static class Emails
{
    public static bool Fits(string? email) =>
        email?.Trim() is { Length: >= 3 and <= 254 } text && text.IndexOf('@') is > 0 and var at && at < text.Length - 1 && text.LastIndexOf('@') == at && !text.Any(c => char.IsWhiteSpace(c) || char.IsControl(c));
}
