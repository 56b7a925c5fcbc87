using System.Globalization;
using System.Text;
using Weir.Aws.Kinesis;
using Weir.Pipeline.Tests.Ingest;
using Record = Weir.Aws.Kinesis.Record;

namespace Weir.Pipeline.Tests.Publishing;

public sealed class PublishingTests
{
    private const string Batch = "/v1/streams/orders/records:batch";

    private static string Records(IEnumerable<(string Key, int Number)> records) =>
        "{\"records\":[" + string.Join(',', records.Select(r => string.Create(CultureInfo.InvariantCulture, $"{{\"partitionKey\":\"{r.Key}\",\"data\":{r.Number}}}"))) + "]}";

    private static IEnumerable<(string Key, int Number)> Numbered(int from, int count, int keys) => Enumerable.Range(from, count).Select(n => ($"k{n % keys}", n));

    private static int Number(Record record) => int.Parse(Encoding.UTF8.GetString(record.Data.Span), CultureInfo.InvariantCulture);

    private static void AssertEachOnceAndInOrder(IReadOnlyList<Record> records, int count)
    {
        Assert.Equal(Enumerable.Range(0, count), records.Select(Number).Order());
        foreach (var key in records.GroupBy(r => r.PartitionKey))
        {
            Assert.Equal(key.Select(Number).Order(), key.Select(Number));
        }
    }

    private static bool Drained(IngestServer server) => server.Metrics.Read().Spools.TryGetValue("orders", out var depth) && depth.Records == 0;

    [Fact]
    public async Task Refused_records_are_sent_again_alone_and_a_key_never_overtakes_itself()
    {
        var kinesis = new ScriptedKinesis();
        kinesis.Create("orders", 3);
        var random = new Random(7);
        var refused = 0;
        kinesis.Refuse = (_, _) => random.Next(3) == 0 && ++refused > 0 ? (random.Next(2) == 0 ? KinesisErrorCodes.ProvisionedThroughputExceeded : KinesisErrorCodes.InternalFailure) : null;
        await using var server = await IngestServer.StartAsync(kinesis, null, ("Publishing:MaxBackOffMilliseconds", "10"));
        for (var i = 0; i < 600; i += 100)
        {
            Assert.Equal(202, (await server.PostAsync(Batch, Records(Numbered(i, 100, 40)), "application/json")).Status);
        }

        await Until.Async("600 records", () => kinesis.All("orders").Count >= 600);
        AssertEachOnceAndInOrder(kinesis.All("orders"), 600);
        Assert.True(refused > 0);
        Assert.True(server.Metrics.Read().Shards.Sum(s => s.WriteThrottled) > 0);
    }

    [Fact]
    public async Task A_throttled_shard_does_not_hold_back_the_others()
    {
        var kinesis = new ScriptedKinesis();
        kinesis.Create("orders", 2);
        var blocked = true;
        kinesis.Refuse = (shard, _) => blocked && shard.Start == 0 ? KinesisErrorCodes.ProvisionedThroughputExceeded : null;
        await using var server = await IngestServer.StartAsync(kinesis);
        await server.PostAsync(Batch, Records(Numbered(0, 300, 300)), "application/json");
        var free = Enumerable.Range(0, 300).Count(n => HashKey.Of($"k{n}") > UInt128.MaxValue / 2);

        await Until.Async("every record of the free shard", () => kinesis.All("orders").Count == free);
        await Until.Async("the spool's depth reported", () => server.Metrics.Read().Spools.TryGetValue("orders", out var depth) && depth.Records == 300 - free && depth.Oldest is not null);
        blocked = false;
        await Until.Async("the rest", () => kinesis.All("orders").Count == 300);
        AssertEachOnceAndInOrder(kinesis.All("orders"), 300);
    }

    [Fact]
    public async Task Resharding_under_load_loses_nothing_doubles_nothing_and_keeps_the_order()
    {
        var kinesis = new ScriptedKinesis();
        kinesis.Create("orders", 2);
        await using var server = await IngestServer.StartAsync(kinesis);
        var shards = new[] { 3, 5, 1, 4 };
        for (var round = 0; round < 8; round++)
        {
            Assert.Equal(202, (await server.PostAsync(Batch, Records(Numbered(round * 200, 200, 37)), "application/json")).Status);
            if (round % 2 == 1)
            {
                kinesis.Reshard("orders", shards[round / 2]);
            }
        }

        await Until.Async("1,600 records", () => kinesis.All("orders").Count >= 1600);
        AssertEachOnceAndInOrder(kinesis.All("orders"), 1600);
    }

    [Fact]
    public async Task Records_wait_for_a_stream_that_is_gone_and_go_on_when_it_is_back()
    {
        var kinesis = new ScriptedKinesis();
        kinesis.Create("orders", 1);
        await using var server = await IngestServer.StartAsync(kinesis, null, ("Ingest:StreamRefreshMilliseconds", "60000"));
        Assert.Equal(202, (await server.PostAsync(Batch, Records(Numbered(1000, 1, 1)), "application/json")).Status);
        await Until.Async("the first record", () => kinesis.All("orders").Count == 1);
        kinesis.Delete("orders");
        Assert.Equal(202, (await server.PostAsync(Batch, Records(Numbered(0, 50, 5)), "application/json")).Status);
        await Until.Async("the depth reported", () => server.Metrics.Read().Spools.TryGetValue("orders", out var depth) && depth.Records == 50);

        kinesis.Create("orders", 2);
        await Until.Async("50 records", () => kinesis.All("orders").Count >= 50);
        AssertEachOnceAndInOrder(kinesis.All("orders"), 50);
    }

    [Fact]
    public async Task A_call_whose_answer_is_lost_is_looked_up_and_nothing_is_sent_twice()
    {
        var kinesis = new ScriptedKinesis();
        kinesis.Create("orders", 2);
        var random = new Random(3);
        int Next(int below)
        {
            // Lanes call at once, and one source of chance is not made for that.
            lock (random)
            {
                return random.Next(below);
            }
        }

        kinesis.Before = _ => Next(4) == 0 ? throw new IOException("Connection refused.") : Task.CompletedTask;
        kinesis.After = _ => Next(2) == 0 ? throw new IOException("Connection reset.") : Task.CompletedTask;
        kinesis.Refuse = (_, _) => Next(4) == 0 ? KinesisErrorCodes.InternalFailure : null;
        await using var server = await IngestServer.StartAsync(kinesis, null, ("Publishing:MaxBackOffMilliseconds", "10"), ("Publishing:BatchRecords", "20"));
        await server.PostAsync(Batch, Records(Numbered(0, 400, 30)), "application/json");

        await Until.Async("400 records", () => kinesis.All("orders").Count >= 400);
        await Until.Async("the spool drained", () => Drained(server));
        AssertEachOnceAndInOrder(kinesis.All("orders"), 400);
    }

    [Fact]
    public async Task Equal_records_are_each_published_once_even_when_answers_are_lost()
    {
        var kinesis = new ScriptedKinesis();
        kinesis.Create("orders", 1);
        var calls = 0;
        kinesis.After = _ => ++calls % 3 == 0 ? throw new IOException("Connection reset.") : Task.CompletedTask;
        await using var server = await IngestServer.StartAsync(kinesis, null, ("Publishing:MaxBackOffMilliseconds", "10"));
        for (var i = 0; i < 20; i++)
        {
            await server.PostAsync("/v1/streams/orders/records", "same", "text/plain", ("X-Partition-Key", "k"));
        }

        await Until.Async("the spool drained", () => Drained(server) && kinesis.All("orders").Count >= 20);
        Assert.Equal(20, kinesis.All("orders").Count);
    }

    [Fact]
    public async Task A_record_that_the_stream_refuses_for_good_is_set_aside_and_its_neighbours_pass()
    {
        var kinesis = new ScriptedKinesis();
        kinesis.Create("orders", 1);
        kinesis.Before = request => request.Records.Any(r => r.PartitionKey == "k13") ? throw new KinesisException(KinesisErrorCodes.Validation, "Too odd.") : Task.CompletedTask;
        await using var server = await IngestServer.StartAsync(kinesis, null, ("Publishing:MaxBackOffMilliseconds", "10"));
        await server.PostAsync(Batch, Records(Numbered(0, 100, 100)), "application/json");

        await Until.Async("99 records", () => kinesis.All("orders").Count == 99);
        await Until.Async("one dead letter", () => server.Metrics.Read().DeadLetters == 1);
        await Until.Async("the spool drained", () => Drained(server));
        Assert.DoesNotContain(kinesis.All("orders"), r => r.PartitionKey == "k13");
    }

    [Fact]
    public async Task A_restart_publishes_what_was_left_and_nothing_again()
    {
        var kinesis = new ScriptedKinesis();
        kinesis.Create("orders", 2);
        var directory = IngestServer.NewDirectory();
        var blocked = false;
        kinesis.Refuse = (shard, _) => blocked && shard.Start == 0 ? KinesisErrorCodes.ProvisionedThroughputExceeded : null;
        for (var run = 0; run < 4; run++)
        {
            // Every other run ends while one shard refuses, and the next begins with other shards.
            blocked = run % 2 == 0;
            await using (var server = await IngestServer.StartAsync(kinesis, directory, ("Publishing:DrainSeconds", "0")))
            {
                Assert.Equal(202, (await server.PostAsync(Batch, Records(Numbered(run * 200, 200, 50)), "application/json")).Status);
                await Until.Async("something published", () => kinesis.All("orders").Count > run * 100);
            }

            if (run == 1)
            {
                kinesis.Reshard("orders", 3);
            }
        }

        blocked = false;
        await using var last = await IngestServer.StartAsync(kinesis, directory);
        await Until.Async("800 records", () => kinesis.All("orders").Count >= 800);
        await Until.Async("the spool drained", () => Drained(last));
        AssertEachOnceAndInOrder(kinesis.All("orders"), 800);
    }

    [Fact]
    public async Task A_record_of_unknown_outcome_that_is_damaged_on_disk_does_not_hold_up_its_stream()
    {
        var kinesis = new ScriptedKinesis();
        kinesis.Create("orders", 1);
        var directory = IngestServer.NewDirectory();
        kinesis.After = _ => throw new IOException("Connection reset.");
        kinesis.BeforeReading = () => throw new IOException("Connection refused.");
        await using (var server = await IngestServer.StartAsync(kinesis, directory, ("Publishing:DrainSeconds", "0")))
        {
            await server.PostAsync("/v1/streams/orders/records", "in doubt", "text/plain");
            await Until.Async("the call", () => kinesis.All("orders").Count == 1);
        }

        foreach (var file in Directory.EnumerateFiles(Path.Combine(directory, "spool", "log")))
        {
            var bytes = await File.ReadAllBytesAsync(file);
            if (bytes.AsSpan().IndexOf("in doubt"u8) is var at and >= 0)
            {
                bytes[at] ^= 1;
                await File.WriteAllBytesAsync(file, bytes);
            }
        }

        (kinesis.After, kinesis.BeforeReading) = (_ => Task.CompletedTask, () => { });
        await using var again = await IngestServer.StartAsync(kinesis, directory);
        await again.PostAsync("/v1/streams/orders/records", "after", "text/plain");

        await Until.Async("the record after", () => kinesis.All("orders").Any(r => Encoding.UTF8.GetString(r.Data.Span) == "after"));
        Assert.Equal(2, kinesis.All("orders").Count);
    }
}
