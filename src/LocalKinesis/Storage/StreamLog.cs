using Weir.CommitLog;
using Log = Weir.CommitLog.CommitLog;

namespace Weir.LocalKinesis.Storage;

/// <summary>Entries that are to become durable together, and what is to happen when they are.</summary>
internal abstract class PendingWrite
{
    // Who waits goes on at once on the thread that completes: a thread of the pool, see Answers.
    private readonly TaskCompletionSource _done = new();

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
/// A thread of its own writes and flushes, so that a write changes threads twice only: to it, and back to whoever answers.
/// </summary>
internal sealed class StreamLog : IAsyncDisposable
{
    /// <summary>A commit takes no further write once it has this much: larger ones gain nothing and delay everyone in them.</summary>
    private const int EnoughBytes = 4 << 20;

    private readonly object _gate = new();
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<ReadOnlyMemory<byte>> _entries = [];
    private List<PendingWrite> _waiting = [];
    private bool _stopping;

    public StreamLog(Log log)
    {
        Log = log;
        new Thread(Run) { IsBackground = true, Name = "Stream log" }.Start();
    }

    public Log Log { get; }

    public void Enqueue(PendingWrite write)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_stopping, this);
            _waiting.Add(write);
            if (_waiting.Count == 1)
                Monitor.Pulse(_gate);
        }
    }

    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            _stopping = true;
            Monitor.Pulse(_gate);
        }

        await _stopped.Task.ConfigureAwait(false);
        await Log.DisposeAsync().ConfigureAwait(false);
    }

    private void Run()
    {
        var taken = new List<PendingWrite>();
        while (AwaitWrites())
        {
            // Calls that are being read at this moment go first and share the commit: on busy processors that saves one flush in six, and nothing waits for it on idle ones.
            Thread.Yield();
            lock (_gate)
                (taken, _waiting) = (_waiting, taken);
            for (var first = 0; first < taken.Count;)
                first = CommitFrom(taken, first);
            taken.Clear();
        }

        _stopped.SetResult();
    }

    /// <summary>Waits until there is something to write; false when there will be nothing more.</summary>
    private bool AwaitWrites()
    {
        lock (_gate)
        {
            while (_waiting.Count == 0 && !_stopping)
                Monitor.Wait(_gate);
            return _waiting.Count > 0;
        }
    }

    /// <summary>Makes one commit of as many writes as it takes; returns the index after them.</summary>
    private int CommitFrom(List<PendingWrite> writes, int first)
    {
        _entries.Clear();
        var (last, bytes) = (first, 0L);
        do
        {
            var before = _entries.Count;
            writes[last].AddTo(_entries);
            for (var i = before; i < _entries.Count; i++)
                bytes += _entries[i].Length;
            last++;
        }
        while (last < writes.Count && bytes < EnoughBytes && writes[last].Count > 0 && _entries.Count > 0);
        try
        {
            var positions = Log.Append(_entries);
            var at = 0;
            for (var i = first; i < last; i++)
            {
                var count = writes[i].Count;
                writes[i].Committed(positions.AsSpan(at, count));
                at += count;
            }

            Answers.Start(writes, first, last, null);
        }
#pragma warning disable CA1031 // Whoever waits for the writes decides what to make of it; the next commit may well succeed.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Answers.Start(writes, first, last, e);
        }

        return last;
    }

    /// <summary>
    /// Completes the writes of one commit on the pool, as many at a time as there are processors: a work item for each write would cost more in waking
    /// threads than most answers cost.
    /// </summary>
    private sealed class Answers(PendingWrite[] writes, Exception? failure) : IThreadPoolWorkItem
    {
        private int _next = -1;

        public static void Start(List<PendingWrite> writes, int first, int last, Exception? failure)
        {
            var answers = new Answers([.. System.Runtime.InteropServices.CollectionsMarshal.AsSpan(writes)[first..last]], failure);
            for (var workers = Math.Min(Environment.ProcessorCount, last - first); workers > 0; workers--)
                ThreadPool.UnsafeQueueUserWorkItem(answers, preferLocal: false);
        }

        public void Execute()
        {
            for (var i = Interlocked.Increment(ref _next); i < writes.Length; i = Interlocked.Increment(ref _next))
            {
                if (failure is null)
                    writes[i].Complete();
                else
                    writes[i].Fail(failure);
            }
        }
    }
}
