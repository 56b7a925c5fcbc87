using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using Weir.Aws.Kinesis;
using Weir.CommitLog;
using Weir.LocalKinesis.Metrics;
using Weir.LocalKinesis.Storage;
using Weir.LocalKinesis.Streams;
using Weir.LocalKinesis.Wire;

namespace Weir.LocalKinesis;

/// <summary>
/// The engine's state and the two ways to change it: records through <see cref="PutAsync"/>, everything else through <see cref="ChangeAsync"/>.
/// Both write into the one log and show their effect only when it is durable.
/// </summary>
internal sealed partial class Engine : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, LocalStream> _byName = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _changing = new(1, 1);
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<int, Task> _completions = new();
    private readonly TimeSpan _stateChange;
    private readonly ILogger _logger;
    private StreamLog _log = null!;
    private int _nextStreamId = 1;
    private int _spread;

    public Engine(LocalKinesisOptions options, TimeProvider time, ILogger logger)
    {
        (Options, Time, _logger) = (options, time, logger);
        Metrics = new StreamMetrics(time);
        Rates = new ApiRates(this);
        Retention = new RetentionClock(time, logger);
        _stateChange = TimeSpan.FromMilliseconds(options.StateChangeMilliseconds);
    }

    public LocalKinesisOptions Options { get; }
    public TimeProvider Time { get; }
    public StreamMetrics Metrics { get; }
    public ApiRates Rates { get; }
    public RetentionClock Retention { get; }
    public ILogger Logger => _logger;
    public AccountDocument Account { get; private set; } = new();
    public string AccountId => Options.AccountId;
    public bool Limited => Options.Limits == KinesisLimits.Aws;
    public StreamLog Log => _log;

    /// <summary>Cancelled when the engine stops.</summary>
    public CancellationToken Stopping => _stopping.Token;

    /// <summary>Streams in the order of their names, by ordinal.</summary>
    public IReadOnlyList<LocalStream> Streams => [.. _byName.Values.OrderBy(s => s.Name, StringComparer.Ordinal)];

    /// <summary>Milliseconds since 1970.</summary>
    public long Now => Time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Records of the stream that arrived before this have expired; milliseconds since 1970.</summary>
    public long Horizon(LocalStream stream) => Retention.Now - (stream.Document.RetentionHours * 3_600_000L);

    /// <summary>Milliseconds of a clock that does not go back, for rates.</summary>
    public long Ticks => Time.GetTimestamp() / (Time.TimestampFrequency / 1000);

    public bool TryFind(string name, [NotNullWhen(true)] out LocalStream? stream) => _byName.TryGetValue(name, out stream);

    public bool TryFind(ReadOnlySpan<char> name, [NotNullWhen(true)] out LocalStream? stream) => _byName.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(name, out stream);

    /// <summary>The stream of that name or ARN.</summary>
    /// <exception cref="KinesisException">ResourceNotFoundException.</exception>
    public LocalStream Find(string? name, string? arn)
    {
        var wanted = Arn.NameOf(this, name, arn);
        return TryFind(wanted, out var stream) ? stream : throw Errors.StreamNotFound(this, wanted);
    }

    /// <summary>Open shards of all streams.</summary>
    public int OpenShards => _byName.Values.Sum(s => s.Routing.Open.Length);

    /// <summary>The stream's shard, or an error that says it is not there.</summary>
    public static LocalShard? FindShard(LocalStream stream, string shardId) =>
        ShardName.TryParse(shardId, out var index) ? stream.Find(index) : null;

    /// <summary>Decides on a change and makes it durable, one at a time. The decision may refuse by throwing, or find nothing to do by answering null.</summary>
    public async Task ChangeAsync(Func<ControlEntry?> decide, CancellationToken cancellationToken)
    {
        await _changing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (decide() is { } entry)
                await CommitAsync(entry).ConfigureAwait(false);
        }
        finally
        {
            _changing.Release();
        }
    }

    /// <summary>A stream id that no stream has had. Only within a decision.</summary>
    public int NextStreamId() => _nextStreamId;

    /// <summary>Stores what the limits let in, and answers when it is durable; each item then knows its shard and number or that it was throttled.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="call">The records.</param>
    /// <param name="many">Whether the call is PutRecords, for the metrics.</param>
    /// <exception cref="FormatException">Base64 text is not base64.</exception>
    public async Task PutAsync(LocalStream stream, PutCall call, bool many)
    {
        var started = Time.GetTimestamp();
        var failed = true;
        try
        {
            var limited = Limited;
            while (!TryEnqueue(stream, call, limited, out var paused))
            {
                limited = false;
                if (paused is not null)
                    await paused.ConfigureAwait(false);
            }

            if (!call.IsEmpty)
            {
                await call.Done.ConfigureAwait(false);
                call.Tell();
            }

            failed = false;
        }
        catch (IOException e)
        {
            throw NotWritten(e, "The record");
        }
        finally
        {
            Metrics.Put(stream, call, many, Time.GetElapsedTime(started), failed);
        }
    }

    /// <summary>Numbers the records and puts them in the log's queue; false when the stream's shards have changed meanwhile or are about to.</summary>
    private bool TryEnqueue(LocalStream stream, PutCall call, bool limited, out Task? paused)
    {
        paused = null;
        var routing = stream.Routing;
        if (!stream.TakesRecords || routing.Open.Length == 0)
            throw Errors.StreamNotFound(this, stream.Name);
        Route(routing, stream.Document.Spread, call, limited);
        call.Encrypted = stream.Document.KeyId is not null;
        if (!call.TryBuild(stream.Id))
            throw new FormatException("The data is not base64.");
        if (call.IsEmpty)
            return true;
        lock (stream.Gate)
        {
            paused = stream.Paused;
            if (paused is null && stream.Routing == routing && stream.TakesRecords)
            {
                call.Assign(Now);
                _log.Enqueue(call);
                return true;
            }
        }

        call.Discard();
        return false;
    }

    /// <summary>Completes what a stream has under way after the usual delay. Where there is none, the answer waits until it is done.</summary>
    public Task CompleteLaterAsync(LocalStream stream)
    {
        var completion = _completions.AddOrUpdate(stream.Id, _ => CompleteAsync(stream), (_, before) => AfterAsync(before, stream));
        return _stateChange == TimeSpan.Zero ? completion : Task.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        foreach (var completion in _completions.Values)
            await completion.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var loop in _loops)
            await loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_log is not null)
        {
            await SaveCheckpointAsync().ConfigureAwait(false);
            SaveClock();
            await _log.DisposeAsync().ConfigureAwait(false);
        }

        _stopping.Dispose();
        _changing.Dispose();
    }

    /// <summary>Whether chance, as configured, throttles this one.</summary>
    public bool ThrottledByChance() => Options.ThrottleProbability > 0 && Random.Shared.NextDouble() < Options.ThrottleProbability;

    private void Route(Routing routing, bool spread, PutCall call, bool limited)
    {
        var now = limited ? Ticks : 0;
        var chance = Options.ThrottleProbability > 0;
        foreach (ref var item in call.Items)
        {
            item.Route = spread ? (int)((uint)Interlocked.Increment(ref _spread) % (uint)routing.Open.Length) : routing.Find(item.Hash);
            item.Shard = routing.Open[item.Route];
            if (limited)
                item.Throttled = !item.Shard.TryWrite(item.Size, now);
            if (chance && !item.Throttled && ThrottledByChance())
            {
                item.Throttled = true;
                item.Shard.CountWriteThrottle();
            }
        }
    }

    private async Task CommitAsync(ControlEntry entry)
    {
        entry = entry with { NextStreamId = Math.Max(_nextStreamId, (entry.Stream?.Id ?? 0) + 1) };
        var stream = entry.Stream is { } document && (entry.Shards is not null || !IsOpenStatus(document.Status)) && TryFind(document.Name, out var known) ? known : null;
        stream?.Pause();
        try
        {
            var write = new ControlWrite(this, entry);
            _log.Enqueue(write);
            await write.Done.ConfigureAwait(false);
        }
        catch (IOException e)
        {
            throw NotWritten(e, "The change");
        }
        finally
        {
            stream?.Resume();
        }
    }

    private KinesisException NotWritten(IOException e, string what)
    {
        // Of a full disk the log has told once; every client that tries again would tell of it anew.
        if (e is LogFullException)
            return Errors.Internal($"{what} was not stored: the disk is full. Try again when there is room.", e);
        LogNotWritten(e);
        return Errors.Internal($"{what} could not be written to disk.", e);
    }

    private static bool IsOpenStatus(string status) => status is StreamStatuses.Active or StreamStatuses.Updating;

    /// <summary>Takes over a durable control entry; called in the order of the log.</summary>
    private void Apply(ControlEntry entry, Dictionary<(int, int), ShardRemains>? remains = null)
    {
        _nextStreamId = Math.Max(_nextStreamId, entry.NextStreamId);
        Account = entry.Account ?? Account;
        if (entry.Stream is { } document)
        {
            var stream = TryFind(document.Name, out var known) && known.Id == document.Id ? known : new LocalStream(document);
            var fresh = stream.Apply(document, entry.Shards, entry.RemovedShards);
            if (remains is not null)
            {
                foreach (var shard in fresh)
                {
                    if (remains.Remove((shard.StreamId, shard.Index), out var found))
                        shard.Restore(found);
                }
            }

            _byName[document.Name] = stream;
        }

        if (entry.Deleted is { } deleted && _byName.Values.FirstOrDefault(s => s.Id == deleted) is { } gone)
        {
            _byName.TryRemove(gone.Name, out _);
            Metrics.Forget(gone.Name);
            gone.Apply(gone.Document with { Status = StreamStatuses.Deleting }, null, [.. gone.Shards.Select(s => s.Index)]);
        }
    }

    private async Task AfterAsync(Task before, LocalStream stream)
    {
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await CompleteAsync(stream).ConfigureAwait(false);
    }

    private async Task CompleteAsync(LocalStream stream)
    {
        var wait = _stateChange;
        while (true)
        {
            try
            {
                await Task.Delay(wait, Time, _stopping.Token).ConfigureAwait(false);
                await ChangeAsync(() => Completion.Of(this, stream), _stopping.Token).ConfigureAwait(false);
                return;
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (Exception e)
            {
                // The disk may have room again later; until then the stream stays as it is.
                LogNotCompleted(e, stream.Name);
                wait = TimeSpan.FromSeconds(5);
            }
        }
    }

    /// <summary>A control entry on its way into the log.</summary>
    private sealed class ControlWrite(Engine engine, ControlEntry entry) : PendingWrite
    {
        private readonly byte[] _bytes = ControlEntries.Write(entry);

        public override int Count => 1;

        public override void AddTo(List<ReadOnlyMemory<byte>> entries) => entries.Add(_bytes);

        public override void Committed(ReadOnlySpan<Weir.CommitLog.LogPosition> positions) => engine.Apply(entry);
    }

    [LoggerMessage(LogLevel.Error, "The stream log refused a write.")]
    private partial void LogNotWritten(Exception exception);

    [LoggerMessage(LogLevel.Error, "The change of stream {Stream} could not be completed; trying again.")]
    private partial void LogNotCompleted(Exception exception, string stream);
}
