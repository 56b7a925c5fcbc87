using Weir.Pipeline.Redaction;
using Weir.Pipeline.Redaction.Detection;
using Weir.Pipeline.Redaction.Scanning;

namespace Weir.RedactionBench;

/// <summary>The rules that are measured.</summary>
internal static class RuleSets
{
    public static ScanLimits Limits { get; } = new(64, 1_000_000);

    /// <summary>Twelve kinds, as many as the peers' patterns.</summary>
    public static RedactionRule[] Twelve { get; } = [.. "EMAIL CARD PHONE SSN IBAN IP MAC URL_CREDENTIALS AWS_ACCESS_KEY JWT CRYPTO_BTC API_KEY".Split(' ').Select(e => Rule(e))];

    /// <summary>Every kind there is, national numbers and names too.</summary>
    public static RedactionRule[] All { get; } = [.. EntityCatalogue.All.Where(e => e.Name != "LUHN").Select(e => Rule(e.Name))];

    /// <summary>The twelve, of which e-mail addresses, cards and phone numbers become tokens, and two fields by path.</summary>
    public static RedactionRule[] Typical { get; } =
    [
        Rule("EMAIL", TransformKind.Token), Rule("CARD", TransformKind.Token), Rule("PHONE", TransformKind.Token), .. Twelve.Where(r => r.Detector is not ("EMAIL" or "CARD" or "PHONE")),
        new("name", "name", null, "/customer/name", new Transform(TransformKind.Redact)), new("street", "street", null, "/**/street", new Transform(TransformKind.Redact)),
    ];

    private static RedactionRule Rule(string entity, TransformKind kind = TransformKind.Redact) => new(entity.ToLowerInvariant(), entity, entity, null, new Transform(kind));
}
