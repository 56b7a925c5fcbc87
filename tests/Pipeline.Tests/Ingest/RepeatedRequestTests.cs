using System.Text.Json;
using Weir.Pipeline.Tests.Publishing;

namespace Weir.Pipeline.Tests.Ingest;

public sealed class RepeatedRequestTests
{
    private const string Batch = "/v1/streams/orders/records:batch";
    private const string Body = """{"records":[{"id":"a","data":1},{"id":"b","data":2},{"id":"a","data":3},{"data":4}]}""";

    private static string?[] Statuses(JsonElement answer) => [.. answer.GetProperty("results").EnumerateArray().Select(r => r.GetProperty("status").GetString())];

    private static ScriptedKinesis Orders()
    {
        var kinesis = new ScriptedKinesis();
        kinesis.Create("orders", 2);
        return kinesis;
    }

    [Fact]
    public async Task The_same_request_again_gets_the_same_answer_and_changes_nothing_even_after_a_restart()
    {
        var kinesis = Orders();
        var directory = IngestServer.NewDirectory();
        JsonElement first;
        await using (var server = await IngestServer.StartAsync(kinesis, directory))
        {
            (var status, first) = await server.PostAsync(Batch, "[1,2,3]", "application/json", ("Idempotency-Key", "order-17"));
            Assert.Equal(202, status);
            await Until.Async("three records", () => kinesis.All("orders").Count == 3);
            var (again, same) = await server.PostAsync(Batch, "[1,2,3]", "application/json", ("Idempotency-Key", "order-17"));
            Assert.Equal(202, again);
            Assert.Equal(first.GetRawText(), same.GetRawText());
        }

        await using (var server = await IngestServer.StartAsync(kinesis, directory))
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, Batch) { Content = new StringContent("[1,2,3]", null, "application/json") };
            request.Headers.Add("Idempotency-Key", "order-17");
            using var response = await server.Client.SendAsync(request);
            Assert.Equal("true", response.Headers.GetValues("Idempotent-Replay").Single());
            Assert.Equal(first.GetRawText(), await response.Content.ReadAsStringAsync());
            await server.PostAsync(Batch, "[4]", "application/json");
            await Until.Async("the record after", () => kinesis.All("orders").Count >= 4);
        }

        Assert.Equal(4, kinesis.All("orders").Count);
    }

    [Fact]
    public async Task The_same_key_with_another_body_is_422()
    {
        await using var server = await IngestServer.StartAsync(Orders());
        await server.PostAsync(Batch, "[1]", "application/json", ("Idempotency-Key", "k"));

        var (status, problem) = await server.PostAsync(Batch, "[2]", "application/json", ("Idempotency-Key", "k"));

        Assert.Equal(422, status);
        Assert.Equal("urn:weir:problem:idempotency-key-reused", problem.GetProperty("type").GetString());
    }

    [Fact]
    public async Task A_key_belongs_to_its_partner_and_stream()
    {
        var kinesis = Orders();
        kinesis.Create("other", 1);
        await using var server = await IngestServer.StartAsync(kinesis);
        await server.PostAsync(Batch, "[1]", "application/json", ("Idempotency-Key", "k"));

        Assert.Equal(202, (await server.PostAsync("/v1/streams/other/records:batch", "[2]", "application/json", ("Idempotency-Key", "k"))).Status);
        server.Client.DefaultRequestHeaders.Clear();
        Assert.Equal(202, (await server.PostAsync("/v1/streams/other/records:batch", "[3]", "application/json", ("Idempotency-Key", "k"), ("X-Api-Key", "narrow-key"))).Status);
    }

    [Fact]
    public async Task Equal_requests_at_the_same_time_are_taken_once()
    {
        var kinesis = Orders();
        await using var server = await IngestServer.StartAsync(kinesis);
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => server.PostAsync(Batch, "[1,2]", "application/json", ("Idempotency-Key", "k"))));

        Assert.All(answers, a => Assert.Equal(202, a.Status));
        Assert.Single(answers.Select(a => a.Body.GetRawText()).Distinct());
        await server.PostAsync(Batch, "[3]", "application/json");
        await Until.Async("the record after", () => kinesis.All("orders").Count >= 3);
        Assert.Equal(3, kinesis.All("orders").Count);
    }

    [Fact]
    public async Task A_record_whose_id_was_taken_is_a_duplicate_within_a_request_across_requests_and_restarts()
    {
        var kinesis = Orders();
        var directory = IngestServer.NewDirectory();
        await using (var server = await IngestServer.StartAsync(kinesis, directory))
        {
            var (status, answer) = await server.PostAsync(Batch, Body, "application/json");
            Assert.Equal(202, status);
            Assert.Equal(["accepted", "accepted", "duplicate", "accepted"], Statuses(answer));
            Assert.Equal(3, answer.GetProperty("accepted").GetInt32());
            Assert.Equal(1, answer.GetProperty("duplicates").GetInt32());
            Assert.Equal("b", answer.GetProperty("results")[1].GetProperty("id").GetString());
            (_, answer) = await server.PostAsync("/v1/streams/orders/records", "again", "text/plain", ("X-Record-Id", "b"));
            Assert.Equal(["duplicate"], Statuses(answer));
        }

        await using (var server = await IngestServer.StartAsync(kinesis, directory))
        {
            Assert.Equal(["duplicate", "duplicate", "duplicate", "accepted"], Statuses((await server.PostAsync(Batch, Body, "application/json")).Body));
            await Until.Async("four records", () => kinesis.All("orders").Count >= 4);
            Assert.Equal(4, kinesis.All("orders").Count);
        }
    }

    [Fact]
    public async Task The_streams_pointer_finds_a_records_own_id()
    {
        await using var server = await IngestServer.StartAsync(Orders(), null, ("Ingest:Streams:orders:RecordIdPointer", "/event/id"));

        var (_, answer) = await server.PostAsync(Batch, """[{"event":{"id":7}},{"event":{"id":7}},{"event":{}}]""", "application/json");

        Assert.Equal(["accepted", "duplicate", "accepted"], Statuses(answer));
    }
}
