using Weir.ControlPlane.Metrics;

namespace Weir.Dashboard.Charts;

/// <summary>The lines of the charts that every page draws of a stream.</summary>
internal static class StreamLines
{
    /// <summary>Records and bytes against what the open shards take, whichever comes first at 100 %; seconds with throttles are marked.</summary>
    public static ChartLine[] Load(string stream) =>
    [
        new("records", new(SeriesKind.StreamRecordsUtilization, stream), "series-1", "area"),
        new("bytes", new(SeriesKind.StreamBytesUtilization, stream), "series-3"),
        new("throttled", new(SeriesKind.StreamWriteThrottles, stream), "bad", "mark") { Unit = ChartUnits.PerSecond },
    ];

    /// <summary>Records refused on their way in, calls refused on their way out.</summary>
    public static ChartLine[] Throttles(string stream) =>
    [
        new("writes", new(SeriesKind.StreamWriteThrottles, stream), "bad", "area"),
        new("reads", new(SeriesKind.StreamReadThrottles, stream), "series-2"),
    ];

    /// <summary>What comes in and what is read, beside what could come in.</summary>
    public static ChartLine[] Throughput(string stream) =>
    [
        new("in", new(SeriesKind.StreamIncomingBytes, stream), "series-1", "area"),
        new("out", new(SeriesKind.StreamOutgoingBytes, stream), "series-5"),
        new("capacity", new(SeriesKind.StreamCapacityBytes, stream), "series-2", "limit"),
    ];

    public static ChartLine[] Age(string stream) => [new("oldest shard", new(SeriesKind.StreamIteratorAgeMilliseconds, stream), "series-3", "area")];
}
