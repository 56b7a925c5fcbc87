using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Weir.CommitLog;

namespace Weir.Pipeline.Spool;

/// <summary>
/// What was seen lately: record ids and idempotency keys, as hashes, bounded in time and number. Used by the spool's writer only, one thread at a time.
/// It outlives restarts on a log of its own: a marker is first in the spool (with the records, in one commit), then here, and a checkpoint lets the spool's
/// copy go only once this one is durable. Answers to idempotent requests stay on disk.
/// </summary>
internal sealed class DedupeWindow : IAsyncDisposable
{
    private readonly CommitLog.CommitLog _log;
    private readonly DedupeOptions _options;
    private readonly TimeProvider _time;
    private readonly HashSet<UInt128> _ids = [];
    private readonly Dictionary<UInt128, Remembered> _keys = [];
    private readonly Queue<Remembered> _order = new();
    private readonly ConcurrentDictionary<Remembered, Task> _appending = new();
    private int _evictions;
    private bool _outOfOrder;

    private DedupeWindow(CommitLog.CommitLog log, DedupeOptions options, TimeProvider time)
    {
        _log = log;
        _options = options;
        _time = time;
    }

    /// <summary>How many ids and keys are remembered.</summary>
    public int Count => _ids.Count + _keys.Count;

    public static async Task<DedupeWindow> OpenAsync(string directory, DedupeOptions options, TimeProvider time, ILogger logger, CancellationToken cancellationToken)
    {
        return Of(await CommitLog.CommitLog.OpenAsync(new CommitLogOptions { Directory = directory, SegmentBytes = 8L << 20 }, logger, cancellationToken), options, time);
    }

    /// <summary>What a log holds, which is this window's from now on.</summary>
    internal static DedupeWindow Of(CommitLog.CommitLog log, DedupeOptions options, TimeProvider time)
    {
        var window = new DedupeWindow(log, options, time);
        foreach (var entry in log.Scan(log.Start))
        {
            var marker = SpoolMarker.Read(entry.Payload.Span);
            window.Add(new Remembered(marker.AtMilliseconds, marker.Ids, marker.Key, marker.BodyHash) { Position = entry.Position });
        }

        window.Evict();
        return window;
    }

    /// <summary>Whether a record of this id was taken within the window.</summary>
    public bool HasSeen(UInt128 id)
    {
        // Not only when something new is remembered: on a quiet stream an id would stay taken for as long as nothing else comes.
        Evict();
        return _ids.Contains(id);
    }

    /// <summary>The hash of the body that came with this key and the answer it got; null when the key is new.</summary>
    public (UInt128 BodyHash, byte[] Answer)? Find(UInt128 key)
    {
        if (!_keys.TryGetValue(key, out var seen) || seen.AtMilliseconds < Horizon)
        {
            return null;
        }

        return (seen.BodyHash, SpoolMarker.Read(seen.Marker is { } marker ? marker : _log.Read(seen.Position!.Value).Payload.Span).Answer);
    }

    /// <summary>Remembers what a commit brought; in memory at once, on disk soon (see <see cref="FlushAsync"/>).</summary>
    public void Remember(byte[] marker)
    {
        var content = SpoolMarker.Read(marker);
        var seen = new Remembered(content.AtMilliseconds, content.Ids, content.Key, content.BodyHash) { Marker = marker };
        Add(seen);
        Append(seen);
        Evict();
    }

    /// <summary>A marker found in the spool at opening; those that this log has already change nothing.</summary>
    public void Restore(ReadOnlySpan<byte> marker)
    {
        var content = SpoolMarker.Read(marker);
        if (!(content.Key is { } key ? _keys.ContainsKey(key) : Array.TrueForAll(content.Ids, _ids.Contains)))
        {
            Remember(marker.ToArray());
        }
    }

    /// <summary>Completes when everything remembered so far is on disk. Throws what the log did; what it refused for want of room is written at the next call.</summary>
    public Task FlushAsync()
    {
        foreach (var (seen, attempt) in _appending)
        {
            if (attempt.IsFaulted)
            {
                _outOfOrder = true;
                Append(seen);
            }
        }

        return Task.WhenAll(_appending.Values);
    }

    public ValueTask DisposeAsync() => _log.DisposeAsync();

    private long Horizon => _time.GetUtcNow().ToUnixTimeMilliseconds() - (_options.WindowMinutes * 60_000L);

    private void Append(Remembered seen)
    {
        _appending[seen] = AppendAsync(seen);
        if (seen.Marker is null)
        {
            _appending.TryRemove(seen, out _);
        }
    }

    private async Task AppendAsync(Remembered seen)
    {
        seen.Position = await _log.AppendAsync(seen.Marker, CancellationToken.None);
        seen.Marker = null;
        _appending.TryRemove(seen, out _);
    }

    private void Add(Remembered seen)
    {
        foreach (var id in seen.Ids)
        {
            _ids.Add(id);
        }

        if (seen.Key is { } key)
        {
            _keys[key] = seen;
        }

        _order.Enqueue(seen);
    }

    private void Evict()
    {
        var horizon = Horizon;
        while (_order.TryPeek(out var oldest) && (oldest.AtMilliseconds < horizon || Count > _options.MaxEntries))
        {
            _order.Dequeue();
            _appending.TryRemove(oldest, out _);
            foreach (var id in oldest.Ids)
            {
                _ids.Remove(id);
            }

            if (oldest.Key is { } key && _keys.TryGetValue(key, out var current) && ReferenceEquals(current, oldest))
            {
                _keys.Remove(key);
            }

            if (++_evictions % 1024 == 0 && FirstNeeded() is { } position)
            {
                _log.ReleaseBefore(position);
            }
        }
    }

    /// <summary>Where the log's first marker stands that is still remembered; null while the oldest one is not written yet.</summary>
    private LogPosition? FirstNeeded() =>
        !_outOfOrder ? (_order.TryPeek(out var next) ? next.Position : null)
        : _order.Min(r => r.Position?.Offset) is { } offset ? new LogPosition(offset)
        : null;

    private sealed class Remembered(long atMilliseconds, UInt128[] ids, UInt128? key, UInt128 bodyHash)
    {
        public long AtMilliseconds { get; } = atMilliseconds;
        public UInt128[] Ids { get; } = ids;
        public UInt128? Key { get; } = key;
        public UInt128 BodyHash { get; } = bodyHash;

        /// <summary>All of it while it is not on disk yet.</summary>
        public byte[]? Marker { get; set; }

        public LogPosition? Position { get; set; }
    }
}
