using System.Diagnostics;

namespace Weir.Browser.Tests;

/// <summary>Waits for something another process brings about.</summary>
internal static class Eventually
{
    /// <summary>Asks every 100 ms until the answer satisfies; fails with what was waited for and what was seen last.</summary>
    public static async Task<T> SeeAsync<T>(string what, Func<Task<T>> look, Func<T, bool> satisfied, TimeSpan limit)
    {
        var clock = Stopwatch.StartNew();
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        T? last = default;
        HttpRequestException? refused = null;
        do
        {
            try
            {
                last = await look();
                if (satisfied(last))
                {
                    return last;
                }
            }
            catch (HttpRequestException e)
            {
                // Such as 503 while no sample has been taken yet.
                refused = e;
            }

            await tick.WaitForNextTickAsync();
        }
        while (clock.Elapsed < limit);
        throw new TimeoutException($"Waited {limit.TotalSeconds:0.#} s for {what}; last seen: {last}", refused);
    }
}
