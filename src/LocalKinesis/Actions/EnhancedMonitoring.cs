using Weir.Aws.Kinesis;

namespace Weir.LocalKinesis.Actions;

/// <summary>Which metrics are kept per shard.</summary>
internal static class EnhancedMonitoring
{
    private static readonly string[] All =
    [
        "IncomingBytes", "IncomingRecords", "IteratorAgeMilliseconds", "OutgoingBytes", "OutgoingRecords",
        "ReadProvisionedThroughputExceeded", "WriteProvisionedThroughputExceeded",
    ];

    public static Task<EnhancedMonitoringResponse> EnableAsync(Engine engine, EnableEnhancedMonitoringRequest request, CancellationToken cancellationToken) =>
        ChangeAsync(engine, request.StreamName, request.StreamARN, current => [.. current.Union(Named(request.ShardLevelMetrics)).Order(StringComparer.Ordinal)], cancellationToken);

    public static Task<EnhancedMonitoringResponse> DisableAsync(Engine engine, DisableEnhancedMonitoringRequest request, CancellationToken cancellationToken) =>
        ChangeAsync(engine, request.StreamName, request.StreamARN, current => [.. current.Except(Named(request.ShardLevelMetrics))], cancellationToken);

    private static IReadOnlyList<string> Named(IReadOnlyList<string> metrics) => metrics.Contains("ALL") ? All : metrics;

    private static async Task<EnhancedMonitoringResponse> ChangeAsync(Engine engine, string? name, string? arn, Func<IReadOnlyList<string>, IReadOnlyList<string>> change, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> before = [], after = [];
        var stream = await StreamChange.RunAsync(
            engine,
            name,
            arn,
            stream =>
            {
                Resharding.CheckActive(engine, stream);
                before = stream.Document.ShardLevelMetrics;
                after = change(before);
                return stream.Document with { ShardLevelMetrics = after };
            },
            cancellationToken).ConfigureAwait(false);
        return new EnhancedMonitoringResponse(stream.Name, before, after, Arn.OfStream(engine, stream.Name));
    }
}
