using Amazon.Runtime;

namespace Weir.Aws.Protocol;

/// <summary>Where a client calls and as whom. Everything left out comes from the SDK's own chain: environment, profile, container, instance.</summary>
public sealed record AwsEndpoint
{
    /// <summary>As in <c>eu-west-1</c>.</summary>
    public string? Region { get; init; }

    /// <summary>Address to call instead of AWS's own: an emulator, a VPC endpoint, another Weir.</summary>
    public Uri? ServiceUrl { get; init; }

    /// <summary>Null: the default chain.</summary>
    public AWSCredentials? Credentials { get; init; }

    /// <summary>Calls to make of one, the first included; 3 when null.</summary>
    public int? MaxAttempts { get; init; }

    /// <summary>Of one attempt; 30 s when null.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Replaces the HTTP connections.</summary>
    public HttpClientFactory? HttpClientFactory { get; init; }
}
