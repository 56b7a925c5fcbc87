using System.Text.Json;
using System.Text.Json.Serialization;
using Weir.Aws.Kinesis;
using Weir.Aws.Protocol;

namespace Weir.Aws.CloudWatch;

/// <summary>The operations in use with their shapes.</summary>
public static class CloudWatchOperations
{
    /// <summary>What stands before the operation's name in <c>X-Amz-Target</c>.</summary>
    public const string TargetPrefix = "GraniteServiceVersion20100801.";

    private static CloudWatchJson Json => CloudWatchJson.Default;

    public static AwsJsonOperation<GetMetricDataRequest, GetMetricDataResponse> GetMetricData { get; } = new("GetMetricData", Json.GetMetricDataRequest, Json.GetMetricDataResponse);
    public static AwsJsonOperation<PutMetricDataRequest, Nothing> PutMetricData { get; } = new("PutMetricData", Json.PutMetricDataRequest, Json.Nothing);
    public static AwsJsonOperation<ListMetricsRequest, ListMetricsResponse> ListMetrics { get; } = new("ListMetrics", Json.ListMetricsRequest, Json.ListMetricsResponse);
    public static AwsJsonOperation<DescribeAlarmsRequest, DescribeAlarmsResponse> DescribeAlarms { get; } = new("DescribeAlarms", Json.DescribeAlarmsRequest, Json.DescribeAlarmsResponse);
}

/// <summary>The JSON 1.0 shapes of CloudWatch; nulls are left out, timestamps are seconds since 1970.</summary>
[JsonSourceGenerationOptions(
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    Converters = [typeof(EpochSecondsConverter)],
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(Nothing))]
[JsonSerializable(typeof(GetMetricDataRequest))]
[JsonSerializable(typeof(GetMetricDataResponse))]
[JsonSerializable(typeof(PutMetricDataRequest))]
[JsonSerializable(typeof(ListMetricsRequest))]
[JsonSerializable(typeof(ListMetricsResponse))]
[JsonSerializable(typeof(DescribeAlarmsRequest))]
[JsonSerializable(typeof(DescribeAlarmsResponse))]
public sealed partial class CloudWatchJson : JsonSerializerContext;
