using Weir.ControlPlane.Live;
using Weir.Pipeline.Redaction;

namespace Weir.ControlPlane.Rules;

/// <summary>
/// Where a rule set stands.
/// <code>
/// Draft ──shadow──► Shadow ──activate──► Active ──another is activated──► Retired ──activate (roll back)──► Active
///   └──────────────activate───────────────►┘
///   └── discard ──► Discarded
/// </code>
/// </summary>
public enum RuleSetState
{
    Draft, Shadow, Active, Retired, Discarded,
}

/// <summary>A whole set of rules that never changes again: who wrote it, who approved it, when it was in force, and why. <see cref="Hash"/> is what stands on the records that it cleaned.</summary>
public sealed record RuleSet(
    int Number,
    string Hash,
    RuleSetState State,
    IReadOnlyList<RedactionRule> Rules,
    string DraftedById,
    string DraftedBy,
    DateTimeOffset DraftedAt,
    string? Reason,
    string? ApprovedBy,
    DateTimeOffset? ApprovedAt,
    DateTimeOffset? ActivatedAt,
    DateTimeOffset? RetiredAt);

/// <summary>The rule sets of the past, of now, and those that wait.</summary>
public interface IRuleSets
{
    /// <summary>Newest first, at most 200, published at each change in this process.</summary>
    Feed<IReadOnlyList<RuleSet>> Feed { get; }

    RuleSet? Find(int number);

    /// <summary>What the set in the shadow would change on live records, as this process saw it; null when none runs.</summary>
    ShadowReport? Shadow();
}
