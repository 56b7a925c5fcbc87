using System.Globalization;
using Weir.Aws.Kinesis;
using Weir.LocalKinesis.Streams;

namespace Weir.LocalKinesis.Actions;

/// <summary>Scales a stream to so many even shards by splits and merges: UPDATING, then ACTIVE. Writes go on meanwhile.</summary>
internal static class UpdateShardCount
{
    private const int MostShards = 10_000;

    public static async Task<UpdateShardCountResponse> RunAsync(Engine engine, UpdateShardCountRequest request, CancellationToken cancellationToken)
    {
        var name = Arn.NameOf(engine, request.StreamName, request.StreamARN);
        var stream = engine.Find(name, null);
        var open = 0;
        await engine.ChangeAsync(
            () =>
            {
                stream = engine.Find(name, null);
                Resharding.CheckActive(engine, stream);
                StreamModes.CheckProvisioned(engine, stream);
                open = stream.Routing.Open.Length;
                var target = request.TargetShardCount;
                Check(engine, open, target);
                Errors.CheckShardLimit(engine, target - open);
                var now = engine.Now;
                var scaled = StreamChange.WithinDay(stream.Document.ScaledMs, now);
                if (engine.Limited && scaled.Count >= engine.Options.ShardCountUpdatesPerDay)
                    throw Errors.Limit(string.Create(CultureInfo.InvariantCulture, $"Stream {name} under account {engine.AccountId} has already been updated {scaled.Count} times in the last 24 hours; the limit is {engine.Options.ShardCountUpdatesPerDay}."));
                return new ControlEntry
                {
                    Stream = stream.Document with
                    {
                        Status = StreamStatuses.Updating,
                        Pending = new PendingChange { TargetShardCount = target },
                        ScaledMs = [.. scaled, now],
                    },
                };
            },
            cancellationToken).ConfigureAwait(false);
        await engine.CompleteLaterAsync(stream).ConfigureAwait(false);
        return new UpdateShardCountResponse(name, open, request.TargetShardCount, Arn.OfStream(engine, name));
    }

    private static void Check(Engine engine, int open, int target)
    {
        var most = Math.Min(MostShards, engine.Options.ShardLimit);
        var counts = string.Create(CultureInfo.InvariantCulture, $"Current open shard count: {open}, Target shard count: {target}");
        if (target > most)
            throw Errors.Limit(string.Create(CultureInfo.InvariantCulture, $"Target shard count or number of open shards cannot be greater than {most}. {counts}"));
        if (target > open * 2)
            throw Errors.Limit($"UpdateShardCount cannot scale up over double your current open shard count. {counts}");
        if (target < open / 2.0)
            throw Errors.Limit($"UpdateShardCount cannot scale down below half your current open shard count. {counts}");
    }
}
