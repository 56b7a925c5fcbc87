using System.Buffers;
using System.Collections.Concurrent;
using System.Threading.Tasks.Sources;
using Weir.CommitLog.Format;

namespace Weir.CommitLog.Writing;

/// <summary>A batch on its way to the disk, and the wait of whoever appended it. Checksums are taken on the appender's thread, to spare the one writer.</summary>
internal abstract class PendingAppend
{
    /// <summary>Bytes of all frames.</summary>
    public int FramedBytes { get; protected set; }

    public abstract void Encode(CommitBuffer buffer);

    public abstract void Complete();

    public abstract void Fail(Exception reason);
}

/// <summary>What both kinds share: a pooled source of the awaited value.</summary>
internal abstract class PendingAppend<TSelf, TResult> : PendingAppend, IValueTaskSource<TResult>
    where TSelf : PendingAppend<TSelf, TResult>, new()
{
    private const int MaxPooled = 4096;
    private static readonly ConcurrentQueue<TSelf> Pool = new();
    private static int _pooled;

    // Continuations run elsewhere: the writer's thread has a disk to feed.
    private ManualResetValueTaskSourceCore<TResult> _source = new() { RunContinuationsAsynchronously = true };

    public ValueTask<TResult> Task => new(this, _source.Version);

    protected static TSelf Rent()
    {
        if (!Pool.TryDequeue(out var append))
            return new TSelf();
        Interlocked.Decrement(ref _pooled);
        return append;
    }

    protected void Complete(TResult result) => _source.SetResult(result);

    public override void Fail(Exception reason)
    {
        Clear();
        _source.SetException(reason);
    }

    /// <summary>Lets go of the appender's memory.</summary>
    protected abstract void Clear();

    TResult IValueTaskSource<TResult>.GetResult(short token)
    {
        // Asked too early, the source throws, and must not go back to the pool: the writer still has it.
        if (_source.GetStatus(token) == ValueTaskSourceStatus.Pending)
            return _source.GetResult(token);
        try
        {
            return _source.GetResult(token);
        }
        finally
        {
            _source.Reset();
            if (Interlocked.Increment(ref _pooled) <= MaxPooled)
                Pool.Enqueue((TSelf)this);
            else
                Interlocked.Decrement(ref _pooled);
        }
    }

    ValueTaskSourceStatus IValueTaskSource<TResult>.GetStatus(short token) => _source.GetStatus(token);

    void IValueTaskSource<TResult>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);
}

/// <summary>One entry.</summary>
internal sealed class SingleAppend : PendingAppend<SingleAppend, LogPosition>
{
    private ReadOnlyMemory<byte> _entry;
    private uint _crc;
    private LogPosition _position;

    public static SingleAppend Of(ReadOnlyMemory<byte> entry)
    {
        var append = Rent();
        append._entry = entry;
        append._crc = Crc32C.Of(entry.Span);
        append.FramedBytes = Frame.HeaderBytes + entry.Length;
        return append;
    }

    public override void Encode(CommitBuffer buffer) => _position = buffer.Append(_entry.Span, _crc, 0);

    public override void Complete()
    {
        Clear();
        Complete(_position);
    }

    protected override void Clear() => _entry = default;
}

/// <summary>Several entries that live or die together.</summary>
internal sealed class BatchAppend : PendingAppend<BatchAppend, LogPosition[]>
{
    private (ReadOnlyMemory<byte> Entry, uint Crc)[] _entries = [];
    private LogPosition[] _positions = [];

    public static BatchAppend Of(IReadOnlyList<ReadOnlyMemory<byte>> entries, int framedBytes)
    {
        var append = Rent();
        append._positions = new LogPosition[entries.Count];
        append._entries = ArrayPool<(ReadOnlyMemory<byte>, uint)>.Shared.Rent(entries.Count);
        append.FramedBytes = framedBytes;
        for (var i = 0; i < entries.Count; i++)
            append._entries[i] = (entries[i], Crc32C.Of(entries[i].Span));
        return append;
    }

    public override void Encode(CommitBuffer buffer)
    {
        for (var i = 0; i < _positions.Length; i++)
            _positions[i] = buffer.Append(_entries[i].Entry.Span, _entries[i].Crc, _positions.Length - 1 - i);
    }

    public override void Complete()
    {
        var positions = _positions;
        Clear();
        Complete(positions);
    }

    protected override void Clear()
    {
        ArrayPool<(ReadOnlyMemory<byte>, uint)>.Shared.Return(_entries, clearArray: true);
        _entries = [];
        _positions = [];
    }
}
