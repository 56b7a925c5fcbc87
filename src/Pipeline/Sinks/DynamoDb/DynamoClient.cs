using Amazon;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Weir.Aws;

namespace Weir.Pipeline.Sinks.DynamoDb;

/// <summary>A DynamoDB client by section <c>Aws</c>.</summary>
public static class DynamoClient
{
    public static IAmazonDynamoDB Of(AwsOptions options)
    {
        var config = new AmazonDynamoDBConfig();
        if (options.DynamoDb.ServiceUrl is { } url)
        {
            config.ServiceURL = url.ToString();
            config.AuthenticationRegion = options.Region ?? "us-east-1";
        }
        else if (options.Region is { } region)
        {
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(region);
        }

        if (options.MaxAttempts is { } attempts)
            config.MaxErrorRetry = attempts - 1;
        return options.Credentials() is { } credentials ? new AmazonDynamoDBClient(credentials, config) : new AmazonDynamoDBClient(config);
    }

    /// <summary>Whether the service refused for now, and the call may be made again.</summary>
    public static bool IsBusy(AmazonDynamoDBException e) =>
        e is ProvisionedThroughputExceededException or RequestLimitExceededException or InternalServerErrorException || e.ErrorCode is "ThrottlingException" or "Throttling" or "ServiceUnavailable";
}
