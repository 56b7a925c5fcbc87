using System.Text.Json;
using Amazon.Runtime;
using Amazon.Runtime.Internal;
using Amazon.Runtime.Internal.Transform;

namespace Weir.Aws.Protocol;

/// <summary>
/// Writes any input as the AWS JSON protocols have it:
/// <code>
/// POST / HTTP/1.1
/// X-Amz-Target: Kinesis_20131202.ListStreams
/// Content-Type: application/x-amz-json-1.1
///
/// {"Limit":10}
/// </code>
/// </summary>
internal sealed class AwsJsonMarshaller<TInput, TOutput>(AwsJsonService service, AwsJsonOperation<TInput, TOutput> operation, Version? httpVersion)
    : IMarshaller<IRequest, AmazonWebServiceRequest>
{
    public IRequest Marshall(AmazonWebServiceRequest input)
    {
        var request = new DefaultRequest(input, service.ServiceId) { HttpMethod = "POST", ResourcePath = "/" };
        request.Headers["X-Amz-Target"] = service.TargetPrefix + operation.Name;
        request.Headers["Content-Type"] = "application/x-amz-json-" + service.JsonVersion;
        if (service.IsQueryCompatible)
            request.Headers["x-amzn-query-mode"] = "true";
        if (httpVersion is not null)
            request.HttpProtocolVersion = httpVersion;

        // Straight into the SDK's pooled buffer, which it rewinds for each retry.
        var content = new PooledContentStream();
        using (var writer = new Utf8JsonWriter(content.BufferWriter))
            JsonSerializer.Serialize(writer, ((AwsJsonRequest<TInput>)input).Input, operation.Input);
        request.ContentStream = content;
        return request;
    }
}
