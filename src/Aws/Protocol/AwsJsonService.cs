namespace Weir.Aws.Protocol;

/// <summary>What sets one AWS JSON service apart from another.</summary>
/// <param name="ServiceId">Name in the user agent and in <c>AWS_ENDPOINT_URL_&lt;ID&gt;</c>: <c>Kinesis</c>.</param>
/// <param name="EndpointPrefix">First label of the host: <c>kinesis</c> in <c>kinesis.eu-west-1.amazonaws.com</c>.</param>
/// <param name="SigningName">Service in the signature's scope.</param>
/// <param name="TargetPrefix">What stands before the operation in <c>X-Amz-Target</c>, with its dot.</param>
/// <param name="JsonVersion">1.0 or 1.1, as in <c>application/x-amz-json-1.1</c>.</param>
/// <param name="IsQueryCompatible">Whether the service once spoke the query protocol and names its errors in <c>x-amzn-query-error</c>.</param>
public sealed record AwsJsonService(
    string ServiceId,
    string EndpointPrefix,
    string SigningName,
    string TargetPrefix,
    string JsonVersion,
    bool IsQueryCompatible = false);
