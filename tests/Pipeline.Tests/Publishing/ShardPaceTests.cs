using Microsoft.Extensions.Time.Testing;
using Weir.Pipeline.Publishing;

namespace Weir.Pipeline.Tests.Publishing;

public sealed class ShardPaceTests
{
    private readonly FakeTimeProvider _time = new();

    /// <summary>How many records pass in so many seconds when there is always another.</summary>
    private int Pass(ShardPace pace, double seconds, Action? eachCall = null)
    {
        var passed = 0;
        for (var end = _time.GetUtcNow() + TimeSpan.FromSeconds(seconds); _time.GetUtcNow() < end;)
        {
            if (pace.Wait(100, 100) > TimeSpan.Zero)
            {
                _time.Advance(TimeSpan.FromMilliseconds(5));
                continue;
            }

            pace.Spend(100, 100);
            passed += 100;
            eachCall?.Invoke();
        }

        return passed;
    }

    [Fact]
    public void A_shard_gets_its_rate_and_no_more()
    {
        var pace = new ShardPace(1 << 20, 1000, adaptive: false, _time);

        Assert.InRange(Pass(pace, 10), 9_900, 10_100);
    }

    [Fact]
    public void After_a_pause_at_most_a_second_of_it_goes_at_once()
    {
        var pace = new ShardPace(1 << 20, 1000, adaptive: false, _time);
        _time.Advance(TimeSpan.FromMinutes(5));

        Assert.InRange(Pass(pace, 1), 1_900, 2_100);
    }

    [Fact]
    public void A_stream_that_takes_more_is_offered_more_until_it_refuses()
    {
        var pace = new ShardPace(1 << 20, 1000, adaptive: true, _time);
        Assert.True(Pass(pace, 5) > 20_000);
        pace.Refused();

        Assert.Equal(1000, pace.RecordsPerSecond);
        Assert.InRange(Pass(pace, 2, pace.Refused), 1_900, 3_100);
    }

    [Fact]
    public void A_call_larger_than_a_second_of_the_rate_still_passes()
    {
        var pace = new ShardPace(1024, 1000, adaptive: false, _time);
        _time.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal(TimeSpan.Zero, pace.Wait(1, 1 << 20));
        pace.Spend(1, 1 << 20);
        Assert.InRange(pace.Wait(1, 1).TotalSeconds, 1000, 1100);
    }
}
