using System.Diagnostics;
using Amazon.Runtime;
using Amazon.Runtime.Internal;

namespace Weir.Aws.Protocol;

/// <summary>
/// Calls any operation of one JSON service through the SDK's pipeline: credentials, SigV4, standard retries with a quota, clock-skew correction, user agent.
/// One span per call, attempts included, on the source <see cref="ActivitySourceName"/>.
/// </summary>
internal sealed class AwsJsonClient : AmazonServiceClient
{
    public const string ActivitySourceName = "Weir.Aws";
    private static readonly ActivitySource Source = new(ActivitySourceName);
    private readonly AwsJsonService _service;

    private AwsJsonClient(AwsJsonService service, AwsJsonConfig config)
        : base(config) => _service = service;

    private AwsJsonClient(AwsJsonService service, AWSCredentials credentials, AwsJsonConfig config)
        : base(credentials, config) => _service = service;

    public static AwsJsonClient Create(AwsJsonService service, AwsEndpoint endpoint)
    {
        var config = new AwsJsonConfig(service, endpoint);
        return endpoint.Credentials is { } credentials ? new AwsJsonClient(service, credentials, config) : new AwsJsonClient(service, config);
    }

    /// <exception cref="AmazonServiceException">The service refused, or failed more often than is retried.</exception>
    /// <exception cref="AmazonClientException">No answer that could be understood.</exception>
    public async Task<TOutput> SendAsync<TInput, TOutput>(AwsJsonOperation<TInput, TOutput> operation, TInput input, CancellationToken cancellationToken)
        where TOutput : class
    {
        var response = await InvokeAsync(operation, input, isEventStream: false, cancellationToken).ConfigureAwait(false);
        return response.Output ?? (typeof(TOutput) == typeof(Nothing) ? (TOutput)(object)Nothing.Instance : throw new AmazonClientException($"{operation.Name} was answered with nothing."));
    }

    /// <summary>Calls an operation that answers an event stream; the caller owns it. HTTP/2 over TLS, HTTP/1.1 without.</summary>
    public async Task<Stream> OpenEventsAsync<TInput>(AwsJsonOperation<TInput, Nothing> operation, TInput input, CancellationToken cancellationToken)
    {
        var response = await InvokeAsync(operation, input, isEventStream: true, cancellationToken).ConfigureAwait(false);
        return response.Events!;
    }

    protected override void CustomizeRuntimePipeline(RuntimePipeline pipeline)
    {
        // The SDK's own resolver knows the endpoints of its own packages; ours needs the request, so it stands behind the marshaller.
        pipeline.RemoveHandler<EndpointResolver>();
        pipeline.AddHandlerAfter<Marshaller>(new RegionalEndpoints.Resolver());
        pipeline.AddHandlerAfter<RegionalEndpoints.Resolver>(new RegionalEndpoints.SigV4());
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing && Config.HttpClientFactory is AwsHttpClientFactory own)
            own.Dispose();
    }

    private async Task<AwsJsonResponse<TOutput>> InvokeAsync<TInput, TOutput>(
        AwsJsonOperation<TInput, TOutput> operation, TInput input, bool isEventStream, CancellationToken cancellationToken)
    {
        using var activity = Source.StartActivity(_service.ServiceId + "." + operation.Name, ActivityKind.Client);
        activity?.SetTag("rpc.system", "aws-api").SetTag("rpc.service", _service.ServiceId).SetTag("rpc.method", operation.Name);
        try
        {
            var response = await InvokeAsync<AwsJsonResponse<TOutput>>(
                new AwsJsonRequest<TInput>(input),
                new InvokeOptions
                {
                    RequestMarshaller = new AwsJsonMarshaller<TInput, TOutput>(_service, operation, isEventStream ? new Version(2, 0) : null),
                    ResponseUnmarshaller = new AwsJsonUnmarshaller<TInput, TOutput>(_service, operation, isEventStream),
                },
                cancellationToken).ConfigureAwait(false);
            activity?.SetTag("aws.request_id", response.ResponseMetadata?.RequestId);
            return response;
        }
        catch (AmazonServiceException e)
        {
            activity?.SetTag("aws.request_id", e.RequestId).SetTag("error.type", e.ErrorCode).SetStatus(ActivityStatusCode.Error);
            throw;
        }
    }
}
