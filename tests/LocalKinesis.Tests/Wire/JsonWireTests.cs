using System.Net;
using System.Text;

namespace Weir.LocalKinesis.Tests.Wire;

public sealed class JsonWireTests
{
    [Fact]
    public async Task A_record_goes_around_with_every_shape_as_the_service_has_it()
    {
        await using var server = await WireServer.StartAsync(o => o.InitialStreams = "orders:1");
        var put = await server.OkAsync("PutRecord", """{"StreamName":"orders","Data":"aGVsbG8=","PartitionKey":"kéy\n\"1\""}""");
        var iterator = await server.OkAsync("GetShardIterator", """{"StreamName":"orders","ShardId":"shardId-000000000000","ShardIteratorType":"TRIM_HORIZON"}""");
        var read = await server.OkAsync("GetRecords", $$"""{"ShardIterator":"{{iterator.GetProperty("ShardIterator").GetString()}}"}""");

        var record = read.GetProperty("Records")[0];
        Assert.Equal("aGVsbG8=", record.GetProperty("Data").GetString());
        Assert.Equal("kéy\n\"1\"", record.GetProperty("PartitionKey").GetString());
        Assert.Equal(put.GetProperty("SequenceNumber").GetString(), record.GetProperty("SequenceNumber").GetString());
        Assert.Equal("1772366400", record.GetProperty("ApproximateArrivalTimestamp").GetRawText());
        Assert.False(record.TryGetProperty("EncryptionType", out _));
        Assert.Equal(0, read.GetProperty("MillisBehindLatest").GetInt32());
        Assert.False(read.TryGetProperty("ChildShards", out _));
    }

    [Fact]
    public async Task PutRecords_has_a_result_for_each_record()
    {
        await using var server = await WireServer.StartAsync(o => o.InitialStreams = "orders:2");
        var put = await server.OkAsync("PutRecords", """{"Records":[{"Data":"AA==","PartitionKey":"a"},{"PartitionKey":"b","Data":"","ExplicitHashKey":"340282366920938463463374607431768211455"}],"StreamName":"orders"}""");
        Assert.Equal("""{"FailedRecordCount":0,"Records":[{"SequenceNumber":"S","ShardId":"shardId-000000000000"},{"SequenceNumber":"S","ShardId":"shardId-000000000001"}]}""", System.Text.RegularExpressions.Regex.Replace(put.GetRawText(), "\"\\d{56}\"", "\"S\""));
    }

    [Theory]
    [InlineData("DescribeStream", """{"StreamName":"nope"}""", "ResourceNotFoundException", "Stream nope under account 000000000000 not found.")]
    [InlineData("DescribeStream", """{"StreamARN":"arn:aws:kinesis:us-east-1:000000000000:stream/nope"}""", "ResourceNotFoundException", "Stream nope under account 000000000000 not found.")]
    [InlineData("CreateStream", """{"StreamName":"orders","ShardCount":1}""", "ResourceInUseException", "Stream orders under account 000000000000 already exists.")]
    [InlineData("DescribeStream", "{}", "ValidationException", "1 validation error detected: Value null at 'streamName' failed to satisfy constraint: Member must not be null")]
    [InlineData("DescribeStream", """{"StreamName":""}""", "ValidationException", "2 validation errors detected: Value '' at 'streamName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+; Value '' at 'streamName' failed to satisfy constraint: Member must have length greater than or equal to 1")]
    [InlineData("CreateStream", """{"StreamName":"x","ShardCount":100000}""", "LimitExceededException", "This request would exceed the shard limit for the account 000000000000 in us-east-1. Current shard count for the account: 2. Limit: 20000. Number of additional shards that would have resulted from this request: 100000. Refer to the AWS Service Limits page (http://docs.aws.amazon.com/general/latest/gr/aws_service_limits.html) for current limits and how to request higher limits.")]
    [InlineData("CreateStream", """{"StreamName":"x","ShardCount":0}""", "ValidationException", "1 validation error detected: Value '0' at 'shardCount' failed to satisfy constraint: Member must have value greater than or equal to 1")]
    [InlineData("CreateStream", """{"StreamName":"x","ShardCount":"1"}""", "SerializationException", "class java.lang.String can not be converted to an Integer")]
    [InlineData("DescribeStream", """{"StreamName":23}""", "SerializationException", "class com.amazon.coral.value.json.numbers.TruncatingBigNumber can not be converted to an String")]
    [InlineData("PutRecord", """{"StreamName":"orders","PartitionKey":"a","Data":"23456"}""", "SerializationException", "'23456' can not be converted to a Blob: Base64 encoded length is expected a multiple of 4 bytes but found: 5")]
    [InlineData("PutRecord", """{"StreamName":"orders","PartitionKey":"a","Data":"=+/="}""", "SerializationException", "'=+/=' can not be converted to a Blob: Invalid Base64 character: '='")]
    [InlineData("PutRecord", """{"StreamName":"orders","PartitionKey":"a","Data":"+/+="}""", "SerializationException", "'+/+=' can not be converted to a Blob: Invalid last non-pad Base64 character dectected")]
    [InlineData("PutRecord", """{"StreamName":"orders","PartitionKey":"a","Data":"","ExplicitHashKey":"340282366920938463463374607431768211456"}""", "InvalidArgumentException", "Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]. Specified value was 340282366920938463463374607431768211456")]
    [InlineData("PutRecord", """{"StreamName":"orders","PartitionKey":"a","Data":"","SequenceNumberForOrdering":"5"}""", "InvalidArgumentException", "ExclusiveMinimumSequenceNumber 5 used in PutRecord on stream orders under account 000000000000 is invalid.")]
    [InlineData("PutRecord", """{"StreamName":"orders","PartitionKey":"a","Data":"","SequenceNumberForOrdering":"49039857307708443467467104868809893875799651909875269636"}""", "InvalidArgumentException", "ExclusiveMinimumSequenceNumber 49039857307708443467467104868809893875799651909875269636 used in PutRecord on stream orders under account 000000000000 is invalid.")]
    [InlineData("GetShardIterator", """{"StreamName":"orders","ShardId":"shardId-0","ShardIteratorType":"AT_SEQUENCE_NUMBER","StartingSequenceNumber":"5"}""", "InvalidArgumentException", "Invalid StartingSequenceNumber. It encodes shardId-000000000005, while it was used in a call to a shard with shardId-000000000000")]
    [InlineData("GetShardIterator", """{"StreamName":"orders","ShardId":"shardId-0","ShardIteratorType":"AFTER_SEQUENCE_NUMBER","StartingSequenceNumber":"0"}""", "InvalidArgumentException", "StartingSequenceNumber 0 used in GetShardIterator on shard shardId-000000000000 in stream orders under account 000000000000 is invalid because it did not come from this stream.")]
    [InlineData("GetShardIterator", """{"StreamName":"orders","ShardId":"shardId-0","ShardIteratorType":"AT_SEQUENCE_NUMBER","StartingSequenceNumber":"99999999999999999999999999999999999999999999999999999999"}""", "InvalidArgumentException", "StartingSequenceNumber 99999999999999999999999999999999999999999999999999999999 used in GetShardIterator on shard shardId-000000000000 in stream orders under account 000000000000 is invalid.")]
    [InlineData("GetShardIterator", """{"StreamName":"orders","ShardId":"shardId-0","ShardIteratorType":"AT_SEQUENCE_NUMBER","StartingSequenceNumber":"49039857307708443467467104868809893875799651944235008002"}""", "InvalidArgumentException", "Invalid StartingSequenceNumber. It encodes shardId--02147483648, while it was used in a call to a shard with shardId-000000000000")]
    [InlineData("ListShards", """{"NextToken":"t","StreamName":"orders"}""", "InvalidArgumentException", "NextToken and StreamName cannot be provided together.")]
    [InlineData("ListShards", """{"NextToken":"t","StreamARN":"arn:aws:kinesis:us-east-1:000000000000:stream/orders"}""", "InvalidArgumentException", "NextToken and StreamARN cannot be provided together.")]
    [InlineData("ListShards", """{"NextToken":"t","ExclusiveStartShardId":"shardId-0"}""", "InvalidArgumentException", "NextToken and ExclusiveStartShardId cannot be provided together.")]
    [InlineData("ListShards", """{"NextToken":"t","StreamCreationTimestamp":1}""", "InvalidArgumentException", "NextToken and StreamCreationTimestamp cannot be provided together.")]
    [InlineData("ListShards", """{"NextToken":"t","ShardFilter":{"Type":"AT_LATEST"}}""", "InvalidArgumentException", "NextToken and ShardFilter cannot be provided together.")]
    [InlineData("UpdateShardCount", """{"StreamName":"orders","ScalingType":"UNIFORM_SCALING","TargetShardCount":100001}""", "ValidationException", "1 validation error detected: Value '100001' at 'targetShardCount' failed to satisfy constraint: Member must have value less than or equal to 100000")]
    [InlineData("IncreaseStreamRetentionPeriod", """{"StreamName":"orders","RetentionPeriodHours":-1}""", "ValidationException", "1 validation error detected: Value '-1' at 'retentionPeriodHours' failed to satisfy constraint: Member must have value greater than or equal to 1")]
    [InlineData("AddTagsToStream", """{"StreamName":"orders","Tags":{"a":"5%"}}""", "InvalidArgumentException", "Failed to add tags to stream orders under account 000000000000 because some tags contained illegal characters. The allowed characters are Unicode letters, white-spaces, '_',',','/','=','+','-','@'.")]
    [InlineData("RemoveTagsFromStream", """{"StreamName":"orders","TagKeys":["a;b"]}""", "InvalidArgumentException", "Some tags contain invalid characters. Valid characters: Unicode letters, digits, white space, _ . / = + - % @.")]
    [InlineData("GetResourcePolicy", """{"ResourceARN":"arn:aws:kinesis:us-east-1:000000000000:stream/nope"}""", "ResourceNotFoundException", "Stream arn:aws:kinesis:us-east-1:000000000000:stream/nope under account 000000000000 not found.")]
    [InlineData("DeleteResourcePolicy", """{"ResourceARN":"arn:aws:kinesis:us-east-1:000000000000:stream/orders"}""", "ResourceNotFoundException", "No resource policy found for resource ARN arn:aws:kinesis:us-east-1:000000000000:stream/orders.")]
    [InlineData("PutRecords", """{"StreamName":"orders","Records":[]}""", "ValidationException", "1 validation error detected: Value '[]' at 'records' failed to satisfy constraint: Member must have length greater than or equal to 1")]
    [InlineData("PutRecords", """{"StreamName":"orders","Records":[{"Data":"","PartitionKey":""}]}""", "ValidationException", "1 validation error detected: Value '' at 'records.1.member.partitionKey' failed to satisfy constraint: Member must have length greater than or equal to 1")]
    [InlineData("GetShardIterator", """{"StreamName":"orders","ShardId":"shardId-000000000000","ShardIteratorType":"LATEST","StartingSequenceNumber":"1"}""", "InvalidArgumentException", "Must either specify (1) AT_SEQUENCE_NUMBER or AFTER_SEQUENCE_NUMBER and StartingSequenceNumber or (2) TRIM_HORIZON or LATEST and no StartingSequenceNumber. Request specified LATEST and also a StartingSequenceNumber.")]
    [InlineData("GetShardIterator", """{"StreamName":"orders","ShardId":"shardId-000000000009","ShardIteratorType":"LATEST"}""", "ResourceNotFoundException", "Shard shardId-000000000009 in stream orders under account 000000000000 does not exist")]
    [InlineData("GetShardIterator", """{"StreamName":"orders","ShardId":"x","ShardIteratorType":"NOW"}""", "ValidationException", "1 validation error detected: Value 'NOW' at 'shardIteratorType' failed to satisfy constraint: Member must satisfy enum value set: [AFTER_SEQUENCE_NUMBER, LATEST, AT_TIMESTAMP, AT_SEQUENCE_NUMBER, TRIM_HORIZON]")]
    [InlineData("ListShards", "{}", "InvalidArgumentException", "Either NextToken or StreamName should be provided.")]
    [InlineData("MergeShards", """{"StreamName":"orders","ShardToMerge":"shardId-000000000001","AdjacentShardToMerge":"shardId-000000000000"}""", "InvalidArgumentException", "Shards shardId-000000000001 and shardId-000000000000 in stream orders under account 000000000000 are not an adjacent pair of shards eligible for merging")]
    [InlineData("SplitShard", """{"StreamName":"orders","ShardToSplit":"shardId-0","NewStartingHashKey":"1"}""", "InvalidArgumentException", "NewStartingHashKey 1 used in SplitShard() on shard shardId-000000000000 in stream orders under account 000000000000 is not both greater than one plus the shard's StartingHashKey 0 and less than the shard's EndingHashKey 170141183460469231731687303715884105727.")]
    [InlineData("IncreaseStreamRetentionPeriod", """{"StreamName":"orders","RetentionPeriodHours":23}""", "InvalidArgumentException", "Minimum allowed retention period is 24 hours. Requested retention period (23 hours) is too short.")]
    public async Task A_refusal_has_the_services_name_and_words(string operation, string json, string type, string message)
    {
        await using var server = await WireServer.StartAsync(o => o.InitialStreams = "orders:2");
        var (status, body) = await server.SendAsync(operation, json);
        Assert.Equal(HttpStatusCode.BadRequest, status);
        using var document = System.Text.Json.JsonDocument.Parse(body);
        Assert.Equal((type, message), (document.RootElement.GetProperty("__type").GetString(), document.RootElement.GetProperty(type == "SerializationException" ? "Message" : "message").GetString()));
    }

    /// <summary>A body that is neither: what the service answers to other content types, and to none.</summary>
    [Theory]
    [InlineData("application/x-amz-json-1.1", "Kinesis_20131202.ListStreams", "", 400, "application/x-amz-json-1.1", """{"__type":"SerializationException"}""")]
    [InlineData("application/x-amz-json-1.1", "Kinesis_20131202.ListStream", "", 400, "application/x-amz-json-1.1", """{"__type":"UnknownOperationException"}""")]
    [InlineData("application/json", "Kinesis_20131202.ListStreams", "{}", 404, "application/json", """{"Output":{"__type":"com.amazon.coral.service#UnknownOperationException"},"Version":"1.0"}""")]
    [InlineData("application/json", "Kinesis_20131202.ListStreams", "hello", 400, "application/json", """{"Output":{"__type":"com.amazon.coral.service#SerializationException"},"Version":"1.0"}""")]
    [InlineData("text/plain", "Kinesis_20131202.ListStreams", "{}", 404, null, "<UnknownOperationException/>\n")]
    [InlineData("text/plain", "ListStreams", "{}", 403, null, "<AccessDeniedException>\n  <Message>Unable to determine service/operation name to be authorized</Message>\n</AccessDeniedException>\n")]
    public async Task Other_content_types_are_answered_as_the_service_does(string type, string target, string body, int status, string? answerType, string answer)
    {
        await using var server = await WireServer.StartAsync();
        using var request = WireServer.Request("-", new ByteArrayContent(Encoding.UTF8.GetBytes(body)), type);
        request.Headers.Remove("X-Amz-Target");
        request.Headers.Add("X-Amz-Target", target);
        using var response = await server.Client.SendAsync(request);
        Assert.Equal((status, answerType, answer), ((int)response.StatusCode, response.Content.Headers.ContentType?.ToString(), await response.Content.ReadAsStringAsync()));
    }

    [Fact]
    public async Task Without_a_body_and_a_type_the_answer_is_CBOR()
    {
        await using var server = await WireServer.StartAsync();
        using var response = await server.Client.PostAsync("/", null);
        Assert.Equal((HttpStatusCode.BadRequest, "application/x-amz-cbor-1.1"), (response.StatusCode, response.Content.Headers.ContentType?.ToString()));
        Assert.Contains("UnknownOperationException", Encoding.Latin1.GetString(await response.Content.ReadAsByteArrayAsync()), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Browsers_of_other_origins_are_let_in_only_where_the_setting_says_so(bool cors)
    {
        await using var server = await WireServer.StartAsync(o => o.Cors = cors);
        using var question = new HttpRequestMessage(HttpMethod.Options, "/");
        question.Headers.Add("Origin", "https://elsewhere.example");
        question.Headers.Add("Access-Control-Request-Headers", "x-amz-target");
        using var answer = await server.Client.SendAsync(question);
        Assert.Equal(cors ? HttpStatusCode.OK : HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Equal(cors, answer.Headers.Contains("Access-Control-Allow-Origin"));
        Assert.Equal(cors, answer.Headers.TryGetValues("Access-Control-Allow-Headers", out var allowed) && allowed.Single() == "x-amz-target");

        using var call = WireServer.Request("ListStreams", new ByteArrayContent("{}"u8.ToArray()));
        call.Headers.Add("Origin", "https://elsewhere.example");
        using var streams = await server.Client.SendAsync(call);
        Assert.Equal((cors ? HttpStatusCode.OK : HttpStatusCode.Forbidden, cors), (streams.StatusCode, streams.Headers.Contains("Access-Control-Allow-Origin")));
    }

    [Theory]
    [InlineData("rebound.example", "http://rebound.example")]
    [InlineData("127.0.0.1", "http://127.0.0.1")]
    [InlineData("127.0.0.1", "null")]
    public async Task A_page_whose_name_has_come_to_lead_here_reads_and_writes_nothing(string host, string origin)
    {
        await using var server = await WireServer.StartAsync(o => o.InitialStreams = "orders:1");
        foreach (var (operation, body) in new[]
        {
            ("PutRecord", """{"StreamName":"orders","Data":"","PartitionKey":"k"}"""),
            ("PutRecords", """{"StreamName":"orders","Records":[{"Data":"","PartitionKey":"k"}]}"""),
            ("GetRecords", $$"""{"ShardIterator":"{{await server.Engine.IteratorAsync("orders", "shardId-000000000000")}}"}"""),
            ("DeleteStream", """{"StreamName":"orders"}"""),
        })
        {
            using var call = WireServer.Request(operation, new ByteArrayContent(Encoding.UTF8.GetBytes(body)));
            call.Headers.Host = host;
            call.Headers.Add("Origin", origin);
            using var answer = await server.Client.SendAsync(call);
            Assert.Equal(
                (HttpStatusCode.Forbidden, """{"__type":"AccessDeniedException","message":"Pages in a browser may not call here, unless LocalKinesis:Cors is on."}"""),
                (answer.StatusCode, await answer.Content.ReadAsStringAsync()));
        }

        Assert.Empty(await server.Engine.DrainAsync("orders", "shardId-000000000000"));
    }

    [Fact]
    public async Task A_page_where_pages_may_call_puts_records()
    {
        await using var server = await WireServer.StartAsync(o => (o.InitialStreams, o.Cors) = ("orders:1", true));
        using var call = WireServer.Request("PutRecord", new ByteArrayContent("""{"StreamName":"orders","Data":"","PartitionKey":"k"}"""u8.ToArray()));
        call.Headers.Add("Origin", "https://shop.example");
        using var answer = await server.Client.SendAsync(call);
        Assert.Equal((HttpStatusCode.OK, "*"), (answer.StatusCode, answer.Headers.GetValues("Access-Control-Allow-Origin").Single()));
    }

    [Fact]
    public async Task A_refusals_name_stands_in_a_header_too()
    {
        await using var server = await WireServer.StartAsync();
        using var request = WireServer.Request("DescribeStream", new ByteArrayContent("""{"StreamName":"nope"}"""u8.ToArray()));
        using var response = await server.Client.SendAsync(request);
        Assert.Equal("ResourceNotFoundException", response.Headers.GetValues("x-amzn-ErrorType").Single());
    }

    [Fact]
    public async Task Retention_changes_only_while_the_stream_is_active()
    {
        await using var server = await WireServer.StartAsync();
        await server.OkAsync("CreateStream", """{"StreamName":"orders","ShardCount":1}""");
        var (status, body) = await server.SendAsync("IncreaseStreamRetentionPeriod", """{"StreamName":"orders","RetentionPeriodHours":48}""");
        Assert.Equal((HttpStatusCode.BadRequest, """{"__type":"ResourceInUseException","message":"Stream orders under account 000000000000 not ACTIVE, instead in state CREATING"}"""), (status, body));

        await server.Engine.SettleAsync("orders");
        await server.OkAsync("IncreaseStreamRetentionPeriod", """{"StreamName":"orders","RetentionPeriodHours":48}""");
        await server.OkAsync("DecreaseStreamRetentionPeriod", """{"StreamName":"orders","RetentionPeriodHours":24}""");
    }

    [Fact]
    public async Task A_policy_that_nobody_set_is_empty()
    {
        await using var server = await WireServer.StartAsync(o => o.InitialStreams = "orders:1");
        var answer = await server.OkAsync("GetResourcePolicy", """{"ResourceARN":"arn:aws:kinesis:us-east-1:000000000000:stream/orders"}""");
        Assert.Equal("{}", answer.GetProperty("Policy").GetString());
    }

    [Fact]
    public async Task An_iterator_may_stand_in_quotes()
    {
        await using var server = await WireServer.StartAsync(o => o.InitialStreams = "orders:1");
        await server.OkAsync("PutRecord", """{"StreamName":"orders","Data":"","PartitionKey":"a"}""");
        var iterator = (await server.OkAsync("GetShardIterator", """{"StreamName":"orders","ShardId":"shardId-0","ShardIteratorType":"TRIM_HORIZON"}""")).GetProperty("ShardIterator").GetString();
        var read = await server.OkAsync("GetRecords", $$"""{"ShardIterator":"\"{{iterator}}\""}""");
        Assert.Equal(1, read.GetProperty("Records").GetArrayLength());
    }

    [Fact]
    public async Task Without_a_delay_a_change_is_done_when_it_is_answered()
    {
        await using var server = await WireServer.StartAsync(o => o.StateChangeMilliseconds = 0);
        await server.OkAsync("CreateStream", """{"StreamName":"orders","ShardCount":1}""");
        await server.OkAsync("SplitShard", """{"StreamName":"orders","ShardToSplit":"shardId-0","NewStartingHashKey":"2"}""");
        var shards = await server.OkAsync("ListShards", """{"StreamName":"orders"}""");
        Assert.Equal(3, shards.GetProperty("Shards").GetArrayLength());
        await server.OkAsync("DeleteStream", """{"StreamName":"orders"}""");
        Assert.Equal(0, (await server.OkAsync("ListStreams", "{}")).GetProperty("StreamNames").GetArrayLength());
    }

    [Theory]
    [InlineData("")]
    [InlineData("hello")]
    [InlineData("{")]
    [InlineData("5")]
    [InlineData("null")]
    [InlineData("{\"StreamName\":\"orders\",}")]
    public async Task What_is_not_JSON_is_a_SerializationException_without_words(string json)
    {
        await using var server = await WireServer.StartAsync();
        var answer = await server.SendAsync("ListStreams", json);
        Assert.Equal((HttpStatusCode.BadRequest, """{"__type":"SerializationException"}"""), answer);
    }

    [Theory]
    [InlineData("Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n{}", "400 Bad Request", """{"__type":"SerializationException"}""")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n", "400 Bad Request", """{"__type":"SerializationException"}""")]
    [InlineData("Content-Length: 33554433\r\n\r\n{", "413 Payload Too Large", """{"__type":"RequestEntityTooLargeException","message":"The request body is larger than 33554432 bytes."}""")]
    public async Task A_body_that_cannot_be_read_is_the_clients_fault(string body, string status, string answer)
    {
        await using var server = await WireServer.StartAsync();
        using var client = new System.Net.Sockets.TcpClient();
        await client.ConnectAsync(server.Client.BaseAddress!.Host, server.Client.BaseAddress.Port);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"POST / HTTP/1.1\r\nHost: x\r\nContent-Type: {WireServer.Json}\r\nX-Amz-Target: Kinesis_20131202.PutRecord\r\n{body}"));
        using var reader = new StreamReader(stream, Encoding.ASCII);
        Assert.Equal($"HTTP/1.1 {status}", await reader.ReadLineAsync());
        while (await reader.ReadLineAsync() is { Length: > 0 })
        {
            // Headers.
        }

        var read = new char[answer.Length];
        await reader.ReadBlockAsync(read);
        Assert.Equal(answer, new string(read));
    }

    [Fact]
    public async Task Deep_nesting_is_refused()
    {
        await using var server = await WireServer.StartAsync();
        var answer = await server.SendAsync("ListStreams", new string('[', 100_000));
        Assert.Equal((HttpStatusCode.BadRequest, """{"__type":"SerializationException"}"""), answer);
    }

    [Fact]
    public async Task Unknown_operations_missing_signatures_and_other_methods_are_told_apart()
    {
        await using var server = await WireServer.StartAsync();
        Assert.Equal((HttpStatusCode.BadRequest, """{"__type":"UnknownOperationException"}"""), await server.SendAsync("Nothing", "{}"));
        using var unsigned = await server.Client.SendAsync(WireServer.Request("ListStreams", new ByteArrayContent("{}"u8.ToArray()), signed: false));
        Assert.Equal("""{"__type":"MissingAuthenticationTokenException","message":"Missing Authentication Token"}""", await unsigned.Content.ReadAsStringAsync());
        Assert.NotEmpty(unsigned.Headers.GetValues("x-amzn-RequestId").Single());
        Assert.InRange(Convert.FromBase64String(unsigned.Headers.GetValues("x-amz-id-2").Single()).Length, 72, 80);
        using var get = await server.Client.GetAsync("/");
        Assert.Equal(HttpStatusCode.Forbidden, get.StatusCode);
        Assert.Equal("Healthy", await server.Client.GetStringAsync("/healthz"));
    }

    [Fact]
    public async Task HTTP_2_with_prior_knowledge_shares_the_port()
    {
        await using var server = await WireServer.StartAsync(o => o.InitialStreams = "orders:1");
        using var client = new HttpClient { BaseAddress = server.Client.BaseAddress };
        for (var i = 0; i < 3; i++)
        {
            using var request = WireServer.Request("ListStreams", new ByteArrayContent("{}"u8.ToArray()));
            request.Version = HttpVersion.Version20;
            request.VersionPolicy = HttpVersionPolicy.RequestVersionExact;
            using var response = await client.SendAsync(request);
            Assert.Equal((HttpStatusCode.OK, HttpVersion.Version20), (response.StatusCode, response.Version));
            await server.OkAsync("ListStreams", "{}");
        }
    }

    [Fact]
    public async Task With_keys_a_wrong_signature_is_refused()
    {
        await using var server = await WireServer.StartAsync(o => o.Keys.Add("x", "secret"));
        var (status, body) = await server.SendAsync("ListStreams", "{}");
        Assert.Equal(HttpStatusCode.Forbidden, status);
        Assert.Contains("InvalidSignatureException", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_taken_port_is_told_with_the_setting()
    {
        await using var server = await WireServer.StartAsync();
        var port = server.Client.BaseAddress!.Port;
        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(() => WireServer.StartAsync(o => o.Port = port));
        Assert.StartsWith($"LocalKinesis:Port: port {port} of 127.0.0.1 is already in use.", refusal.Message, StringComparison.Ordinal);
    }
}
