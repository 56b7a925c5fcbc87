using Weir.ControlPlane.Live;
using Weir.Pipeline.Redaction;

namespace Weir.ControlPlane.Rules;

/// <summary>
/// Where a rule set stands.
/// <code>
/// Draft ──shadow──► Shadow ──activate──► Active ──another is activated──► Retired ──activate (roll back)──► Active
///   │└─────────────activate───────────────►┘
///   ├── edit (another hash; approvals are void) ──► Draft
///   └── discard ──► Discarded
/// </code>
/// </summary>
public enum RuleSetState
{
    Draft, Shadow, Active, Retired, Discarded,
}

/// <summary>What was done with a rule set.</summary>
public enum RuleSetAct
{
    Drafted, Edited, ShadowStarted, ShadowEnded, Approved, Activated, Retired, Discarded,
}

/// <summary>One step in the life of a rule set: what, when, by whom, on which content, and why.</summary>
public sealed record RuleSetStep(RuleSetAct What, DateTimeOffset At, string ById, string By, string Hash, string? Reason = null);

/// <summary>
/// A whole set of rules: who wrote it, who approved it, when it was in force, and why. <see cref="Hash"/> names its content and is what stands on the records that it cleaned.
/// Only a draft can be edited, which gives it another hash; from the shadow on a set never changes again.
/// </summary>
/// <param name="Base">The set that was in force when it was drafted; null for the first and for those of older versions.</param>
/// <param name="History">Everything that was done with it, oldest first.</param>
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
    DateTimeOffset? RetiredAt,
    int? Base,
    IReadOnlyList<RuleSetStep> History)
{
    /// <summary>Whether it waits to come into force.</summary>
    public bool Waits => State is RuleSetState.Draft or RuleSetState.Shadow;

    /// <summary>Everybody who wrote at it. None of them can be the second person.</summary>
    public IReadOnlyList<(string Id, string Name)> Authors() =>
        [.. History.Where(s => s.What is RuleSetAct.Drafted or RuleSetAct.Edited).Select(s => (s.ById, s.By)).Prepend((DraftedById, DraftedBy)).DistinctBy(a => a.Item1)];

    /// <summary>The newest step of this kind, null when there was none.</summary>
    public RuleSetStep? Last(RuleSetAct what) => History.LastOrDefault(s => s.What == what);
}

/// <summary>What the set in the shadow would change, as processes saw it since they began to compare (or were started). What it would newly redact and what no longer, by rule and path.</summary>
public sealed record ShadowComparison(int Number, DateTimeOffset Since, string CandidateHash, long RecordsCompared, long RecordsUnreadable, IReadOnlyList<ShadowDifference> Differences)
{
    private const int MostSamples = 5;

    /// <summary>How many processes it is of that compared records.</summary>
    public int Processes { get; init; } = 1;

    /// <summary>This and what other processes saw of the same set.</summary>
    public ShadowComparison With(IEnumerable<ShadowComparison> others)
    {
        ShadowComparison[] all = [this, .. others.Where(o => o.Number == Number && o.CandidateHash == CandidateHash)];
        return this with
        {
            Since = all.Min(s => s.Since),
            RecordsCompared = all.Sum(s => s.RecordsCompared),
            RecordsUnreadable = all.Sum(s => s.RecordsUnreadable),
            Differences = [.. all.SelectMany(s => s.Differences).GroupBy(d => (d.Rule, d.Path, d.NewlyRedacted))
                .Select(g => new ShadowDifference(g.Key.Rule, g.Key.Path, g.Key.NewlyRedacted, g.Sum(d => d.Count), [.. g.SelectMany(d => d.Samples).Distinct().Take(MostSamples)]))
                .OrderBy(d => d.Rule, StringComparer.Ordinal).ThenBy(d => d.Path, StringComparer.Ordinal)],
            Processes = Math.Max(1, all.Count(s => s.RecordsCompared > 0)),
        };
    }
}

/// <summary>The rule sets of the past, of now, and those that wait.</summary>
public interface IRuleSets
{
    /// <summary>The newest 200 and whatever is in force or waits, newest first; published at each change, those of other processes on the same database within a second.</summary>
    Feed<IReadOnlyList<RuleSet>> Feed { get; }

    /// <summary>Whether a set needs the approval of somebody who did not write at it.</summary>
    bool RequiresSecondPerson { get; }

    RuleSet? Find(int number);

    /// <summary>What the set in the shadow would change on live records, in all processes of the fleet; null when none runs.</summary>
    ShadowComparison? Shadow();
}
