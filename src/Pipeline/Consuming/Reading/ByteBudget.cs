namespace Weir.Pipeline.Consuming.Reading;

/// <summary>
/// Bytes of records that all readers of a process may hold together. A reader takes what it expects a read to bring, and corrects it by what came; whoever finds too little left waits in line.
/// What came larger than expected may pass the bound by that much.
/// </summary>
internal sealed class ByteBudget(long limit)
{
    private readonly Lock _gate = new();
    private readonly Queue<(long Bytes, TaskCompletionSource Turn)> _line = [];
    private long _used;

    /// <summary>What is held now.</summary>
    public long Used
    {
        get
        {
            lock (_gate)
                return _used;
        }
    }

    /// <summary>Takes without waiting; false when too little is left or others wait. A first one is always let in, however large.</summary>
    public bool TryTake(long bytes)
    {
        lock (_gate)
        {
            if (_line.Count > 0 || !Fits(bytes))
                return false;
            _used += bytes;
            return true;
        }
    }

    public async Task TakeAsync(long bytes, CancellationToken cancellationToken)
    {
        TaskCompletionSource turn;
        lock (_gate)
        {
            if (_line.Count == 0 && Fits(bytes))
            {
                _used += bytes;
                return;
            }

            turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _line.Enqueue((bytes, turn));
        }

        await using (cancellationToken.UnsafeRegister(static t => ((TaskCompletionSource)t!).TrySetCanceled(), turn))
            await turn.Task;
    }

    /// <summary>Takes or gives back without asking.</summary>
    public void Correct(long by)
    {
        lock (_gate)
        {
            _used += by;
            while (_line.TryPeek(out var next) && (next.Turn.Task.IsCompleted || Fits(next.Bytes)))
            {
                _line.Dequeue();
                if (next.Turn.TrySetResult())
                    _used += next.Bytes;
            }
        }
    }

    private bool Fits(long bytes) => _used == 0 || _used + bytes <= limit;
}
