using System.Globalization;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Weir.Aws.Kinesis;

namespace Weir.ControlPlane.Topology;

/// <summary>A stream and all its shards that have not expired, as the service told last.</summary>
public sealed record StreamTopology(string Name, string Status, IReadOnlyList<ShardTopology> Shards);

/// <summary>A shard with its hash range as numbers.</summary>
public sealed record ShardTopology(string ShardId, UInt128 StartingHashKey, UInt128 EndingHashKey, bool IsOpen, string? ParentShardId, string? AdjacentParentShardId);

/// <summary>What the service told, and when; <see cref="Problem"/> says why nothing newer is known.</summary>
public sealed record TopologySnapshot(DateTimeOffset At, IReadOnlyList<StreamTopology> Streams, string? Problem);

/// <summary>
/// Asks the service for streams and shards. Every second where it runs in this process, every ten where calls are counted against the account
/// (<see href="https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html">limits</see>); there the shards are listed again when a stream's summary changed, and each minute,
/// because a split beside a merge and the end of an expired shard leave the summary as it was.
/// </summary>
public sealed partial class TopologyWatcher(IKinesis kinesis, IEnumerable<IShardMeters> meters, TimeProvider time, ILogger<TopologyWatcher> logger) : BackgroundService
{
    private static readonly TimeSpan ListAgainAfter = TimeSpan.FromMinutes(1);
    private readonly bool _runsHere = meters.Any();
    private readonly Dictionary<string, (string Fingerprint, long ListedAt, StreamTopology Stream)> _known = new(StringComparer.Ordinal);
    private TopologySnapshot _current = new(DateTimeOffset.MinValue, [], null);

    public TopologySnapshot Current => Volatile.Read(ref _current);

    /// <summary>Looks once; the host calls it at every turn. A failure is told in <see cref="TopologySnapshot.Problem"/>.</summary>
    public async Task RefreshAsync(CancellationToken cancellationToken)
    {
        try
        {
            Volatile.Write(ref _current, new TopologySnapshot(time.GetUtcNow(), await LookAsync(cancellationToken), null));
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            // What was known stays on show, with its age and the reason.
            if (Current.Problem is null)
            {
                LogLookFailed(logger, e);
            }

            Volatile.Write(ref _current, Current with { Problem = $"The stream service does not answer: {e.Message}" });
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(_runsHere ? TimeSpan.FromSeconds(1) : TimeSpan.FromSeconds(10), time);
        do
        {
            await RefreshAsync(stoppingToken);
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task<IReadOnlyList<StreamTopology>> LookAsync(CancellationToken cancellationToken)
    {
        var streams = new List<StreamTopology>();
        foreach (var name in await ShardLister.StreamsAsync(kinesis, cancellationToken))
        {
            try
            {
                var summary = (await kinesis.DescribeStreamSummaryAsync(new DescribeStreamSummaryRequest(name), cancellationToken)).StreamDescriptionSummary;
                var fingerprint = $"{summary.StreamStatus}/{summary.OpenShardCount}/{summary.StreamCreationTimestamp.UtcTicks}";
                if (_runsHere || !_known.TryGetValue(name, out var known) || known.Fingerprint != fingerprint || summary.StreamStatus != StreamStatuses.Active || time.GetElapsedTime(known.ListedAt) > ListAgainAfter)
                {
                    var shards = summary.StreamStatus is StreamStatuses.Creating or StreamStatuses.Deleting ? [] : await ShardLister.ListAsync(kinesis, name, cancellationToken);
                    known = (fingerprint, time.GetTimestamp(), new StreamTopology(name, summary.StreamStatus, shards.Select(Read).OrderBy(s => s.StartingHashKey).ThenBy(s => s.ShardId, StringComparer.Ordinal).ToArray()));
                    _known[name] = known;
                }

                streams.Add(known.Stream);
            }
            catch (KinesisException e) when (e.Code == KinesisErrorCodes.ResourceNotFound)
            {
                // Deleted between the two calls.
                _known.Remove(name);
            }
        }

        return streams;
    }

    private static ShardTopology Read(Shard shard) => new(
        shard.ShardId,
        UInt128.Parse(shard.HashKeyRange.StartingHashKey, CultureInfo.InvariantCulture),
        UInt128.Parse(shard.HashKeyRange.EndingHashKey, CultureInfo.InvariantCulture),
        shard.SequenceNumberRange.EndingSequenceNumber is null,
        shard.ParentShardId,
        shard.AdjacentParentShardId);

    [LoggerMessage(LogLevel.Warning, "Streams and shards cannot be read; what was known stays on show.")]
    private static partial void LogLookFailed(ILogger logger, Exception e);
}
