using System.Globalization;
using Weir.Aws.Kinesis;
using Weir.Pipeline.Spool;

namespace Weir.Pipeline.Publishing;

/// <summary>Looks up which shards take records now.</summary>
internal static class ShardMap
{
    /// <summary>Open shards in the order of their ranges; empty when they do not cover the hash space once, as in the middle of a change.</summary>
    public static async Task<IReadOnlyList<ShardRange>> OpenShardsAsync(IKinesis kinesis, string stream, CancellationToken cancellationToken) =>
        [.. Covering((await AllAsync(kinesis, stream, cancellationToken)).Where(s => s.SequenceNumberRange.EndingSequenceNumber is null).Select(RangeOf))];

    /// <summary>Every shard that the service still knows.</summary>
    public static async Task<IReadOnlyList<Shard>> AllAsync(IKinesis kinesis, string stream, CancellationToken cancellationToken)
    {
        var shards = new List<Shard>();
        string? token = null;
        do
        {
            var page = await kinesis.ListShardsAsync(token is null ? new ListShardsRequest(StreamName: stream) : new ListShardsRequest(NextToken: token), cancellationToken);
            shards.AddRange(page.Shards);
            token = page.NextToken;
        }
        while (token is not null);
        return shards;
    }

    public static ShardRange RangeOf(Shard shard) => new(
        shard.ShardId,
        UInt128.Parse(shard.HashKeyRange.StartingHashKey, CultureInfo.InvariantCulture),
        UInt128.Parse(shard.HashKeyRange.EndingHashKey, CultureInfo.InvariantCulture));

    private static List<ShardRange> Covering(IEnumerable<ShardRange> shards)
    {
        var sorted = shards.OrderBy(s => s.Start).ToList();
        var next = UInt128.MinValue;
        for (var i = 0; i < sorted.Count; i++)
        {
            if (sorted[i].Start != next)
            {
                return [];
            }

            next = sorted[i].End + 1;
        }

        // The end of the last range plus one wraps around to zero.
        return sorted.Count > 0 && next == UInt128.MinValue ? sorted : [];
    }
}
