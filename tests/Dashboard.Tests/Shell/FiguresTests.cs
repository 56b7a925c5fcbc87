using Weir.Dashboard.Shell;

namespace Weir.Dashboard.Tests.Shell;

public sealed class FiguresTests
{
    [Theory]
    [InlineData(0, "0")]
    [InlineData(0.01, "<0.1")]
    [InlineData(0.44, "0.4")]
    [InlineData(9.94, "9.9")]
    [InlineData(9.96, "10")]
    [InlineData(999.4, "999")]
    [InlineData(999.6, "1k")]
    [InlineData(1234, "1.23k")]
    [InlineData(99_960, "100k")]
    [InlineData(999_499, "999k")]
    [InlineData(1_000_000, "1M")]
    public void A_number_keeps_three_figures(double value, string shown) => Assert.Equal(shown, Figures.Short(value));

    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(1023, "1023 B")]
    [InlineData(1024, "1 KiB")]
    [InlineData(1048576, "1 MiB")]
    [InlineData(1.5 * 1048576, "1.5 MiB")]
    [InlineData(4.0 * 1073741824, "4 GiB")]
    public void Bytes_are_in_binary_units(double value, string shown) => Assert.Equal(shown, Figures.Bytes(value));

    [Theory]
    [InlineData(null, "–")]
    [InlineData(0.0, "0 ms")]
    [InlineData(350.0, "350 ms")]
    [InlineData(999.6, "1 s")]
    [InlineData(12_000.0, "12 s")]
    [InlineData(185_000.0, "3 min 5 s")]
    [InlineData(7_200_000.0, "2 h")]
    [InlineData(90_000_000.0, "1 d 1 h")]
    public void A_span_has_at_most_two_units_and_unknown_is_never_zero(double? milliseconds, string shown) => Assert.Equal(shown, Figures.Span(milliseconds));

    [Theory]
    [InlineData(0, "0%")]
    [InlineData(0.001, "<1%")]
    [InlineData(1.3, "130%")]
    public void A_share_that_is_not_nothing_is_not_shown_as_nothing(double share, string shown) => Assert.Equal(shown, Figures.Percent(share));

    [Theory]
    [InlineData("shardId-000000000012", "#12")]
    [InlineData("something-else", "something-else")]
    public void A_shard_is_named_by_its_number(string id, string shown) => Assert.Equal(shown, Figures.Shard(id));
}
