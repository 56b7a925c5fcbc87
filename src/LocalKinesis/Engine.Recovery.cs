using Microsoft.Extensions.Logging;
using Weir.CommitLog;
using Weir.LocalKinesis.Storage;
using Weir.LocalKinesis.Streams;
using DurableLog = Weir.CommitLog.CommitLog;

namespace Weir.LocalKinesis;

/// <summary>Opening: the checkpoint, then what the log holds after it. And keeping both short while running.</summary>
internal sealed partial class Engine
{
    private static readonly TimeSpan HousekeepingInterval = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan CheckpointInterval = TimeSpan.FromSeconds(1);

    /// <summary>Little at a time: whoever is in the commit that carries the zeros waits for them, a millisecond for these.</summary>
    private const int WriteAheadBytes = 256 << 10;

    /// <summary>Four GiB at the usual size: what half a minute of the heaviest load writes.</summary>
    private const int SpareSegments = 16;

    /// <summary>Bytes of log that a start may have to read again.</summary>
    private const long CheckpointEvery = 128 << 20;
    private readonly List<Task> _loops = [];
    private long _checkpointAt = -1;
    private long _checkpointBytes;
    private long _commitsAtTrim;

    private string ClockPath => Path.Combine(Options.Directory, "clock");
    private string CheckpointPath => Path.Combine(Options.Directory, "index.checkpoint");

    /// <summary>Opens the log and brings everything back that was acknowledged.</summary>
    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        // A checkpoint speaks of what was flushed before it was written: a log that ends earlier has lost something.
        var checkpoint = await Task.Run(() => Checkpoint.TryLoad(CheckpointPath), cancellationToken).ConfigureAwait(false);
        var log = await DurableLog.OpenAsync(
            new CommitLogOptions
            {
                Directory = Options.Directory,
                Durable = Options.Durable,
                SegmentBytes = Options.SegmentBytes,
                WriteAheadBytes = WriteAheadBytes,
                SpareSegments = SpareSegments,
                KnownEnd = checkpoint?.Position ?? 0,
            },
            _logger,
            cancellationToken).ConfigureAwait(false);
        try
        {
            var started = Time.GetTimestamp();
            await Task.Run(() => Recover(log, checkpoint, cancellationToken), cancellationToken).ConfigureAwait(false);
            LogOpened(_byName.Count, OpenShards, (long)Time.GetElapsedTime(started).TotalMilliseconds);
        }
        catch
        {
            await log.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        _log = new StreamLog(log);
        // At once, for a process that is killed before its first housekeeping.
        SaveClock();
        foreach (var stream in Streams)
        {
            if (stream.Document.Status != "ACTIVE" || stream.Document.Consumers.Any(c => c.Status != "ACTIVE") || stream.Document.Channels.Any(c => c.Status != "ACTIVE"))
                _ = CompleteLaterAsync(stream);
        }

        _loops.Add(EveryAsync(HousekeepingInterval, TrimAsync));
        _loops.Add(EveryAsync(CheckpointInterval, CheckpointIfDueAsync));
        var scaling = new OnDemandScaling(this);
        _loops.Add(EveryAsync(OnDemandScaling.Interval, () => scaling.LookAsync(_stopping.Token)));
    }

    private void Recover(DurableLog log, Checkpoint? checkpoint, CancellationToken cancellationToken)
    {
        var remains = new Dictionary<(int, int), ShardRemains>();
        var from = log.Start;
        var deleted = new HashSet<int>();
        if (checkpoint is not null && checkpoint.Position >= log.Start.Offset)
        {
            from = new LogPosition(checkpoint.Position);
            remains = checkpoint.Remains;
            foreach (var entry in checkpoint.Entries)
                Apply(entry, remains);
            _checkpointAt = checkpoint.Position;
            _checkpointBytes = new FileInfo(CheckpointPath).Length;
        }
        else
        {
            // Damaged, or of another log: it must not be taken up when the log has grown past what it says.
            File.Delete(CheckpointPath);
        }

        var byShard = new Dictionary<(int, int), LocalShard>();
        foreach (var shard in _byName.Values.SelectMany(s => s.Shards))
            byShard[(shard.StreamId, shard.Index)] = shard;
        foreach (var entry in log.Scan(from))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var payload = entry.Payload.Span;
            if (payload[0] == Block.Control)
            {
                var control = ControlEntries.Read(payload);
                Apply(control, remains);
                if (control.Deleted is { } id)
                    deleted.Add(id);
                if (control.Stream is { } document && TryFind(document.Name, out var stream))
                {
                    foreach (var shard in stream.Shards)
                        byShard[(shard.StreamId, shard.Index)] = shard;
                }

                continue;
            }

            var header = Block.ReadHeader(payload);
            var block = new BlockRef(entry.Position.Offset, header.FirstIndex, header.Count, header.ArrivedMs, payload.Length - Block.HeaderBytes - (header.Count * Block.RecordHeaderBytes));
            if (byShard.TryGetValue((header.StreamId, header.ShardIndex), out var target))
            {
                target.Publish(block);
                target.Resume(block);
                continue;
            }

            // Its stream is described by a later entry, or is gone.
            var key = (header.StreamId, header.ShardIndex);
            if (!remains.TryGetValue(key, out var found))
                remains.Add(key, found = new ShardRemains());
            found.Index.Add(block);
            found.Next = block.End;
            found.LastMs = block.ArrivedMs;
        }

        Retention.Begin(ClockPath, _byName.Values.SelectMany(s => s.Shards).Select(s => s.LastMs).DefaultIfEmpty().Max());
        foreach (var stream in _byName.Values)
        {
            foreach (var shard in stream.Shards)
            {
                var lost = shard.ForgetReleased(log.Start.Offset, Horizon(stream));
                if (lost > 0)
                    LogBeginningLost(lost, shard.Name, stream.Name, log.Start.Offset);
            }
        }

        PassWhatIsLost(log, remains.Where(r => !deleted.Contains(r.Key.Item1)));
    }

    /// <summary>
    /// Tells of records that came to light without their stream or shard, because the entry that described it is damaged, and makes sure that nothing new is
    /// taken for what is lost: neither the ids of such streams and shards are given again, nor the numbers of records that somebody may have read.
    /// </summary>
    /// <param name="log">The log, read.</param>
    /// <param name="remains">What was found of shards that nothing describes.</param>
    private void PassWhatIsLost(DurableLog log, IEnumerable<KeyValuePair<(int Stream, int Shard), ShardRemains>> remains)
    {
        var streams = _byName.Values.ToDictionary(s => s.Id);
        foreach (var ((id, index), found) in remains)
        {
            _nextStreamId = Math.Max(_nextStreamId, id + 1);
            if (streams.TryGetValue(id, out var stream))
            {
                stream.PassShard(index);
                // Shards that have expired are described no longer either.
                if (found.LastMs < Horizon(stream))
                    continue;
            }

            LogOrphans(found.Next - 1, ShardName.Of(index), stream?.Name ?? $"with id {id}");
        }

        // A record takes more than a byte, so that at most as many were lost. Of a log that was not closed the end may be missing unseen.
        var lost = log.OpenReport.Quarantined.Sum(q => q.Length) + (log.OpenReport.ClosedInOrder ? 0 : Options.SegmentBytes);
        if (lost == 0)
            return;
        foreach (var shard in streams.Values.SelectMany(s => s.Shards))
            shard.PassNumbers((ulong)lost);
    }

    private async Task CheckpointIfDueAsync()
    {
        // In proportion to what a checkpoint costs: it holds the whole index.
        if (_log.Log.End.Offset - Math.Max(0, _checkpointAt) >= Math.Max(CheckpointEvery, 8 * _checkpointBytes))
            await SaveCheckpointAsync().ConfigureAwait(false);
    }

    private async Task EveryAsync(TimeSpan interval, Func<Task> act)
    {
        using var timer = new PeriodicTimer(interval, Time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stopping.Token).ConfigureAwait(false))
            {
                try
                {
                    await act().ConfigureAwait(false);
                }
                catch (Exception e) when (e is not OperationCanceledException)
                {
                    LogHousekeeping(e);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The engine stops.
        }
    }

    /// <summary>Forgets records and shards past their stream's retention, and gives their files back.</summary>
    internal async Task TrimAsync()
    {
        SaveClock();
        var oldest = long.MaxValue;
        foreach (var stream in Streams)
        {
            var horizon = Horizon(stream);
            foreach (var shard in stream.Shards)
                oldest = Math.Min(oldest, shard.Trim(horizon));
            if (stream.Shards.Any(s => s.HasExpired(horizon)))
            {
                await ChangeAsync(
                    () => TryFind(stream.Name, out var current) && current == stream
                        ? new ControlEntry { Stream = stream.Document, RemovedShards = [.. stream.Shards.Where(s => s.HasExpired(horizon)).Select(s => s.Index)] }
                        : null,
                    _stopping.Token).ConfigureAwait(false);
            }
        }

        var log = _log.Log;
        if (log.Commits == _commitsAtTrim)
            log.GiveBackSpares();
        _commitsAtTrim = log.Commits;
        oldest = Math.Min(oldest, log.End.Offset);
        if (oldest - log.Start.Offset < Options.SegmentBytes)
            return;
        // The log alone must be enough to recover: what older entries said of streams is said again before they go.
        await RestateAsync().ConfigureAwait(false);
        await SaveCheckpointAsync().ConfigureAwait(false);
        log.ReleaseBefore(new LogPosition(oldest));
    }

    private async Task RestateAsync()
    {
        await _changing.WaitAsync(_stopping.Token).ConfigureAwait(false);
        try
        {
            foreach (var entry in Describe())
                await CommitAsync(entry).ConfigureAwait(false);
        }
        finally
        {
            _changing.Release();
        }
    }

    /// <summary>Everything that control entries have said so far, shortest.</summary>
    private IEnumerable<ControlEntry> Describe()
    {
        yield return new ControlEntry { Account = Account, NextStreamId = _nextStreamId };
        foreach (var stream in Streams)
        {
            yield return new ControlEntry
            {
                Stream = stream.Document,
                Shards = [.. stream.Shards.Select(s => s.Document with { NextIndex = s.Tip })],
                NextStreamId = _nextStreamId,
            };
        }
    }

    private void SaveClock()
    {
        try
        {
            Retention.Save(ClockPath);
        }
        catch (IOException e)
        {
            LogNoClock(e);
        }
    }

    private async Task SaveCheckpointAsync()
    {
        var barrier = new Barrier(this);
        try
        {
            _log.Enqueue(barrier);
            await barrier.Done.ConfigureAwait(false);
            _checkpointBytes = await Task.Run(() => barrier.Checkpoint!.Save(CheckpointPath)).ConfigureAwait(false);
            _checkpointAt = barrier.Checkpoint!.Position;
        }
        catch (IOException e)
        {
            // Only the next start is slower.
            LogNoCheckpoint(e);
        }
    }

    /// <summary>Captures the state between two commits.</summary>
    private sealed class Barrier(Engine engine) : PendingWrite
    {
        public Checkpoint? Checkpoint { get; private set; }

        public override int Count => 0;

        public override void AddTo(List<ReadOnlyMemory<byte>> entries)
        {
        }

        public override void Committed(ReadOnlySpan<LogPosition> positions)
        {
            var remains = new Dictionary<(int, int), ShardRemains>();
            foreach (var shard in engine._byName.Values.SelectMany(s => s.Shards))
                remains[(shard.StreamId, shard.Index)] = shard.Capture();
            Checkpoint = new Checkpoint(engine._log.Log.End.Offset, [.. engine.Describe()], remains);
        }
    }

    [LoggerMessage(LogLevel.Information, "The stream log is open: {Streams} streams with {Shards} open shards, read in {Milliseconds} ms.")]
    private partial void LogOpened(int streams, int shards, long milliseconds);

    [LoggerMessage(LogLevel.Error, "Up to {Records} records of shard {Shard} of the stream {Stream} are in the log, but what described the shard is damaged: they cannot be read.")]
    private partial void LogOrphans(ulong records, string shard, string stream);

    [LoggerMessage(LogLevel.Error, "{Records} records of shard {Shard} of stream {Stream} are gone: they stood before position {Start}, where the log now begins.")]
    private partial void LogBeginningLost(long records, string shard, string stream, long start);

    [LoggerMessage(LogLevel.Error, "Housekeeping failed; trying again.")]
    private partial void LogHousekeeping(Exception exception);

    [LoggerMessage(LogLevel.Warning, "The time could not be kept for the next start, which may hold records longer.")]
    private partial void LogNoClock(Exception exception);

    [LoggerMessage(LogLevel.Warning, "The index could not be checkpointed; the next start will read more of the log.")]
    private partial void LogNoCheckpoint(Exception exception);
}
