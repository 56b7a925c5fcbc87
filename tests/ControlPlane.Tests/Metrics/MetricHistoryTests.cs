using Weir.ControlPlane.Metrics;

namespace Weir.ControlPlane.Tests.Metrics;

public sealed class MetricHistoryTests
{
    private static readonly SeriesKey Key = new(SeriesKind.IngestRecords);
    private readonly MetricHistory _history = new();

    [Fact]
    public void A_second_that_was_not_sampled_is_a_gap()
    {
        _history.Append(Key, 1000, 1);
        _history.Append(Key, 1003, 4);

        var window = _history.Window(Key, TimeSpan.FromMinutes(1));

        Assert.Equal([1000, 1001, 1002, 1003], window.Times);
        Assert.Equal([1, float.NaN, float.NaN, 4], window.Values);
    }

    [Fact]
    public void An_unknown_value_is_a_gap_and_never_zero()
    {
        _history.Append(Key, 1000, 1);
        _history.Append(Key, 1001, null);

        Assert.True(float.IsNaN(_history.Window(Key, TimeSpan.FromMinutes(1)).Values[1]));
    }

    [Theory]
    [InlineData(15 * 60, 1)]
    [InlineData((15 * 60) + 1, 10)]
    [InlineData(6 * 3600, 10)]
    [InlineData((6 * 3600) + 1, 60)]
    [InlineData(48 * 3600, 60)]
    public void The_finest_tier_that_covers_the_span_answers(int seconds, int step)
    {
        for (var second = 0; second < 1200; second++)
        {
            _history.Append(Key, second, second);
        }

        var times = _history.Window(Key, TimeSpan.FromSeconds(seconds)).Times;

        Assert.Equal(step, times[^1] - times[^2]);
    }

    [Fact]
    public void A_coarse_point_is_the_mean_of_what_fell_into_it()
    {
        for (var second = 0; second < 20; second++)
        {
            _history.Append(Key, second, second % 2 == 0 ? 10 : null);
        }

        _history.Append(Key, 20, 1);
        _history.Append(Key, 21, 2);

        Assert.Equal([10, 10, 1.5f], _history.Window(Key, TimeSpan.FromHours(1)).Values);
    }

    [Fact]
    public void A_ring_forgets_what_is_older_than_it()
    {
        for (var second = 0; second < 2000; second++)
        {
            _history.Append(Key, second, second);
        }

        var window = _history.Window(Key, TimeSpan.FromMinutes(15));
        Assert.Equal((900, 1100, 1999), (window.Times.Length, window.Times[0], window.Values[^1]));
    }

    [Fact]
    public void A_leap_longer_than_the_ring_leaves_nothing_of_before()
    {
        _history.Append(Key, 1000, 1);
        _history.Append(Key, 1000 + 900, 2);

        Assert.Equal([2], _history.Window(Key, TimeSpan.FromMinutes(15)).Values);
    }

    [Fact]
    public void A_clock_set_back_does_not_spoil_what_is_there()
    {
        _history.Append(Key, 1000, 1);
        _history.Append(Key, 990, 9);

        Assert.Equal([1], _history.Window(Key, TimeSpan.FromMinutes(15)).Values);
    }

    [Fact]
    public void An_unknown_series_is_empty() => Assert.Empty(_history.Window(new SeriesKey(SeriesKind.ShardIncomingBytes, "nowhere", "shardId-0"), TimeSpan.FromHours(1)).Times);
}
