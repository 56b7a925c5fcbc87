using System.Globalization;
using System.Text;
using Amazon.DynamoDBv2.Model;
using Microsoft.Extensions.Options;
using Weir.Peers.Tests.Running;
using Weir.Pipeline.Consuming.DeadLetters;
using Weir.Pipeline.Sinks;
using Weir.Pipeline.Sinks.DynamoDb;

namespace Weir.Peers.Tests.Dynamo;

/// <summary>Our sinks on dynalite, also while calls are refused, rows stay unprocessed and answers get lost.</summary>
public sealed class DynamoSinkTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private Dynalite _dynamo = null!;

    public async ValueTask InitializeAsync() => _dynamo = await Dynalite.StartAsync();

    public ValueTask DisposeAsync() => _dynamo?.DisposeAsync() ?? ValueTask.CompletedTask;

    [Fact]
    public async Task Records_that_come_again_in_other_batches_are_stored_and_counted_once()
    {
        var store = Store();
        var records = Enumerable.Range(0, 130).Select(i => Clean(i, $$"""{"n":{{i}}}""")).ToArray();
        await store.WriteAsync(records[..70], default);
        await store.WriteAsync(records[20..130], default);
        await store.WriteAsync(records[..130], default);

        Assert.Equal(130, await Store().CountAsync("orders", default));
        Assert.Equal(130, await RowsAsync("weir-records", "orders|"));
        var page = await store.ReadAsync(new RecordQuery("orders", Limit: 5), default);
        var newest = page.Records;
        Assert.Equal([129, 128, 127, 126, 125], newest.Select(r => int.Parse(r.SequenceNumber[^3..], CultureInfo.InvariantCulture)));
        Assert.Equal(("""{"n":129}""", "shardId-000000000001", "customer-3", Noon.AddMilliseconds(129)), (newest[0].Data, newest[0].ShardId, newest[0].PartitionKey, newest[0].ArrivedAt));
        Assert.Single((await store.ReadAsync(new RecordQuery(Contains: "\"n\":77}"), default)).Records);

        // Page by page every record comes once, the newest first.
        var seen = new List<string>();
        for (string? next = null; seen.Count == 0 || next is not null; next = page.Next)
        {
            page = await store.ReadAsync(new RecordQuery("orders", Limit: 40, Before: next), default);
            seen.AddRange(page.Records.Select(r => r.SequenceNumber));
        }

        Assert.Equal(records.Select(r => r.SequenceNumber).Reverse(), seen);
        await Assert.ThrowsAsync<ArgumentException>(() => store.ReadAsync(new RecordQuery(Before: "nonsense"), default));
    }

    [Fact]
    public async Task Under_throttles_unprocessed_rows_and_lost_answers_everything_is_stored_once()
    {
        (_dynamo.Trouble.Refused, _dynamo.Trouble.Unprocessed, _dynamo.Trouble.AnswerLost) = (10, 20, 5);
        var store = Store();
        var records = Enumerable.Range(0, 300).Select(i => Clean(i, "{}")).ToArray();
        foreach (var batch in records.Chunk(60))
            await UntilDoneAsync(() => store.WriteAsync(batch, default));

        Assert.True(_dynamo.Trouble.Troubles > 20, $"{_dynamo.Trouble.Troubles} troubles prove little.");
        (_dynamo.Trouble.Refused, _dynamo.Trouble.Unprocessed, _dynamo.Trouble.AnswerLost) = (0, 0, 0);
        Assert.Equal(300, await RowsAsync("weir-records", "orders|"));
        Assert.Equal(300, await Store().CountAsync(null, default));
    }

    [Fact]
    public async Task A_record_over_400_KB_is_refused_by_name_and_its_neighbours_can_be_written()
    {
        var store = Store();
        var (small, large) = (Clean(1, "{}"), Clean(2, new string('x', 410_000)));

        var refused = await Assert.ThrowsAsync<RecordsRefusedException>(() => store.WriteAsync([small, large], default));

        Assert.Equal([large], refused.Records);
        await store.WriteAsync([small], default);
        Assert.Equal(1, await RowsAsync("weir-records", "orders|"));
    }

    [Fact]
    public async Task Rows_of_a_hot_key_are_spread_and_expire_by_their_arrival()
    {
        var store = Store(o => (o.Suffixes, o.TtlDays) = (4, 10));
        await store.WriteAsync([.. Enumerable.Range(0, 40).Select(i => Clean(i, "{}") with { PartitionKey = "hot" })], default);

        var rows = (await _dynamo.Client.ScanAsync(new ScanRequest("weir-records"))).Items.Where(r => r["pk"].S.StartsWith("orders|", StringComparison.Ordinal)).ToArray();
        Assert.Equal(40, rows.Length);
        Assert.Equal(4, rows.Select(r => r["pk"].S).Distinct().Count());
        Assert.Equal(4, rows.Select(r => r["key"].S).Distinct().Count());
        Assert.All(rows, r => Assert.Equal($"{Noon.AddDays(10).ToUnixTimeSeconds()}", r["expires"].N));
    }

    [Fact]
    public async Task The_latest_state_of_a_key_never_goes_back()
    {
        var sink = new LatestStateSink(_dynamo.Client, new LatestStateOptions { Table = "orders-now", Key = "id" }, TimeProvider.System);
        await sink.WriteAsync([Clean(1, """{"id":"a","v":1}"""), Clean(2, """{"id":"a","v":2}"""), Clean(3, """{"id":"b","v":3}"""), Clean(4, "no json")], default);
        await sink.WriteAsync([Clean(1, """{"id":"a","v":1}""")], default);

        var rows = (await _dynamo.Client.ScanAsync(new ScanRequest("orders-now"))).Items.ToDictionary(r => r["key"].S, r => r["data"].S);
        Assert.Equal(new Dictionary<string, string> { ["a"] = """{"id":"a","v":2}""", ["b"] = """{"id":"b","v":3}""" }, rows);
    }

    [Fact]
    public async Task Counters_are_exact_across_repeats_two_workers_lost_answers_and_replays()
    {
        var options = new CounterOptions { Table = "by-country", Key = "customer.country", Value = "amount" };
        var records = Enumerable.Range(0, 60).Select(i => Clean(i, $$"""{"customer":{"country":"{{(i % 3 == 0 ? "DE" : "FR")}}"},"amount":{{i}}.5}""")).ToArray();
        var late = records[10];
        _dynamo.Trouble.AnswerLost = 20;
        CounterSink[] workers = [new(_dynamo.Client, options, TimeProvider.System), new(_dynamo.Client, options, TimeProvider.System)];

        // The eleventh went to the dead letter; both workers believe that the shard is theirs and cut their batches differently.
        var stream = records.Where(r => r != late).ToArray();
        await Task.WhenAll(
            Task.Run(async () => { foreach (var batch in stream.Chunk(7)) await UntilDoneAsync(() => workers[0].WriteAsync(batch, default)); }),
            Task.Run(async () => { foreach (var batch in stream.Chunk(11)) await UntilDoneAsync(() => workers[1].WriteAsync(batch, default)); }));
        await UntilDoneAsync(() => workers[0].ReplayAsync(late, default));
        await UntilDoneAsync(() => workers[1].ReplayAsync(late, default));

        var rows = (await _dynamo.Client.ScanAsync(new ScanRequest("by-country"))).Items.ToDictionary(r => r["key"].S, r => (r["count"].N, decimal.Parse(r["sum"].N, CultureInfo.InvariantCulture)));
        Assert.Equal(("20", Enumerable.Range(0, 60).Where(i => i % 3 == 0).Sum(i => i + 0.5m)), rows["DE"]);
        Assert.Equal(("40", Enumerable.Range(0, 60).Where(i => i % 3 != 0).Sum(i => i + 0.5m)), rows["FR"]);
    }

    [Fact]
    public async Task A_dead_letter_keeps_a_payload_larger_than_an_item_and_is_decided_upon_once()
    {
        var store = new DynamoDeadLetters(_dynamo.Client, "weir-dead-letters", TimeProvider.System);
        var large = new DeadLetter("orders", "shardId-000000000001", "4959", 0, Noon, Noon.AddSeconds(1), "IOException in the processor.", 5, 900_000, new string('é', 450_000)) { PartitionKey = "k" };
        var empty = large with { SequenceNumber = "4960", Data = "", Bytes = 0, FailedAt = Noon.AddSeconds(2) };
        var unsafeToKeep = large with { SequenceNumber = "4961", Data = null, FailedAt = Noon.AddSeconds(3) };
        await store.WriteAsync([large, empty, unsafeToKeep], default);
        await store.WriteAsync([large with { Cause = "again" }], default);

        Assert.Equal(large, await store.FindAsync(large.Key, default));
        Assert.Equal("", (await store.FindAsync(empty.Key, default))!.Data);
        Assert.Null((await store.FindAsync(unsafeToKeep.Key, default))!.Data);
        Assert.Equal(["4961", "4960", "4959"], (await store.ListAsync(null, null, 10, default)).Select(l => l.SequenceNumber));
        Assert.Equal(3, await store.CountWaitingAsync(default));

        Assert.True(await store.CloseAsync(large.Key, DeadLetterState.Dropped, "A test.", default));
        Assert.False(await store.CloseAsync(large.Key, DeadLetterState.Replayed, null, default));
        Assert.Equal((DeadLetterState.Dropped, "A test."), ((await store.FindAsync(large.Key, default))!.State, (await store.FindAsync(large.Key, default))!.Reason));
        Assert.Equal(["4960"], (await store.ListAsync(DeadLetterState.Waiting, Noon.AddSeconds(3), 10, default)).Select(l => l.SequenceNumber));
        Assert.Equal(2, await store.CountWaitingAsync(default));
        Assert.Null(await store.FindAsync(large.Key with { SubSequenceNumber = 7 }, default));
    }

    private DynamoRecordStore Store(Action<DynamoDbOptions>? configure = null)
    {
        var options = new SinkOptions { Store = "DynamoDb" };
        configure?.Invoke(options.DynamoDb);
        return new DynamoRecordStore(_dynamo.Client, Options.Create(options), TimeProvider.System);
    }

    private async Task<int> RowsAsync(string table, string prefix)
    {
        var rows = 0;
        var request = new ScanRequest(table);
        ScanResponse page;
        do
        {
            page = await _dynamo.Client.ScanAsync(request);
            rows += page.Items.Count(r => r["pk"].S.StartsWith(prefix, StringComparison.Ordinal));
            request.ExclusiveStartKey = page.LastEvaluatedKey;
        }
        while (page.LastEvaluatedKey is { Count: > 0 });
        return rows;
    }

    /// <summary>As a reader does: a batch whose store failed is written again.</summary>
    private static async Task UntilDoneAsync(Func<Task> write)
    {
        for (var tries = 0; ; tries++)
        {
            try
            {
                await write();
                return;
            }
            catch (Exception) when (tries < 50)
            {
                // Again.
            }
        }
    }

    private static CleanRecord Clean(int number, string data) => new(
        "orders", "shardId-000000000001", string.Create(CultureInfo.InvariantCulture, $"49590338271490256608559692538361571095921575989136{number:D6}"), 0, $"customer-{number % 7}", Noon.AddMilliseconds(number),
        Encoding.UTF8.GetBytes(data), "rules", 0);
}
