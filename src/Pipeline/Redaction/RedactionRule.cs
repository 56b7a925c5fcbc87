namespace Weir.Pipeline.Redaction;

/// <summary>What a rule does to what it finds.</summary>
public enum TransformKind
{
    Redact, Fixed, Mask, Token, Encrypt, FormatPreserving, TruncateIp, ShiftDate, Generalize, Null,
}

/// <summary>A transform and its settings; those that do not belong to <see cref="Kind"/> are ignored.</summary>
/// <param name="Kind">Which transform.</param>
/// <param name="KeepFirst">Mask: characters left in clear at the start, 0 to 16.</param>
/// <param name="KeepLast">Mask: characters left in clear at the end, 0 to 16.</param>
/// <param name="Text">Fixed: what to write instead.</param>
public sealed record Transform(TransformKind Kind, int KeepFirst = 0, int KeepLast = 0, string? Text = null);

/// <summary>
/// One rule as compliance staff edit it. Either <see cref="Detector"/> names what to look for in every value,
/// or <see cref="Path"/> (JSON pointer with <c>*</c>, <c>**</c> and <c>[]</c>) names a field whose whole value is transformed; a rule with both looks only inside that field.
/// </summary>
/// <param name="Id">Stable, lower case, <c>email</c> for one.</param>
/// <param name="Name">What the console shows.</param>
/// <param name="Detector">An entity of the detector catalogue, for example <c>EMAIL</c>.</param>
/// <param name="Path">For example <c>/customer/name</c> or <c>/items/[]/note</c>.</param>
/// <param name="Streams">Where it applies; null, or none, for every stream.</param>
/// <param name="Pattern">A regular expression of your own in place of a detector; it must not need backtracking (no look-around, no back-references).</param>
/// <param name="Anchor">With a pattern: 2 to 64 characters that stand in all it matches; values without them are not tried.</param>
public sealed record RedactionRule(
    string Id,
    string Name,
    string? Detector,
    string? Path,
    Transform Transform,
    bool Enabled = true,
    IReadOnlyList<string>? Streams = null,
    string? Pattern = null,
    string? Anchor = null);

/// <summary>The active rules of the process. Replacing them is one reference swap; records in flight finish with the set they started with.</summary>
public interface IRuleSetHolder
{
    /// <summary>The content hash of the active set: first 16 hex digits of SHA-256 over its canonical JSON.</summary>
    string ActiveHash { get; }

    /// <summary>Compiles and activates. Throws <see cref="ArgumentException"/> naming the rule and the field when a rule is wrong; the old set then stays.</summary>
    void Activate(IReadOnlyList<RedactionRule> rules);

    /// <summary>The hash that these rules would have in force. Throws as <see cref="Activate"/> does, and changes nothing.</summary>
    string HashOf(IReadOnlyList<RedactionRule> rules);
}
