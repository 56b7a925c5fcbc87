using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Threading.Channels;
using Weir.CommitLog;

namespace Weir.Pipeline.Spool;

/// <summary>The spool's one writer: gathers what waits, leaves out what was seen before, commits, indexes, tells the senders.</summary>
internal sealed partial class Spool
{
    private readonly List<SpoolBatch> _group = [];
    private readonly List<ReadOnlyMemory<byte>> _entries = [];
    private readonly List<byte[]?> _markers = [];
    private readonly List<Waiting> _placed = [];
    private readonly HashSet<UInt128> _idsInGroup = [];

    private async Task WriteAsync()
    {
        // Until the backlog is indexed, batches become durable but stay out of the index: the scan finds them in its last stretch.
        // Those that must be told from earlier ones wait, for the scan may still meet those.
        var scan = Task.Run(() => Scan(new LogPosition(_left.ScanFrom), skipPublished: true));
        var scanning = true;
        var deferred = new Queue<SpoolBatch>();
        var reader = _incoming.Reader;
        while (await WaitAsync(reader, scanning ? scan : null))
        {
            if (scanning && scan.IsCompleted)
            {
                scanning = false;
                FinishScan(scan);
            }

            while (!scanning && deferred.Count > 0)
            {
                await CommitAsync([deferred.Dequeue()], index: true);
            }

            Gather(reader, scanning ? deferred : null);
            if (_group.Count > 0)
            {
                await CommitAsync(_group, index: !scanning);
            }
        }

        await ((Task)scan).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var batch in deferred)
        {
            batch.Fail(new ObjectDisposedException(nameof(Spool)));
        }
    }

    /// <summary>Whether there may be work: a batch, or the end of the scan. False when the spool closes.</summary>
    private static async ValueTask<bool> WaitAsync(ChannelReader<SpoolBatch> reader, Task? scan)
    {
        var incoming = reader.WaitToReadAsync();
        if (incoming.IsCompleted || scan is null)
        {
            return await incoming;
        }

        var arrived = incoming.AsTask();
        return await Task.WhenAny(arrived, scan) == scan || await arrived;
    }

    /// <summary>Takes what waits, up to a commit's size. A batch that repeats an id of the group waits for the next one, when that id is known.</summary>
    private void Gather(ChannelReader<SpoolBatch> reader, Queue<SpoolBatch>? deferred)
    {
        _group.Clear();
        _idsInGroup.Clear();
        var bytes = 0L;
        while (reader.TryPeek(out var next) && (_group.Count == 0 || bytes + next.CommitBytes <= _options.MaxCommitBytes))
        {
            if (next.NeedsDedupe)
            {
                if (deferred is not null)
                {
                    reader.TryRead(out _);
                    deferred.Enqueue(next);
                    continue;
                }

                if (!JoinsGroup(next))
                {
                    return;
                }
            }

            reader.TryRead(out _);
            _group.Add(next);
            bytes += next.CommitBytes;
        }
    }

    private bool JoinsGroup(SpoolBatch batch)
    {
        if (batch.IdempotencyKey is { } key && _idsInGroup.Contains(key))
        {
            return false;
        }

        for (var i = 0; i < batch.Count; i++)
        {
            if (batch.Id(i) != 0 && _idsInGroup.Contains(batch.Id(i)))
            {
                return false;
            }
        }

        if (batch.IdempotencyKey is { } own)
        {
            _idsInGroup.Add(own);
        }

        for (var i = 0; i < batch.Count; i++)
        {
            if (batch.Id(i) != 0)
            {
                _idsInGroup.Add(batch.Id(i));
            }
        }

        return true;
    }

    private void FinishScan(Task<long> scan)
    {
        try
        {
            var end = Scan(new LogPosition(scan.GetAwaiter().GetResult()), skipPublished: false);
            Volatile.Write(ref _indexedEnd, end);
            _indexed.TrySetResult();
        }
        catch (Exception e) when (e is IOException or InvalidDataException or CryptographicException or OperationCanceledException)
        {
            LogScanFailed(_logger, e);
            _indexed.TrySetException(e);
        }
    }

    private async Task CommitAsync(List<SpoolBatch> batches, bool index)
    {
        LogPosition[] positions;
        try
        {
            Prepare(batches);
            positions = _entries.Count == 0 ? [] : await _log.AppendAsync(_entries, CancellationToken.None);
        }
        catch (Exception e) when (e is not IOException && batches.Count > 1)
        {
            // Not the disk, but something with one of them: nothing was written, and the others must not suffer for it.
            foreach (var batch in batches.ToArray())
            {
                await CommitAsync([batch], index);
            }

            return;
        }
#pragma warning disable CA1031 // Whatever it is, its sender must hear of it, and the writer must go on: without it every later request would wait for ever.
        catch (Exception e)
#pragma warning restore CA1031
        {
            var error = e is LogFullException ? new SpoolFullException("The disk of the spool is full.", e) : e;
            LogAppendFailed(_logger, batches.Sum(b => b.Count), e);
            foreach (var batch in batches)
            {
                batch.Fail(error);
            }

            return;
        }

        var at = 0;
        for (var b = 0; b < batches.Count; b++)
        {
            at = Placed(batches[b], positions, at, index);
            if (_markers[b] is { } marker)
            {
                at++;
                _dedupe.Remember(marker);
            }
        }

        if (index && positions.Length > 0)
        {
            // This loop is the only writer, so the log ends where this append did.
            Volatile.Write(ref _indexedEnd, _log.End.Offset);
        }

        foreach (var batch in batches)
        {
            batch.Complete();
        }
    }

    /// <summary>Lays out what the group commits: each batch's new records, then its marker.</summary>
    private void Prepare(List<SpoolBatch> batches)
    {
        _entries.Clear();
        _markers.Clear();
        foreach (var batch in batches)
        {
            _markers.Add(null);
            if (batch.IdempotencyKey is { } key && _dedupe.Find(key) is { } seen)
            {
                batch.Outcome = seen.BodyHash == batch.BodyHash ? IdempotencyOutcome.Replayed : IdempotencyOutcome.Conflict;
                batch.Replay = seen.Answer;
                continue;
            }

            var ids = batch.HasIds ? MarkDuplicates(batch) : [];
            for (var i = 0; i < batch.Count; i++)
            {
                if (!batch.IsDuplicate(i))
                {
                    _entries.Add(batch.Entry(i));
                }
            }

            if (ids.Count > 0 || batch.IdempotencyKey is not null)
            {
                _markers[^1] = SpoolMarker.Write(batch.AcceptedAtMilliseconds, ids, batch.IdempotencyKey, batch.BodyHash, batch.Answer?.Invoke() ?? []);
                _entries.Add(_markers[^1]);
            }
        }
    }

    /// <summary>Finds the records whose id was seen, in the window or earlier in the same request; returns the new ids.</summary>
    private List<UInt128> MarkDuplicates(SpoolBatch batch)
    {
        var ids = new List<UInt128>();
        var here = new HashSet<UInt128>();
        for (var i = 0; i < batch.Count; i++)
        {
            var id = batch.Id(i);
            if (id == 0)
            {
                continue;
            }

            if (_dedupe.HasSeen(id) || !here.Add(id))
            {
                batch.MarkDuplicate(i);
            }
            else
            {
                ids.Add(id);
            }
        }

        return ids;
    }

    /// <summary>Tells the batch where its records stand and indexes them; returns the next place in <paramref name="positions"/>.</summary>
    private int Placed(SpoolBatch batch, LogPosition[] positions, int at, bool index)
    {
        if (batch.Outcome != IdempotencyOutcome.New)
        {
            return at;
        }

        var bytes = 0L;
        _placed.Clear();
        for (var i = 0; i < batch.Count; i++)
        {
            if (batch.IsDuplicate(i))
            {
                batch.Acks?[i].Set(null);
                continue;
            }

            var position = positions[at++].Offset;
            batch.Place(i, position);
            if (batch.Acks is { } acks)
            {
                _acks[position] = acks[i];
            }

            _placed.Add(new Waiting(position, batch.HashPrefix(i)));
            bytes += batch.Entry(i).Length;
        }

        if (index && _placed.Count > 0)
        {
            BacklogOf(batch.Stream).Add(CollectionsMarshal.AsSpan(_placed), bytes);
        }

        return at;
    }
}
