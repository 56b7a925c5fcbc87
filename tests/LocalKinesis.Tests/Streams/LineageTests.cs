using Weir.LocalKinesis.Streams;

namespace Weir.LocalKinesis.Tests.Streams;

public sealed class LineageTests
{
    private static List<ShardDocument> Even(int count) =>
        [.. HashRange.Even(count).Select((r, i) => new ShardDocument { Index = i, Start = r.Start, End = r.End, CreatedSeconds = 100, CreatedMs = 100_000 })];

    [Theory]
    [InlineData(1, 2, 2)]
    [InlineData(2, 4, 4)]
    [InlineData(4, 2, 2)]
    [InlineData(3, 3, 0)]
    [InlineData(3, 6, 6)]
    [InlineData(6, 3, 3)]
    [InlineData(4, 6, null)]
    [InlineData(6, 4, null)]
    [InlineData(7, 5, null)]
    [InlineData(1000, 2000, 2000)]
    public void Scaling_ends_in_even_parts_whose_parents_are_real(int from, int to, int? expectedNew)
    {
        var before = Even(from);
        var lineage = new Lineage(before, from, 200_000);

        lineage.ScaleTo(to);

        var after = before.ToDictionary(s => s.Index);
        foreach (var shard in lineage.Changed)
            after[shard.Index] = shard;
        var open = after.Values.Where(s => s.IsOpen).OrderBy(s => s.Start).ToList();
        Assert.Equal(to, open.Count);
        Assert.Equal((UInt128.Zero, UInt128.MaxValue), (open[0].Start, open[^1].End));
        Assert.All(open.Zip(open.Skip(1)), pair => Assert.Equal(pair.First.End + 1, pair.Second.Start));
        // Even but for the rounding of the count before.
        Assert.All(open.Zip(HashRange.Even(to)), pair => Assert.True(UInt128.Max(pair.First.Start, pair.Second.Start) - UInt128.Min(pair.First.Start, pair.Second.Start) < UInt128.One << 64));
        if (expectedNew is { } n)
            Assert.Equal(n, lineage.Changed.Count(s => s.Index >= from));
        foreach (var child in lineage.Changed.Where(s => s.Index >= from))
        {
            var parent = after[child.Parent!.Value];
            Assert.False(parent.IsOpen);
            Assert.True(child.CreatedSeconds > parent.CreatedSeconds);
            if (child.AdjacentParent is { } adjacent)
                Assert.Equal(parent.End + 1, after[adjacent].Start);
            else
                Assert.True(parent.Start <= child.Start && parent.End >= child.End);
        }
    }

    [Fact]
    public void Two_even_parts_meet_in_the_middle() =>
        Assert.Equal(UInt128.Parse("170141183460469231731687303715884105727", System.Globalization.CultureInfo.InvariantCulture), HashRange.Even(2)[0].End);
}
