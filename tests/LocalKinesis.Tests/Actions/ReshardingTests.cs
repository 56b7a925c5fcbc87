using Weir.Aws.Kinesis;
using Weir.LocalKinesis.Streams;

namespace Weir.LocalKinesis.Tests.Actions;

public sealed class ReshardingTests
{
    [Fact]
    public async Task A_split_closes_the_parent_and_its_reader_is_led_to_the_children()
    {
        await using var engine = new TestEngine();
        await engine.CreateAsync("orders", 1);
        await engine.PutAsync("orders", "k", "before");
        await engine.Kinesis.SplitShardAsync(new SplitShardRequest("shardId-000000000000", (UInt128.MaxValue / 2).ToString(), "orders"), default);
        Assert.Equal("shardId-000000000000", (await engine.PutAsync("orders", "k", "during")).ShardId);
        await engine.SettleAsync("orders");
        var after = await engine.PutAsync("orders", "k", "after");

        var shards = await engine.ShardsAsync("orders");
        Assert.Equal(3, shards.Count);
        Assert.NotNull(shards[0].SequenceNumberRange.EndingSequenceNumber);
        Assert.All(shards.Skip(1), s => Assert.Equal("shardId-000000000000", s.ParentShardId));
        Assert.Contains(after.ShardId, shards.Skip(1).Select(s => s.ShardId));
        Assert.True(string.CompareOrdinal(after.SequenceNumber, shards[0].SequenceNumberRange.EndingSequenceNumber) > 0);
        var end = await engine.Kinesis.GetRecordsAsync(new GetRecordsRequest(await engine.IteratorAsync("orders", "shardId-000000000000")), default);
        Assert.Equal(["before", "during"], end.Records.Select(r => r.Text()));
        Assert.Null(end.NextShardIterator);
        Assert.Equal(["shardId-000000000001", "shardId-000000000002"], end.ChildShards!.Select(c => c.ShardId));
    }

    [Fact]
    public async Task A_childs_records_are_numbered_from_its_creation_on_though_that_is_a_second_ahead()
    {
        await using var engine = new TestEngine(o => o.StateChangeMilliseconds = 0);
        await engine.CreateAsync("orders", 1);
        await engine.Kinesis.SplitShardAsync(new SplitShardRequest("shardId-000000000000", (UInt128.MaxValue / 2).ToString(), "orders"), default);
        var put = await engine.PutAsync("orders", "k", "first");

        Assert.True(SequenceNumber.TryParse(put.SequenceNumber, out var number));
        Assert.Equal(number.ShardCreatedSeconds, number.ArrivedSeconds);
        Assert.True(number.ArrivedSeconds > engine.Time.GetUtcNow().ToUnixTimeSeconds());
        var ordered = await engine.Kinesis.PutRecordAsync(new PutRecordRequest("second"u8.ToArray(), "k", "orders", SequenceNumberForOrdering: put.SequenceNumber), default);
        Assert.True(string.CompareOrdinal(ordered.SequenceNumber, put.SequenceNumber) > 0);
        var read = await engine.DrainAsync(await engine.IteratorAsync("orders", put.ShardId, ShardIteratorTypes.AtSequenceNumber, put.SequenceNumber));
        Assert.Equal([put.SequenceNumber, ordered.SequenceNumber], read.Select(r => r.SequenceNumber));
        Assert.All(read, r => Assert.Equal(engine.Time.GetUtcNow(), r.ApproximateArrivalTimestamp));
    }

    [Fact]
    public async Task A_merge_has_both_parents_and_their_range()
    {
        await using var engine = new TestEngine();
        await engine.CreateAsync("orders", 2);
        await engine.Kinesis.MergeShardsAsync(new MergeShardsRequest("shardId-000000000000", "shardId-000000000001", "orders"), default);
        await engine.SettleAsync("orders");

        var child = (await engine.ShardsAsync("orders")).Single(s => s.SequenceNumberRange.EndingSequenceNumber is null);
        Assert.Equal(("shardId-000000000000", "shardId-000000000001"), (child.ParentShardId, child.AdjacentParentShardId));
        Assert.Equal(("0", UInt128.MaxValue.ToString()), (child.HashKeyRange.StartingHashKey, child.HashKeyRange.EndingHashKey));
        var end = await engine.Kinesis.GetRecordsAsync(new GetRecordsRequest(await engine.IteratorAsync("orders", "shardId-000000000001")), default);
        Assert.Equal(["shardId-000000000000", "shardId-000000000001"], end.ChildShards!.Single().ParentShards);
    }

    [Fact]
    public async Task Scaling_goes_at_most_to_double_and_at_least_to_half_and_answers_both_counts()
    {
        await using var engine = new TestEngine();
        await engine.CreateAsync("orders", 2);
        Assert.Equal(
            "UpdateShardCount cannot scale up over double your current open shard count. Current open shard count: 2, Target shard count: 5",
            await TestEngine.RefusedAsync(KinesisErrorCodes.LimitExceeded, () => engine.Kinesis.UpdateShardCountAsync(new UpdateShardCountRequest(5, StreamName: "orders"), default)));
        var answer = await engine.Kinesis.UpdateShardCountAsync(new UpdateShardCountRequest(4, StreamName: "orders"), default);
        Assert.Equal((2, 4), (answer.CurrentShardCount, answer.TargetShardCount));
        Assert.Equal(
            "Stream orders under account 000000000000 not ACTIVE, instead in state UPDATING",
            await TestEngine.RefusedAsync(KinesisErrorCodes.ResourceInUse, () => engine.Kinesis.UpdateShardCountAsync(new UpdateShardCountRequest(4, StreamName: "orders"), default)));
        await engine.SettleAsync("orders");
        Assert.Equal(4, (await engine.ShardsAsync("orders", new ShardFilter(ShardFilterTypes.AtLatest))).Count);
        await TestEngine.RefusedAsync(KinesisErrorCodes.LimitExceeded, () => engine.Kinesis.UpdateShardCountAsync(new UpdateShardCountRequest(1, StreamName: "orders"), default));
    }

    [Fact]
    public async Task The_eleventh_scaling_of_a_day_is_refused()
    {
        await using var engine = new TestEngine(o => o.Limits = KinesisLimits.Aws);
        await engine.CreateAsync("orders", 2);
        for (var i = 0; i < 10; i++)
        {
            await engine.Kinesis.UpdateShardCountAsync(new UpdateShardCountRequest(i % 2 == 0 ? 4 : 2, StreamName: "orders"), default);
            await engine.SettleAsync("orders");
        }

        await TestEngine.RefusedAsync(KinesisErrorCodes.LimitExceeded, () => engine.Kinesis.UpdateShardCountAsync(new UpdateShardCountRequest(4, StreamName: "orders"), default));
        engine.Time.Advance(TimeSpan.FromDays(1));
        await engine.Kinesis.UpdateShardCountAsync(new UpdateShardCountRequest(4, StreamName: "orders"), default);
    }

    [Fact]
    public async Task Filters_over_time_cover_the_hash_space_once()
    {
        await using var engine = new TestEngine();
        await engine.CreateAsync("orders", 2);
        engine.Time.Advance(TimeSpan.FromMinutes(1));
        var before = engine.Time.GetUtcNow();
        engine.Time.Advance(TimeSpan.FromMinutes(1));
        await engine.Kinesis.UpdateShardCountAsync(new UpdateShardCountRequest(3, StreamName: "orders"), default);
        await engine.SettleAsync("orders");
        var after = engine.Time.GetUtcNow();

        static UInt128 Covered(IEnumerable<Shard> shards) => shards.Aggregate((UInt128)0, (sum, s) =>
            sum + (UInt128.Parse(s.HashKeyRange.EndingHashKey) - UInt128.Parse(s.HashKeyRange.StartingHashKey)) + 1);

        var horizon = await engine.ShardsAsync("orders", new ShardFilter(ShardFilterTypes.AtTrimHorizon));
        Assert.Equal(["shardId-000000000000", "shardId-000000000001"], horizon.Select(s => s.ShardId));
        Assert.Equal(horizon.Select(s => s.ShardId), (await engine.ShardsAsync("orders", new ShardFilter(ShardFilterTypes.AtTimestamp, Timestamp: before))).Select(s => s.ShardId));
        Assert.Equal(0u, Covered(await engine.ShardsAsync("orders", new ShardFilter(ShardFilterTypes.AtTimestamp, Timestamp: after))));
        Assert.Equal(3, (await engine.ShardsAsync("orders", new ShardFilter(ShardFilterTypes.AtLatest))).Count);
        var all = await engine.ShardsAsync("orders");
        Assert.Equal(all.Count, (await engine.ShardsAsync("orders", new ShardFilter(ShardFilterTypes.FromTrimHorizon))).Count);
        Assert.Equal(all.Count - 2, (await engine.ShardsAsync("orders", new ShardFilter(ShardFilterTypes.AfterShardId, "shardId-000000000001"))).Count);
    }

    [Fact]
    public async Task Listings_page_and_their_tokens_expire()
    {
        await using var engine = new TestEngine();
        await engine.CreateAsync("orders", 25);
        var names = new List<string>();
        string? token = null;
        do
        {
            var page = await engine.Kinesis.ListShardsAsync(token is null ? new ListShardsRequest("orders", MaxResults: 10) : new ListShardsRequest(NextToken: token, MaxResults: 10), default);
            names.AddRange(page.Shards.Select(s => s.ShardId));
            token = page.NextToken ?? token;
            if (page.NextToken is null)
                break;
        }
        while (true);
        Assert.Equal(Enumerable.Range(0, 25).Select(i => $"shardId-{i:D12}"), names);
        engine.Time.Advance(TimeSpan.FromMinutes(6));
        await TestEngine.RefusedAsync(KinesisErrorCodes.ExpiredNextToken, () => engine.Kinesis.ListShardsAsync(new ListShardsRequest(NextToken: token), default));
    }

    [Fact]
    public async Task Writes_go_on_while_shards_change_and_none_is_lost()
    {
        await using var engine = new TestEngine();
        await engine.CreateAsync("orders", 2);
        using var stop = new CancellationTokenSource();
        var acknowledged = new System.Collections.Concurrent.ConcurrentBag<string>();
        var writers = Enumerable.Range(0, 4).Select(w => Task.Run(async () =>
        {
            for (var i = 0; !stop.IsCancellationRequested; i++)
                acknowledged.Add((await engine.PutAsync("orders", $"{w}-{i}", $"{w}-{i}")).SequenceNumber);
        })).ToList();
        foreach (var target in new[] { 4, 3, 6, 5, 3 })
        {
            await engine.Kinesis.UpdateShardCountAsync(new UpdateShardCountRequest(target, StreamName: "orders"), default);
            await engine.SettleAsync("orders");
        }

        await stop.CancelAsync();
        await Task.WhenAll(writers);
        var read = new List<string>();
        foreach (var shard in await engine.ShardsAsync("orders"))
        {
            var numbers = (await engine.DrainAsync("orders", shard.ShardId)).Select(r => r.SequenceNumber).ToList();
            Assert.Equal(numbers.Order(StringComparer.Ordinal), numbers);
            read.AddRange(numbers);
        }

        Assert.Equal(acknowledged.Order(StringComparer.Ordinal), read.Order(StringComparer.Ordinal));
    }
}
