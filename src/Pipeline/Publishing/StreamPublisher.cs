using Microsoft.Extensions.Logging;
using Weir.Aws.Kinesis;
using Weir.Pipeline.Spool;

namespace Weir.Pipeline.Publishing;

/// <summary>
/// Publishes one stream: settles what a crash left in doubt, then runs a lane per open shard and follows the shards as they split and merge.
/// When they change, every lane ends its call, what waits is sorted anew, and new lanes start; so a key is never in two lanes at once.
/// </summary>
internal sealed partial class StreamPublisher : IDisposable
{
    private readonly LaneTools _tools;
    private readonly SemaphoreSlim _look = new(0, 1);
    private List<Task> _lanes = [];
    private CancellationTokenSource _generation = new();
    private int _laneCount;
    private bool _absent;

    public StreamPublisher(Func<StreamPublisher, LaneTools> tools) => _tools = tools(this);

    /// <summary>How many lanes run.</summary>
    public int LaneCount => Volatile.Read(ref _laneCount);

    public StreamBacklog Backlog => _tools.Backlog;

    private string Stream => _tools.Backlog.Stream;

    /// <summary>Asks for a look at the shards now.</summary>
    public void ShardsChanged()
    {
        lock (_look)
        {
            if (_look.CurrentCount == 0)
            {
                _look.Release();
            }
        }
    }

    /// <summary>Runs until cancelled; calls under way end first.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (!await IndexedAsync(cancellationToken))
            {
                return;
            }

            var inDoubt = _tools.Spool.InDoubt(Stream);
            var failures = 0;
            while (true)
            {
                try
                {
                    if (inDoubt.Count > 0)
                    {
                        await SettleAsync(inDoubt, cancellationToken);
                        inDoubt = [];
                    }

                    var shards = await ShardMap.OpenShardsAsync(_tools.Kinesis, Stream, cancellationToken);
                    if (shards.Count > 0 && !shards.SequenceEqual(_tools.Backlog.Lanes.Select(l => new ShardRange(l.ShardId ?? "", l.Start, l.End))))
                    {
                        await StopLanesAsync();
                        _tools.Backlog.Repartition(shards, _tools.Spool.IndexedEnd);
                        StartLanes(cancellationToken);
                        LogShards(_tools.Logger, Stream, shards.Count, _tools.Backlog.Records);
                    }

                    _absent = false;
                    failures = 0;
                }
                catch (KinesisException e) when (e.Code is KinesisErrorCodes.ResourceNotFound)
                {
                    // What is in doubt stays so: the stream may only be out of reach.
                    if (!_absent)
                    {
                        _absent = true;
                        LogAbsent(_tools.Logger, Stream, _tools.Backlog.Records);
                    }
                }
                catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
                {
                    if (failures++ == 0)
                    {
                        LogNoShards(_tools.Logger, Stream, e);
                    }
                }

                // An idle stream is looked at less often; a record that lands elsewhere than foreseen brings a look at once.
                var interval = _tools.Options.ShardRefreshMilliseconds * (_tools.Backlog.Records == 0 && LaneCount > 0 ? 8 : 1);
                await _look.WaitAsync(TimeSpan.FromMilliseconds(interval), cancellationToken);
                _lanes.RemoveAll(l => l.IsCompletedSuccessfully);
                await RestartFailedLanesAsync(cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await StopLanesAsync();
        }
    }

    public void Dispose()
    {
        _look.Dispose();
        _generation.Dispose();
    }

    /// <summary>False when what earlier runs left cannot be read: publishing what came later would break the order of its keys. The spool said why.</summary>
    private async Task<bool> IndexedAsync(CancellationToken cancellationToken)
    {
        await Task.WhenAny(_tools.Spool.Indexed, Task.Delay(Timeout.Infinite, cancellationToken));
        cancellationToken.ThrowIfCancellationRequested();
        return _tools.Spool.Indexed.IsCompletedSuccessfully;
    }

    /// <summary>Calls that a crash cut off: their records are looked up in the stream before any lane starts.</summary>
    private async Task SettleAsync(IReadOnlyList<SendIntent> intents, CancellationToken cancellationToken)
    {
        var items = new List<WindowItem>();
        foreach (var position in intents.SelectMany(i => i.Positions).Distinct().Order())
        {
            try
            {
                var read = _tools.Spool.Read(Stream, position);
                if (!_tools.Backlog.IsPublished(position, read.Record.HashKey))
                {
                    var item = new WindowItem(new Waiting(position, Waiting.PrefixOf(read.Record.HashKey)));
                    item.Load(read);
                    items.Add(item);
                }
            }
            catch (ArgumentOutOfRangeException)
            {
                // Released already, so it had been published.
                continue;
            }
            catch (InvalidDataException e)
            {
                // Damaged on disk, as the spool said when it was opened: nothing can bring it back, and the stream must not wait for it.
                LogDamaged(_tools.Logger, position, Stream, e);
                continue;
            }
        }

        var arrivals = await _tools.Search.FindAsync(Stream, items, intents.Min(i => i.At), cancellationToken);
        var marks = arrivals
            .GroupBy(a => a.ShardId)
            .Select(g => new ShardMark(g.Key, g.Select(a => a.SequenceNumber).Aggregate((a, b) => SequenceNumbers.IsBefore(a, b) ? b : a)))
            .ToList();
        var found = arrivals.Select(a => a.Item.Place.Position).ToHashSet();
        var first = true;
        foreach (var intent in intents)
        {
            var recognize = first;
            _tools.Spool.Journal.Done(
                intent,
                [.. intent.Positions.Where(found.Contains)],
                marks,
                () =>
                {
                    if (recognize)
                    {
                        _tools.Backlog.Recognized(found, arrivals.Sum(a => (long)a.Item.EntryBytes));
                    }
                });
            first = false;
        }

        foreach (var group in arrivals.GroupBy(a => a.ShardId))
        {
            _tools.Metrics.Published(Stream, group.Key, group.Count(), group.Sum(a => (long)a.Item.Size));
        }
    }

    private void StartLanes(CancellationToken cancellationToken)
    {
        _generation = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var token = _generation.Token;
        _lanes = [.. _tools.Backlog.Lanes.Select(lane => Task.Run(() => new LanePublisher(_tools, lane, cancellationToken).RunAsync(token), CancellationToken.None))];
        Volatile.Write(ref _laneCount, _lanes.Count);
    }

    private async Task StopLanesAsync()
    {
        await _generation.CancelAsync();
        foreach (var lane in _lanes)
        {
            try
            {
                await lane;
            }
            catch (OperationCanceledException)
            {
                // As asked.
                continue;
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                LogLaneFailed(_tools.Logger, Stream, e);
            }
        }

        _generation.Dispose();
        _generation = new CancellationTokenSource();
        _lanes = [];
        Volatile.Write(ref _laneCount, 0);
    }

    /// <summary>A lane ends only by what nobody planned; its window is still in place, so all lanes start over from it.</summary>
    private async Task RestartFailedLanesAsync(CancellationToken cancellationToken)
    {
        if (_lanes.Exists(l => l.IsFaulted))
        {
            await StopLanesAsync();
            StartLanes(cancellationToken);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Publishing to {Stream} over {Shards} shards; {Records} records wait.")]
    private static partial void LogShards(ILogger logger, string stream, int shards, long records);

    [LoggerMessage(Level = LogLevel.Error, Message = "The record at {Position} of the spool for {Stream} is damaged; whether the stream has it is unknown.")]
    private static partial void LogDamaged(ILogger logger, long position, string stream, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Stream {Stream} does not exist; its {Records} records wait in the spool.")]
    private static partial void LogAbsent(ILogger logger, string stream, long records);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The shards of {Stream} cannot be looked up; trying again.")]
    private static partial void LogNoShards(ILogger logger, string stream, Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "A lane of {Stream} ended unexpectedly; it starts over.")]
    private static partial void LogLaneFailed(ILogger logger, string stream, Exception exception);
}
