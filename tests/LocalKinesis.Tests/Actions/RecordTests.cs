using Weir.Aws.Kinesis;

namespace Weir.LocalKinesis.Tests.Actions;

public sealed class RecordTests
{
    private const string Shard0 = "shardId-000000000000";

    [Fact]
    public async Task Records_come_back_in_order_with_their_keys_and_times()
    {
        await using var engine = new TestEngine();
        await engine.CreateAsync("orders", 1);
        var numbers = new List<string>();
        for (var i = 0; i < 50; i++)
        {
            numbers.Add((await engine.PutAsync("orders", $"key-{i}", $"data-{i}")).SequenceNumber);
            engine.Time.Advance(TimeSpan.FromMilliseconds(3));
        }

        var records = await engine.DrainAsync("orders", Shard0);

        Assert.Equal(numbers, records.Select(r => r.SequenceNumber));
        Assert.Equal(numbers.Order(StringComparer.Ordinal), numbers);
        Assert.Equal(Enumerable.Range(0, 50).Select(i => $"data-{i}"), records.Select(r => r.Text()));
        Assert.Equal(Enumerable.Range(0, 50).Select(i => $"key-{i}"), records.Select(r => r.PartitionKey));
        Assert.Equal(TimeSpan.FromMilliseconds(3 * 49), records[^1].ApproximateArrivalTimestamp - records[0].ApproximateArrivalTimestamp);
    }

    [Fact]
    public async Task A_record_lands_where_its_hash_says()
    {
        await using var engine = new TestEngine();
        await engine.CreateAsync("orders", 4);
        var shards = await engine.ShardsAsync("orders");
        for (var i = 0; i < 100; i++)
        {
            var put = await engine.PutAsync("orders", $"k{i}", "x");
            var hash = HashKey.Of($"k{i}");
            var range = shards.Single(s => s.ShardId == put.ShardId).HashKeyRange;
            Assert.InRange(hash, UInt128.Parse(range.StartingHashKey), UInt128.Parse(range.EndingHashKey));
        }

        Assert.Equal("shardId-000000000003", (await engine.PutAsync("orders", "k", "x", UInt128.MaxValue.ToString())).ShardId);
        Assert.Equal(Shard0, (await engine.PutAsync("orders", "k", "x", "0")).ShardId);
    }

    [Fact]
    public async Task PutRecords_answers_in_the_order_of_the_call_and_keeps_it_within_a_shard()
    {
        await using var engine = new TestEngine();
        await engine.CreateAsync("orders", 3);
        var entries = Enumerable.Range(0, 500).Select(i => new PutRecordsRequestEntry(BitConverter.GetBytes(i), $"key-{i % 40}")).ToList();

        var answer = await engine.Kinesis.PutRecordsAsync(new PutRecordsRequest(entries, "orders"), default);

        Assert.Equal(0, answer.FailedRecordCount);
        foreach (var shard in await engine.ShardsAsync("orders"))
        {
            var records = await engine.DrainAsync("orders", shard.ShardId);
            var expected = answer.Records.Select((r, i) => (r, i)).Where(x => x.r.ShardId == shard.ShardId).ToList();
            Assert.Equal(expected.Select(x => x.r.SequenceNumber), records.Select(r => r.SequenceNumber));
            Assert.Equal(expected.Select(x => x.i), records.Select(r => BitConverter.ToInt32(r.Data.Span)));
        }
    }

    [Fact]
    public async Task Each_type_of_iterator_begins_where_it_says()
    {
        await using var engine = new TestEngine();
        await engine.CreateAsync("orders", 1);
        var puts = new List<PutRecordResponse>();
        var times = new List<DateTimeOffset>();
        for (var i = 0; i < 5; i++)
        {
            times.Add(engine.Time.GetUtcNow());
            puts.Add(await engine.PutAsync("orders", "k", $"{i}"));
            engine.Time.Advance(TimeSpan.FromSeconds(1));
        }

        async Task<string> Read(string type, string? sequence = null, DateTimeOffset? time = null) =>
            string.Concat((await engine.DrainAsync(await engine.IteratorAsync("orders", Shard0, type, sequence, time))).Select(r => r.Text()));

        Assert.Equal("01234", await Read(ShardIteratorTypes.TrimHorizon));
        Assert.Equal("", await Read(ShardIteratorTypes.Latest));
        Assert.Equal("234", await Read(ShardIteratorTypes.AtSequenceNumber, puts[2].SequenceNumber));
        Assert.Equal("34", await Read(ShardIteratorTypes.AfterSequenceNumber, puts[2].SequenceNumber));
        Assert.Equal("34", await Read(ShardIteratorTypes.AtTimestamp, time: times[3]));
        Assert.Equal("4", await Read(ShardIteratorTypes.AtTimestamp, time: times[3].AddMilliseconds(1)));
        Assert.Equal("01234", await Read(ShardIteratorTypes.AtTimestamp, time: times[0].AddDays(-3)));
        Assert.Equal("", await Read(ShardIteratorTypes.AtTimestamp, time: engine.Time.GetUtcNow()));
    }

    [Fact]
    public async Task An_iterator_at_the_tip_goes_on_with_what_comes_and_can_be_used_again()
    {
        await using var engine = new TestEngine();
        await engine.CreateAsync("orders", 1);
        await engine.PutAsync("orders", "k", "before");
        var latest = await engine.IteratorAsync("orders", Shard0, ShardIteratorTypes.Latest);
        var empty = await engine.Kinesis.GetRecordsAsync(new GetRecordsRequest(latest), default);
        await engine.PutAsync("orders", "k", "after");

        Assert.Empty(empty.Records);
        Assert.Equal("after", (await engine.DrainAsync(empty.NextShardIterator)).Single().Text());
        Assert.Equal("after", (await engine.DrainAsync(latest)).Single().Text());
        Assert.Equal("after", (await engine.DrainAsync(latest)).Single().Text());
    }

    [Fact]
    public async Task Lag_is_the_time_between_what_was_read_and_the_tip()
    {
        await using var engine = new TestEngine();
        await engine.CreateAsync("orders", 1);
        for (var i = 0; i < 4; i++)
        {
            await engine.PutAsync("orders", "k", $"{i}");
            engine.Time.Advance(TimeSpan.FromSeconds(10));
        }

        var first = await engine.Kinesis.GetRecordsAsync(new GetRecordsRequest(await engine.IteratorAsync("orders", Shard0), 1), default);
        var rest = await engine.Kinesis.GetRecordsAsync(new GetRecordsRequest(first.NextShardIterator!), default);

        Assert.Equal(30_000, first.MillisBehindLatest);
        Assert.Equal(0, rest.MillisBehindLatest);
    }

    [Fact]
    public async Task An_answer_holds_ten_mebibytes_and_the_next_goes_on()
    {
        await using var engine = new TestEngine();
        await engine.CreateAsync("orders", 1);
        for (var i = 0; i < 3; i++)
        {
            var entries = Enumerable.Range(0, 5).Select(_ => new PutRecordsRequestEntry(new byte[1_000_000], "k")).ToList();
            await engine.Kinesis.PutRecordsAsync(new PutRecordsRequest(entries, "orders"), default);
        }

        var first = await engine.Kinesis.GetRecordsAsync(new GetRecordsRequest(await engine.IteratorAsync("orders", Shard0)), default);
        var second = await engine.Kinesis.GetRecordsAsync(new GetRecordsRequest(first.NextShardIterator!), default);

        Assert.Equal(10, first.Records.Count);
        Assert.Equal(5, second.Records.Count);
    }

    [Fact]
    public async Task An_iterator_lives_five_minutes()
    {
        await using var engine = new TestEngine();
        await engine.CreateAsync("orders", 1);
        var iterator = await engine.IteratorAsync("orders", Shard0);
        var created = engine.Time.GetUtcNow();

        engine.Time.Advance(TimeSpan.FromMinutes(5));
        await engine.Kinesis.GetRecordsAsync(new GetRecordsRequest(iterator), default);
        engine.Time.Advance(TimeSpan.FromMilliseconds(1));
        var message = await TestEngine.RefusedAsync(KinesisErrorCodes.ExpiredIterator, () => engine.Kinesis.GetRecordsAsync(new GetRecordsRequest(iterator), default));

        Assert.StartsWith($"Iterator expired. The iterator was created at time {created:ddd MMM dd HH:mm:ss} UTC 2026 while right now it is ", message, StringComparison.Ordinal);
        Assert.Equal("Invalid ShardIterator.", await TestEngine.RefusedAsync(KinesisErrorCodes.InvalidArgument, () => engine.Kinesis.GetRecordsAsync(new GetRecordsRequest("AAAA"), default)));
    }

    [Fact]
    public async Task A_shard_takes_a_thousand_records_a_second_and_refuses_the_rest_one_by_one()
    {
        await using var engine = new TestEngine(o => o.Limits = KinesisLimits.Aws);
        await engine.CreateAsync("orders", 1);
        engine.Time.Advance(TimeSpan.FromSeconds(1));
        var entries = Enumerable.Range(0, 500).Select(i => new PutRecordsRequestEntry(BitConverter.GetBytes(i), "k")).ToList();
        var failed = new List<int>();
        for (var i = 0; i < 3; i++)
            failed.Add((await engine.Kinesis.PutRecordsAsync(new PutRecordsRequest(entries, "orders"), default)).FailedRecordCount);

        Assert.Equal([0, 0, 500], failed);
        var message = await TestEngine.RefusedAsync(KinesisErrorCodes.ProvisionedThroughputExceeded, () => engine.PutAsync("orders", "k", "x"));
        Assert.Equal("Rate exceeded for shard shardId-000000000000 in stream orders under account 000000000000.", message);

        engine.Time.Advance(TimeSpan.FromMilliseconds(250));
        var partial = await engine.Kinesis.PutRecordsAsync(new PutRecordsRequest(entries, "orders"), default);
        Assert.Equal(250, partial.FailedRecordCount);
        Assert.All(partial.Records.Skip(250), r => Assert.Equal(("ProvisionedThroughputExceededException", message), (r.ErrorCode, r.ErrorMessage)));
        Assert.Equal(500 + 1 + 250, engine.Kinesis.Read("orders").Single().WriteProvisionedThroughputExceeded);
        Assert.Equal(1250, engine.Kinesis.Read("orders").Single().IncomingRecords);
    }

    [Fact]
    public async Task A_shard_is_read_five_times_a_second_and_rests_after_a_full_answer()
    {
        await using var engine = new TestEngine(o => o.Limits = KinesisLimits.Aws);
        await engine.CreateAsync("orders", 1);
        var iterator = await engine.IteratorAsync("orders", Shard0);
        engine.Time.Advance(TimeSpan.FromSeconds(1));
        for (var i = 0; i < 5; i++)
            await engine.Kinesis.GetRecordsAsync(new GetRecordsRequest(iterator), default);
        await TestEngine.RefusedAsync(KinesisErrorCodes.ProvisionedThroughputExceeded, () => engine.Kinesis.GetRecordsAsync(new GetRecordsRequest(iterator), default));

        for (var i = 0; i < 10; i++)
        {
            engine.Time.Advance(TimeSpan.FromSeconds(1));
            await engine.Kinesis.PutRecordAsync(new PutRecordRequest(new byte[(1 << 20) - 1], "k", "orders"), default);
        }

        var full = await engine.Kinesis.GetRecordsAsync(new GetRecordsRequest(iterator), default);
        Assert.Equal(10, full.Records.Count);
        engine.Time.Advance(TimeSpan.FromSeconds(4.9));
        await TestEngine.RefusedAsync(KinesisErrorCodes.ProvisionedThroughputExceeded, () => engine.Kinesis.GetRecordsAsync(new GetRecordsRequest(iterator), default));
        engine.Time.Advance(TimeSpan.FromSeconds(0.2));
        await engine.Kinesis.GetRecordsAsync(new GetRecordsRequest(iterator), default);
    }

    [Fact]
    public async Task Chance_throttles_its_share_and_loses_nothing_else()
    {
        await using var engine = new TestEngine(o => o.ThrottleProbability = 0.5);
        await engine.CreateAsync("orders", 1);
        var entries = Enumerable.Range(0, 500).Select(i => new PutRecordsRequestEntry(BitConverter.GetBytes(i), "k")).ToList();
        var answer = await engine.Kinesis.PutRecordsAsync(new PutRecordsRequest(entries, "orders"), default);
        Assert.InRange(answer.FailedRecordCount, 150, 350);
        Assert.Equal(500 - answer.FailedRecordCount, engine.Kinesis.Read("orders").Single().IncomingRecords);
        Assert.Equal(answer.FailedRecordCount, engine.Kinesis.Read("orders").Single().WriteProvisionedThroughputExceeded);
    }

    [Theory]
    [InlineData("", "Member must have length greater than or equal to 1")]
    [InlineData("-", "Member must have length less than or equal to 256")]
    public async Task Keys_have_1_to_256_characters(string key, string constraint)
    {
        await using var engine = new TestEngine();
        await engine.CreateAsync("orders", 1);
        var message = await TestEngine.RefusedAsync(KinesisErrorCodes.Validation, () => engine.PutAsync("orders", key == "-" ? new string('k', 257) : key, "x"));
        Assert.EndsWith(constraint, message, StringComparison.Ordinal);
        await engine.PutAsync("orders", new string('k', 256), "x");
    }

    [Fact]
    public async Task A_record_over_the_streams_limit_is_refused_and_so_is_a_call_over_ten_mebibytes()
    {
        await using var engine = new TestEngine();
        await engine.CreateAsync("orders", 1);
        var large = await TestEngine.RefusedAsync(KinesisErrorCodes.Validation, () => engine.Kinesis.PutRecordAsync(new PutRecordRequest(new byte[(1 << 20) + 1], "k", "orders"), default));
        Assert.Equal("1 validation error detected: Value at 'data' failed to satisfy constraint: Member must have length less than or equal to 1048576", large);
        await engine.Kinesis.PutRecordAsync(new PutRecordRequest(new byte[(1 << 20) - 1], "k", "orders"), default);
        var entries = Enumerable.Range(0, 11).Select(_ => new PutRecordsRequestEntry(new byte[1_000_000], "k")).ToList();
        await TestEngine.RefusedAsync(KinesisErrorCodes.InvalidArgument, () => engine.Kinesis.PutRecordsAsync(new PutRecordsRequest(entries, "orders"), default));
        await TestEngine.RefusedAsync(KinesisErrorCodes.Validation, () => engine.Kinesis.PutRecordsAsync(new PutRecordsRequest([.. Enumerable.Repeat(new PutRecordsRequestEntry(new byte[1], "k"), 501)], "orders"), default));
    }

    [Fact]
    public async Task Five_neighbours_share_the_indexes_in_their_numbers_and_no_index_comes_twice()
    {
        await using var engine = new TestEngine();
        await engine.CreateAsync("orders", 6);
        var shards = await engine.ShardsAsync("orders");
        var indexes = new List<ulong>();
        for (var i = 0; i < 20; i++)
        {
            var put = await engine.PutAsync("orders", "k", "x", shards[i % 5].HashKeyRange.StartingHashKey);
            Assert.Equal(shards[i % 5].ShardId, put.ShardId);
            Assert.True(Weir.LocalKinesis.Streams.SequenceNumber.TryParse(put.SequenceNumber, out var number));
            indexes.Add(number.Index);
        }

        Assert.Equal(Enumerable.Range(1, 20).Select(i => (ulong)i), indexes);
        Assert.True(Weir.LocalKinesis.Streams.SequenceNumber.TryParse((await engine.PutAsync("orders", "k", "x", shards[5].HashKeyRange.StartingHashKey)).SequenceNumber, out var other));
        Assert.Equal(1UL, other.Index);
        Assert.Equal(4, (await engine.DrainAsync("orders", shards[3].ShardId)).Count);
    }
}
