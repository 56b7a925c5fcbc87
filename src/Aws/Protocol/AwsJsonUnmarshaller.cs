using System.Net;
using System.Text.Json;
using Amazon.Runtime;
using Amazon.Runtime.Internal.Transform;
using Amazon.Runtime.Internal.Util;

namespace Weir.Aws.Protocol;

/// <summary>Reads any output, and any error: its name comes from the <c>x-amzn-ErrorType</c> header, from <c>__type</c> or from <c>x-amzn-query-error</c>.</summary>
internal sealed class AwsJsonUnmarshaller<TInput, TOutput>(AwsJsonService service, AwsJsonOperation<TInput, TOutput> operation, bool isEventStream) : JsonResponseUnmarshaller
{
    public override bool HasStreamingProperty => isEventStream;

    public override AmazonWebServiceResponse Unmarshall(JsonUnmarshallerContext input)
    {
        if (isEventStream)
            return new AwsJsonResponse<TOutput> { Events = input.Stream };
        if (typeof(TOutput) == typeof(Nothing))
            return new AwsJsonResponse<TOutput>();
        try
        {
            return new AwsJsonResponse<TOutput> { Output = JsonSerializer.Deserialize(input.Stream, operation.Output) };
        }
        catch (JsonException e)
        {
            throw new AmazonUnmarshallingException(input.ResponseData.GetHeaderValue("x-amzn-RequestId"), e.Path, e);
        }
    }

    public override AmazonServiceException UnmarshallException(JsonUnmarshallerContext input, Exception innerException, HttpStatusCode statusCode)
    {
        var reader = new StreamingUtf8JsonReader(input.Stream);
        var error = JsonErrorResponseUnmarshaller.GetInstance().Unmarshall(input, ref reader);
        var (code, type) = (error.Code, error.Type);
        if (service.IsQueryCompatible && input.ResponseData.GetHeaderValue("x-amzn-query-error") is { Length: > 0 } queryError && queryError.Split(';') is [var name, var fault])
            (code, type) = (name, fault == "Sender" ? ErrorType.Sender : ErrorType.Receiver);
        return new AmazonServiceException(error.Message, innerException, type, code, error.RequestId, statusCode);
    }

    protected override bool ShouldReadEntireResponse(IWebResponseData response, bool readEntireResponse) => readEntireResponse && !isEventStream;
}
