using Weir.Aws.Kinesis;

namespace Weir.LocalKinesis.Actions;

/// <summary>Describes a stream without its shards.</summary>
internal static class DescribeStreamSummary
{
    public static Task<DescribeStreamSummaryResponse> RunAsync(Engine engine, DescribeStreamSummaryRequest request, CancellationToken cancellationToken)
    {
        var stream = engine.Find(request.StreamName, request.StreamARN);
        var document = stream.Document;
        return Task.FromResult(new DescribeStreamSummaryResponse(new StreamDescriptionSummary(
            stream.Name,
            Arn.OfStream(engine, stream.Name),
            document.Status,
            document.RetentionHours,
            DateTimeOffset.FromUnixTimeMilliseconds(document.CreatedMs),
            [new EnhancedMetrics(document.ShardLevelMetrics)],
            stream.ListedShards().Count(s => s.Document.IsOpen),
            StreamModes.Of(document),
            document.KeyId is null ? "NONE" : "KMS",
            document.KeyId,
            document.Consumers.Count,
            document.MaxRecordKiB,
            document.WarmThroughputMiBps is { } warm ? new WarmThroughput(warm, warm) : null,
            document.Channels.Count,
            document.OnDemand ? StreamSettings.Strategy(document) : null)));
    }
}
