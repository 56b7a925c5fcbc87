using Weir.Pipeline.Redaction;

namespace Weir.ControlPlane.Rules;

/// <summary>What a new installation starts with: everything on, so that nothing personal is stored before somebody decided.</summary>
internal static class StarterRules
{
    public static IReadOnlyList<RedactionRule> All { get; } =
    [
        new("email", "E-mail addresses", "EMAIL", null, new Transform(TransformKind.Token)),
        new("card", "Payment card numbers", "CREDIT_CARD", null, new Transform(TransformKind.Mask, KeepLast: 4)),
        new("phone", "Phone numbers", "PHONE", null, new Transform(TransformKind.Mask, KeepLast: 2)),
        new("customer-name", "Customer names", null, "/customer/name", new Transform(TransformKind.Redact)),
    ];
}
