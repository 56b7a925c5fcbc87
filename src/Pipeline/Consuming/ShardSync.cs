using Weir.Aws.Kinesis;
using Weir.Pipeline.Consuming.Leases;

namespace Weir.Pipeline.Consuming;

/// <summary>
/// Keeps a lease for every shard that must still be read.
/// <list type="bullet">
/// <item>A stream's first leases start at the initial position, every later one at TRIM_HORIZON: what a reshard makes is read whole.</item>
/// <item>Parents get their lease before children. A shard with a descendant that has one never gets one (again): it has been read, or was not wanted.</item>
/// <item>An ended lease goes once every child has a checkpoint of its own and its own parents have gone.</item>
/// <item>The lease of a shard that the service has not listed three times running goes too; so do those of a stream that was made again under its name.</item>
/// </list>
/// The service allows an account five lists of streams a second, whatever the number of workers. Where a table is shared, the first three of its owners ask every ten seconds;
/// the others only when a shard of theirs has ended, whose children need leases at once, or when there are no leases at all.
/// </summary>
internal sealed class ShardSync(string me, IKinesis kinesis, ILeaseStore leases, ConsumingOptions options, TimeProvider time)
{
    private const int LooksBeforeGone = 3, Askers = 3;
    private static readonly TimeSpan AskEvery = TimeSpan.FromSeconds(10);
    private readonly Dictionary<LeaseKey, int> _unlisted = [];
    private readonly Dictionary<string, long> _created = new(StringComparer.Ordinal);
    private long? _asked;

    /// <summary>Makes and removes leases when it is time to; answers those that are there now, in the order of the store.</summary>
    /// <param name="shardEnded">Whether a shard was read to its end here since the last call.</param>
    /// <param name="cancellationToken">Stops between two calls.</param>
    public async Task<IReadOnlyList<Lease>> SyncAsync(bool shardEnded, CancellationToken cancellationToken)
    {
        var known = await leases.ListAsync(cancellationToken);
        if (leases.IsShared && !shardEnded && !IsToAsk(known))
            return known;
        _asked = time.GetTimestamp();
        try
        {
            return await AskAsync(known, cancellationToken) ? await leases.ListAsync(cancellationToken) : known;
        }
        catch (KinesisException e) when (!shardEnded && e.Code is (KinesisErrorCodes.LimitExceeded or KinesisErrorCodes.Throttling))
        {
            // Others ask too. The leases that are known can be divided all the same.
            return known;
        }
    }

    /// <summary>Whether leases were made or removed.</summary>
    private async Task<bool> AskAsync(IReadOnlyList<Lease> known, CancellationToken cancellationToken)
    {
        var streams = await StreamsAsync(cancellationToken);
        var changed = false;
        foreach (var (stream, created) in streams)
        {
            if (await ShardsAsync(stream, cancellationToken) is { } shards)
                changed |= await SyncStreamAsync(stream, created, shards, known.Where(l => l.Stream == stream).ToArray(), cancellationToken);
        }

        return changed | await RemoveStreamsAsync(known, streams, cancellationToken);
    }

    private bool IsToAsk(IReadOnlyList<Lease> known) =>
        known.Count == 0 ||
        ((_asked is not { } asked || time.GetElapsedTime(asked) >= AskEvery) && known.Where(l => !l.IsEnded).Select(l => l.Owner).OfType<string>().Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Take(Askers) is var first && (first.Contains(me) || !first.Any()));

    private async Task<bool> SyncStreamAsync(string stream, long created, List<Shard> shards, Lease[] known, CancellationToken cancellationToken)
    {
        var changed = false;
        var current = known.Where(l => l.StreamCreated == created || l.StreamCreated == 0 || created == 0).ToDictionary(l => l.ShardId);
        foreach (var stale in known.Where(l => !current.ContainsValue(l)))
        {
            await leases.DeleteAsync(stale.Key, cancellationToken);
            changed = true;
        }

        var byId = shards.ToDictionary(s => s.ShardId);
        var first = current.Count == 0;
        var covered = Covered(current.Keys, byId);
        foreach (var shard in InOrder(shards, byId))
        {
            if (covered.Contains(shard.ShardId) || (first && options.Start == Checkpoint.Latest && shard.SequenceNumberRange.EndingSequenceNumber is not null))
                continue;
            var lease = new Lease(stream, created, shard.ShardId, null, 0, first ? options.Start : Checkpoint.TrimHorizon, Parents(shard).ToArray()) { HashKeyRange = shard.HashKeyRange };
            changed |= await leases.CreateAsync(lease, cancellationToken);
        }

        foreach (var lease in current.Values)
        {
            if (IsRead(lease, current) || IsGone(lease, byId))
            {
                await leases.DeleteAsync(lease.Key, cancellationToken);
                changed = true;
            }
        }

        return changed;
    }

    private async Task<bool> RemoveStreamsAsync(IReadOnlyList<Lease> known, Dictionary<string, long> streams, CancellationToken cancellationToken)
    {
        // With a list of streams in the settings, others' leases in the same table are not ours to judge.
        if (options.Streams.Count > 0)
            return false;
        var changed = false;
        foreach (var lease in known.Where(l => !streams.ContainsKey(l.Stream)))
        {
            if (!Count(lease.Key))
                continue;
            await leases.DeleteAsync(lease.Key, cancellationToken);
            changed = true;
        }

        return changed;
    }

    private static bool IsRead(Lease lease, Dictionary<string, Lease> current) =>
        lease.IsEnded && lease.ChildShardIds.Count > 0 && lease.ChildShardIds.All(c => current.TryGetValue(c, out var child) && child.Checkpoint.HasProgressed) && !lease.ParentShardIds.Any(current.ContainsKey);

    private bool IsGone(Lease lease, Dictionary<string, Shard> listed)
    {
        if (!listed.ContainsKey(lease.ShardId))
            return Count(lease.Key);
        _unlisted.Remove(lease.Key);
        return false;
    }

    private bool Count(LeaseKey key)
    {
        if ((_unlisted[key] = _unlisted.GetValueOrDefault(key) + 1) < LooksBeforeGone)
            return false;
        _unlisted.Remove(key);
        return true;
    }

    /// <summary>Every shard with a lease, and all their ancestors.</summary>
    private static HashSet<string> Covered(IEnumerable<string> leased, Dictionary<string, Shard> shards)
    {
        var covered = new HashSet<string>(StringComparer.Ordinal);
        var next = new Stack<string>(leased);
        while (next.TryPop(out var id))
        {
            if (!covered.Add(id) || !shards.TryGetValue(id, out var shard))
                continue;
            foreach (var parent in Parents(shard))
                next.Push(parent);
        }

        return covered;
    }

    private static List<Shard> InOrder(List<Shard> shards, Dictionary<string, Shard> byId)
    {
        var ordered = new List<Shard>(shards.Count);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var stack = new Stack<(Shard Shard, bool Ready)>();
        foreach (var root in shards)
        {
            stack.Push((root, false));
            while (stack.TryPop(out var top))
            {
                if (top.Ready)
                {
                    ordered.Add(top.Shard);
                    continue;
                }

                if (!seen.Add(top.Shard.ShardId))
                    continue;
                stack.Push((top.Shard, true));
                foreach (var parent in Parents(top.Shard))
                {
                    if (byId.TryGetValue(parent, out var shard))
                        stack.Push((shard, false));
                }
            }
        }

        return ordered;
    }

    private static IEnumerable<string> Parents(Shard shard) => new[] { shard.ParentShardId, shard.AdjacentParentShardId }.OfType<string>();

    /// <summary>The streams to read with their creation times in epoch seconds, 0 where the service does not tell.</summary>
    private async Task<Dictionary<string, long>> StreamsAsync(CancellationToken cancellationToken)
    {
        var streams = new Dictionary<string, long>(StringComparer.Ordinal);
        string? last = null;
        ListStreamsResponse page;
        do
        {
            page = await kinesis.ListStreamsAsync(new ListStreamsRequest(ExclusiveStartStreamName: last), cancellationToken);
            foreach (var name in page.StreamNames.Where(n => options.Streams.Count == 0 || options.Streams.Contains(n)))
            {
                var told = page.StreamSummaries?.FirstOrDefault(s => s.StreamName == name)?.StreamCreationTimestamp;
                streams[name] = told?.ToUnixTimeSeconds() ?? await CreatedAsync(name, cancellationToken);
            }

            last = page.StreamNames.Count > 0 ? page.StreamNames[^1] : last;
        }
        while (page.HasMoreStreams && page.StreamNames.Count > 0);
        return streams;
    }

    private async Task<long> CreatedAsync(string stream, CancellationToken cancellationToken)
    {
        if (_created.TryGetValue(stream, out var created))
            return created;
        try
        {
            var summary = await kinesis.DescribeStreamSummaryAsync(new DescribeStreamSummaryRequest(stream), cancellationToken);
            return _created[stream] = summary.StreamDescriptionSummary.StreamCreationTimestamp.ToUnixTimeSeconds();
        }
        catch (KinesisException e) when (e.Code == KinesisErrorCodes.ResourceNotFound)
        {
            return 0;
        }
    }

    /// <summary>Null while the stream is being made or deleted.</summary>
    private async Task<List<Shard>?> ShardsAsync(string stream, CancellationToken cancellationToken)
    {
        try
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
        catch (KinesisException e) when (e.Code is KinesisErrorCodes.ResourceNotFound or KinesisErrorCodes.ResourceInUse)
        {
            _created.Remove(stream);
            return null;
        }
    }
}
