namespace Weir.Aws.CloudWatch;

/// <summary>One dimension of a metric: <c>StreamName=orders</c>.</summary>
public sealed record Dimension(string Name, string Value);

/// <summary>A metric's name: namespace, name and up to 30 dimensions.</summary>
public sealed record Metric(string Namespace, string MetricName, IReadOnlyList<Dimension>? Dimensions = null);

/// <summary>How to read a metric: <see cref="Period"/> in seconds (1, 5, 10, 20, 30 or a multiple of 60), <see cref="Stat"/> such as <c>Sum</c>, <c>Maximum</c>, <c>p99</c>.</summary>
public sealed record MetricStat(Metric Metric, int Period, string Stat, string? Unit = null);

/// <summary>One of up to 500 queries of a call; either a metric or a metric-math expression. <see cref="Id"/> starts with a small letter.</summary>
public sealed record MetricDataQuery(
    string Id,
    MetricStat? MetricStat = null,
    string? Expression = null,
    string? Label = null,
    bool? ReturnData = null,
    int? Period = null);

/// <summary>Reads up to 500 series and 100,800 points. <see cref="ScanBy"/> is <c>TimestampAscending</c> or <c>TimestampDescending</c> (the default).</summary>
public sealed record GetMetricDataRequest(
    IReadOnlyList<MetricDataQuery> MetricDataQueries,
    DateTimeOffset StartTime,
    DateTimeOffset EndTime,
    string? NextToken = null,
    string? ScanBy = null,
    int? MaxDatapoints = null);

public sealed record MessageData(string? Code = null, string? Value = null);

/// <summary>One series: <see cref="Timestamps"/> and <see cref="Values"/> side by side. <see cref="StatusCode"/> is <c>Complete</c>, <c>PartialData</c>, <c>InternalError</c> or <c>Forbidden</c>.</summary>
public sealed record MetricDataResult(
    string Id,
    string? Label = null,
    IReadOnlyList<DateTimeOffset>? Timestamps = null,
    IReadOnlyList<double>? Values = null,
    string? StatusCode = null,
    IReadOnlyList<MessageData>? Messages = null);

public sealed record GetMetricDataResponse(IReadOnlyList<MetricDataResult>? MetricDataResults = null, string? NextToken = null, IReadOnlyList<MessageData>? Messages = null);

public sealed record StatisticSet(double SampleCount, double Sum, double Minimum, double Maximum);

/// <summary>A measurement: one <see cref="Value"/>, or up to 150 <see cref="Values"/> with their <see cref="Counts"/>, or statistics. <see cref="StorageResolution"/> is 1 or 60 seconds.</summary>
public sealed record MetricDatum(
    string MetricName,
    IReadOnlyList<Dimension>? Dimensions = null,
    DateTimeOffset? Timestamp = null,
    double? Value = null,
    StatisticSet? StatisticValues = null,
    IReadOnlyList<double>? Values = null,
    IReadOnlyList<double>? Counts = null,
    string? Unit = null,
    int? StorageResolution = null);

/// <summary>Stores up to 1,000 measurements and 1 MB. Namespaces that start with <c>AWS/</c> are AWS's.</summary>
public sealed record PutMetricDataRequest(string Namespace, IReadOnlyList<MetricDatum> MetricData);

public sealed record DimensionFilter(string Name, string? Value = null);

/// <summary>Lists metrics, 500 a page; new ones appear after up to 15 minutes. <see cref="RecentlyActive"/> is <c>PT3H</c> or absent.</summary>
public sealed record ListMetricsRequest(
    string? Namespace = null,
    string? MetricName = null,
    IReadOnlyList<DimensionFilter>? Dimensions = null,
    string? NextToken = null,
    string? RecentlyActive = null);

public sealed record ListMetricsResponse(IReadOnlyList<Metric>? Metrics = null, string? NextToken = null);
