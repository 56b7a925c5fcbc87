using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Weir.Pipeline.Consuming.Leases;
using Weir.Pipeline.Consuming.Reading;

namespace Weir.Pipeline.Consuming;

/// <summary>
/// One worker of an application: looks for streams, shards and leases, takes its part of the leases, keeps a reader on each whose parents are read to their end,
/// and gives them back when it stops. Failover is judged by an unchanged counter on this worker's own clock; no two clocks are compared.
/// </summary>
internal sealed partial class ConsumerWorker(string me, ILeaseStore leases, ShardSync shards, ReaderParts parts, ConsumingOptions options, TimeProvider time, ILogger logger)
{
    private readonly ConcurrentDictionary<LeaseKey, Reading> _readings = [];
    private readonly Dictionary<LeaseKey, (long Counter, string? Owner, long Since)> _seen = [];
    private readonly Dictionary<LeaseKey, long> _gone = [];
    private readonly Lock _waking = new();
    private CancellationTokenSource? _sleep;
    private bool _woken;

    /// <summary>Whether a shard has ended here whose children may have no leases yet, because the service did not answer.</summary>
    private bool _unsynced;

    /// <summary>Every lease this worker holds now.</summary>
    public IEnumerable<Lease> Held => _readings.Values.Where(r => !r.Held.Lost.IsCancellationRequested).Select(r => r.Held.Current);

    /// <summary>Runs until cancelled; then stops its readers and gives its leases back.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var heartbeat = HeartbeatAsync(cancellationToken);
        var prepared = false;
        try
        {
            while (!cancellationToken.IsCancellationRequested)
            {
                try
                {
                    if (!prepared)
                        await leases.PrepareAsync(cancellationToken);
                    prepared = true;
                    await LookAsync(cancellationToken);
                }
                catch (LeaseTableRefusedException e)
                {
                    LogRefused(logger, e.Message);
                }
                catch (Exception e) when (!cancellationToken.IsCancellationRequested)
                {
                    LogLookFailed(logger, e);
                }

                await WaitAsync(cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The way to stop.
        }
        finally
        {
            await heartbeat.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            await StopAsync();
        }
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        var ended = _readings.Values.Any(r => r.End == ReaderEnd.ShardEnd) || _unsynced;
        _unsynced = ended;
        var known = await shards.SyncAsync(ended, cancellationToken);
        _unsynced = false;
        Observe(known);
        await CollectAsync();
        var byKey = known.ToDictionary(l => l.Key);

        // The shard that follows one of ours goes on here, at once; the division by number comes after.
        var choice = LeasePlan.For(me, known, IsFree, leases.IsShared, options.MaxSteals);
        var following = known.Where(l => !l.IsEnded && IsFree(l) && l.ParentShardIds.Count > 0 && IsReady(l, byKey) && l.ParentShardIds.Any(p => byKey.GetValueOrDefault(l.Key with { ShardId = p })?.Owner == me));
        foreach (var lease in following.ToArray())
            await TakeAsync(lease, byKey, cancellationToken);
        var wanted = choice.Wanted;
        foreach (var lease in choice.Candidates)
        {
            if (wanted > 0 && await TakeAsync(lease, byKey, cancellationToken))
                wanted--;
        }

        foreach (var reading in _readings.Values.Where(r => r.Task is null && !r.Held.Lost.IsCancellationRequested && IsReady(r.Held.Current, byKey)))
        {
            LogStarted(logger, reading.Held.Current.Stream, reading.Held.Current.ShardId, reading.Held.Current.Checkpoint.Sequence);
            reading.Task = ReadAsync(reading);
            _ = WakeAfterAsync(reading.Task);
        }
    }

    private async Task<bool> TakeAsync(Lease lease, Dictionary<LeaseKey, Lease> known, CancellationToken cancellationToken)
    {
        if (_readings.ContainsKey(lease.Key) || await leases.TakeAsync(lease, me, cancellationToken) is not { } taken)
            return false;
        _readings[lease.Key] = new Reading(new HeldLease(leases, taken, options.Failover, time), new CancellationTokenSource());
        known[lease.Key] = taken;
        return true;
    }

    /// <summary>Whether every parent has been read to its end, or has no lease (any more).</summary>
    private static bool IsReady(Lease lease, Dictionary<LeaseKey, Lease> known) =>
        lease.ParentShardIds.All(p => !known.TryGetValue(lease.Key with { ShardId = p }, out var parent) || parent.IsEnded);

    private bool IsFree(Lease lease)
    {
        if (_gone.TryGetValue(lease.Key, out var since) && time.GetElapsedTime(since) < options.Failover)
            return false;
        if (lease.Owner is null)
            return true;
        // Under our name but not in our hands: we were restarted.
        if (lease.Owner == me)
            return !_readings.ContainsKey(lease.Key);
        return _seen.TryGetValue(lease.Key, out var seen) && time.GetElapsedTime(seen.Since) >= options.Failover;
    }

    private void Observe(IReadOnlyList<Lease> known)
    {
        var now = time.GetTimestamp();
        foreach (var lease in known)
        {
            if (!_seen.TryGetValue(lease.Key, out var seen) || seen.Counter != lease.Counter || seen.Owner != lease.Owner)
                _seen[lease.Key] = (lease.Counter, lease.Owner, now);
        }

        foreach (var gone in _seen.Keys.Except(known.Select(l => l.Key)).ToArray())
        {
            _seen.Remove(gone);
            _gone.Remove(gone);
        }
    }

    private async Task ReadAsync(Reading reading)
    {
        try
        {
            reading.End = await new ShardReader(reading.Held, parts).RunAsync(reading.Stop.Token);
        }
        catch (OperationCanceledException) when (reading.Stop.IsCancellationRequested)
        {
            // Stopped by us.
        }
    }

    /// <summary>Lets go of readings that ended or whose lease is lost.</summary>
    private async Task CollectAsync()
    {
        foreach (var (key, reading) in _readings.Where(r => r.Value.Task is { IsCompleted: true } || (r.Value.Task is null && r.Value.Held.Lost.IsCancellationRequested)).ToArray())
        {
            if (reading.Task is { IsFaulted: true } task)
                LogReaderFaulted(logger, key.Stream, key.ShardId, task.Exception);

            // Not read again at once: the stream is on its way out, or its listing is behind.
            if (reading.End == ReaderEnd.Gone)
                _gone[key] = time.GetTimestamp();
            _readings.TryRemove(key, out _);
            if (reading.End is null or ReaderEnd.Gone)
                await reading.Held.EvictAsync(CancellationToken.None);
            reading.Dispose();
        }
    }

    /// <summary>Renews each third of the failover time: two may be missed.</summary>
    private async Task HeartbeatAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await Task.Delay(options.Failover / 3, time, cancellationToken);
            var renewals = _readings.Values.Where(r => r.End != ReaderEnd.ShardEnd && !r.Held.Lost.IsCancellationRequested).Select(r => RenewAsync(r.Held, cancellationToken)).ToArray();
            await Task.WhenAll(renewals);
        }
    }

    private async Task RenewAsync(HeldLease held, CancellationToken cancellationToken)
    {
        try
        {
            await held.RenewAsync(cancellationToken);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            LogRenewFailed(logger, held.Current.Stream, held.Current.ShardId, e);
        }
    }

    /// <summary>Sleeps until the next look, or until a reader has ended: children of its shard may start.</summary>
    private async Task WaitAsync(CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        lock (_waking)
        {
            if (!_woken)
                _sleep = either;
            _woken = false;
        }

        if (_sleep is not null)
            await Task.Delay(UntilNextLook(), time, either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        lock (_waking)
        {
            _sleep = null;
            _woken = false;
        }

        cancellationToken.ThrowIfCancellationRequested();
    }

    /// <summary>The usual time, or less when the lease of another that gives no sign falls due before: a shard must not wait for the next look as well.</summary>
    private TimeSpan UntilNextLook()
    {
        var usual = TimeSpan.FromMilliseconds(options.DiscoveryMilliseconds);
        var due = usual;
        foreach (var (key, seen) in _seen)
        {
            if (seen.Owner is null || seen.Owner == me || _readings.ContainsKey(key))
                continue;
            var left = options.Failover - time.GetElapsedTime(seen.Since);
            if (left > TimeSpan.Zero && left < due)
                due = left;
        }

        return due;
    }

    private async Task WakeAfterAsync(Task reader)
    {
        await reader.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        lock (_waking)
        {
            _woken = true;
            _sleep?.Cancel();
        }
    }

    private async Task StopAsync()
    {
        foreach (var reading in _readings.Values)
            reading.Cancel();
        await Task.WhenAll(_readings.Values.Select(r => r.Task ?? Task.CompletedTask)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        foreach (var reading in _readings.Values)
        {
            try
            {
                await reading.Held.EvictAsync(CancellationToken.None);
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                // Others take it after the failover time.
                LogRenewFailed(logger, reading.Held.Current.Stream, reading.Held.Current.ShardId, e);
            }

            reading.Dispose();
        }

        _readings.Clear();
    }

    private sealed class Reading(HeldLease held, CancellationTokenSource stop) : IDisposable
    {
        public HeldLease Held { get; } = held;
        public CancellationTokenSource Stop { get; } = stop;
        public Task? Task { get; set; }
        public ReaderEnd? End { get; set; }

        /// <summary>In place, not on the pool: the order of a run is that of its calls.</summary>
        public void Cancel() => Stop.Cancel();

        public void Dispose() => Stop.Dispose();
    }

    [LoggerMessage(LogLevel.Information, "Reading {Stream}/{ShardId} from {Checkpoint}.")]
    private static partial void LogStarted(ILogger logger, string stream, string shardId, string checkpoint);

    [LoggerMessage(LogLevel.Error, "No lease is taken: {Reason}")]
    private static partial void LogRefused(ILogger logger, string reason);

    [LoggerMessage(LogLevel.Warning, "Looking for streams, shards and leases failed; readers that run go on.")]
    private static partial void LogLookFailed(ILogger logger, Exception e);

    [LoggerMessage(LogLevel.Warning, "The lease of {Stream}/{ShardId} could not be written.")]
    private static partial void LogRenewFailed(ILogger logger, string stream, string shardId, Exception e);

    [LoggerMessage(LogLevel.Error, "The reader of {Stream}/{ShardId} ended unexpectedly; it will be started again.")]
    private static partial void LogReaderFaulted(ILogger logger, string stream, string shardId, Exception? e);
}
