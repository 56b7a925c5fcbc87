using Weir.CommitLog;
using Log = Weir.CommitLog.CommitLog;

namespace Weir.LocalKinesis.Storage;

/// <summary>Entries that are to become durable together, and what is to happen when they are.</summary>
internal abstract class PendingWrite
{
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when the entries are durable and visible to readers.</summary>
    public Task Done => _done.Task;

    /// <summary>Adds the entries, in order, to those of the same commit.</summary>
    public abstract void AddTo(List<ReadOnlyMemory<byte>> entries);

    /// <summary>How many entries <see cref="AddTo"/> adds.</summary>
    public abstract int Count { get; }

    /// <summary>Makes the entries visible. Called in the order of the log, before the call is answered.</summary>
    public abstract void Committed(ReadOnlySpan<LogPosition> positions);

    public void Complete() => _done.TrySetResult();

    public void Fail(Exception exception) => _done.TrySetException(exception);
}

/// <summary>
/// The door to the commit log: writes enter in the order in which they were enqueued, those that wait share a commit, and become visible in that same order.
/// </summary>
internal sealed class StreamLog : IAsyncDisposable
{
    private const int MostBytesAtOnce = 64 << 20;

    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _wake = new(0, 1);
    private readonly Task _loop;
    private List<PendingWrite> _waiting = [];
    private bool _idle = true;
    private bool _stopping;

    public StreamLog(Log log)
    {
        Log = log;
        _loop = Task.Run(RunAsync);
    }

    public Log Log { get; }

    public void Enqueue(PendingWrite write)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_stopping, this);
            _waiting.Add(write);
            if (!_idle)
                return;
            _idle = false;
        }

        _wake.Release();
    }

    public async ValueTask DisposeAsync()
    {
        lock (_lock)
        {
            if (_stopping)
                return;
            _stopping = true;
            if (_idle)
            {
                _idle = false;
                _wake.Release();
            }
        }

        await _loop.ConfigureAwait(false);
        await Log.DisposeAsync().ConfigureAwait(false);
        _wake.Dispose();
    }

    private async Task RunAsync()
    {
        var taken = new List<PendingWrite>();
        var entries = new List<ReadOnlyMemory<byte>>();
        while (true)
        {
            lock (_lock)
            {
                if (_waiting.Count > 0)
                    (taken, _waiting) = (_waiting, taken);
                else if (_stopping)
                    return;
                else
                    _idle = true;
            }

            if (taken.Count == 0)
            {
                await _wake.WaitAsync().ConfigureAwait(false);
                continue;
            }

            for (var first = 0; first < taken.Count;)
            {
                entries.Clear();
                var last = first;
                var bytes = 0L;
                do
                {
                    var before = entries.Count;
                    taken[last].AddTo(entries);
                    for (var i = before; i < entries.Count; i++)
                        bytes += entries[i].Length;
                    last++;
                }
                while (last < taken.Count && bytes < MostBytesAtOnce && taken[last].Count > 0 && entries.Count > 0);
                await CommitAsync(taken, first, last, entries).ConfigureAwait(false);
                first = last;
            }

            taken.Clear();
        }
    }

    private async Task CommitAsync(List<PendingWrite> writes, int first, int last, List<ReadOnlyMemory<byte>> entries)
    {
        try
        {
            var positions = await Log.AppendAsync(entries, CancellationToken.None).ConfigureAwait(false);
            var at = 0;
            for (var i = first; i < last; i++)
            {
                var count = writes[i].Count;
                writes[i].Committed(positions.AsSpan(at, count));
                at += count;
                writes[i].Complete();
            }
        }
        catch (Exception e)
        {
            // Whoever waits for the writes decides what to make of it; the next commit may well succeed.
            for (var i = first; i < last; i++)
                writes[i].Fail(e);
        }
    }
}
