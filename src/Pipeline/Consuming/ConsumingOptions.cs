using System.ComponentModel.DataAnnotations;

namespace Weir.Pipeline.Consuming;

/// <summary>How shards are read; section <c>Consuming</c>.</summary>
public sealed class ConsumingOptions
{
    public const string Section = "Consuming";

    /// <summary>Whether this process consumes. Default true.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>Streams to consume; empty for every stream of the service, also those made later.</summary>
    public IList<string> Streams { get; } = [];

    /// <summary>Most records of one read, 1 to 10,000. Default 10,000, the service's own bound.</summary>
    [Range(1, 10_000)]
    public int MaxRecords { get; set; } = 10_000;

    /// <summary>Milliseconds between two reads of a shard at its tip, 200 to 60,000: the service allows five reads a second of a shard. Default 250, which leaves one a second to others.</summary>
    [Range(200, 60_000)]
    public int IdleMilliseconds { get; set; } = 250;

    /// <summary>Milliseconds between two looks for new streams and shards, 250 to 600,000. Default 1,000.</summary>
    [Range(250, 600_000)]
    public int DiscoveryMilliseconds { get; set; } = 1000;
}
