using Amazon.Runtime;
using Weir.Aws.Protocol;

namespace Weir.Aws.CloudWatch;

/// <summary>The Amazon CloudWatch operations in use, as the <see href="https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_Operations.html">API reference</see> names them.</summary>
/// <remarks>Every method throws <see cref="CloudWatchException"/> when the service refuses or cannot be reached.</remarks>
public interface ICloudWatch
{
    Task<GetMetricDataResponse> GetMetricDataAsync(GetMetricDataRequest request, CancellationToken cancellationToken);
    Task PutMetricDataAsync(PutMetricDataRequest request, CancellationToken cancellationToken);
    Task<ListMetricsResponse> ListMetricsAsync(ListMetricsRequest request, CancellationToken cancellationToken);
    Task<DescribeAlarmsResponse> DescribeAlarmsAsync(DescribeAlarmsRequest request, CancellationToken cancellationToken);
}

/// <summary>A refusal by CloudWatch: <see cref="Code"/> as AWS names it in the query protocol (<c>InvalidParameterCombination</c>, <c>Throttling</c>), or empty when no answer came.</summary>
public sealed class CloudWatchException(string code, string message, int statusCode, Exception? inner = null) : Exception(message, inner)
{
    public string Code { get; } = code;

    /// <summary>HTTP status; 503 when no answer came.</summary>
    public int StatusCode { get; } = statusCode;
}

/// <summary>Calls CloudWatch over JSON 1.0 in query mode.</summary>
public sealed class CloudWatchClient : ICloudWatch, IDisposable
{
    private static readonly AwsJsonService Service = new("CloudWatch", "monitoring", "monitoring", CloudWatchOperations.TargetPrefix, "1.0", IsQueryCompatible: true);
    private readonly AwsJsonClient _client;

    public CloudWatchClient(AwsEndpoint endpoint) => _client = AwsJsonClient.Create(Service, endpoint);

    public Task<GetMetricDataResponse> GetMetricDataAsync(GetMetricDataRequest request, CancellationToken cancellationToken) =>
        SendAsync(CloudWatchOperations.GetMetricData, request, cancellationToken);

    public Task PutMetricDataAsync(PutMetricDataRequest request, CancellationToken cancellationToken) =>
        SendAsync(CloudWatchOperations.PutMetricData, request, cancellationToken);

    public Task<ListMetricsResponse> ListMetricsAsync(ListMetricsRequest request, CancellationToken cancellationToken) =>
        SendAsync(CloudWatchOperations.ListMetrics, request, cancellationToken);

    public Task<DescribeAlarmsResponse> DescribeAlarmsAsync(DescribeAlarmsRequest request, CancellationToken cancellationToken) =>
        SendAsync(CloudWatchOperations.DescribeAlarms, request, cancellationToken);

    public void Dispose() => _client.Dispose();

    private async Task<TOutput> SendAsync<TInput, TOutput>(AwsJsonOperation<TInput, TOutput> operation, TInput request, CancellationToken cancellationToken)
        where TOutput : class
    {
        try
        {
            return await _client.SendAsync(operation, request, cancellationToken).ConfigureAwait(false);
        }
        catch (AmazonServiceException e)
        {
            throw new CloudWatchException(e.ErrorCode ?? "", e.Message, (int)e.StatusCode, e);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested && e is (AmazonClientException or HttpRequestException or IOException or OperationCanceledException))
        {
            throw new CloudWatchException("", $"No usable answer came from CloudWatch: {e.Message}", 503, e);
        }
    }
}
