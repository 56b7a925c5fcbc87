namespace Weir.Pipeline.Redaction.Rules;

/// <summary>The rules that a new installation starts with. They err on the side of hiding.</summary>
public static class DefaultRules
{
    private static readonly Transform Token = new(TransformKind.Token);
    private static readonly Transform Redact = new(TransformKind.Redact);

    /// <summary>In the order in which they are listed.</summary>
    public static IReadOnlyList<RedactionRule> All { get; } =
    [
        new("email", "E-mail addresses", "EMAIL_ADDRESS", null, Token),
        new("card", "Payment card numbers", "CREDIT_CARD", null, new Transform(TransformKind.Mask, KeepLast: 4)),
        new("phone", "Phone numbers", "PHONE_NUMBER", null, new Transform(TransformKind.Mask, KeepLast: 2)),
        new("us-ssn", "US social security numbers", "US_SSN", null, Redact),
        new("customer-name", "Customer's name", null, "/customer/name", Redact),
        new("shipping-name", "Recipient's name", null, "/shipping/name", Redact),
        new("street", "Street and house number, anywhere", null, "/**/street", Redact),
    ];
}
