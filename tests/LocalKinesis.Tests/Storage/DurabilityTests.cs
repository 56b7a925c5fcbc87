using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
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
        // The engine's own housekeeping may be at it too.
        await Eventually(
            async () =>
            {
                await first.Kinesis.Engine.TrimAsync();
                return first.Kinesis.Engine.Log.Log.SizeBytes < before / 2;
            },
            first);
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
    public async Task A_log_that_ends_before_what_the_checkpoint_knows_has_lost_something_which_is_told_and_no_number_comes_again()
    {
        await using var first = new TestEngine { KeepDirectory = true };
        await first.CreateAsync("orders", 1);
        var last = "";
        for (var i = 0; i < 50; i++)
            last = (await first.PutAsync("orders", "k", $"<record {i}>")).SequenceNumber;
        await first.CreateAsync("late", 2);
        await first.DisposeAsync();
        File.Delete(Path.Combine(first.Directory, "clean"));
        using (var segment = File.OpenWrite(Directory.GetFiles(first.Directory, "*.segment").Single()))
            segment.SetLength(segment.Length / 2);

        var logger = new FakeLogger<LocalKinesisEngine>();
        await using var second = new TestEngine(directory: first.Directory, time: first.Time, logger: logger);
        Assert.Equal(["late", "orders"], (await second.Kinesis.ListStreamsAsync(new ListStreamsRequest(), default)).StreamNames);
        Assert.InRange((await second.DrainAsync("orders", "shardId-000000000000")).Count, 1, 49);
        Assert.Contains(logger.Collector.GetSnapshot(), r => r.Level == LogLevel.Error && r.Message.Contains("are gone", StringComparison.Ordinal));
        Assert.True(string.CompareOrdinal((await second.PutAsync("orders", "k", "next")).SequenceNumber, last) > 0);
        await second.DisposeAsync();

        await using var third = new TestEngine(directory: first.Directory, time: first.Time);
        Assert.Equal("next", (await third.DrainAsync("orders", "shardId-000000000000"))[^1].Text());
        await third.DisposeAsync();
        Directory.Delete(first.Directory, recursive: true);
    }

    [Fact]
    public async Task Records_whose_stream_is_damaged_are_told_of_and_never_appear_in_another()
    {
        await using var first = new TestEngine { KeepDirectory = true };
        await first.CreateAsync("orders", 1);
        await first.PutAsync("orders", "k", "of orders");
        await first.DisposeAsync();
        File.Delete(Path.Combine(first.Directory, "index.checkpoint"));
        var segment = Directory.GetFiles(first.Directory, "*.segment").Single();
        var bytes = await File.ReadAllBytesAsync(segment);
        for (int at; (at = bytes.AsSpan().IndexOf("\"Name\":\"orders\""u8)) >= 0;)
            bytes[at] ^= 0xFF;
        await File.WriteAllBytesAsync(segment, bytes);

        var logger = new FakeLogger<LocalKinesisEngine>();
        await using (var second = new TestEngine(directory: first.Directory, time: first.Time, logger: logger))
        {
            await second.CreateAsync("fresh", 1);
            Assert.Contains(logger.Collector.GetSnapshot(), r => r.Level == LogLevel.Error && r.Message.Contains("shardId-000000000000 of the stream with id", StringComparison.Ordinal));
            await second.PutAsync("fresh", "k", "of fresh");
        }

        File.Delete(Path.Combine(first.Directory, "index.checkpoint"));
        await using var third = new TestEngine(directory: first.Directory, time: first.Time);
        Assert.Equal(["of fresh"], (await third.DrainAsync("fresh", "shardId-000000000000")).ConvertAll(r => r.Text()));
        await third.DisposeAsync();
        Directory.Delete(first.Directory, recursive: true);
    }

    [Fact]
    public async Task Records_whose_file_is_missing_from_the_beginning_are_told_of_unless_they_have_expired()
    {
        await using var first = new TestEngine { KeepDirectory = true };
        await first.CreateAsync("orders", 1);
        for (var i = 0; i < 4; i++)
            await first.Kinesis.PutRecordAsync(new PutRecordRequest(new byte[700_000], "k", "orders"), default);
        await first.DisposeAsync();
        File.Delete(Directory.GetFiles(first.Directory, "*.segment").Order(StringComparer.Ordinal).First());

        var logger = new FakeLogger<LocalKinesisEngine>();
        await using var second = new TestEngine(directory: first.Directory, time: first.Time, logger: logger);
        var kept = await second.DrainAsync("orders", "shardId-000000000000");
        Assert.Contains(logger.Collector.GetSnapshot(), r => r.Level == LogLevel.Error && r.Message.StartsWith($"{4 - kept.Count} records of shard shardId-000000000000", StringComparison.Ordinal));
        await second.DisposeAsync();
        Directory.Delete(first.Directory, recursive: true);
    }

    [Fact]
    public async Task After_a_kill_numbers_go_on_beyond_what_a_lost_end_may_have_had()
    {
        await using var first = new TestEngine { KeepDirectory = true };
        await first.CreateAsync("orders", 1);
        var put = new List<string>();
        for (var i = 0; i < 20; i++)
            put.Add((await first.PutAsync("orders", "k", $"<record {i}>")).SequenceNumber);
        var crashed = Directory.CreateTempSubdirectory("weir-kinesis-").FullName;
        var segment = Directory.GetFiles(first.Directory, "*.segment").Single();
        var bytes = new byte[new FileInfo(segment).Length];
        using (var file = new FileStream(segment, FileMode.Open, FileAccess.Read, FileShare.ReadWrite))
            await file.ReadExactlyAsync(bytes);
        await File.WriteAllBytesAsync(Path.Combine(crashed, Path.GetFileName(segment)), bytes.AsMemory(0, bytes.AsSpan().IndexOf("<record 15>"u8)));

        await using var second = new TestEngine(directory: crashed, time: first.Time);
        var next = await second.PutAsync("orders", "k", "next");
        Assert.True(string.CompareOrdinal(next.SequenceNumber, put[^1]) > 0);
        Assert.Equal(next.SequenceNumber, (await second.DrainAsync(await second.IteratorAsync("orders", "shardId-000000000000", ShardIteratorTypes.AfterSequenceNumber, put[^1]))).Single().SequenceNumber);
        await second.DisposeAsync();
        Directory.Delete(crashed, recursive: true);
        await first.DisposeAsync();
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
        for (var started = TimeProvider.System.GetTimestamp(); TimeProvider.System.GetElapsedTime(started) < TestEngine.Patience;)
        {
            if (await condition())
                return;
            engine.Time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Delay(2);
        }

        throw new TimeoutException("The state did not come.");
    }
}
