using Weir.Pipeline.Redaction.Rules;

namespace Weir.Pipeline.Redaction;

/// <summary>What the control plane may ask of redaction besides changing its rules.</summary>
public interface IRedactionControl
{
    /// <summary>What the active rules did where, since they were activated; hits = transformed + left alone.</summary>
    IReadOnlyList<RuleCount> Counts();

    /// <summary>What each rule set did where since the process started, those of the past too; no count ever shrinks.</summary>
    IReadOnlyList<RuleSetCounts> CountsBySet();

    /// <summary>What became of the records.</summary>
    RedactionTotals Totals();

    /// <summary>Runs a candidate beside the active rules on a share of the records (above 0, at most 1). Replaces one that runs. Throws <see cref="ArgumentException"/> as activation does.</summary>
    string StartShadow(IReadOnlyList<RedactionRule> candidate, double sample = 1);

    /// <summary>What the candidate would change; null when none runs.</summary>
    ShadowReport? Shadow();

    /// <summary>Ends the comparison.</summary>
    void StopShadow();

    /// <summary>The ids of the keys, the active one first.</summary>
    IReadOnlyList<string> KeyIds { get; }

    /// <summary>The same for the same keys, id and bytes, in any process; tells nothing else of them. In the order of <see cref="KeyIds"/>.</summary>
    IReadOnlyList<string> KeyProofs { get; }

    /// <summary>Makes a new active key; the others stay for reading. Records in flight finish with the key they started with. Throws <see cref="InvalidOperationException"/> when the keys are not in a file.</summary>
    string RotateKey();

    /// <summary>Reads the keys again from where they are, for when they were changed there.</summary>
    void ReloadKeys();

    /// <summary>The clear form of a reversible value (<c>enc:...</c>); null when it is none of ours or its key is gone. The caller answers for permission, reason and audit.</summary>
    string? Reveal(string value);

    /// <summary>What a rule set would do to one record, without activating it: the test bench.</summary>
    RedactionPreview Preview(IReadOnlyList<RedactionRule> rules, string stream, string record);
}

/// <summary>What the rules of one set, named by its hash, did where.</summary>
public sealed record RuleSetCounts(string RuleSet, IReadOnlyList<RuleCount> Counts);

/// <summary>One record under some rules: the outcome, the clean form (null when quarantined) and the spans, in UTF-16 units of the record.</summary>
public sealed record RedactionPreview(RedactionOutcome Outcome, string? Clean, IReadOnlyList<Detection.FoundSpan> Spans);
