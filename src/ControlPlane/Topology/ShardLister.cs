using Weir.Aws.Kinesis;

namespace Weir.ControlPlane.Topology;

/// <summary>Reads lists that the service hands out in pages.</summary>
internal static class ShardLister
{
    /// <summary>Every shard of the stream that has not expired, open and closed.</summary>
    public static async Task<IReadOnlyList<Shard>> ListAsync(IKinesis kinesis, string stream, CancellationToken cancellationToken)
    {
        var shards = new List<Shard>();
        var page = await kinesis.ListShardsAsync(new ListShardsRequest(stream), cancellationToken);
        shards.AddRange(page.Shards);
        while (page.NextToken is { } token)
        {
            page = await kinesis.ListShardsAsync(new ListShardsRequest(NextToken: token), cancellationToken);
            shards.AddRange(page.Shards);
        }

        return shards;
    }

    /// <summary>Every stream's name.</summary>
    public static async Task<IReadOnlyList<string>> StreamsAsync(IKinesis kinesis, CancellationToken cancellationToken)
    {
        var names = new List<string>();
        ListStreamsResponse page;
        do
        {
            page = await kinesis.ListStreamsAsync(new ListStreamsRequest(Limit: 100, ExclusiveStartStreamName: names.Count == 0 ? null : names[^1]), cancellationToken);
            names.AddRange(page.StreamNames);
        }
        while (page.HasMoreStreams && page.StreamNames.Count > 0);
        return names;
    }
}
