namespace Weir.Aws.Kinesis;

/// <summary>A refusal by the service: <see cref="Code"/> is the error's name on the wire (<c>__type</c>), the message is the service's own.</summary>
public sealed class KinesisException(string code, string message, int statusCode = 400, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>One of <see cref="KinesisErrorCodes"/>, or a name we do not know.</summary>
    public string Code { get; } = code;

    /// <summary>HTTP status: 400 for a refusal, 500 or 503 for a fault of the service.</summary>
    public int StatusCode { get; } = statusCode;

    /// <summary>Whether the same call may succeed later without change.</summary>
    public bool IsTransient => StatusCode >= 500 || Code is KinesisErrorCodes.ProvisionedThroughputExceeded or KinesisErrorCodes.LimitExceeded or KinesisErrorCodes.Throttling;
}

/// <summary>Error names as they stand on the wire.</summary>
public static class KinesisErrorCodes
{
    public const string AccessDenied = "AccessDeniedException";
    /// <summary>Ours, not on the wire: the call could not be made (no region, no credentials, retry quota used up). Status 503.</summary>
    public const string ClientFailure = "ClientFailure";
    public const string ExpiredIterator = "ExpiredIteratorException";
    public const string ExpiredNextToken = "ExpiredNextTokenException";
    public const string InternalFailure = "InternalFailure";
    public const string InvalidArgument = "InvalidArgumentException";
    public const string LimitExceeded = "LimitExceededException";
    public const string ProvisionedThroughputExceeded = "ProvisionedThroughputExceededException";
    public const string ResourceInUse = "ResourceInUseException";
    public const string ResourceNotFound = "ResourceNotFoundException";
    public const string Serialization = "SerializationException";
    public const string ServiceUnavailable = "ServiceUnavailable";
    public const string Throttling = "ThrottlingException";
    public const string UnknownOperation = "UnknownOperationException";

    /// <summary>Ours, not on the wire: no usable answer came, and nobody knows whether the call had an effect. Status 503.</summary>
    public const string Unreachable = "ServiceUnreachable";
    public const string Validation = "ValidationException";
}
