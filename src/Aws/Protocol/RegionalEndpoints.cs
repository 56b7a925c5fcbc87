using Amazon;
using Amazon.Runtime;
using Amazon.Runtime.Credentials.Internal;
using Amazon.Runtime.Endpoints;
using Amazon.Runtime.Internal;
using Amazon.Runtime.Internal.Auth;
using Amazon.Runtime.Internal.Endpoints.StandardLibrary;
using Endpoint = Amazon.Runtime.Endpoints.Endpoint;

namespace Weir.Aws.Protocol;

/// <summary>
/// Where a service is: the configured address, else <c>https://&lt;prefix&gt;[-fips].&lt;region&gt;.&lt;suffix of the partition&gt;</c>. These are the rules all
/// regional services share; regional hosts take names and ARNs alike.
/// </summary>
internal sealed class RegionalEndpoints(string prefix) : IEndpointProvider
{
    private const string RegionKey = "Region", UrlKey = "Endpoint", FipsKey = "UseFIPS", DualStackKey = "UseDualStack";

    public static EndpointParameters Parameters(IClientConfig config, RegionEndpoint? alternate = null) => new()
    {
        [RegionKey] = (alternate ?? config.RegionEndpoint)?.SystemName,
        [UrlKey] = config.ServiceURL,
        [FipsKey] = config.UseFIPSEndpoint,
        [DualStackKey] = config.UseDualstackEndpoint,
    };

    public Endpoint ResolveEndpoint(EndpointParameters parameters)
    {
        if (parameters[UrlKey] is string { Length: > 0 } url)
            return new Endpoint(url);
        if (parameters[RegionKey] is not string { Length: > 0 } region)
            throw new AmazonClientException("No region is configured. Set Aws:Region, AWS_REGION or the profile's region.");

        var partition = Fn.Partition(region) ?? throw new AmazonClientException($"The region {region} is in no partition this build knows.");
        var fips = parameters[FipsKey] is true;
        var dualStack = parameters[DualStackKey] is true;
        if (fips && !partition.supportsFIPS)
            throw new AmazonClientException($"FIPS is enabled but the partition of {region} has no FIPS endpoints.");
        if (dualStack && !partition.supportsDualStack)
            throw new AmazonClientException($"Dual stack is enabled but the partition of {region} has no dual-stack endpoints.");

        // GovCloud's regular hosts are the FIPS ones.
        var label = fips && partition.name != "aws-us-gov" ? prefix + "-fips" : prefix;
        return new Endpoint($"https://{label}.{region}.{(dualStack ? partition.dualStackDnsSuffix : partition.dnsSuffix)}");
    }

    /// <summary>The step of the SDK's pipeline that asks <see cref="RegionalEndpoints"/>.</summary>
    internal sealed class Resolver : BaseEndpointResolver
    {
        protected override void ServiceSpecificHandler(IExecutionContext executionContext, EndpointParameters parameters)
        {
        }

        protected override EndpointParameters MapEndpointsParameters(IRequestContext requestContext) =>
            Parameters(requestContext.ClientConfig, requestContext.Request.AlternateEndpoint);
    }

    /// <summary>The step that chooses how to sign: always SigV4.</summary>
    internal sealed class SigV4 : BaseAuthResolverHandler
    {
        protected override List<IAuthSchemeOption> ResolveAuthOptions(IExecutionContext executionContext) => AuthSchemeOption.DEFAULT_SIGV4;
    }
}
