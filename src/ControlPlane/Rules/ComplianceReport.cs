using Weir.Pipeline.Redaction;

namespace Weir.ControlPlane.Rules;

/// <summary>What a rule found at one path while the set <see cref="RuleSet"/> (its hash) was in force. <see cref="Hits"/> = <see cref="Transformed"/> + <see cref="LeftAlone"/> (values that were tokens of ours already).</summary>
public sealed record ReportedCount(string RuleSet, string Path, long Hits, long Transformed, long LeftAlone);

/// <summary>A rule in the report: whether it is on, who changed it last and why, and where it found what.</summary>
public sealed record ReportedRule(RedactionRule Rule, string ChangedBy, DateTimeOffset ChangedAt, string? Reason, IReadOnlyList<ReportedCount> Found);

/// <summary>A rule that is no longer there, and what it found in the period.</summary>
public sealed record RemovedRule(string Rule, IReadOnlyList<ReportedCount> Found);

/// <summary>A set that was in force in the period, from when to when (null for still), and who answers for it.</summary>
public sealed record ReportedSet(int Number, string Hash, DateTimeOffset From, DateTimeOffset? To, string Author, string? ApprovedBy, string ActivatedBy, string? Reason);

/// <summary>
/// What redaction did between two hours, in all processes of a fleet, for an auditor: the rule sets that were in force by their content hashes, what each rule found where, what became of the records, and how sure the sample
/// makes it that nothing got through.
/// </summary>
/// <param name="From">Start of the first hour of it.</param>
/// <param name="To">Its end: that of the last hour, or the moment it was written.</param>
/// <param name="RuleSetHash">Of the set in force when it was written.</param>
public sealed record ComplianceReport(
    DateTimeOffset At,
    DateTimeOffset From,
    DateTimeOffset To,
    int RuleSetVersion,
    string RuleSetHash,
    RuleSet? RuleSet,
    IReadOnlyList<ReportedSet> RuleSets,
    IReadOnlyList<string> KeyIds,
    RedactionTotals Records,
    bool HitsEqualTransformed,
    IReadOnlyList<ReportedRule> Rules,
    IReadOnlyList<RemovedRule> Removed);

/// <summary>Writes <see cref="ComplianceReport"/>.</summary>
public sealed class ComplianceReporter(IRuleBook book, IRuleSets sets, RedactionLedger ledger, IRedactionControl redaction, TimeProvider time)
{
    /// <summary>The report of a period in whole hours; null for everything that is kept, and until now.</summary>
    public ComplianceReport Report(DateTimeOffset? from = null, DateTimeOffset? to = null)
    {
        var now = book.Feed.Latest ?? throw new InvalidOperationException("The rules have not been read yet.");
        var at = time.GetUtcNow();
        var start = from ?? ledger.First() ?? at;
        start = new DateTimeOffset(start.UtcDateTime.Date.AddHours(start.UtcDateTime.Hour), TimeSpan.Zero);
        var end = to is { } until && until < at ? until : at;
        var (records, counts) = ledger.Read(start, end);
        var byRule = counts.ToLookup(c => c.Rule, c => new ReportedCount(c.RuleSet, c.Path, c.Hits, c.Transformed, c.LeftAlone), StringComparer.Ordinal);
        var there = now.Rules.Select(r => r.Rule.Id).ToHashSet(StringComparer.Ordinal);
        return new ComplianceReport(
            at,
            start,
            end,
            now.Version,
            now.Hash,
            sets.Feed.Latest?.FirstOrDefault(s => s.State == RuleSetState.Active),
            [.. (sets.Feed.Latest ?? []).SelectMany(InForce).Where(s => s.From <= end && (s.To is null || s.To > start)).OrderBy(s => s.From)],
            redaction.KeyIds,
            records,
            counts.All(c => c.Hits == c.Transformed + c.LeftAlone),
            [.. now.Rules.Select(r => new ReportedRule(r.Rule, r.ChangedBy, r.ChangedAt, r.Reason, [.. byRule[r.Rule.Id]]))],
            [.. byRule.Where(r => !there.Contains(r.Key)).Select(r => new RemovedRule(r.Key, [.. r]))]);
    }

    /// <summary>Each time that a set was in force.</summary>
    private static IEnumerable<ReportedSet> InForce(RuleSet set)
    {
        for (var i = 0; i < set.History.Count; i++)
        {
            if (set.History[i] is { What: RuleSetAct.Activated } on)
            {
                var end = set.History.Skip(i + 1).FirstOrDefault(s => s.What == RuleSetAct.Retired)?.At ?? set.RetiredAt;
                yield return new ReportedSet(set.Number, on.Hash, on.At, end, string.Join(", ", set.Authors().Select(a => a.Name)), set.ApprovedBy, on.By, on.Reason ?? set.Reason);
            }
        }
    }
}
