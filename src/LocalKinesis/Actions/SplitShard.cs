using System.Globalization;
using Weir.Aws.Kinesis;
using Weir.Aws.Protocol;
using Weir.LocalKinesis.Streams;

namespace Weir.LocalKinesis.Actions;

/// <summary>Splits an open shard in two: UPDATING, then ACTIVE with the parent closed. Writes go on meanwhile.</summary>
internal static class SplitShard
{
    public static async Task<Nothing> RunAsync(Engine engine, SplitShardRequest request, CancellationToken cancellationToken)
    {
        var name = Arn.NameOf(engine, request.StreamName, request.StreamARN);
        var index = Resharding.ShardIndex(engine, name, request.ShardToSplit);
        var stream = engine.Find(name, null);
        await engine.ChangeAsync(
            () =>
            {
                stream = engine.Find(name, null);
                Resharding.CheckActive(engine, stream);
                StreamModes.CheckProvisioned(engine, stream);
                var shard = Resharding.OpenShard(engine, stream, index);
                Errors.CheckShardLimit(engine, 1);
                var range = shard.Document.Range;
                if (!UInt128.TryParse(request.NewStartingHashKey, NumberStyles.None, CultureInfo.InvariantCulture, out var at)
                    || at <= range.Start || at - range.Start <= 1 || at >= range.End)
                {
                    throw Errors.InvalidArgument(string.Create(
                        CultureInfo.InvariantCulture,
                        $"NewStartingHashKey {request.NewStartingHashKey} used in SplitShard() on shard {shard.Name} in stream {stream.Name} under account {engine.AccountId} is not both greater than one plus the shard's StartingHashKey {range.Start} and less than the shard's EndingHashKey {range.End}."));
                }

                return new ControlEntry
                {
                    Stream = stream.Document with { Status = StreamStatuses.Updating, Pending = new PendingChange { Split = index, SplitAt = at } },
                };
            },
            cancellationToken).ConfigureAwait(false);
        await engine.CompleteLaterAsync(stream).ConfigureAwait(false);
        return new Nothing();
    }
}
