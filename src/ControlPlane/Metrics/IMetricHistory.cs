namespace Weir.ControlPlane.Metrics;

/// <summary>What is kept over time, of the process, of a stream, of a shard; in this order, which <c>GET /metrics/history</c> relies on. Utilization is a share, 1 = full.</summary>
public enum SeriesKind
{
    RequestsOk, RequestsClientError, RequestsThrottled, RequestsServerError, IngestRecords, IngestBytes, IngestP99Milliseconds,
    SpoolRecords, SpoolOldestSeconds, StoredRecords, RedactedValues,
    StreamIncomingBytes, StreamIncomingRecords, StreamBytesUtilization, StreamRecordsUtilization, StreamCapacityBytes, StreamOutgoingBytes, StreamWriteThrottles, StreamReadThrottles, StreamIteratorAgeMilliseconds,
    ShardIncomingBytes, ShardIncomingRecords, ShardWriteThrottles, ShardIteratorAgeMilliseconds,
}

/// <summary>One line of a chart; <see cref="Stream"/> and <see cref="ShardId"/> are null for the process.</summary>
public readonly record struct SeriesKey(SeriesKind Kind, string? Stream = null, string? ShardId = null);

/// <summary>Points of a series, oldest first: <see cref="Times"/> in seconds since 1970, NaN in <see cref="Values"/> is a gap.</summary>
public sealed record SeriesWindow(double[] Times, float[] Values);

/// <summary>Rings of samples: 1 s for 15 min, 10 s for 6 h, 60 s for 48 h. The caller asks for a span, the finest tier that covers it answers.</summary>
public interface IMetricHistory
{
    SeriesWindow Window(SeriesKey key, TimeSpan span);
}
