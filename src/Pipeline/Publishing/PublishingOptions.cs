using System.ComponentModel.DataAnnotations;

namespace Weir.Pipeline.Publishing;

/// <summary>How the spool is drained into the streams. Section <c>Publishing</c>.</summary>
public sealed class PublishingOptions
{
    public const string Section = "Publishing";

    /// <summary>The most records of one PutRecords call, 1 to 500 (the service's limit).</summary>
    [Range(1, 500)]
    public int BatchRecords { get; set; } = 500;

    /// <summary>The most bytes of one call, data and keys, 1 MiB to 10 MiB (the service's limit; long 5 MiB, which stays the default).</summary>
    [Range(1 << 20, 10 << 20)]
    public int BatchBytes { get; set; } = 5 << 20;

    /// <summary>How long the first record of a call waits for company, 0 to 10,000 ms.</summary>
    [Range(0, 10_000)]
    public double LingerMilliseconds { get; set; } = 15;

    /// <summary>Bytes a second that a shard is offered at 100 %, 1 KiB up. 1 MiB is what a shard takes.</summary>
    [Range(1024, 1L << 40)]
    public long ShardBytesPerSecond { get; set; } = 1 << 20;

    /// <summary>Records a second that a shard is offered at 100 %, 1 up. 1,000 is what a shard takes.</summary>
    [Range(1, 1_000_000_000)]
    public int ShardRecordsPerSecond { get; set; } = 1000;

    /// <summary>How much of that to offer, 0 to 1,000 %; 0 sets no pace. A little above 100 finds out what the stream really takes, at the price of some refused records that are sent again.</summary>
    [Range(0, 1000)]
    public int RateLimitPercent { get; set; } = 110;

    /// <summary>Whether to offer a shard more than that once it has been taken for a second without a refusal: for streams whose shards take more, such as the embedded engine without limits.</summary>
    public bool AdaptivePace { get; set; } = true;

    /// <summary>
    /// How many records of one partition key may be in a call, 1 to 500. A call is no unit: the stream may refuse an earlier record and take a later one,
    /// so 1 keeps the order of a key whatever happens, and more is faster for streams with few keys where order may break under throttling.
    /// </summary>
    [Range(1, 500)]
    public int RecordsPerKeyAndCall { get; set; } = 1;

    /// <summary>Whether several small records travel as one, in the format of the Kinesis Producer Library: cheaper and faster for many small records, but a consumer must know the format.</summary>
    public bool Aggregation { get; set; }

    /// <summary>The most bytes of an aggregate, 1 KiB to 1 MiB.</summary>
    [Range(1 << 10, 1 << 20)]
    public int AggregateBytes { get; set; } = 51_200;

    /// <summary>Longest wait before a refused record is sent again, 10 to 60,000 ms; the wait is random up to a bound that doubles from 25 ms.</summary>
    [Range(10, 60_000)]
    public int MaxBackOffMilliseconds { get; set; } = 1000;

    /// <summary>How often the shards of a stream are looked up, 100 to 60,000 ms; a record that lands in another shard than foreseen causes a look at once.</summary>
    [Range(100, 60_000)]
    public int ShardRefreshMilliseconds { get; set; } = 750;

    /// <summary>After this long without an answer a call counts as failed with its outcome in doubt, 1 to 300 s.</summary>
    [Range(1, 300)]
    public double CallTimeoutSeconds { get; set; } = 30;

    /// <summary>Records in memory per shard, 500 to 100,000.</summary>
    [Range(500, 100_000)]
    public int WindowRecords { get; set; } = 2000;

    /// <summary>Bytes in memory for all shards together, 8 MiB to 4 GiB.</summary>
    [Range(8L << 20, 4L << 30)]
    public long WindowBytes { get; set; } = 96L << 20;

    /// <summary>After a call of unknown outcome: how long to wait before looking in the stream for its records, 0 to 60,000 ms, so that a call still on its way can land.</summary>
    [Range(0, 60_000)]
    public int SettleMilliseconds { get; set; } = 500;

    /// <summary>How far the clocks of this host and the service may differ, 0 to 900 s; only used where no sequence number of ours is known in a shard.</summary>
    [Range(0, 900)]
    public int ClockSkewSeconds { get; set; } = 60;

    /// <summary>At the end, how long to go on publishing what waits, 0 to 600 s; the rest stays in the spool for the next start.</summary>
    [Range(0, 600)]
    public double DrainSeconds { get; set; } = 5;
}
