using Weir.Aws.Kinesis;
using Weir.LocalKinesis.Streams;

namespace Weir.LocalKinesis.Actions;

/// <summary>DescribeLimits, DescribeAccountSettings and UpdateAccountSettings.</summary>
internal static class AccountOperations
{
    private static readonly TimeSpan ShortestCommitment = TimeSpan.FromHours(24);

    public static Task<DescribeLimitsResponse> DescribeLimitsAsync(Engine engine, DescribeLimitsRequest request, CancellationToken cancellationToken) =>
        Task.FromResult(new DescribeLimitsResponse(
            engine.Options.ShardLimit,
            engine.OpenShards,
            engine.Streams.Count(s => s.Document.OnDemand),
            engine.Options.OnDemandStreamLimit));

    public static Task<DescribeAccountSettingsResponse> DescribeAsync(Engine engine, DescribeAccountSettingsRequest request, CancellationToken cancellationToken) =>
        Task.FromResult(new DescribeAccountSettingsResponse(ToWire(engine.Account)));

    public static async Task<UpdateAccountSettingsResponse> UpdateAsync(Engine engine, UpdateAccountSettingsRequest request, CancellationToken cancellationToken)
    {
        var enable = request.MinimumThroughputBillingCommitment.Status == "ENABLED";
        await engine.ChangeAsync(
            () =>
            {
                var account = engine.Account;
                if (account.MinimumThroughputBilling == enable)
                    return null;
                return new ControlEntry
                {
                    Account = enable
                        ? new AccountDocument { MinimumThroughputBilling = true, StartedMs = engine.Now }
                        : account with { MinimumThroughputBilling = false, EndedMs = engine.Now },
                };
            },
            cancellationToken).ConfigureAwait(false);
        return new UpdateAccountSettingsResponse(ToWire(engine.Account));
    }

    private static MinimumThroughputBillingCommitment ToWire(AccountDocument account) => new(
        account.MinimumThroughputBilling ? "ENABLED" : "DISABLED",
        Time(account.StartedMs),
        Time(account.EndedMs),
        account.MinimumThroughputBilling ? Time(account.StartedMs)?.Add(ShortestCommitment) : null);

    private static DateTimeOffset? Time(long? ms) => ms is { } value ? DateTimeOffset.FromUnixTimeMilliseconds(value) : null;
}
