using Weir.Aws.Kinesis;

namespace Weir.LocalKinesis.Tests.Storage;

public sealed class DurabilityTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Everything_is_there_after_a_restart_with_and_without_the_checkpoint(bool checkpoint)
    {
        await using var first = new TestEngine { KeepDirectory = true };
        await first.CreateAsync("orders", 2);
        await first.CreateAsync("gone", 1);
        await first.PutAsync("gone", "k", "x");
        var put = new List<string>();
        for (var i = 0; i < 300; i++)
            put.Add((await first.PutAsync("orders", $"{i}", $"{i}")).SequenceNumber);
        await first.Kinesis.UpdateShardCountAsync(new UpdateShardCountRequest(4, StreamName: "orders"), default);
        await first.SettleAsync("orders");
        for (var i = 0; i < 300; i++)
            put.Add((await first.PutAsync("orders", $"{i}", $"{i}")).SequenceNumber);
        var shards = await first.ShardsAsync("orders");
        await first.Kinesis.DeleteStreamAsync(new DeleteStreamRequest("gone"), default);
        await first.Kinesis.CreateStreamAsync(new CreateStreamRequest("late", 3), default);
        await first.DisposeAsync();
        if (!checkpoint)
            File.Delete(Path.Combine(first.Directory, "index.checkpoint"));

        await using var second = new TestEngine(directory: first.Directory, time: first.Time);

        Assert.Equal(shards, await second.ShardsAsync("orders"));
        var read = new List<string>();
        foreach (var shard in shards)
            read.AddRange((await second.DrainAsync("orders", shard.ShardId)).Select(r => r.SequenceNumber));
        Assert.Equal(put.Order(StringComparer.Ordinal), read.Order(StringComparer.Ordinal));
        var next = await second.PutAsync("orders", "0", "next");
        Assert.All(put.Where(p => p.EndsWith(next.SequenceNumber[^3..], StringComparison.Ordinal)), p => Assert.True(string.CompareOrdinal(next.SequenceNumber, p) > 0));
        await second.SettleAsync("late");
        await Eventually(async () => (await second.Kinesis.ListStreamsAsync(new ListStreamsRequest(), default)).StreamNames.Count == 2, second);
        await second.DisposeAsync();
        Directory.Delete(first.Directory, recursive: true);
    }

    [Fact]
    public async Task Expired_records_and_their_files_go_and_shard_numbers_still_grow()
    {
        await using var first = new TestEngine { KeepDirectory = true };
        await first.CreateAsync("orders", 1);
        string last = "";
        for (var i = 0; i < 8; i++)
            last = (await first.Kinesis.PutRecordAsync(new PutRecordRequest(new byte[900_000], "k", "orders"), default)).SequenceNumber;
        var before = first.Kinesis.Engine.Log.Log.SizeBytes;
        first.Time.Advance(TimeSpan.FromHours(25));
        Assert.Empty(await first.DrainAsync("orders", "shardId-000000000000"));
        await first.Kinesis.Engine.TrimAsync();
        Assert.True(first.Kinesis.Engine.Log.Log.SizeBytes < before / 2, "no segment was released");
        await first.DisposeAsync();
        File.Delete(Path.Combine(first.Directory, "index.checkpoint"));

        await using var second = new TestEngine(directory: first.Directory, time: first.Time);
        var next = await second.PutAsync("orders", "k", "x");
        Assert.True(string.CompareOrdinal(next.SequenceNumber, last) > 0);
        Assert.Equal("x", (await second.DrainAsync("orders", "shardId-000000000000")).Single().Text());
        await second.DisposeAsync();
        Directory.Delete(first.Directory, recursive: true);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Damage_costs_the_record_it_hit_and_is_set_aside_and_told(bool checkpoint)
    {
        await using var first = new TestEngine { KeepDirectory = true };
        await first.CreateAsync("orders", 1);
        for (var i = 0; i < 50; i++)
            await first.PutAsync("orders", "k", $"<record {i}>");
        await first.DisposeAsync();
        if (!checkpoint)
            File.Delete(Path.Combine(first.Directory, "index.checkpoint"));
        var segment = Directory.GetFiles(first.Directory, "*.segment").Single();
        var bytes = await File.ReadAllBytesAsync(segment);
        bytes[bytes.AsSpan().IndexOf("<record 25>"u8)] ^= 0xFF;
        await File.WriteAllBytesAsync(segment, bytes);

        await using var second = new TestEngine(directory: first.Directory, time: first.Time);
        var read = (await second.DrainAsync("orders", "shardId-000000000000")).ConvertAll(r => r.Text());
        Assert.Equal(Enumerable.Range(0, 50).Where(i => i != 25).Select(i => $"<record {i}>"), read);
        Assert.Single(second.Kinesis.Engine.Log.Log.OpenReport.Quarantined);
        Assert.Single(Directory.GetFiles(first.Directory, "*.quarantine"));
        await second.PutAsync("orders", "k", "next");
        Assert.Equal("next", (await second.DrainAsync("orders", "shardId-000000000000"))[^1].Text());
        await second.DisposeAsync();
        Directory.Delete(first.Directory, recursive: true);
    }

    [Fact]
    public async Task One_process_at_a_time_holds_a_directory()
    {
        await using var first = new TestEngine();
        await first.CreateAsync("orders", 1);
        await using var second = new TestEngine(directory: first.Directory);
        await Assert.ThrowsAsync<IOException>(() => second.Kinesis.OpenAsync(default));
    }

    private static async Task Eventually(Func<Task<bool>> condition, TestEngine engine)
    {
        for (var i = 0; i < 1000; i++)
        {
            if (await condition())
                return;
            engine.Time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Delay(2);
        }

        throw new TimeoutException("The state did not come.");
    }
}
