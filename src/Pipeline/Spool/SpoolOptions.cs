using System.ComponentModel.DataAnnotations;

namespace Weir.Pipeline.Spool;

/// <summary>How accepted records wait on disk. Section <c>Spool</c>.</summary>
public sealed class SpoolOptions
{
    public const string Section = "Spool";

    /// <summary>Where the spool lies; a relative path is under <c>DataDirectory</c>.</summary>
    [Required]
    public string Directory { get; set; } = "spool";

    /// <summary>The most the spool may take of the disk, 64 MiB to 16 TiB. At the limit partners get 429 until records have drained.</summary>
    [Range(64L << 20, 16L << 40)]
    public long MaxBytes { get; set; } = 20L << 30;

    /// <summary>Part of <see cref="MaxBytes"/>, 10 to 100 %, above which a partner that sends more than its fair share gets 429 while the others go on.</summary>
    [Range(10, 100)]
    public int HighWaterPercent { get; set; } = 80;

    /// <summary>Bytes of one segment file, 1 MiB to 1 GiB. Disk space comes back a segment at a time.</summary>
    [Range(1L << 20, 1L << 30)]
    public long SegmentBytes { get; set; } = 64L << 20;

    /// <summary>The longest that a request waits for others to share its fsync, 0 to 100 ms. Zero commits whatever waits at once, which under load is already a group.</summary>
    [Range(0, 100)]
    public double CommitDelayMilliseconds { get; set; }

    /// <summary>The most bytes written by one commit, 64 KiB to 256 MiB. A larger request is a commit of its own.</summary>
    [Range(64 << 10, 256 << 20)]
    public int MaxCommitBytes { get; set; } = 8 << 20;

    /// <summary>How often the publisher's progress is written down in full, 0.1 to 60 s. Longer costs a longer look back after a crash.</summary>
    [Range(0.1, 60)]
    public double CheckpointSeconds { get; set; } = 2;

    /// <summary>A base64 key of 16, 24 or 32 bytes; records are then encrypted on disk with AES-GCM. Empty leaves them in the clear.</summary>
    public string? EncryptionKey { get; set; }

    /// <summary>Keys that were used before, base64; they still open what they sealed, until it has drained.</summary>
    public IList<string> PreviousEncryptionKeys { get; init; } = [];
}
