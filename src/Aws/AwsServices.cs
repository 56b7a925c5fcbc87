using Amazon.Runtime;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Weir.Aws.CloudWatch;
using Weir.Aws.Kinesis;
using Weir.Aws.Protocol;

namespace Weir.Aws;

/// <summary>Registers the clients.</summary>
public static class AwsServices
{
    /// <summary>Adds <see cref="IKinesis"/> as a client of AWS, or of <c>Aws:Kinesis:ServiceUrl</c>.</summary>
    public static IServiceCollection AddAwsKinesis(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddAwsOptions(configuration);
        services.TryAddSingleton(provider => new KinesisClient(Endpoint(provider, o => o.Kinesis)));
        services.TryAddSingleton<IKinesis>(provider => provider.GetRequiredService<KinesisClient>());
        services.TryAddSingleton<IFanOut>(provider => provider.GetRequiredService<KinesisClient>());
        return services;
    }

    /// <summary>Adds <see cref="ICloudWatch"/> as a client of AWS, or of <c>Aws:CloudWatch:ServiceUrl</c>.</summary>
    public static IServiceCollection AddAwsCloudWatch(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddAwsOptions(configuration);
        services.TryAddSingleton<ICloudWatch>(provider => new CloudWatchClient(Endpoint(provider, o => o.CloudWatch)));
        return services;
    }

    /// <summary>Binds section <c>Aws</c>; for whoever makes a client of another service, such as DynamoDB, from the same settings.</summary>
    public static IServiceCollection AddAwsOptions(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<AwsOptions>().Bind(configuration.GetSection(AwsOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        return services;
    }

    /// <summary>The configured keys; null to leave it to the SDK's chain.</summary>
    public static AWSCredentials? Credentials(this AwsOptions options) => options switch
    {
        { AccessKeyId: { } id, SecretAccessKey: { } secret, SessionToken: { } token } => new SessionAWSCredentials(id, secret, token),
        { AccessKeyId: { } id, SecretAccessKey: { } secret } => new BasicAWSCredentials(id, secret),
        _ => null,
    };

    private static AwsEndpoint Endpoint(IServiceProvider provider, Func<AwsOptions, AwsServiceOptions> service)
    {
        var options = provider.GetRequiredService<IOptions<AwsOptions>>().Value;
        return new AwsEndpoint
        {
            Region = options.Region,
            ServiceUrl = service(options).ServiceUrl,
            MaxAttempts = options.MaxAttempts,
            Credentials = options.Credentials(),
        };
    }
}
