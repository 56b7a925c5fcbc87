using System.Buffers;

namespace Weir.Pipeline.Redaction;

/// <summary>What became of a record.</summary>
public enum RedactionStatus
{
    /// <summary>Nothing was found; the output equals the input.</summary>
    Clean,

    /// <summary>Something was found and transformed.</summary>
    Redacted,

    /// <summary>The record could not be read safely; nothing was written and it must not pass. See the reason.</summary>
    Quarantined,
}

/// <summary>The outcome for one record: <see cref="RuleSet"/> is the content hash of the rules applied, <see cref="Spans"/> how many values were transformed, <see cref="Reason"/> why it is quarantined (never any of its text).</summary>
public readonly record struct RedactionOutcome(RedactionStatus Status, string RuleSet, int Spans, string? Reason = null);

/// <summary>Anonymizes records in transit with the rule set that is active at the moment of the call. Thread-safe.</summary>
public interface IRecordRedactor
{
    /// <summary>Writes the clean form of <paramref name="record"/> to <paramref name="clean"/>.</summary>
    RedactionOutcome Redact(string stream, ReadOnlySpan<byte> record, IBufferWriter<byte> clean);

    /// <summary>The clean form of a short text outside a record, a partition key for one.</summary>
    string RedactText(string stream, string text);
}
