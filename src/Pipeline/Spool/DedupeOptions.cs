using System.ComponentModel.DataAnnotations;

namespace Weir.Pipeline.Spool;

/// <summary>How long repeated requests and records are recognized. Section <c>Dedupe</c>.</summary>
public sealed class DedupeOptions
{
    public const string Section = "Dedupe";

    /// <summary>How long an <c>Idempotency-Key</c> or a record's id is remembered, 1 to 10,080 minutes.</summary>
    [Range(1, 10_080)]
    public int WindowMinutes { get; set; } = 60;

    /// <summary>How many are remembered at most, 1,000 to 10,000,000, about 150 bytes of memory each; beyond it the oldest are forgotten early.</summary>
    [Range(1_000, 10_000_000)]
    public int MaxEntries { get; set; } = 500_000;
}
