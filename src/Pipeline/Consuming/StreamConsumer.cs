using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Weir.Aws.Kinesis;
using Weir.Pipeline.Consuming.Leases;

namespace Weir.Pipeline.Consuming;

/// <summary>
/// Keeps one reader on every shard that may be read: looks for streams and shards each second, makes missing leases, and starts a child only when every parent is read to its end,
/// so that the records of a partition key stay in order over a reshard.
/// </summary>
internal sealed partial class StreamConsumer(IKinesis kinesis, ILeaseStore leases, Func<ShardReader> newReader, IOptions<ConsumingOptions> options, TimeProvider time, ILogger<StreamConsumer> logger) : BackgroundService
{
    private readonly Dictionary<(string Stream, string Shard), Task> _readers = [];
    private readonly string _owner = $"{Environment.MachineName}:{Guid.NewGuid():N}";

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(options.Value.DiscoveryMilliseconds), time);
        try
        {
            do
            {
                try
                {
                    foreach (var stream in await StreamsAsync(stoppingToken))
                    {
                        await SyncAsync(stream, stoppingToken);
                    }
                }
                catch (Exception e) when (e is not OperationCanceledException)
                {
                    LogSyncFailed(logger, e);
                }
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        finally
        {
            await Task.WhenAll(_readers.Values).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<IReadOnlyList<string>> StreamsAsync(CancellationToken cancellationToken)
    {
        if (options.Value.Streams.Count > 0)
        {
            return [.. options.Value.Streams];
        }

        var names = new List<string>();
        ListStreamsResponse page;
        do
        {
            page = await kinesis.ListStreamsAsync(new ListStreamsRequest(ExclusiveStartStreamName: names.Count == 0 ? null : names[^1]), cancellationToken);
            names.AddRange(page.StreamNames);
        }
        while (page.HasMoreStreams && page.StreamNames.Count > 0);
        return names;
    }

    private async Task SyncAsync(string stream, CancellationToken cancellationToken)
    {
        IReadOnlyList<Shard> shards;
        try
        {
            shards = await ShardsAsync(stream, cancellationToken);
        }
        catch (KinesisException e) when (e.Code is KinesisErrorCodes.ResourceNotFound or KinesisErrorCodes.ResourceInUse)
        {
            // Being made or being deleted; the next look sees.
            return;
        }

        var known = (await leases.ListAsync(stream, cancellationToken)).ToDictionary(l => l.ShardId);
        var listed = shards.Select(s => s.ShardId).ToHashSet();
        foreach (var shard in shards.Where(s => !known.ContainsKey(s.ShardId)))
        {
            var lease = new Lease(stream, shard.ShardId, null, 0, Checkpoints.TrimHorizon, new[] { shard.ParentShardId, shard.AdjacentParentShardId }.OfType<string>().ToArray());
            if (await leases.CreateAsync(lease, cancellationToken))
            {
                known[shard.ShardId] = lease;
            }
        }

        foreach (var lease in known.Values)
        {
            if (!listed.Contains(lease.ShardId))
            {
                // Expired with the stream's retention, or of a stream of the same name that was deleted.
                await leases.DeleteAsync(stream, lease.ShardId, cancellationToken);
                continue;
            }

            var parentsDone = lease.ParentShardIds.All(p => !listed.Contains(p) || (known.TryGetValue(p, out var parent) && parent.IsEnded));
            var key = (stream, lease.ShardId);
            if (!lease.IsEnded && parentsDone && (!_readers.TryGetValue(key, out var running) || running.IsCompleted) && await leases.UpdateAsync(lease with { Owner = _owner }, cancellationToken) is { } taken)
            {
                LogStarted(logger, stream, lease.ShardId);
                _readers[key] = Task.Run(() => newReader().RunAsync(taken, cancellationToken), CancellationToken.None);
            }
        }
    }

    private async Task<IReadOnlyList<Shard>> ShardsAsync(string stream, CancellationToken cancellationToken)
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

    [LoggerMessage(LogLevel.Information, "Reading {Stream}/{ShardId}.")]
    private static partial void LogStarted(ILogger logger, string stream, string shardId);

    [LoggerMessage(LogLevel.Warning, "Streams and shards cannot be listed; readers that run go on.")]
    private static partial void LogSyncFailed(ILogger logger, Exception e);
}
