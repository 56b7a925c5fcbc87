using System.Text;
using System.Text.Json;
using Weir.Pipeline.Tests.Publishing;

namespace Weir.Pipeline.Tests.Ingest;

public sealed class RefusalTests
{
    private const string Records = "/v1/streams/orders/records";

    private static async Task<(int Status, JsonElement Problem)> SendAsync(string path, byte[] body, string? type, params (string, string)[] headers)
    {
        var kinesis = new ScriptedKinesis();
        kinesis.Create("orders", 1);
        await using var server = await IngestServer.StartAsync(kinesis, null, ("Ingest:MaxRecordsPerRequest", "1000"), ("Ingest:MaxRequestBytes", "4194304"));
        return await server.PostAsync(path, body, type, headers);
    }

    private static Task<(int Status, JsonElement Problem)> SendAsync(string path, string body, string? type, params (string, string)[] headers) => SendAsync(path, Encoding.UTF8.GetBytes(body), type, headers);

    private static void AssertProblem((int Status, JsonElement Problem) answer, int status, string code, string? field)
    {
        Assert.Equal(status, answer.Status);
        Assert.Equal("urn:weir:problem:" + code, answer.Problem.GetProperty("type").GetString());
        Assert.Equal(status, answer.Problem.GetProperty("status").GetInt32());
        Assert.False(string.IsNullOrEmpty(answer.Problem.GetProperty("title").GetString()));
        Assert.False(string.IsNullOrEmpty(answer.Problem.GetProperty("detail").GetString()));
        if (field is not null)
        {
            Assert.Equal(field, answer.Problem.GetProperty("field").GetString());
        }
    }

    [Fact]
    public async Task An_unknown_stream_is_404() =>
        AssertProblem(await SendAsync("/v1/streams/nothing/records", "x", "text/plain"), 404, "unknown-stream", "stream");

    [Theory]
    [InlineData("X-Api-Key", "wrong", "wrong-key")]
    [InlineData("Authorization", "Bearer wrong", "wrong-key")]
    [InlineData("Authorization", "Basic abc", "missing-key")]
    public async Task A_wrong_key_is_401(string header, string value, string code)
    {
        var kinesis = new ScriptedKinesis();
        kinesis.Create("orders", 1);
        await using var server = await IngestServer.StartAsync(kinesis);
        server.Client.DefaultRequestHeaders.Clear();

        AssertProblem(await server.PostAsync(Records, "x", "text/plain", (header, value)), 401, code, "Authorization");
    }

    [Theory]
    [InlineData("GET", Records, 405, "wrong-method")]
    [InlineData("PUT", Records + ":batch", 405, "wrong-method")]
    [InlineData("POST", "/v1/streams/orders/record", 404, "unknown-address")]
    public async Task Another_method_is_405_and_another_address_404(string method, string path, int status, string code)
    {
        var kinesis = new ScriptedKinesis();
        kinesis.Create("orders", 1);
        await using var server = await IngestServer.StartAsync(kinesis);
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        using var response = await server.Client.SendAsync(request);

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Contains("urn:weir:problem:" + code, await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(status == 405, response.Content.Headers.Allow.Contains("POST"));
    }

    [Fact]
    public async Task A_key_in_the_Authorization_header_is_taken()
    {
        var kinesis = new ScriptedKinesis();
        kinesis.Create("orders", 1);
        await using var server = await IngestServer.StartAsync(kinesis);
        server.Client.DefaultRequestHeaders.Clear();

        Assert.Equal(202, (await server.PostAsync(Records, "x", "text/plain", ("Authorization", "Bearer good-key"))).Status);
        AssertProblem(await server.PostAsync(Records, "x", "text/plain"), 401, "missing-key", "Authorization");
    }

    [Fact]
    public async Task A_key_without_the_right_is_403_whether_or_not_the_stream_exists()
    {
        var kinesis = new ScriptedKinesis();
        kinesis.Create("orders", 1);
        await using var server = await IngestServer.StartAsync(kinesis);
        server.Client.DefaultRequestHeaders.Clear();

        AssertProblem(await server.PostAsync(Records, "x", "text/plain", ("X-Api-Key", "narrow-key")), 403, "stream-forbidden", "stream");
        AssertProblem(await server.PostAsync("/v1/streams/nothing/records", "x", "text/plain", ("X-Api-Key", "narrow-key")), 403, "stream-forbidden", "stream");
    }

    [Fact]
    public async Task A_record_over_the_limit_is_413_with_the_limit()
    {
        var answer = await SendAsync(Records, new byte[(1 << 20) + 1], "application/octet-stream");

        AssertProblem(answer, 413, "record-too-large", "body");
        Assert.Equal(1 << 20, answer.Problem.GetProperty("limit").GetInt32());
    }

    [Fact]
    public async Task Data_and_partition_key_together_are_the_record()
    {
        AssertProblem(await SendAsync(Records, new byte[1 << 20], "application/octet-stream", ("X-Partition-Key", "k")), 413, "record-too-large", "body");
        Assert.Equal(202, (await SendAsync(Records, new byte[(1 << 20) - 1], "application/octet-stream", ("X-Partition-Key", "k"))).Status);
    }

    [Fact]
    public async Task A_request_over_the_limit_is_413() =>
        AssertProblem(await SendAsync(Records, new byte[5 << 20], "application/x-ndjson"), 413, "request-too-large", "body");

    [Fact]
    public async Task More_records_than_allowed_are_413_and_none_is_taken() =>
        AssertProblem(await SendAsync(Records, "[" + string.Join(',', Enumerable.Repeat("1", 1001)) + "]", "application/json"), 413, "too-many-records", "body");

    [Theory]
    [InlineData("{\"a\":")]
    [InlineData("[{\"a\":1},]")]
    [InlineData("{} {}")]
    [InlineData("42")]
    [InlineData("[1,2")]
    public async Task Malformed_JSON_is_400(string body) => AssertProblem(await SendAsync(Records, body, "application/json"), 400, "malformed-body", "body");

    [Fact]
    public async Task Invalid_UTF8_is_400() =>
        AssertProblem(await SendAsync(Records, [(byte)'"', 0xC3, 0x28, (byte)'"'], "application/json"), 400, "malformed-body", "body");

    [Theory]
    [InlineData("[]", "application/json")]
    [InlineData("\n \n", "application/x-ndjson")]
    [InlineData("", "application/octet-stream")]
    public async Task No_records_at_all_is_400(string body, string type) => AssertProblem(await SendAsync(Records, body, type), 400, "no-records", "body");

    [Fact]
    public async Task A_request_without_one_good_record_is_400_with_each_ones_reason()
    {
        var answer = await SendAsync(Records, "{\n]", "application/x-ndjson");

        AssertProblem(answer, 400, "no-valid-records", "body");
        Assert.Equal(2, answer.Problem.GetProperty("rejected").GetInt32());
        Assert.Equal(["line 1", "line 2"], answer.Problem.GetProperty("results").EnumerateArray().Select(r => r.GetProperty("error").GetProperty("field").GetString()));
    }

    [Theory]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("image/png")]
    public async Task An_unsupported_type_is_415(string type) => AssertProblem(await SendAsync(Records, "a=1", type), 415, "unsupported-type", "Content-Type");

    [Fact]
    public async Task An_object_that_is_no_envelope_is_400_on_batch() =>
        AssertProblem(await SendAsync(Records + ":batch", "{\"a\":1}", "application/json"), 400, "malformed-body", "records");

    [Fact]
    public async Task Another_stream_in_the_body_than_in_the_address_is_400() =>
        AssertProblem(await SendAsync(Records + ":batch", "{\"StreamName\":\"other\",\"Records\":[]}", "application/x-amz-json-1.1"), 400, "malformed-body", "StreamName");

    [Theory]
    [InlineData("")]
    [InlineData("257")]
    public async Task A_partition_key_of_a_wrong_length_is_400(string key) =>
        AssertProblem(await SendAsync(Records, "x", "text/plain", ("X-Partition-Key", key.Length == 0 ? "" : new string('k', 257))), 400, "bad-header", "X-Partition-Key");

    [Fact]
    public async Task Wrong_members_of_an_envelope_are_errors_of_their_records()
    {
        var (status, answer) = await SendAsync(
            Records + ":batch",
            """{"records":[{"data":1},{"dataBase64":"%%"},{"partitionKey":""},{"partitionKey":"","data":1},{"explicitHashKey":"01","data":1},{"explicitHashKey":"340282366920938463463374607431768211456","data":1},{"partitionKey":7,"data":1},5]}""",
            "application/json");

        Assert.Equal(202, status);
        Assert.Equal(
            [null, "bad-data", "malformed", "bad-partition-key", "bad-hash-key", "bad-hash-key", "malformed", "malformed"],
            answer.GetProperty("results").EnumerateArray().Select(r => r.TryGetProperty("error", out var error) ? error.GetProperty("code").GetString() : null));
    }

    [Fact]
    public async Task The_answers_are_counted_by_status()
    {
        var kinesis = new ScriptedKinesis();
        kinesis.Create("orders", 1);
        await using var server = await IngestServer.StartAsync(kinesis);
        await server.PostAsync(Records, "x", "text/plain");
        await server.PostAsync(Records, "x", "image/png");

        await Until.Async("both answers counted", () => server.Metrics.Read().RequestsByStatus.Values.Sum() == 2);
        var totals = server.Metrics.Read();
        Assert.Equal(1, totals.RequestsByStatus[202]);
        Assert.Equal(1, totals.RequestsByStatus[415]);
        Assert.Equal(1, totals.RecordsAccepted);
    }
}
