using Microsoft.Extensions.Time.Testing;
using Weir.ControlPlane.Live;

namespace Weir.ControlPlane.Tests;

/// <summary>Waits for something to become true, and says what it was when it does not.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>The first value of the feed that fits.</summary>
    public static async Task<T> SeesAsync<T>(Feed<T> feed, Func<T, bool> fits, string what)
        where T : class
    {
        using var timeout = new CancellationTokenSource(Patience);
        try
        {
            await foreach (var value in feed.WatchAsync(timeout.Token))
            {
                if (fits(value))
                {
                    return value;
                }
            }
        }
        catch (OperationCanceledException)
        {
        }

        throw new TimeoutException($"Waited {Patience.TotalSeconds} s for: {what}. Last seen: {feed.Latest}");
    }

    /// <summary>Moves the clock on in steps until it is so.</summary>
    public static async Task AdvancesAsync(FakeTimeProvider time, TimeSpan step, Func<bool> isSo, string what)
    {
        using var timeout = new CancellationTokenSource(Patience);
        while (!isSo())
        {
            if (timeout.IsCancellationRequested)
            {
                throw new TimeoutException($"Waited {Patience.TotalSeconds} s for: {what}.");
            }

            time.Advance(step);
            await Task.Delay(2, CancellationToken.None);
        }
    }
}
