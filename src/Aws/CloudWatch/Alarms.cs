namespace Weir.Aws.CloudWatch;

/// <summary>Lists alarms, up to <see cref="MaxRecords"/> (1 to 100) a page. <see cref="StateValue"/> is <c>OK</c>, <c>ALARM</c> or <c>INSUFFICIENT_DATA</c>.</summary>
public sealed record DescribeAlarmsRequest(
    IReadOnlyList<string>? AlarmNames = null,
    string? AlarmNamePrefix = null,
    IReadOnlyList<string>? AlarmTypes = null,
    string? StateValue = null,
    string? ActionPrefix = null,
    int? MaxRecords = null,
    string? NextToken = null);

/// <summary>An alarm on a metric or on metric math; the members a console shows.</summary>
public sealed record MetricAlarm(
    string AlarmName,
    string? AlarmArn = null,
    string? AlarmDescription = null,
    string? StateValue = null,
    string? StateReason = null,
    DateTimeOffset? StateUpdatedTimestamp = null,
    bool? ActionsEnabled = null,
    IReadOnlyList<string>? AlarmActions = null,
    string? MetricName = null,
    string? Namespace = null,
    string? Statistic = null,
    string? ExtendedStatistic = null,
    IReadOnlyList<Dimension>? Dimensions = null,
    int? Period = null,
    int? EvaluationPeriods = null,
    int? DatapointsToAlarm = null,
    double? Threshold = null,
    string? ComparisonOperator = null,
    string? TreatMissingData = null);

/// <summary>An alarm on other alarms, by <see cref="AlarmRule"/>.</summary>
public sealed record CompositeAlarm(
    string AlarmName,
    string? AlarmArn = null,
    string? AlarmDescription = null,
    string? AlarmRule = null,
    string? StateValue = null,
    string? StateReason = null,
    DateTimeOffset? StateUpdatedTimestamp = null);

public sealed record DescribeAlarmsResponse(
    IReadOnlyList<MetricAlarm>? MetricAlarms = null,
    IReadOnlyList<CompositeAlarm>? CompositeAlarms = null,
    string? NextToken = null);
