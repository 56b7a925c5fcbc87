using Amazon;
using Amazon.Runtime;
using Amazon.Runtime.Endpoints;
using Amazon.Runtime.Internal;
using Endpoint = Amazon.Runtime.Endpoints.Endpoint;

namespace Weir.Aws.Protocol;

/// <summary>The SDK's settings for one service: its own chain of environment, profile and defaults, with what <see cref="AwsEndpoint"/> says on top.</summary>
internal sealed class AwsJsonConfig : ClientConfig
{
    /// <summary>
    /// Standard, not adaptive: in this release of the SDK the adaptive mode's token bucket never refills while it waits, so one throttle on an idle client
    /// ends in a refusal half a minute later.
    /// </summary>
    private const RequestRetryMode Retries = RequestRetryMode.Standard;

    private readonly AwsJsonService _service;

    public AwsJsonConfig(AwsJsonService service, AwsEndpoint endpoint)
        : base(new DefaultConfigurationProvider(Enum.GetValues<DefaultConfigurationMode>().Where(m => m != DefaultConfigurationMode.Auto).Select(Defaults)))
    {
        _service = service;
        ServiceId = service.ServiceId;
        AuthenticationServiceName = service.SigningName;
        RetryMode = Retries;
        if (endpoint.MaxAttempts is { } attempts)
            MaxErrorRetry = attempts - 1;
        if (endpoint.Region is { } region)
            RegionEndpoint = RegionEndpoint.GetBySystemName(region);
        if (endpoint.ServiceUrl is { } url)
        {
            // Setting the address makes the SDK forget the region, which the signature still needs.
            var signingRegion = endpoint.Region ?? RegionEndpoint?.SystemName ?? "us-east-1";
            ServiceURL = url.AbsoluteUri;
            AuthenticationRegion = signingRegion;
        }

        if (endpoint.Timeout is { } timeout)
            Timeout = timeout;
        HttpClientFactory = endpoint.HttpClientFactory ?? new AwsHttpClientFactory();
        EndpointProvider = new RegionalEndpoints(service.EndpointPrefix);
    }

    public override string ServiceVersion => _service.TargetPrefix;

    public override string UserAgent => "weir/" + typeof(AwsJsonConfig).Assembly.GetName().Version?.ToString(3);

    public override string RegionEndpointServiceName => _service.EndpointPrefix;

    public override Endpoint DetermineServiceOperationEndpoint(ServiceOperationEndpointParameters parameters) =>
        EndpointProvider.ResolveEndpoint(RegionalEndpoints.Parameters(this, parameters.AlternateEndpoint));

    private static DefaultConfiguration Defaults(DefaultConfigurationMode mode) => new()
    {
        Name = mode,
        RetryMode = Retries,
        S3UsEast1RegionalEndpoint = S3UsEast1RegionalEndpointValue.Regional,
        ConnectTimeout = TimeSpan.FromSeconds(3.1),
        TlsNegotiationTimeout = TimeSpan.FromSeconds(3.1),
    };
}
