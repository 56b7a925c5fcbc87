using System.ComponentModel.DataAnnotations;

namespace Weir.LocalKinesis;

/// <summary>Which limits the engine keeps.</summary>
public enum KinesisLimits
{
    /// <summary>As on AWS, per shard: 1 MiB/s and 1,000 records/s in; 5 reads/s and 2 MiB/s out.</summary>
    Aws,

    /// <summary>As much as the machine can carry; sizes and counts of a call stay as on AWS.</summary>
    None,
}

/// <summary>The embedded engine: section <c>LocalKinesis</c>.</summary>
public sealed class LocalKinesisOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "LocalKinesis";

    /// <summary>Whether the engine runs in this process.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>Port of the wire protocol; 0 takes any free one.</summary>
    [Range(0, 65535)]
    public int Port { get; set; } = 4567;

    /// <summary>Address of the wire protocol; beyond loopback only with <see cref="CertificatePath"/> or <see cref="AllowPlaintext"/>.</summary>
    [Required]
    public string Address { get; set; } = "127.0.0.1";

    /// <summary>Whether an address beyond loopback may be served without TLS.</summary>
    public bool AllowPlaintext { get; set; }

    /// <summary>A PKCS#12 file; the port then speaks HTTPS (HTTP/1.1 and HTTP/2).</summary>
    public string? CertificatePath { get; set; }

    /// <summary>The password of <see cref="CertificatePath"/>.</summary>
    public string? CertificatePassword { get; set; }

    /// <summary>Whether pages may call from a browser; as on AWS, of any origin. Off: whoever can open a page could read and write streams.</summary>
    public bool Cors { get; set; }

    /// <summary>Where the log lies; relative paths are under <c>DataDirectory</c>.</summary>
    [Required]
    public string Directory { get; set; } = "kinesis";

    /// <summary>Whether replies wait for fsync. False is faster and loses the last moments when the machine, not the process, dies.</summary>
    public bool Durable { get; set; } = true;

    /// <summary>Bytes of one log file, 1 MiB to 1 GiB; expired records leave the disk a file at a time.</summary>
    [Range(1L << 20, 1L << 30)]
    public long SegmentBytes { get; set; } = 256L << 20;

    public KinesisLimits Limits { get; set; } = KinesisLimits.Aws;

    /// <summary>Share of records and reads that are throttled whatever the limits, 0 to 1: to try how clients take it.</summary>
    [Range(0, 1)]
    public double ThrottleProbability { get; set; }

    /// <summary>Region in ARNs.</summary>
    [Required, RegularExpression("[a-z0-9-]{1,32}")]
    public string Region { get; set; } = "us-east-1";

    /// <summary>Account in ARNs and messages: 12 digits.</summary>
    [Required, RegularExpression(@"\d{12}")]
    public string AccountId { get; set; } = "000000000000";

    /// <summary>Streams that are there from the start: <c>orders:2,clicks:4</c>, a name and a number of shards each; without a number the stream is on demand.</summary>
    public string? InitialStreams { get; set; }

    /// <summary>Retention of new streams, 24 to 8,760 hours.</summary>
    [Range(24, 8760)]
    public int RetentionHours { get; set; } = 24;

    /// <summary>How long a stream stays CREATING, UPDATING or DELETING, 0 to 600,000 ms.</summary>
    [Range(0, 600_000)]
    public int StateChangeMilliseconds { get; set; } = 500;

    /// <summary>Open shards of all streams together, 1 to 1,000,000.</summary>
    [Range(1, 1_000_000)]
    public int ShardLimit { get; set; } = 20_000;

    /// <summary>How many streams may be on demand, 0 to 10,000.</summary>
    [Range(0, 10_000)]
    public int OnDemandStreamLimit { get; set; } = 50;

    /// <summary>How often a stream's shard count may change in a rolling day, 1 to 1,000,000; AWS has 10. Kept only with <see cref="KinesisLimits.Aws"/>.</summary>
    [Range(1, 1_000_000)]
    public int ShardCountUpdatesPerDay { get; set; } = 10;

    /// <summary>
    /// Whether the engine carries some records of its own through a scratch directory just after the start, a second or two of one processor in the background,
    /// so that the first clients find it compiled.
    /// </summary>
    public bool WarmUp { get; set; }

    /// <summary>Secret keys by access key id. When any is given, signatures are verified; else a signature need only be there.</summary>
    public IDictionary<string, string> Keys { get; } = new Dictionary<string, string>();
}
