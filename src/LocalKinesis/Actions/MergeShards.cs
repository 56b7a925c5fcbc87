using Weir.Aws.Kinesis;
using Weir.Aws.Protocol;
using Weir.LocalKinesis.Streams;

namespace Weir.LocalKinesis.Actions;

/// <summary>Merges two neighbours, the lower first: UPDATING, then ACTIVE with both closed. Writes go on meanwhile.</summary>
internal static class MergeShards
{
    public static async Task<Nothing> RunAsync(Engine engine, MergeShardsRequest request, CancellationToken cancellationToken)
    {
        var name = Arn.NameOf(engine, request.StreamName, request.StreamARN);
        var lower = Resharding.ShardIndex(engine, name, request.ShardToMerge);
        var upper = Resharding.ShardIndex(engine, name, request.AdjacentShardToMerge);
        var stream = engine.Find(name, null);
        await engine.ChangeAsync(
            () =>
            {
                stream = engine.Find(name, null);
                Resharding.CheckActive(engine, stream);
                StreamModes.CheckProvisioned(engine, stream);
                var first = Resharding.OpenShard(engine, stream, lower);
                var second = Resharding.OpenShard(engine, stream, upper);
                if (first.Document.End == UInt128.MaxValue || first.Document.End + 1 != second.Document.Start)
                    throw Errors.InvalidArgument($"Shards {first.Name} and {second.Name} in stream {stream.Name} under account {engine.AccountId} are not an adjacent pair of shards eligible for merging");
                return new ControlEntry
                {
                    Stream = stream.Document with { Status = StreamStatuses.Updating, Pending = new PendingChange { Merge = lower, MergeWith = upper } },
                };
            },
            cancellationToken).ConfigureAwait(false);
        await engine.CompleteLaterAsync(stream).ConfigureAwait(false);
        return new Nothing();
    }
}
