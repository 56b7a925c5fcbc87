namespace Weir.Pipeline.Tests.Consuming;

/// <summary>
/// One thread, one queue, one clock that moves only when nothing is left to do: the same seed gives the same run, however busy the machine.
/// Code inside must not leave for the thread pool.
/// </summary>
internal sealed class VirtualWorld : SynchronizationContext
{
    private readonly Queue<(SendOrPostCallback Callback, object? State)> _ready = [];

    public VirtualTime Time { get; } = new();

    public override void Post(SendOrPostCallback d, object? state) => _ready.Enqueue((d, state));

    public override void Send(SendOrPostCallback d, object? state) => d(state);

    public override SynchronizationContext CreateCopy() => this;

    /// <summary>Runs until <paramref name="main"/> is done.</summary>
    public void Run(Func<Task> main, TimeSpan atMost)
    {
        var before = Current;
        SetSynchronizationContext(this);
        try
        {
            var task = main();
            while (!task.IsCompleted)
            {
                if (_ready.TryDequeue(out var next))
                    next.Callback(next.State);
                else if (Time.Elapsed > atMost)
                    throw new TimeoutException($"Not done after {atMost} of virtual time.");
                else if (!Time.Step())
                    throw new TimeoutException("Nothing is left that could happen.");
            }

            task.GetAwaiter().GetResult();
        }
        finally
        {
            SetSynchronizationContext(before);
        }
    }
}

internal sealed class VirtualTime : TimeProvider
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private readonly PriorityQueue<(VirtualTimer Timer, int Generation), (long Due, long Order)> _timers = new();
    private long _now, _order;

    public TimeSpan Elapsed => TimeSpan.FromTicks(_now);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => _now + 1;

    public override DateTimeOffset GetUtcNow() => Start.AddTicks(_now);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new VirtualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Moves to the next timer and fires it; false when there is none.</summary>
    public bool Step()
    {
        while (_timers.TryDequeue(out var next, out var priority))
        {
            if (!next.Timer.IsDue(next.Generation))
                continue;
            _now = Math.Max(_now, priority.Due);
            next.Timer.Fire();
            return true;
        }

        return false;
    }

    private sealed class VirtualTimer(VirtualTime time, TimerCallback callback, object? state) : ITimer
    {
        private int _generation;
        private TimeSpan _period;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            _generation++;
            _period = period;
            if (dueTime != Timeout.InfiniteTimeSpan)
                time._timers.Enqueue((this, _generation), (time._now + dueTime.Ticks, time._order++));
            return true;
        }

        public bool IsDue(int generation) => generation == _generation;

        public void Fire()
        {
            _generation++;
            if (_period > TimeSpan.Zero)
                Change(_period, _period);
            callback(state);
        }

        public void Dispose() => _generation++;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
