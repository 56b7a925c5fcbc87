using Weir.Pipeline.Redaction;

namespace Weir.Dashboard.Features.Rules;

/// <summary>Rules and transforms in words.</summary>
internal static class RuleWords
{
    /// <summary>Every transform, with what it leaves.</summary>
    public static IReadOnlyList<(TransformKind Kind, string Name, string Leaves)> Transforms { get; } =
    [
        (TransformKind.Redact, "Redact", "the name of what was there, nothing of the value"),
        (TransformKind.Mask, "Mask", "stars, but for some characters at the ends"),
        (TransformKind.Token, "Token", "a keyed token: the same value gives the same token, so that joins still work"),
        (TransformKind.Fixed, "Fixed text", "a text of yours"),
        (TransformKind.Encrypt, "Encrypt", "a ciphertext that the holder of the key can open"),
        (TransformKind.FormatPreserving, "Keep the format", "other characters in the same shape"),
        (TransformKind.TruncateIp, "Truncate the address", "the network of an IP address"),
        (TransformKind.ShiftDate, "Shift the date", "a date some days away, the same shift for the same person"),
        (TransformKind.Generalize, "Generalize", "a coarser value: a year for a date, a range for a number"),
        (TransformKind.Null, "Null", "null"),
    ];

    public static string Name(TransformKind kind) => Transforms.FirstOrDefault(t => t.Kind == kind).Name ?? kind.ToString();

    public static string Says(Transform transform) => transform.Kind switch
    {
        TransformKind.Mask when (transform.KeepFirst, transform.KeepLast) is var (first, last) && first + last > 0 =>
            $"Mask, keep {(first > 0 ? $"first {first}" : "")}{(first > 0 && last > 0 ? " and " : "")}{(last > 0 ? $"last {last}" : "")}",
        TransformKind.Fixed => $"Write “{transform.Text}”",
        _ => Name(transform.Kind),
    };

    public static string Looks(RedactionRule rule) => (rule.Detector, rule.Path) switch
    {
        ({ } detector, { } path) => $"{detector} inside {path}",
        ({ } detector, null) => $"{detector} in every value",
        (null, { } path) => $"the whole of {path}",
        _ => "nothing",
    };
}
