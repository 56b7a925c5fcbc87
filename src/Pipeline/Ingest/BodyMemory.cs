using Microsoft.Extensions.Options;

namespace Weir.Pipeline.Ingest;

/// <summary>Bounds the bytes of request bodies in memory. Who finds none left waits a little; after that it is refused with 429.</summary>
internal sealed class BodyMemory(IOptions<IngestOptions> options, TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);
    private long _used;

    public long Used => Interlocked.Read(ref _used);

    /// <summary>Takes so many bytes. Throws <see cref="IngestRefusedException"/> when there are none for too long.</summary>
    public ValueTask ReserveAsync(long bytes, CancellationToken cancellationToken) => TryReserve(bytes) ? default : WaitAsync(bytes, cancellationToken);

    public void Release(long bytes) => Interlocked.Add(ref _used, -bytes);

    private bool TryReserve(long bytes)
    {
        // One request alone may always go on, whatever its size: its own limits bound it.
        if (Interlocked.Add(ref _used, bytes) <= options.Value.MemoryBytes || Interlocked.Read(ref _used) == bytes)
        {
            return true;
        }

        Interlocked.Add(ref _used, -bytes);
        return false;
    }

    private async ValueTask WaitAsync(long bytes, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        while (time.GetElapsedTime(began).TotalMilliseconds < options.Value.MemoryWaitMilliseconds)
        {
            await Task.Delay(Pause, time, cancellationToken);
            if (TryReserve(bytes))
            {
                return;
            }
        }

        throw new IngestRefusedException(IngestProblem.Busy());
    }
}
