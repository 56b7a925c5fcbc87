using System.Text;
using Weir.Pipeline.Redaction.Detection.National;
using Weir.Pipeline.Redaction.Scanning;

namespace Weir.Pipeline.Redaction.Detection;

/// <summary>Decides about a whole text: is it a value of this entity, and nothing else?</summary>
public static class Validation
{
    /// <summary>Null when the entity is not covered, or not with what <paramref name="variant"/> asks. <paramref name="variant"/> narrows it where it can: a card scheme, a region.</summary>
    public static bool? IsValid(string entity, string text, string? variant = null)
    {
        if (EntityCatalogue.Find(entity) is not { } known)
        {
            return null;
        }

        // Options of other validators that no detector has.
        if (variant is ['{', ..] && known.Id is EntityId.Email or EntityId.Iban or EntityId.Phone)
        {
            return null;
        }

        if (text.Length > 4096)
        {
            return false;
        }

        var source = Encoding.UTF8.GetBytes(text);
        var view = new TextView();
        view.Read(source, 0, source.Length, json: false);
        var folded = view.Text;
        var trimmed = folded.Trim(" \t\r\n"u8);
        if (variant is not null && Documents.IsOf(known.Name, PhonePlan.Country(variant), folded) is { } asked)
        {
            return asked;
        }

        if (known.Format is { } format)
        {
            return format.Matches(folded);
        }

        switch (known.Id)
        {
            case EntityId.Card:
                return Compact(trimmed, " -"u8) is var digits && Checks.Digits(digits) && CardDetector.IsCard(digits) && CardDetector.IsOf(digits, variant);
            case EntityId.Iban:
                return Compact(trimmed, " -."u8) is var iban && iban.Length >= 5 && IbanDetector.IsIban(iban);
            case EntityId.Email:
                // A mail server takes the bytes as they are; that full-width letters look alike does not help it.
                return source.AsSpan().IndexOf("\uFFFD"u8) < 0 && folded.Length == source.Length && trimmed.IndexOf((byte)'@') is var at and > 0 && EmailDetector.TryFind(trimmed, trimmed.LastIndexOf((byte)'@'), 0, trimmed.Length, out var start, out var end)
                    && start == 0 && end == trimmed.Length && EmailDetector.IsStrict(trimmed);
            case EntityId.Ip:
                return (variant is null or "{}" || variant.Contains("null", StringComparison.Ordinal) || Asks(variant, "4", "6") is not null) && (Asks(variant, "4", "6") != "6" && AddressDetector.Ipv4Length(folded) == folded.Length && folded.Length > 0
                    || Asks(variant, "4", "6") != "4" && folded.Length > 1 && AddressDetector.Ipv6Length(folded) == folded.Length);
            case EntityId.Mac:
                return IsMac(folded, variant);
            case EntityId.Jwt:
                return folded.Length > 0 && SecretDetector.JwtLength(folded) == folded.Length;
            case EntityId.Btc:
                return SecretDetector.IsBitcoin(trimmed) || SecretDetector.LooksLikeBitcoin(trimmed);
            case EntityId.Eth:
                return trimmed.Length == 42 && trimmed.StartsWith("0x"u8) && trimmed[2..].IndexOfAnyExcept(HexDigits) < 0;
            case EntityId.Phone:
                return PhonePlan.IsPhone(trimmed, variant) && (trimmed.StartsWith("+"u8) || variant?.Contains("\"strictMode\":true", StringComparison.Ordinal) != true);
            case EntityId.AwsKey:
            case EntityId.ApiKey:
            case EntityId.PrivateKey:
            case EntityId.UrlCredentials:
                return Spans.Of(text).Any(s => s.Entity == known.Name);
            default:
                return NameDetector.Holds(known.Id, trimmed);
        }
    }

    private static readonly System.Buffers.SearchValues<byte> HexDigits = System.Buffers.SearchValues.Create("0123456789abcdefABCDEF"u8);

    /// <summary>The one of two choices that a narrowing such as <c>4</c>, <c>[6]</c> or <c>{"eui":"48"}</c> names; null for neither.</summary>
    private static string? Asks(string? variant, string one, string other) =>
        variant is null ? null : variant.Contains(one, StringComparison.Ordinal) ? one : variant.Contains(other, StringComparison.Ordinal) ? other : null;

    private static bool IsMac(ReadOnlySpan<byte> text, string? variant)
    {
        var eui = Asks(variant, "48", "64");
        if (variant?.Contains("no_", StringComparison.Ordinal) == true)
        {
            return (eui != "64" && text.Length == 12 || eui != "48" && text.Length == 16) && text.IndexOfAnyExcept(HexDigits) < 0;
        }

        return eui != "64" && IsMac(text, pairs: 6) || eui != "48" && IsMac(text, pairs: 8);
    }

    private static bool IsMac(ReadOnlySpan<byte> text, int pairs)
    {
        foreach (var sign in ":- "u8)
        {
            if (AddressDetector.TryMac(text, 0, text.Length, sign, 2, pairs, out var end) && end == text.Length)
            {
                return true;
            }
        }

        return AddressDetector.TryMac(text, 0, text.Length, (byte)'.', 4, pairs / 2, out var dotted) && dotted == text.Length;
    }

    private static byte[] Compact(ReadOnlySpan<byte> text, ReadOnlySpan<byte> signs)
    {
        var compact = new List<byte>();
        foreach (var b in text)
        {
            if (!signs.Contains(b))
            {
                compact.Add((byte)char.ToUpperInvariant((char)b));
            }
        }

        return [.. compact];
    }
}
