using Weir.LocalKinesis.Storage;

namespace Weir.LocalKinesis.Tests.Storage;

public sealed class BlockIndexTests
{
    private static (BlockIndex Index, List<BlockRef> Blocks) Filled(int count, int seed = 1)
    {
        var random = new Random(seed);
        var index = new BlockIndex();
        var blocks = new List<BlockRef>();
        long position = 0, time = 1000;
        ulong next = 1;
        for (var i = 0; i < count; i++)
        {
            var block = new BlockRef(position, next, random.Next(1, 50), time, random.Next(1, 100_000));
            blocks.Add(block);
            index.Add(block);
            position += block.Bytes + 64;
            next = block.End + (ulong)random.Next(0, 2);
            time += random.Next(0, 20);
        }

        return (index, blocks);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(300)]
    [InlineData(5000)]
    public void What_was_packed_comes_back_from_any_place_on(int count)
    {
        var (index, blocks) = Filled(count);
        for (var i = 0; i < count; i += 37)
        {
            var found = new List<BlockRef>();
            index.CollectFrom(blocks[i].FirstIndex, int.MaxValue, long.MaxValue, found);
            Assert.Equal(blocks.Skip(i), found);
        }

        var beyond = new List<BlockRef>();
        index.CollectFrom(ulong.MaxValue, int.MaxValue, long.MaxValue, beyond);
        Assert.Empty(beyond);
    }

    [Fact]
    public void A_time_finds_the_first_block_that_is_not_older()
    {
        var (index, blocks) = Filled(3000);
        foreach (var time in new[] { 0, 1000, 5000, 9999, 20_000, 40_000 })
        {
            var expected = blocks.Where(b => b.ArrivedMs >= time).Select(b => (ulong?)b.FirstIndex).FirstOrDefault();
            Assert.Equal(expected, index.FirstAt(time));
        }
    }

    [Fact]
    public void Saving_and_loading_changes_nothing()
    {
        var (index, blocks) = Filled(3000);
        var stream = new MemoryStream();
        using (var writer = new BinaryWriter(stream, System.Text.Encoding.UTF8, leaveOpen: true))
            index.Save(writer);
        stream.Position = 0;
        var found = new List<BlockRef>();
        BlockIndex.Load(new BinaryReader(stream)).CollectFrom(0, int.MaxValue, long.MaxValue, found);
        Assert.Equal(blocks, found);
    }

    [Fact]
    public void Forgetting_keeps_everything_that_is_not_older()
    {
        var (index, blocks) = Filled(3000);
        var time = blocks[1500].ArrivedMs;
        index.ForgetBefore(time);
        var found = new List<BlockRef>();
        index.CollectFrom(0, int.MaxValue, long.MaxValue, found);
        Assert.Equal(blocks.Where(b => b.ArrivedMs >= time), found.Where(b => b.ArrivedMs >= time));
        Assert.True(found.Count < 1500 + 256);

        var position = blocks[2000].Position;
        index.ForgetReleased(position, long.MaxValue);
        found.Clear();
        index.CollectFrom(0, int.MaxValue, long.MaxValue, found);
        Assert.Equal(blocks.Skip(2000), found);
    }
}
