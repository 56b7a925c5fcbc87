using Amazon.Runtime;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Weir.Aws.Kinesis;
using Weir.Aws.Protocol;

namespace Weir.Aws.Tests.Protocol;

public sealed class EndpointTests
{
    [Theory]
    [InlineData("eu-west-1", false, false, "https://kinesis.eu-west-1.amazonaws.com")]
    [InlineData("eu-west-1", true, false, "https://kinesis-fips.eu-west-1.amazonaws.com")]
    [InlineData("us-east-2", false, true, "https://kinesis.us-east-2.api.aws")]
    [InlineData("us-east-2", true, true, "https://kinesis-fips.us-east-2.api.aws")]
    [InlineData("us-gov-west-1", true, false, "https://kinesis.us-gov-west-1.amazonaws.com")]
    [InlineData("cn-north-1", false, false, "https://kinesis.cn-north-1.amazonaws.com.cn")]
    [InlineData("us-iso-east-1", false, false, "https://kinesis.us-iso-east-1.c2s.ic.gov")]
    public void The_host_follows_from_region_partition_fips_and_dual_stack(string region, bool fips, bool dualStack, string expected)
    {
        var config = new AwsJsonConfig(new AwsJsonService("Kinesis", "kinesis", "kinesis", "K.", "1.1"), new AwsEndpoint { Region = region })
        {
            UseFIPSEndpoint = fips,
            UseDualstackEndpoint = dualStack,
        };
        Assert.Equal(expected, config.DetermineServiceOperationEndpoint(new Amazon.Runtime.Endpoints.ServiceOperationEndpointParameters(new AnyRequest())).URL);
    }

    [Fact]
    public async Task The_configured_address_region_and_keys_are_used()
    {
        await using var aws = await FakeAws.StartAsync();
        aws.Then(200, """{"StreamNames":[],"HasMoreStreams":false}""");
        await using var services = Services(
            ("Aws:Region", "eu-west-1"), ("Aws:Kinesis:ServiceUrl", aws.Url.AbsoluteUri), ("Aws:AccessKeyId", FakeAws.AccessKey), ("Aws:SecretAccessKey", FakeAws.Secret));

        await services.GetRequiredService<IKinesis>().ListStreamsAsync(new ListStreamsRequest(), default);

        Assert.Contains("/eu-west-1/kinesis/", Assert.Single(aws.Received).Headers["Authorization"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Aws:Region", "Ireland", "Aws:Region")]
    [InlineData("Aws:MaxAttempts", "0", "Aws:MaxAttempts")]
    [InlineData("Aws:AccessKeyId", "a", "Aws:SecretAccessKey")]
    [InlineData("Aws:Kinesis:ServiceUrl", "ftp://x", "Aws:Kinesis:ServiceUrl")]
    public void A_wrong_setting_is_refused_by_its_full_name(string key, string value, string named)
    {
        using var services = Services((key, value));
        var e = Assert.Throws<OptionsValidationException>(() => services.GetRequiredService<IKinesis>());
        Assert.Contains(named, e.Message, StringComparison.Ordinal);
    }

    private static ServiceProvider Services(params (string Key, string Value)[] settings) =>
        new ServiceCollection()
            .AddAwsKinesis(new ConfigurationBuilder().AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value))).Build())
            .BuildServiceProvider();

    private sealed class AnyRequest : AmazonWebServiceRequest;
}
