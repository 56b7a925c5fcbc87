using Weir.LocalKinesis.Storage;
using Weir.LocalKinesis.Streams;

namespace Weir.LocalKinesis.Metrics;

/// <summary>What each operation that carries records counts.</summary>
internal static class Counting
{
    /// <summary>Counts a call of PutRecord or PutRecords.</summary>
    /// <param name="metrics">Where to.</param>
    /// <param name="stream">The stream.</param>
    /// <param name="call">After it was stored, or after it failed.</param>
    /// <param name="many">Whether it is PutRecords.</param>
    /// <param name="latency">Of the whole call.</param>
    /// <param name="failed">Whether what was let in could not be written.</param>
    public static void Put(this StreamMetrics metrics, LocalStream stream, PutCall call, bool many, TimeSpan latency, bool failed)
    {
        var (total, throttled, stored, bytes) = (call.Items.Length, 0, 0, 0L);
        var perShard = stream.Document.ShardLevelMetrics.Count > 0;
        foreach (ref var item in call.Items)
        {
            if (!item.Throttled)
                continue;
            throttled++;
            if (perShard)
                metrics.Shard(stream, item.Shard, "WriteProvisionedThroughputExceeded", 1);
        }

        for (var group = 0; group < call.Groups && !failed; group++)
        {
            var (shard, records, payload) = call.Stored(group);
            stored += records;
            bytes += payload;
            if (!perShard)
                continue;
            metrics.Shard(stream, shard, "IncomingBytes", payload, records);
            metrics.Shard(stream, shard, "IncomingRecords", records, records);
        }

        var series = many ? stream.ManyPuts ??= new PutSeries(metrics, stream.Name, "PutRecords") : stream.SinglePuts ??= new PutSeries(metrics, stream.Name, "PutRecord");
        var now = metrics.Now;
        series.Latency.Add(now, latency.TotalMilliseconds);
        series.Success.Add(now, stored > 0 ? 1 : 0);
        series.Throttled.Add(now, throttled, total);
        if (stored > 0)
        {
            series.Bytes.Add(now, bytes);
            series.IncomingBytes.Add(now, bytes, stored);
            series.IncomingRecords.Add(now, stored, stored);
        }

        if (!many)
            return;
        var name = stream.Name;
        metrics.Add(name, "PutRecords.Records", stored);
        metrics.Add(name, "PutRecords.TotalRecords", total);
        metrics.Add(name, "PutRecords.SuccessfulRecords", stored);
        metrics.Add(name, "PutRecords.ThrottledRecords", throttled);
        metrics.Add(name, "PutRecords.FailedRecords", failed ? total - throttled : 0);
    }

    /// <summary>Counts a call of GetRecords that was answered.</summary>
    public static void Get(this StreamMetrics metrics, LocalStream stream, LocalShard shard, ShardRead read, TimeSpan latency)
    {
        var name = stream.Name;
        metrics.Add(name, "GetRecords.Latency", latency.TotalMilliseconds);
        metrics.Add(name, "GetRecords.Success", 1);
        metrics.Add(name, "ReadProvisionedThroughputExceeded", 0);
        metrics.Add(name, "GetRecords.Bytes", read.Bytes);
        metrics.Add(name, "GetRecords.Records", read.Records);
        metrics.Add(name, "GetRecords.IteratorAgeMilliseconds", read.MillisBehindLatest);
        metrics.Add(name, "GetRecords.IteratorAge", read.MillisBehindLatest);
        metrics.Shard(stream, shard, "OutgoingBytes", read.Bytes);
        metrics.Shard(stream, shard, "OutgoingRecords", read.Records);
        metrics.Shard(stream, shard, "IteratorAgeMilliseconds", read.MillisBehindLatest);
    }

    /// <summary>Counts a call of GetRecords that the shard's limits refused.</summary>
    public static void GetRefused(this StreamMetrics metrics, LocalStream stream, LocalShard shard)
    {
        metrics.Add(stream.Name, "GetRecords.Success", 0);
        metrics.Add(stream.Name, "ReadProvisionedThroughputExceeded", 1);
        metrics.Shard(stream, shard, "ReadProvisionedThroughputExceeded", 1);
    }

    /// <summary>Counts an event of a subscription.</summary>
    public static void Pushed(this StreamMetrics metrics, LocalStream stream, LocalShard shard, string consumer, ShardRead read)
    {
        foreach (var (metric, value) in new[]
        {
            ("SubscribeToShardEvent.Success", 1.0),
            ("SubscribeToShardEvent.Bytes", read.Bytes),
            ("SubscribeToShardEvent.Records", read.Records),
            ("SubscribeToShardEvent.MillisBehindLatest", read.MillisBehindLatest),
        })
        {
            metrics.Add(new MetricKey(metric, stream.Name, Consumer: consumer), value);
        }

        metrics.Shard(stream, shard, "OutgoingBytes", read.Bytes);
        metrics.Shard(stream, shard, "OutgoingRecords", read.Records);
    }

    private static void Shard(this StreamMetrics metrics, LocalStream stream, LocalShard shard, string metric, double value, double count = 1)
    {
        if (stream.Document.ShardLevelMetrics.Contains(metric))
            metrics.Add(new MetricKey(metric, stream.Name, shard.Name), value, count);
    }
}
