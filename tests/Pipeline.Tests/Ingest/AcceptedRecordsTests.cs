using System.Text;
using System.Text.Json;
using Weir.Aws.Kinesis;
using Weir.Pipeline.Tests.Publishing;
using Record = Weir.Aws.Kinesis.Record;

namespace Weir.Pipeline.Tests.Ingest;

public sealed class AcceptedRecordsTests
{
    private static async Task<(IReadOnlyList<Record> Records, int Status, JsonElement Body)> SendAsync(string path, string body, string? type, params (string, string)[] headers)
    {
        var kinesis = new ScriptedKinesis();
        kinesis.Create("orders", 2);
        await using var server = await IngestServer.StartAsync(kinesis, null, ("Ingest:Streams:orders:PartitionKeyPointer", "/customer/id"));
        var (status, answer) = await server.PostAsync(path, body, type, headers);
        var expected = answer.ValueKind == JsonValueKind.Object && answer.TryGetProperty("accepted", out var accepted) ? accepted.GetInt32() : status == 200 ? 1 : 0;
        await Until.Async($"{expected} records in the stream", () => kinesis.All("orders").Count >= expected);
        return (kinesis.All("orders"), status, answer);
    }

    private static string Text(Record record) => Encoding.UTF8.GetString(record.Data.Span);

    [Fact]
    public async Task A_raw_body_is_one_record_byte_for_byte()
    {
        var (records, status, answer) = await SendAsync("/v1/streams/orders/records", "any\nthing", "application/octet-stream", ("X-Partition-Key", "k1"));

        Assert.Equal(202, status);
        Assert.Equal("any\nthing", Text(Assert.Single(records)));
        Assert.Equal("k1", records[0].PartitionKey);
        var result = Assert.Single(answer.GetProperty("results").EnumerateArray());
        Assert.Equal(0, result.GetProperty("index").GetInt32());
        Assert.Equal("accepted", result.GetProperty("status").GetString());
        Assert.False(string.IsNullOrEmpty(result.GetProperty("id").GetString()));
        Assert.Equal(1, answer.GetProperty("accepted").GetInt32());
        Assert.Equal(0, answer.GetProperty("rejected").GetInt32());
    }

    [Fact]
    public async Task A_JSON_object_is_one_record_as_it_was_written()
    {
        var (records, status, _) = await SendAsync("/v1/streams/orders/records", "{ \"a\" : 1.0 }", "application/json");

        Assert.Equal(202, status);
        Assert.Equal("{ \"a\" : 1.0 }", Text(Assert.Single(records)));
    }

    [Theory]
    [InlineData("/v1/streams/orders/records")]
    [InlineData("/v1/streams/orders/records:batch")]
    public async Task An_array_is_a_record_for_each_element_with_results_in_request_order(string path)
    {
        var (records, status, answer) = await SendAsync(path, """[{"n":1,"partitionKey":"same"},{"n":2,"partitionKey":"same"}, "three"]""", "application/json; charset=utf-8");

        Assert.Equal(202, status);
        Assert.Equal(["""{"n":1,"partitionKey":"same"}""", """{"n":2,"partitionKey":"same"}"""], records.Where(r => r.PartitionKey == "same").Select(Text));
        Assert.Contains("\"three\"", records.Select(Text));
        Assert.Equal([0, 1, 2], answer.GetProperty("results").EnumerateArray().Select(r => r.GetProperty("index").GetInt32()));
    }

    [Fact]
    public async Task The_streams_pointer_finds_the_partition_key_in_a_record()
    {
        var (records, _, _) = await SendAsync("/v1/streams/orders/records", """[{"customer":{"id":42}},{"customer":{"id":"x\u00e9"}},{"customer":{}}]""", "application/json");

        Assert.Contains(records, r => r.PartitionKey == "42");
        Assert.Contains(records, r => r.PartitionKey == "xé");
        Assert.Contains(records, r => r.PartitionKey.Length == 32);
    }

    [Fact]
    public async Task An_envelope_carries_key_hash_and_bytes_of_each_record()
    {
        var (records, status, _) = await SendAsync(
            "/v1/streams/orders/records:batch",
            """{"records":[{"partitionKey":"k1","data":{"a":[1,2]}},{"partitionKey":"k2","dataBase64":"aGVsbG8=","explicitHashKey":"0"}]}""",
            "application/json");

        Assert.Equal(202, status);
        Assert.Equal("""{"a":[1,2]}""", Text(records.Single(r => r.PartitionKey == "k1")));
        Assert.Equal("hello", Text(records.Single(r => r.PartitionKey == "k2")));
    }

    [Fact]
    public async Task The_shape_of_PutRecords_is_taken()
    {
        var (records, status, _) = await SendAsync("/v1/streams/orders/records:batch", """{"StreamName":"orders","Records":[{"Data":"aGVsbG8=","PartitionKey":"k1"}]}""", "application/x-amz-json-1.1");

        Assert.Equal(202, status);
        Assert.Equal("hello", Text(Assert.Single(records)));
        Assert.Equal("k1", records[0].PartitionKey);
    }

    [Fact]
    public async Task A_batch_of_CloudEvents_is_a_record_for_each_event()
    {
        var (records, status, answer) = await SendAsync(
            "/v1/streams/orders/records:batch",
            """[{"specversion":"1.0","id":"A1","source":"/s","type":"t","partitionkey":"pk","data":{}},{"specversion":"1.0","id":"A2","type":"t"}]""",
            "application/cloudevents-batch+json");

        Assert.Equal(202, status);
        Assert.Equal("pk", Assert.Single(records).PartitionKey);
        Assert.Equal("source", answer.GetProperty("results")[1].GetProperty("error").GetProperty("field").GetString());
    }

    [Fact]
    public async Task A_Firehose_delivery_is_answered_as_Firehose_expects()
    {
        var (records, status, answer) = await SendAsync(
            "/v1/streams/orders/records",
            """{"requestId":"r-1","timestamp":1,"records":[{"data":"aGVsbG8="}]}""",
            "application/json",
            ("X-Amz-Firehose-Protocol-Version", "1.0"),
            ("X-Amz-Firehose-Request-Id", "r-1"));

        Assert.Equal(200, status);
        Assert.Equal("r-1", answer.GetProperty("requestId").GetString());
        Assert.Equal(JsonValueKind.Number, answer.GetProperty("timestamp").ValueKind);
        Assert.Equal("hello", Text(Assert.Single(records)));
    }

    [Fact]
    public async Task A_bad_line_is_an_error_of_its_own_and_its_neighbours_are_taken()
    {
        var (records, status, answer) = await SendAsync("/v1/streams/orders/records", "{\"n\":1}\r\n\n{\"n\":\n{\"n\":3}", "application/x-ndjson");

        Assert.Equal(202, status);
        Assert.Equal(["{\"n\":1}", "{\"n\":3}"], records.Select(Text).Order());
        Assert.Equal(["accepted", "rejected", "accepted"], answer.GetProperty("results").EnumerateArray().Select(r => r.GetProperty("status").GetString()));
        Assert.Equal("line 3", answer.GetProperty("results")[1].GetProperty("error").GetProperty("field").GetString());
        Assert.Equal(2, answer.GetProperty("accepted").GetInt32());
        Assert.Equal(1, answer.GetProperty("rejected").GetInt32());
    }

    [Fact]
    public async Task Waiting_for_the_stream_brings_shard_and_sequence_number()
    {
        var (_, status, answer) = await SendAsync("/v1/streams/orders/records?ack=stream", "[1,2]", "application/json", ("Prefer", "wait=20"));

        Assert.Equal(200, status);
        foreach (var result in answer.GetProperty("results").EnumerateArray())
        {
            Assert.StartsWith("shardId-", result.GetProperty("shardId").GetString(), StringComparison.Ordinal);
            Assert.False(string.IsNullOrEmpty(result.GetProperty("sequenceNumber").GetString()));
        }
    }
}
