using Weir.Aws.Kinesis;
using Weir.LocalKinesis.Streams;

namespace Weir.LocalKinesis.Actions;

/// <summary>What the operations that change shards check alike.</summary>
internal static class Resharding
{
    /// <summary>The index in a shard's name.</summary>
    public static int ShardIndex(Engine engine, string stream, string shardId) =>
        ShardName.TryParse(shardId, out var index) ? index : throw Errors.ShardNotFound(engine, stream, shardId);

    public static void CheckActive(Engine engine, LocalStream stream)
    {
        if (stream.Document.Status != StreamStatuses.Active)
            throw Errors.NotActive(engine, stream);
    }

    public static LocalShard OpenShard(Engine engine, LocalStream stream, int index)
    {
        var shard = stream.Find(index) ?? throw Errors.ShardNotFound(engine, stream.Name, ShardName.Of(index));
        return shard.Document.IsOpen
            ? shard
            : throw Errors.InvalidArgument($"Shard {shard.Name} in stream {stream.Name} under account {engine.AccountId} has already been merged or split, and thus is not eligible for merging or splitting.");
    }
}
