using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Weir.Aws.CloudWatch;

namespace Weir.LocalKinesis.Metrics;

/// <summary>
/// GetMetricData and ListMetrics of CloudWatch for AWS/Kinesis, in JSON 1.0 on the engine's own port.
/// <code>
/// X-Amz-Target: GraniteServiceVersion20100801.GetMetricData
/// {"StartTime":1731231180,"EndTime":1731231240,"MetricDataQueries":[{"Id":"a","MetricStat":{"Metric":{"Namespace":"AWS/Kinesis",
///   "MetricName":"IncomingBytes","Dimensions":[{"Name":"StreamName","Value":"orders"}]},"Period":60,"Stat":"Sum"}}]}
/// </code>
/// </summary>
internal static class CloudWatchEndpoint
{
    public const string ContentType = "application/x-amz-json-1.0";
    private const string Namespace = "AWS/Kinesis";
    private const int PageSize = 500;

    /// <summary>The answer's status, body and, for a refusal, the header <c>x-amzn-query-error</c>.</summary>
    public static (int Status, ReadOnlyMemory<byte> Body, string? QueryError) Answer(Engine engine, string operation, ReadOnlyMemory<byte> body)
    {
        try
        {
            return operation switch
            {
                "GetMetricData" => Write(GetMetricData(engine, Read(body, CloudWatchOperations.GetMetricData.Input)), CloudWatchOperations.GetMetricData.Output),
                "ListMetrics" => Write(ListMetrics(engine, Read(body, CloudWatchOperations.ListMetrics.Input)), CloudWatchOperations.ListMetrics.Output),
                "DescribeAlarms" => Write(new DescribeAlarmsResponse([], []), CloudWatchOperations.DescribeAlarms.Output),
                _ => Refuse("InvalidAction", "The engine serves GetMetricData, ListMetrics and DescribeAlarms."),
            };
        }
        catch (JsonException)
        {
            return Refuse("SerializationException", "The body is not JSON of this operation.");
        }
        catch (ArgumentException e)
        {
            return Refuse("InvalidParameterValue", e.Message);
        }
    }

    private static T Read<T>(ReadOnlyMemory<byte> body, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type) =>
        JsonSerializer.Deserialize(body.Span, type) ?? throw new JsonException();

    private static (int, ReadOnlyMemory<byte>, string?) Write<T>(T answer, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type) =>
        (200, JsonSerializer.SerializeToUtf8Bytes(answer, type), null);

    private static (int, ReadOnlyMemory<byte>, string?) Refuse(string code, string message)
    {
        var output = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(output, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartObject();
            writer.WriteString("__type", $"com.amazonaws.cloudwatch.v2010_08_01#{code}Exception");
            writer.WriteString("message", message);
            writer.WriteEndObject();
        }

        return (400, output.WrittenMemory, $"{code};Sender");
    }

    private static ListMetricsResponse ListMetrics(Engine engine, ListMetricsRequest request)
    {
        if (request.Namespace is not null and not Namespace)
            return new ListMetricsResponse([]);
        var skip = request.NextToken is { } token && int.TryParse(token, NumberStyles.None, CultureInfo.InvariantCulture, out var at) ? at : 0;
        var found = engine.Metrics.Keys
            .Where(k => request.MetricName is null || k.Metric == request.MetricName)
            .OrderBy(k => k.Stream, StringComparer.Ordinal).ThenBy(k => k.Shard, StringComparer.Ordinal).ThenBy(k => k.Consumer, StringComparer.Ordinal).ThenBy(k => k.Metric, StringComparer.Ordinal)
            .Select(k => new Metric(Namespace, k.Metric, Dimensions(k)))
            .Where(m => (request.Dimensions ?? []).All(f => m.Dimensions!.Any(d => d.Name == f.Name && (f.Value is null || d.Value == f.Value))))
            .Skip(skip)
            .Take(PageSize + 1)
            .ToList();
        return new ListMetricsResponse(
            [.. found.Take(PageSize)],
            found.Count > PageSize ? (skip + PageSize).ToString(CultureInfo.InvariantCulture) : null);
    }

    private static GetMetricDataResponse GetMetricData(Engine engine, GetMetricDataRequest request)
    {
        if (request.MetricDataQueries is not { Count: > 0 and <= 500 })
            throw new ArgumentException("MetricDataQueries must have 1 to 500 members.");
        if (request.StartTime >= request.EndTime)
            throw new ArgumentException("The parameter StartTime must be less than the parameter EndTime.");
        return new GetMetricDataResponse([.. request.MetricDataQueries.Where(q => q.ReturnData is not false).Select(q => Series(engine, request, q))]);
    }

    private static MetricDataResult Series(Engine engine, GetMetricDataRequest request, MetricDataQuery query)
    {
        if (query.MetricStat is not { } stat)
            throw new ArgumentException($"Query {query.Id}: the engine answers metrics, not expressions.");
        if (stat.Period <= 0 || (stat.Period % 60 != 0 && stat.Period is not (1 or 5 or 10 or 20 or 30)))
            throw new ArgumentException($"Query {query.Id}: Period must be 1, 5, 10, 20, 30 or a multiple of 60.");
        Func<List<MetricBucket>, double> value = stat.Stat switch
        {
            "Sum" => b => b.Sum(x => x.Sum),
            "SampleCount" => b => b.Sum(x => x.Count),
            "Average" => b => b.Sum(x => x.Sum) / b.Sum(x => x.Count),
            "Minimum" => b => b.Min(x => x.Minimum),
            "Maximum" => b => b.Max(x => x.Maximum),
            _ => throw new ArgumentException($"Query {query.Id}: Stat must be Sum, SampleCount, Average, Minimum or Maximum; percentiles are not kept."),
        };
        var period = Math.Max(1, stat.Period / 60);
        var from = request.StartTime.ToUnixTimeSeconds() / 60 / period * period;
        // A period that has only begun is told as far as it has come.
        var before = (request.EndTime.ToUnixTimeSeconds() + 59) / 60;
        var buckets = stat.Metric.Namespace == Namespace && Key(stat.Metric) is { } key && engine.Metrics.Find(key) is { } series ? series.Read(from, before) : [];
        var points = buckets.GroupBy(b => b.Minute / period * period)
            .Select(g => (Time: DateTimeOffset.FromUnixTimeSeconds(g.Key * 60), Value: value([.. g])))
            .ToList();
        if (request.ScanBy != "TimestampAscending")
            points.Reverse();
        return new MetricDataResult(query.Id, query.Label ?? stat.Metric.MetricName, [.. points.Select(p => p.Time)], [.. points.Select(p => p.Value)], "Complete");
    }

    private static List<Dimension> Dimensions(MetricKey key)
    {
        var dimensions = new List<Dimension> { new("StreamName", key.Stream) };
        if (key.Shard is { } shard)
            dimensions.Add(new Dimension("ShardId", shard));
        if (key.Consumer is { } consumer)
            dimensions.Add(new Dimension("ConsumerName", consumer));
        return dimensions;
    }

    private static MetricKey? Key(Metric metric)
    {
        string? Value(string name) => metric.Dimensions?.FirstOrDefault(d => d.Name == name)?.Value;
        return Value("StreamName") is { } stream ? new MetricKey(metric.MetricName, stream, Value("ShardId"), Value("ConsumerName")) : null;
    }
}
