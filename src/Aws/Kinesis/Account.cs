namespace Weir.Aws.Kinesis;

public sealed record DescribeLimitsRequest;

public sealed record DescribeLimitsResponse(int ShardLimit, int OpenShardCount, int OnDemandStreamCount, int OnDemandStreamCountLimit);

public sealed record DescribeAccountSettingsRequest;

/// <summary><see cref="Status"/> is <c>ENABLED</c>, <c>DISABLED</c> or, in answers, <c>ENABLED_UNTIL_EARLIEST_ALLOWED_END</c>.</summary>
public sealed record MinimumThroughputBillingCommitment(
    string Status,
    DateTimeOffset? StartedAt = null,
    DateTimeOffset? EndedAt = null,
    DateTimeOffset? EarliestAllowedEndAt = null);

public sealed record DescribeAccountSettingsResponse(MinimumThroughputBillingCommitment? MinimumThroughputBillingCommitment = null);

public sealed record UpdateAccountSettingsRequest(MinimumThroughputBillingCommitment MinimumThroughputBillingCommitment);

public sealed record UpdateAccountSettingsResponse(MinimumThroughputBillingCommitment? MinimumThroughputBillingCommitment = null);

/// <summary>Attaches a policy document to a stream or a consumer.</summary>
public sealed record PutResourcePolicyRequest(string ResourceARN, string Policy);

public sealed record GetResourcePolicyRequest(string ResourceARN);

public sealed record GetResourcePolicyResponse(string Policy);

public sealed record DeleteResourcePolicyRequest(string ResourceARN);
