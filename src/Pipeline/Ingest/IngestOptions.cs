using System.ComponentModel.DataAnnotations;

namespace Weir.Pipeline.Ingest;

/// <summary>How one stream's records are read. Under <c>Ingest:Streams:&lt;name&gt;</c>.</summary>
public sealed class IngestStreamOptions
{
    /// <summary>Where a JSON record names its partition key: a JSON pointer (RFC 6901), <c>/customer/id</c> for one. Text, numbers and booleans serve; anything else counts as absent.</summary>
    public string? PartitionKeyPointer { get; set; }

    /// <summary>Where a JSON record names its own id, by which a repeated record is recognized.</summary>
    public string? RecordIdPointer { get; set; }
}

/// <summary>What partners may send. Section <c>Ingest</c>.</summary>
public sealed class IngestOptions
{
    public const string Section = "Ingest";

    /// <summary>The most bytes of a request's body as sent, 1 KiB to 256 MiB.</summary>
    [Range(1 << 10, 256 << 20)]
    public int MaxRequestBytes { get; set; } = 64 << 20;

    /// <summary>The most bytes of a body after decompression, 1 KiB to 256 MiB.</summary>
    [Range(1 << 10, 256 << 20)]
    public int MaxDecompressedBytes { get; set; } = 64 << 20;

    /// <summary>The most records of a request, 1 to 1,000,000.</summary>
    [Range(1, 1_000_000)]
    public int MaxRecordsPerRequest { get; set; } = 50_000;

    /// <summary>Bytes of request bodies in memory at one time, 16 MiB to 16 GiB. A request beyond it waits for <see cref="MemoryWaitMilliseconds"/>, then gets 429.</summary>
    [Range(16L << 20, 16L << 30)]
    public long MemoryBytes { get; set; } = 160L << 20;

    /// <summary>How long a request waits for memory, 0 to 60,000 ms.</summary>
    [Range(0, 60_000)]
    public int MemoryWaitMilliseconds { get; set; } = 5000;

    /// <summary>How deep a JSON record may nest, 1 to 1,000.</summary>
    [Range(1, 1000)]
    public int MaxJsonDepth { get; set; } = 64;

    /// <summary>The slowest that a body may arrive, bytes a second, 1 to 1 GiB, after a grace of five seconds. Slower senders get 408.</summary>
    [Range(1, 1 << 30)]
    public int MinBodyBytesPerSecond { get; set; } = 240;

    /// <summary>How often the list of streams is refreshed, 100 to 60,000 ms. A name not on it is looked up at once.</summary>
    [Range(100, 60_000)]
    public int StreamRefreshMilliseconds { get; set; } = 1000;

    /// <summary>How far the time of a signed request may be off, 1 to 3,600 s.</summary>
    [Range(1, 3600)]
    public int SignatureSkewSeconds { get; set; } = 300;

    /// <summary>At the end: how long to go on taking requests after <c>/readyz</c> has turned to 503, so that a balancer can look away, 0 to 300 s.</summary>
    [Range(0, 300)]
    public double GraceSeconds { get; set; } = 2;

    /// <summary>What is set per stream, by its name.</summary>
    public IDictionary<string, IngestStreamOptions> Streams { get; init; } = new Dictionary<string, IngestStreamOptions>(StringComparer.Ordinal);
}
