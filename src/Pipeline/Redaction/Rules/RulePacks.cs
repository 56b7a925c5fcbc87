namespace Weir.Pipeline.Redaction.Rules;

/// <summary>Rules that go together, as a starting point: nobody is compliant by switching them on.</summary>
public sealed record RulePack(string Id, string Name, string Description, IReadOnlyList<RedactionRule> Rules);

/// <summary>The packs that come with the product.</summary>
public static class RulePacks
{
    private static readonly Transform Redact = new(TransformKind.Redact);
    private static readonly Transform Token = new(TransformKind.Token);

    public static IReadOnlyList<RulePack> All { get; } =
    [
        new("pci-dss", "PCI DSS", "Card numbers may be shown with at most the first six and last four digits (requirement 3.4); security codes and PINs are never kept (3.3).",
        [
            new("pci-card", "Card numbers", "CREDIT_CARD", null, new Transform(TransformKind.Mask, KeepFirst: 4, KeepLast: 4)),
            new("pci-cvv", "Card security code", null, "/**/cvv", new Transform(TransformKind.Null)),
            new("pci-cvc", "Card security code (cvc)", null, "/**/cvc", new Transform(TransformKind.Null)),
            new("pci-pin", "PIN", null, "/**/pin", new Transform(TransformKind.Null)),
            new("pci-holder", "Cardholder's name", null, "/**/cardholder", Redact),
            new("pci-iban", "Bank accounts", "IBAN_CODE", null, Token),
        ]),
        new("gdpr", "GDPR", "Direct identifiers become tokens (pseudonymization, article 4(5)); location data is made less exact.",
        [
            new("gdpr-email", "E-mail addresses", "EMAIL_ADDRESS", null, Token),
            new("gdpr-phone", "Phone numbers", "PHONE_NUMBER", null, Token),
            new("gdpr-person", "Names by key", "PERSON", null, Token),
            new("gdpr-street", "Postal addresses by key", "STREET_ADDRESS", null, Redact),
            new("gdpr-birth", "Dates of birth", "DATE_OF_BIRTH", null, new Transform(TransformKind.Generalize)),
            new("gdpr-ip", "IP addresses", "IP_ADDRESS", null, new Transform(TransformKind.TruncateIp)),
            new("gdpr-mac", "MAC addresses", "MAC_ADDRESS", null, Token),
            new("gdpr-card", "Card numbers", "CREDIT_CARD", null, new Transform(TransformKind.Mask, KeepLast: 4)),
            new("gdpr-iban", "Bank accounts", "IBAN_CODE", null, Token),
            .. National("gdpr", Token, "AT", "BE", "BG", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GB", "GR", "HR", "IE", "IS", "IT", "LT", "NL", "NO", "PL", "PT", "RO", "SE", "SI"),
        ]),
        new("hipaa", "HIPAA identifiers", "The identifiers of the safe harbor method (45 CFR 164.514(b)(2)) that have a shape or a name; names in free text need people.",
        [
            new("hipaa-email", "E-mail addresses", "EMAIL_ADDRESS", null, Redact),
            new("hipaa-phone", "Phone and fax numbers", "PHONE_NUMBER", null, Redact),
            new("hipaa-person", "Names by key", "PERSON", null, Redact),
            new("hipaa-street", "Postal addresses by key", "STREET_ADDRESS", null, Redact),
            new("hipaa-birth", "Dates of birth: the year stays", "DATE_OF_BIRTH", null, new Transform(TransformKind.Generalize)),
            new("hipaa-age", "Ages by decade, 90 and over together", null, "/**/age", new Transform(TransformKind.Generalize)),
            new("hipaa-ip", "IP addresses", "IP_ADDRESS", null, Redact),
            new("hipaa-url", "Credentials in URLs", "URL_CREDENTIALS", null, Redact),
            new("hipaa-device", "Device numbers", "IMEI", null, Redact),
            .. National("hipaa", Redact, "US"),
        ]),
    ];

    private static IEnumerable<RedactionRule> National(string pack, Transform transform, params string[] countries) => Detection.EntityCatalogue.All
        .Where(e => e.Country is { } country && countries.Contains(country))
        .Select(e => new RedactionRule($"{pack}-{e.Name.ToLowerInvariant()}", e.Title, e.Name, null, transform));
}
