using Amazon.Runtime;

namespace Weir.Aws.Kinesis;

/// <summary>What the SDK throws, in our words.</summary>
internal static class KinesisFailure
{
    private const int ServiceUnavailable = 503;

    /// <summary>The exception to throw instead; null to let it pass (the caller's own cancellation, and errors that are bugs).</summary>
    public static KinesisException? Of(Exception e, CancellationToken cancellationToken) => e switch
    {
        _ when cancellationToken.IsCancellationRequested => null,
        AmazonServiceException { StatusCode: >= System.Net.HttpStatusCode.BadRequest } service =>
            new KinesisException(service.ErrorCode is { Length: > 0 } code ? code : KinesisErrorCodes.InternalFailure, service.Message, (int)service.StatusCode, e),
        // A 200 that could not be read, a lost connection, a timeout, an unknown host: nobody knows whether the call had an effect.
        AmazonServiceException or HttpRequestException or IOException or TimeoutException or OperationCanceledException =>
            new KinesisException(KinesisErrorCodes.Unreachable, $"No usable answer came from the service: {e.Message}", ServiceUnavailable, e),
        // Raised by the SDK itself: no credentials, no region, retry quota used up.
        AmazonClientException => new KinesisException(KinesisErrorCodes.ClientFailure, e.Message, ServiceUnavailable, e),
        _ => null,
    };
}
