using System.Text;
using Weir.Aws.Kinesis;
using Weir.LocalKinesis.Storage;

namespace Weir.LocalKinesis.Streams;

/// <summary>A shard as it runs: its document, the index of its blocks, its limits and its counters.</summary>
internal sealed class LocalShard
{
    private readonly Lock _lock = new();
    private readonly SequenceCounter _counter;
    private BlockIndex _index = new();
    private TaskCompletionSource? _arrival;
    private TokenBucket _writtenBytes = new(ShardLimits.WriteBytesPerSecond, ShardLimits.WriteBytesPerSecond);
    private TokenBucket _writtenRecords = new(ShardLimits.WriteRecordsPerSecond, ShardLimits.WriteRecordsPerSecond);
    private TokenBucket _reads = new(ShardLimits.ReadsPerSecond, ShardLimits.ReadsPerSecond);
    private TokenBucket _readBytes = new(ShardLimits.ReadBytesPerSecond, ShardLimits.ReadBytesPerSecond);
    private TokenBucket _iterators = new(ShardLimits.ReadsPerSecond, ShardLimits.ReadsPerSecond);
    private ulong _tip;
    private long _lastMs;
    private long _inBytes, _inRecords, _outBytes, _outRecords, _writeThrottles, _readThrottles;

    public LocalShard(ShardDocument document, int streamId, SequenceCounter counter)
    {
        (Document, StreamId, _counter) = (document, streamId, counter);
        Name = ShardName.Of(document.Index);
        NameUtf8 = Encoding.ASCII.GetBytes(Name);
        _tip = Math.Max(1, document.NextIndex);
        _counter.Pass(_tip);
    }

    /// <summary>Replaced when the shard closes.</summary>
    public ShardDocument Document { get; set => Volatile.Write(ref field, value); }

    public int Index => Document.Index;
    public string Name { get; }
    public byte[] NameUtf8 { get; }
    public int StreamId { get; }
    public SequenceNumber Start => SequenceNumber.StartOf(Document.CreatedSeconds, Index);

    /// <summary>One past the last visible record's index; 1 in a new shard.</summary>
    public ulong Tip
    {
        get
        {
            lock (_lock)
                return _tip;
        }
    }

    /// <summary>When the last record arrived, in milliseconds since 1970; 0 before the first.</summary>
    public long LastMs => Volatile.Read(ref _lastMs);

    public ShardCounters Counters => new(
        Name,
        Volatile.Read(ref _inBytes),
        Volatile.Read(ref _inRecords),
        Volatile.Read(ref _outBytes),
        Volatile.Read(ref _outRecords),
        Volatile.Read(ref _writeThrottles),
        Volatile.Read(ref _readThrottles));

    public bool Touched => (_inRecords | _outRecords | _writeThrottles | _readThrottles) != 0;

    /// <summary>A record's number. A child is dated a second after its parents' end, and a record that comes before that is numbered as if it had come with the shard.</summary>
    public SequenceNumber Number(ulong index, long arrivedMs) => new(Document.CreatedSeconds, index, Math.Max(arrivedMs / 1000, Document.CreatedSeconds), Index);

    /// <summary>Gives the next indexes and an arrival time that does not go back. Called under the stream's lock, in the order of the log.</summary>
    public (ulong First, long ArrivedMs) Assign(int count, long nowMs)
    {
        var first = _counter.Take(count);
        _lastMs = Math.Max(_lastMs, Math.Max(nowMs, Document.CreatedMs));
        return (first, _lastMs);
    }

    /// <summary>Makes a durable block visible and wakes who waits for it.</summary>
    public void Publish(BlockRef block)
    {
        TaskCompletionSource? arrival;
        lock (_lock)
        {
            _index.Add(block);
            _tip = block.End;
            arrival = _arrival;
            _arrival = null;
        }

        arrival?.SetResult();
    }

    /// <summary>Counts records that were put.</summary>
    public void Received(int records, long bytes)
    {
        Interlocked.Add(ref _inRecords, records);
        Interlocked.Add(ref _inBytes, bytes);
    }

    /// <summary>Wakes who waits, because the shard has closed or is gone.</summary>
    public void Wake()
    {
        TaskCompletionSource? arrival;
        lock (_lock)
        {
            arrival = _arrival;
            _arrival = null;
        }

        arrival?.SetResult();
    }

    /// <summary>Completes when there may be something at the index, or the shard is closed.</summary>
    public Task WaitForAsync(ulong index, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_tip > index || !Document.IsOpen)
                return Task.CompletedTask;
            _arrival ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _arrival.Task.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Where to read from the index on: blocks in order, up to so many records and bytes; the tip and when its record arrived.</summary>
    public (ulong Tip, long? TipArrivedMs) Collect(ulong from, int maxBlocks, long maxBytes, List<BlockRef> blocks)
    {
        lock (_lock)
        {
            _index.CollectFrom(from, maxBlocks, maxBytes, blocks);
            return (_tip, _index.LastArrivedMs);
        }
    }

    /// <summary>The index of the first record that arrived at the time or later, or the tip.</summary>
    public ulong IndexAt(long arrivedMs)
    {
        lock (_lock)
            return _index.FirstAt(arrivedMs) ?? _tip;
    }

    /// <summary>Whether the limits let a record in.</summary>
    public bool TryWrite(int bytes, long now)
    {
        lock (_lock)
        {
            if (!_writtenRecords.TryTake(1, now))
            {
                _writeThrottles++;
                return false;
            }

            if (!_writtenBytes.TryTake(bytes, now))
            {
                _writtenRecords.Charge(-1);
                _writeThrottles++;
                return false;
            }

            return true;
        }
    }

    /// <summary>Counts a record that was throttled for other reasons than the limits.</summary>
    public void CountWriteThrottle() => Interlocked.Increment(ref _writeThrottles);

    /// <summary>Whether the limits let a call of GetRecords in.</summary>
    public bool TryRead(long now)
    {
        lock (_lock)
        {
            if (_readBytes.IsOpen(now) && _reads.TryTake(1, now))
                return true;
        }

        Interlocked.Increment(ref _readThrottles);
        return false;
    }

    /// <summary>Whether the limits let a call of GetShardIterator in.</summary>
    public bool TryIterate(long now)
    {
        lock (_lock)
            return _iterators.TryTake(1, now);
    }

    /// <summary>Counts what was read; <paramref name="charge"/> takes it off the shared 2 MiB/s.</summary>
    public void Sent(int records, long bytes, bool charge)
    {
        Interlocked.Add(ref _outRecords, records);
        Interlocked.Add(ref _outBytes, bytes);
        if (!charge || bytes == 0)
            return;
        lock (_lock)
            _readBytes.Charge(bytes);
    }

    /// <summary>Forgets records that arrived before the time; answers the place in the log of the oldest kept.</summary>
    public long Trim(long beforeMs)
    {
        lock (_lock)
        {
            _index.ForgetBefore(beforeMs);
            return _index.FirstPosition;
        }
    }

    /// <summary>Whether the shard is closed and its last record arrived before the time. A clock set back may have closed it earlier than its records say.</summary>
    public bool HasExpired(long beforeMs) => Document.ClosedMs < beforeMs && LastMs < beforeMs;

    /// <summary>Takes up what recovery found of the shard.</summary>
    public void Restore(ShardRemains remains)
    {
        lock (_lock)
        {
            _index = remains.Index;
            _tip = Math.Max(_tip, remains.Next);
            _counter.Pass(_tip);
            _lastMs = Math.Max(_lastMs, remains.LastMs);
        }
    }

    /// <summary>Goes on after a block that recovery found and published.</summary>
    public void Resume(BlockRef block)
    {
        _counter.Pass(block.End);
        _lastMs = Math.Max(_lastMs, block.ArrivedMs);
    }

    /// <summary>Leaves out so many numbers, which records that are lost may have had.</summary>
    public void PassNumbers(ulong count) => _counter.Pass(Tip + count);

    /// <summary>Everything that a restart needs and the document does not say.</summary>
    public ShardRemains Capture()
    {
        lock (_lock)
            return new ShardRemains { Index = _index.Copy(), Next = _tip, LastMs = _index.LastArrivedMs ?? _lastMs };
    }

    /// <summary>Forgets what the log no longer has from its beginning on; answers how many of the records should be there.</summary>
    public long ForgetReleased(long position, long horizonMs)
    {
        lock (_lock)
            return _index.ForgetReleased(position, horizonMs);
    }

    public Shard ToWire() => new(
        Name,
        Document.Range.ToWire(),
        new SequenceNumberRange(
            Start.ToString(),
            Document.ClosedMs is { } closed ? Number(SequenceNumber.EndIndex, closed).ToString() : null),
        Document.Parent is { } parent ? ShardName.Of(parent) : null,
        Document.AdjacentParent is { } adjacent ? ShardName.Of(adjacent) : null);
}

/// <summary>What is known of a shard's records: from a checkpoint, from the log, or both.</summary>
internal sealed class ShardRemains
{
    public BlockIndex Index { get; init; } = new();
    public ulong Next { get; set; } = 1;
    public long LastMs { get; set; }
}

/// <summary>The limits of one shard, from <see href="https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html">quotas and limits</see>.</summary>
internal static class ShardLimits
{
    public const double WriteBytesPerSecond = 1 << 20;
    public const double WriteRecordsPerSecond = 1000;
    public const double ReadsPerSecond = 5;
    public const double ReadBytesPerSecond = 2 << 20;

    /// <summary>The most that one answer of GetRecords holds.</summary>
    public const int AnswerBytes = 10 << 20;
}
