using System.ComponentModel.DataAnnotations;
using Weir.Pipeline.Consuming.Leases;

namespace Weir.Pipeline.Consuming;

/// <summary>How shards are read; section <c>Consuming</c>.</summary>
public sealed class ConsumingOptions : IValidatableObject
{
    public const string Section = "Consuming";

    /// <summary>Whether this process consumes. Default true.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>Name of the application: workers with the same one divide the shards. Also the lease table's name in DynamoDB. Default <c>weir</c>.</summary>
    [RegularExpression("^[a-zA-Z0-9_.-]{3,200}$", ErrorMessage = "Consuming:Application must be 3 to 200 letters, digits, '_', '.' or '-'.")]
    public string Application { get; set; } = "weir";

    /// <summary>This worker's name, different for each process of the application. Default: made up at the start.</summary>
    public string? Worker { get; set; }

    /// <summary>Streams to consume; empty for every stream of the service, also those made later.</summary>
    public IList<string> Streams { get; } = [];

    /// <summary>Where a stream without leases starts: <c>TRIM_HORIZON</c> (default) or <c>LATEST</c>.</summary>
    [RegularExpression("^(TRIM_HORIZON|LATEST)$", ErrorMessage = "Consuming:InitialPosition must be TRIM_HORIZON or LATEST.")]
    public string InitialPosition { get; set; } = Checkpoints.TrimHorizon;

    /// <summary>Where leases are kept: <c>Sqlite</c> (default) or <c>DynamoDb</c>, which several processes can share.</summary>
    [RegularExpression("^(?i)(Sqlite|DynamoDb)$", ErrorMessage = "Consuming:Leases must be Sqlite or DynamoDb.")]
    public string Leases { get; set; } = "Sqlite";

    /// <summary>
    /// The one stream of a lease table in KCL's single-stream form, where the key is the shard's name. Unset (default): the multi-stream form.
    /// </summary>
    public string? SingleStreamTable { get; set; }

    /// <summary>Account in the keys of a shared lease table, 12 digits. Default zeros; give the real one to share a table with a KCL application of many streams.</summary>
    [RegularExpression("^[0-9]{12}$", ErrorMessage = "Consuming:AccountId must be 12 digits.")]
    public string AccountId { get; set; } = "000000000000";

    /// <summary>Most records of one read, 1 to 10,000. Default 10,000, the service's own bound.</summary>
    [Range(1, 10_000, ErrorMessage = "Consuming:MaxRecords must be 1 to 10,000.")]
    public int MaxRecords { get; set; } = 10_000;

    /// <summary>Milliseconds between two reads of a shard at its tip, 200 to 60,000: the service allows five reads a second of a shard. Default 250, which leaves one a second to others.</summary>
    [Range(200, 60_000, ErrorMessage = "Consuming:IdleMilliseconds must be 200 to 60,000.")]
    public int IdleMilliseconds { get; set; } = 250;

    /// <summary>Least milliseconds between two reads of a shard that is behind, 0 to 60,000. Default 200, the service's limit; 0 for an engine without limits.</summary>
    [Range(0, 60_000, ErrorMessage = "Consuming:BehindMilliseconds must be 0 to 60,000.")]
    public int BehindMilliseconds { get; set; } = 200;

    /// <summary>Bytes a second to read from a shard, 65,536 to 1,073,741,824, or 0 for no bound. Default 2,097,152, the service's limit.</summary>
    [Range(0, 1 << 30, ErrorMessage = "Consuming:ShardBytesPerSecond must be 0 or 65,536 to 1,073,741,824.")]
    public int ShardBytesPerSecond { get; set; } = 2 << 20;

    /// <summary>Bytes of records that all readers of this process hold together, 16 MiB to 64 GiB. Default 256 MiB.</summary>
    [Range(16L << 20, 64L << 30, ErrorMessage = "Consuming:PrefetchBytes must be 16777216 to 68719476736.")]
    public long PrefetchBytes { get; set; } = 256L << 20;

    /// <summary>How records are got: <c>Polling</c> (default), or <c>FanOut</c>, which registers a consumer by the name of <see cref="Application"/> and has records pushed; the service charges for that.</summary>
    [RegularExpression("^(?i)(Polling|FanOut)$", ErrorMessage = "Consuming:Reading must be Polling or FanOut.")]
    public string Reading { get; set; } = "Polling";

    /// <summary>Milliseconds between two looks for new streams, shards and leases, 250 to 600,000. Default 1,000. With a shared lease table each look is a Scan of it.</summary>
    [Range(250, 600_000, ErrorMessage = "Consuming:DiscoveryMilliseconds must be 250 to 600,000.")]
    public int DiscoveryMilliseconds { get; set; } = 1000;

    /// <summary>Milliseconds without a sign of its owner after which a lease is taken by another, 1,000 to 600,000. Default 10,000, as KCL's.</summary>
    [Range(1000, 600_000, ErrorMessage = "Consuming:FailoverMilliseconds must be 1,000 to 600,000.")]
    public int FailoverMilliseconds { get; set; } = 10_000;

    /// <summary>Most leases taken from living owners at one look, 1 to 100,000. Default 100.</summary>
    [Range(1, 100_000, ErrorMessage = "Consuming:MaxSteals must be 1 to 100,000.")]
    public int MaxSteals { get; set; } = 100;

    /// <summary>Most records given to a processor at once, 1 to 10,000. Default 10,000.</summary>
    [Range(1, 10_000, ErrorMessage = "Consuming:BatchSize must be 1 to 10,000.")]
    public int BatchSize { get; set; } = 10_000;

    /// <summary>Seconds that a batch may wait to be filled, 0 to 300. Default 0: what was read is processed.</summary>
    [Range(0, 300, ErrorMessage = "Consuming:BatchWindowSeconds must be 0 to 300.")]
    public int BatchWindowSeconds { get; set; }

    /// <summary>Batches of one shard processed at a time, 1 to 10; records of one partition key stay in order. Default 1.</summary>
    [Range(1, 10, ErrorMessage = "Consuming:Parallelization must be 1 to 10.")]
    public int Parallelization { get; set; } = 1;

    /// <summary>Times that a failing batch is tried before its records go to the dead letter, 1 to 10,000. Default 5.</summary>
    [Range(1, 10_000, ErrorMessage = "Consuming:MaxAttempts must be 1 to 10,000.")]
    public int MaxAttempts { get; set; } = 5;

    /// <summary>Whether a failing batch is halved to find the record that fails; halving uses up no attempts. Default true.</summary>
    public bool Bisect { get; set; } = true;

    /// <summary>Age in seconds beyond which a failing record goes to the dead letter, 60 to 604,800, or -1 (default) for no bound.</summary>
    [Range(-1, 604_800, ErrorMessage = "Consuming:MaxRecordAgeSeconds must be -1 or 60 to 604,800.")]
    public int MaxRecordAgeSeconds { get; set; } = -1;

    /// <summary>JSON patterns as event filters write them, at most 10; a record that matches none is read past. Empty (default): every record passes.</summary>
    public IList<string> Filters { get; } = [];

    /// <summary>Whether user records are kept that an aggregate carries for another shard's hash range (made just before a reshard). Default true: stores are idempotent, drops are not.</summary>
    public bool KeepForeign { get; set; } = true;

    /// <summary>Tumbling windows; each adds a record per key and window to the stores. Default none.</summary>
    public IList<WindowOptions> Windows { get; } = [];

    internal Checkpoint Start => new(InitialPosition);

    internal bool IsFanOut => Reading.Equals("FanOut", StringComparison.OrdinalIgnoreCase);

    internal TimeSpan Failover => TimeSpan.FromMilliseconds(FailoverMilliseconds);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (MaxRecordAgeSeconds is > -1 and < 60)
            yield return new ValidationResult("Consuming:MaxRecordAgeSeconds must be -1 or 60 to 604,800.");
        if (ShardBytesPerSecond is > 0 and < 65_536)
            yield return new ValidationResult("Consuming:ShardBytesPerSecond must be 0 or 65,536 to 1,073,741,824.");
        if (Filters.Count > 10)
            yield return new ValidationResult("Consuming:Filters takes at most 10 patterns.");
        foreach (var (index, window) in Windows.Index())
        {
            if (window.Seconds is < 1 or > 900)
                yield return new ValidationResult($"Consuming:Windows:{index}:Seconds must be 1 to 900.");
            if (window.Name.Length == 0 || window.Key.Length == 0)
                yield return new ValidationResult($"Consuming:Windows:{index} needs a Name and a Key.");
        }

        foreach (var (index, filter) in Filters.Index())
        {
            if (Processing.PatternFilter.Problem(filter) is { } problem)
                yield return new ValidationResult($"Consuming:Filters:{index} {problem}");
        }
    }
}

/// <summary>One tumbling window; section <c>Consuming:Windows:N</c>.</summary>
public sealed class WindowOptions
{
    /// <summary>Stands in each record that the window adds.</summary>
    public string Name { get; set; } = "";

    /// <summary>Length, 1 to 900.</summary>
    public int Seconds { get; set; } = 60;

    /// <summary>Path of the field to group by, such as <c>customer.country</c>.</summary>
    public string Key { get; set; } = "";

    /// <summary>Path of the number to sum and average; unset to count only.</summary>
    public string? Value { get; set; }
}
