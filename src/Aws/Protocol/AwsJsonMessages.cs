using Amazon.Runtime;

namespace Weir.Aws.Protocol;

/// <summary>Carries an input record through the SDK's pipeline, whose requests all derive from one class.</summary>
internal sealed class AwsJsonRequest<TInput>(TInput input) : AmazonWebServiceRequest
{
    public TInput Input { get; } = input;
}

/// <summary>Carries an output record, or the body of an event stream, back.</summary>
internal sealed class AwsJsonResponse<TOutput> : AmazonWebServiceResponse
{
    public TOutput? Output { get; set; }

    /// <summary>The open body of an event stream; null for everything else.</summary>
    public Stream? Events { get; set; }
}
