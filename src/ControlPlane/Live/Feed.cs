using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Weir.ControlPlane.Live;

/// <summary>
/// The newest of something, published by one and watched by many. A watcher gets what is there at once and then every change;
/// one that is slow skips to the newest, so that it never holds back the publisher nor another watcher.
/// </summary>
public sealed class Feed<T>
    where T : class
{
    private readonly Lock _gate = new();
    private readonly List<Channel<T>> _watchers = [];
    private T? _latest;

    /// <summary>The newest value, null before the first.</summary>
    public T? Latest => Volatile.Read(ref _latest);

    /// <summary>How many watch now.</summary>
    public int Watchers
    {
        get
        {
            lock (_gate)
            {
                return _watchers.Count;
            }
        }
    }

    /// <summary>Makes a value the newest. Never waits.</summary>
    public void Publish(T value)
    {
        lock (_gate)
        {
            _latest = value;
            foreach (var watcher in _watchers)
            {
                watcher.Writer.TryWrite(value);
            }
        }
    }

    /// <summary>The newest value, then each later one that the caller is fast enough to see. Ends with the token.</summary>
    public async IAsyncEnumerable<T> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var channel = Channel.CreateBounded<T>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });
        lock (_gate)
        {
            _watchers.Add(channel);
            if (_latest is { } latest)
            {
                channel.Writer.TryWrite(latest);
            }
        }

        try
        {
            await foreach (var value in channel.Reader.ReadAllAsync(cancellationToken))
            {
                yield return value;
            }
        }
        finally
        {
            lock (_gate)
            {
                _watchers.Remove(channel);
            }
        }
    }
}
