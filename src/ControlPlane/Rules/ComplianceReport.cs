using Weir.ControlPlane.Live;
using Weir.Pipeline.Redaction;
using Weir.Pipeline.Redaction.Rules;

namespace Weir.ControlPlane.Rules;

/// <summary>A rule in the report: whether it is on, who changed it last and why, and where it found what. Hits = transformed + left alone (our own tokens).</summary>
public sealed record ReportedRule(RedactionRule Rule, string ChangedBy, DateTimeOffset ChangedAt, string? Reason, IReadOnlyList<RuleCount> Found);

/// <summary>
/// What redaction did in this process since it started, for an auditor: the rule set in force by its content hash, what each rule found where, what became of the records, and how sure the sample makes it that nothing got through.
/// </summary>
public sealed record ComplianceReport(
    DateTimeOffset At,
    DateTimeOffset Since,
    int RuleSetVersion,
    string RuleSetHash,
    RuleSet? RuleSet,
    IReadOnlyList<string> KeyIds,
    RedactionTotals Records,
    bool HitsEqualTransformed,
    IReadOnlyList<ReportedRule> Rules);

/// <summary>Writes <see cref="ComplianceReport"/>.</summary>
public sealed class ComplianceReporter(IRuleBook book, IRuleSets sets, IRedactionControl redaction, TimeProvider time)
{
    private readonly DateTimeOffset _since = time.GetUtcNow();

    public ComplianceReport Report()
    {
        var now = book.Feed.Latest ?? throw new InvalidOperationException("The rules have not been read yet.");
        var counts = redaction.Counts().ToLookup(c => c.Rule, StringComparer.Ordinal);
        return new ComplianceReport(
            time.GetUtcNow(),
            _since,
            now.Version,
            now.Hash,
            sets.Feed.Latest?.FirstOrDefault(s => s.State == RuleSetState.Active),
            redaction.KeyIds,
            redaction.Totals(),
            redaction.Counts().All(c => c.Hits == c.Transformed + c.LeftAlone),
            [.. now.Rules.Select(r => new ReportedRule(r.Rule, r.ChangedBy, r.ChangedAt, r.Reason, [.. counts[r.Rule.Id]]))]);
    }
}
