using Weir.Dashboard.Shell;

namespace Weir.Dashboard.Tests.Shell;

public sealed class SteadyOrderTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly SteadyOrder _order = new();

    [Fact]
    public void Rows_keep_their_places_while_their_numbers_change()
    {
        Assert.Equal(["a", "b"], Sort(Start, ("a", 2), ("b", 1)));
        Assert.Equal(["a", "b"], Sort(Start.AddSeconds(9), ("a", 2), ("b", 3)));
        Assert.Equal(["b", "a"], Sort(Start + SteadyOrder.Hold, ("a", 2), ("b", 3)));
    }

    [Fact]
    public void Another_order_and_other_rows_are_sorted_at_once()
    {
        Assert.Equal(["a", "b"], Sort(Start, ("a", 2), ("b", 1)));
        Assert.Equal(["c", "a"], Sort(Start.AddSeconds(1), ("a", 2), ("c", 3)));
        Assert.Equal(["a", "c"], _order.Of([("a", 2), ("c", 3)], r => r.Item1, "least", all => all.OrderBy(r => r.Item2), Start.AddSeconds(2)).Select(r => r.Item1));
    }

    private IEnumerable<string> Sort(DateTimeOffset now, params (string Name, int Load)[] rows) => _order.Of(rows, r => r.Name, "most", all => all.OrderByDescending(r => r.Load), now).Select(r => r.Name);
}
