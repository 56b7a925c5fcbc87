using Weir.Dashboard.Charts;
using Weir.Dashboard.Tests.Shell;

namespace Weir.Dashboard.Tests.Charts;

public sealed class ShardMapTests : ConsoleContext
{
    [Fact]
    public void A_thousand_shards_are_two_thousand_bytes_a_second() => Assert.Equal(2000, ShardMap.Frame(Stream("orders", 1000).Shards).Length);

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0.001, 1)]
    [InlineData(0.85, 85)]
    [InlineData(1, 100)]
    [InlineData(9, 250)]
    public void Fullness_is_a_percentage_that_is_never_rounded_down_to_idle(double utilization, byte percent) =>
        Assert.Equal([percent, 0], ShardMap.Frame([Shard(0, 1, utilization)]));

    [Fact]
    public void A_throttled_shard_is_marked() => Assert.Equal(1, ShardMap.Frame([Shard(0, 1) with { WriteThrottlesPerSecond = 0.5 }])[1]);

    [Theory]
    [InlineData(1, "50–100%")]
    [InlineData(500, "50.00–50.10%")]
    public void A_range_has_the_digits_that_its_width_needs(int index, string range) => Assert.Equal(range, ShardMap.Range(Shard(index, index * 2)));

    [Fact]
    public void Places_span_the_whole_hash_space()
    {
        Assert.Equal(0, ShardMap.Place(UInt128.Zero));
        Assert.Equal(0.5, ShardMap.Place(UInt128.One << 127));
        Assert.Equal(1, ShardMap.Place(UInt128.MaxValue));
    }
}
