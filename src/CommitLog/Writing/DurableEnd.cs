namespace Weir.CommitLog.Writing;

/// <summary>Up to where the log is durable; moved by the writer, awaited by readers.</summary>
internal sealed class DurableEnd(long value)
{
    private long _value = value;
    private Exception? _broken;
    private TaskCompletionSource? _next;

    public long Value => Volatile.Read(ref _value);

    public void Advance(long value)
    {
        Volatile.Write(ref _value, value);
        Interlocked.Exchange(ref _next, null)?.TrySetResult();
    }

    /// <summary>It will not move again.</summary>
    public void Break(Exception reason)
    {
        Volatile.Write(ref _broken, reason);
        Interlocked.Exchange(ref _next, null)?.TrySetResult();
    }

    public async Task WaitBeyondAsync(long position, CancellationToken cancellationToken)
    {
        while (Value <= position)
        {
            var fresh = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var next = Interlocked.CompareExchange(ref _next, fresh, null) ?? fresh;
            // Looked at again after the wait is armed, or a move in between would be missed.
            if (Value > position)
                return;
            if (Volatile.Read(ref _broken) is { } reason)
                throw reason is ObjectDisposedException ? new ObjectDisposedException(nameof(CommitLog)) : new LogFailedException(reason.Message, reason);
            await next.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}
