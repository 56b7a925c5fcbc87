using Weir.Aws.Kinesis;

namespace Weir.LocalKinesis.Actions;

/// <summary>Describes a stream with up to 100 of its shards.</summary>
internal static class DescribeStream
{
    private const int MostShards = 100;

    public static Task<DescribeStreamResponse> RunAsync(Engine engine, DescribeStreamRequest request, CancellationToken cancellationToken)
    {
        var stream = engine.Find(request.StreamName, request.StreamARN);
        var document = stream.Document;
        var limit = Math.Min(request.Limit ?? MostShards, MostShards);
        var shards = stream.ListedShards()
            .Where(s => request.ExclusiveStartShardId is null || string.CompareOrdinal(s.Name, request.ExclusiveStartShardId) > 0)
            .Take(limit + 1)
            .ToList();
        return Task.FromResult(new DescribeStreamResponse(new StreamDescription(
            stream.Name,
            Arn.OfStream(engine, stream.Name),
            document.Status,
            [.. shards.Take(limit).Select(s => s.ToWire())],
            shards.Count > limit,
            document.RetentionHours,
            DateTimeOffset.FromUnixTimeMilliseconds(document.CreatedMs),
            [new EnhancedMetrics(document.ShardLevelMetrics)],
            StreamModes.Of(document),
            document.KeyId is null ? "NONE" : "KMS",
            document.KeyId)));
    }
}
