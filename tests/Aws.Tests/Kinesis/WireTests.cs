using System.Text;
using System.Text.Json.Nodes;
using Weir.Aws.Kinesis;
using Weir.Aws.Tests.Protocol;

namespace Weir.Aws.Tests.Kinesis;

/// <summary>
/// Requests and answers as the <see href="https://docs.aws.amazon.com/kinesis/latest/APIReference/API_Operations.html">API reference</see> prints them, so that the
/// client and the embedded engine, which share their shapes, cannot be wrong in the same way.
/// </summary>
public sealed class WireTests
{
    [Fact]
    public async Task A_request_is_signed_and_addressed_as_AWS_wants_it()
    {
        await using var aws = await FakeAws.StartAsync();
        aws.Then(200, """{"StreamNames":[],"HasMoreStreams":false}""");
        using var kinesis = new KinesisClient(aws.Endpoint);

        await kinesis.ListStreamsAsync(new ListStreamsRequest(), default);

        var request = Assert.Single(aws.Received);
        Assert.Equal(("POST", "/"), (request.Method, request.Path));
        Assert.Equal("Kinesis_20131202.ListStreams", request.Headers["X-Amz-Target"]);
        Assert.Equal("application/x-amz-json-1.1", request.Headers["Content-Type"]);
        Assert.Matches(@"^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/\d{8}/eu-west-1/kinesis/aws4_request, ", request.Headers["Authorization"]);
        Assert.Contains("weir/", request.Headers["User-Agent"], StringComparison.Ordinal);
        Assert.Equal("attempt=1; max=3", request.Headers["amz-sdk-request"]);
        Assert.Equal("{}", request.Text);
    }

    [Fact]
    public async Task Create_stream() => await Golden(
        (k, t) => k.CreateStreamAsync(new CreateStreamRequest("exampleStreamName", 3), t),
        """{"ShardCount":3,"StreamName":"exampleStreamName"}""", "");

    [Fact]
    public async Task Delete_stream() => await Golden(
        (k, t) => k.DeleteStreamAsync(new DeleteStreamRequest("exampleStreamName"), t),
        """{"StreamName":"exampleStreamName"}""", "");

    [Fact]
    public async Task Split_and_merge_shards()
    {
        await Golden(
            (k, t) => k.SplitShardAsync(new SplitShardRequest("shardId-000000000000", "10", "exampleStreamName"), t),
            """{"StreamName":"exampleStreamName","ShardToSplit":"shardId-000000000000","NewStartingHashKey":"10"}""", "");
        await Golden(
            (k, t) => k.MergeShardsAsync(new MergeShardsRequest("shardId-000000000000", "shardId-000000000001", "exampleStreamName"), t),
            """{"StreamName":"exampleStreamName","ShardToMerge":"shardId-000000000000","AdjacentShardToMerge":"shardId-000000000001"}""", "");
    }

    [Fact]
    public async Task Put_record()
    {
        var answer = await Golden(
            (k, t) => k.PutRecordAsync(new PutRecordRequest(Encoding.UTF8.GetBytes("_<data>_1"), "partitionKey", "exampleStreamName"), t),
            """{"StreamName":"exampleStreamName","Data":"XzxkYXRhPl8x","PartitionKey":"partitionKey"}""",
            """{"SequenceNumber":"21269319989653637946712965403778482977","ShardId":"shardId-000000000001"}""");
        Assert.Equal(new PutRecordResponse("shardId-000000000001", "21269319989653637946712965403778482977"), answer);
    }

    [Fact]
    public async Task Put_records_with_one_refused()
    {
        var answer = await Golden(
            (k, t) => k.PutRecordsAsync(new PutRecordsRequest(
                [new(Encoding.UTF8.GetBytes("test1"), "partitionKey1"), new(Encoding.UTF8.GetBytes("test2"), "partitionKey2", "123"), new(default, "partitionKey3")],
                "exampleStreamName"), t),
            """
            {"Records":[{"Data":"dGVzdDE=","PartitionKey":"partitionKey1"},{"Data":"dGVzdDI=","PartitionKey":"partitionKey2","ExplicitHashKey":"123"},{"Data":"","PartitionKey":"partitionKey3"}],"StreamName":"exampleStreamName"}
            """,
            """
            {"FailedRecordCount":1,"Records":[{"SequenceNumber":"21269319989652663814458848515492872193","ShardId":"shardId-000000000000"},
             {"ErrorCode":"ProvisionedThroughputExceededException","ErrorMessage":"Rate exceeded for shard shardId-000000000001 in stream exampleStreamName under account 111111111111."},
             {"ErrorCode":"InternalFailure","ErrorMessage":"Internal service failure."}]}
            """);
        Assert.Equal(1, answer.FailedRecordCount);
        Assert.Equal("21269319989652663814458848515492872193", answer.Records[0].SequenceNumber);
        Assert.Equal((null, "ProvisionedThroughputExceededException"), (answer.Records[1].ShardId, answer.Records[1].ErrorCode));
        Assert.Equal("Internal service failure.", answer.Records[2].ErrorMessage);
    }

    [Fact]
    public async Task Get_shard_iterator_by_time_and_by_number()
    {
        var answer = await Golden(
            (k, t) => k.GetShardIteratorAsync(new GetShardIteratorRequest("shardId-000000000001", ShardIteratorTypes.TrimHorizon, "exampleStreamName"), t),
            """{"StreamName":"exampleStreamName","ShardId":"shardId-000000000001","ShardIteratorType":"TRIM_HORIZON"}""",
            """{"ShardIterator":"AAAAAAAAAAETYyAYzd665+8e0X7JTsASDM/Hr2rSwc0X2qz93iuA3udrjTH+ikQvpQk/1ZcMMLzRdAesqwBGPnsthzU0/CBlM/U8/8oEqGwX3pKw0XyeDNRAAZyXBo3MqkQtCpXhr942BRTjvWKhFz7OmCb2Ncfr8Tl2cBktooi6kJhr+djN5WYkB38Rr3akRgCl9qaU4dY="}""");
        Assert.StartsWith("AAAAAAAAAAETYyAYzd665", answer.ShardIterator, StringComparison.Ordinal);
        await Golden(
            (k, t) => k.GetShardIteratorAsync(
                new GetShardIteratorRequest("shardId-000000000001", ShardIteratorTypes.AtTimestamp, StreamARN: "arn:aws:kinesis:eu-west-1:111122223333:stream/a", Timestamp: DateTimeOffset.UnixEpoch.AddMilliseconds(1_459_799_926_480)), t),
            """{"StreamARN":"arn:aws:kinesis:eu-west-1:111122223333:stream/a","ShardId":"shardId-000000000001","ShardIteratorType":"AT_TIMESTAMP","Timestamp":1459799926.48}""",
            """{"ShardIterator":"x"}""");
    }

    [Theory]
    [InlineData("1.441215410867E9")]
    [InlineData("1441215410.867")]
    public async Task Get_records_reads_both_spellings_of_a_time(string time)
    {
        var answer = await Golden(
            (k, t) => k.GetRecordsAsync(new GetRecordsRequest("AAAAAAAAAAETYyAYzd665+8e0X7JTsASDM", 2), t),
            """{"ShardIterator":"AAAAAAAAAAETYyAYzd665+8e0X7JTsASDM","Limit":2}""",
            $$$"""
            {"MillisBehindLatest":2100,"NextShardIterator":"AAAAAAAAAAHsW8zCWf9164uy8Epue6WS3w6wmj4a4USt","Records":[
             {"Data":"XzxkYXRhPl8w","PartitionKey":"partitionKey","ApproximateArrivalTimestamp":{{{time}}},"SequenceNumber":"21269319989652663814458848515492872193"}],
             "SomethingNew":{"a":1}}
            """);
        Assert.Equal((2100L, "AAAAAAAAAAHsW8zCWf9164uy8Epue6WS3w6wmj4a4USt"), (answer.MillisBehindLatest, answer.NextShardIterator));
        var record = Assert.Single(answer.Records);
        Assert.Equal("_<data>_0", Encoding.UTF8.GetString(record.Data.Span));
        Assert.Equal(DateTimeOffset.UnixEpoch.AddMilliseconds(1_441_215_410_867), record.ApproximateArrivalTimestamp);
        Assert.Equal("21269319989652663814458848515492872193", record.SequenceNumber);
    }

    [Fact]
    public async Task The_end_of_a_closed_shard_names_its_children()
    {
        var answer = await Golden(
            (k, t) => k.GetRecordsAsync(new GetRecordsRequest("x"), t),
            """{"ShardIterator":"x"}""",
            """
            {"Records":[],"MillisBehindLatest":0,"ChildShards":[{"ShardId":"shardId-000000000002","ParentShards":["shardId-000000000001"],
             "HashKeyRange":{"StartingHashKey":"0","EndingHashKey":"170141183460469231731687303715884105727"}}]}
            """);
        Assert.Null(answer.NextShardIterator);
        Assert.Equal("shardId-000000000001", Assert.Single(Assert.Single(answer.ChildShards!).ParentShards));
    }

    [Fact]
    public async Task Describe_stream()
    {
        var answer = await Golden(
            (k, t) => k.DescribeStreamAsync(new DescribeStreamRequest("exampleStreamName"), t),
            """{"StreamName":"exampleStreamName"}""",
            """
            {"StreamDescription":{"EnhancedMonitoring":[{"ShardLevelMetrics":[]}],"HasMoreShards":false,"RetentionPeriodHours":24,
             "StreamARN":"arn:aws:kinesis:us-east-1:111122223333:stream/exampleStreamName","StreamCreationTimestamp":1.468346745E9,"StreamName":"exampleStreamName","StreamStatus":"ACTIVE",
             "Shards":[{"HashKeyRange":{"EndingHashKey":"113427455640312821154458202477256070484","StartingHashKey":"0"},
              "SequenceNumberRange":{"EndingSequenceNumber":"21269319989741826081360214168359141376","StartingSequenceNumber":"21267647932558653966460912964485513216"},"ShardId":"shardId-000000000000"},
              {"HashKeyRange":{"EndingHashKey":"340282366920938463463374607431768211455","StartingHashKey":"113427455640312821154458202477256070485"},
              "SequenceNumberRange":{"StartingSequenceNumber":"21267647932558653966460912964485513218"},"ParentShardId":"shardId-000000000000","ShardId":"shardId-000000000001"}]}}
            """);
        var stream = answer.StreamDescription;
        Assert.Equal(("ACTIVE", 24, 2), (stream.StreamStatus, stream.RetentionPeriodHours, stream.Shards.Count));
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1_468_346_745), stream.StreamCreationTimestamp);
        Assert.Equal("21269319989741826081360214168359141376", stream.Shards[0].SequenceNumberRange.EndingSequenceNumber);
        Assert.Equal(("shardId-000000000000", null), (stream.Shards[1].ParentShardId, stream.Shards[1].SequenceNumberRange.EndingSequenceNumber));
    }

    [Fact]
    public async Task Describe_stream_summary()
    {
        var answer = await Golden(
            (k, t) => k.DescribeStreamSummaryAsync(new DescribeStreamSummaryRequest("my-stream"), t),
            """{"StreamName":"my-stream"}""",
            """
            {"StreamDescriptionSummary":{"EncryptionType":"NONE","EnhancedMonitoring":[{"ShardLevelMetrics":["IncomingBytes"]}],"OpenShardCount":1,"RetentionPeriodHours":24,
             "StreamARN":"arn:aws:kinesis:us-east-1:111122223333:stream/my-stream","StreamCreationTimestamp":1.507825791E9,"StreamModeDetails":{"StreamMode":"ON_DEMAND"},"StreamName":"my-stream","StreamStatus":"ACTIVE"}}
            """);
        Assert.Equal(("ON_DEMAND", 1, "IncomingBytes"), (answer.StreamDescriptionSummary.StreamModeDetails?.StreamMode, answer.StreamDescriptionSummary.OpenShardCount, answer.StreamDescriptionSummary.EnhancedMonitoring[0].ShardLevelMetrics[0]));
    }

    [Fact]
    public async Task List_shards_with_a_filter_and_list_streams_with_summaries()
    {
        var shards = await Golden(
            (k, t) => k.ListShardsAsync(new ListShardsRequest("exampleStreamName", MaxResults: 3, ShardFilter: new ShardFilter(ShardFilterTypes.AtLatest)), t),
            """{"StreamName":"exampleStreamName","MaxResults":3,"ShardFilter":{"Type":"AT_LATEST"}}""",
            """
            {"NextToken":"AAAAAAAAAAGK9EEG0sJqVhCUS2JsgigQ5dcpB4q9PYswrH2oK44Skbjtm+WR0xA7","Shards":[{"ShardId":"shardId-000000000001","HashKeyRange":{"EndingHashKey":"68056473384187692692674921486353642280","StartingHashKey":"34028236692093846346337460743176821145"},
             "SequenceNumberRange":{"StartingSequenceNumber":"49579844037727333356165064238440708846556371693205002258"}}]}
            """);
        Assert.NotNull(shards.NextToken);
        Assert.Equal("49579844037727333356165064238440708846556371693205002258", Assert.Single(shards.Shards).SequenceNumberRange.StartingSequenceNumber);

        var streams = await Golden(
            (k, t) => k.ListStreamsAsync(new ListStreamsRequest(5, "a"), t),
            """{"Limit":5,"ExclusiveStartStreamName":"a"}""",
            """
            {"HasMoreStreams":true,"StreamNames":["b"],"NextToken":"n","StreamSummaries":[{"StreamARN":"arn:aws:kinesis:us-east-1:111122223333:stream/b","StreamCreationTimestamp":1.6E9,"StreamModeDetails":{"StreamMode":"PROVISIONED"},"StreamName":"b","StreamStatus":"ACTIVE"}]}
            """);
        Assert.Equal((true, "b"), (streams.HasMoreStreams, Assert.Single(streams.StreamSummaries!).StreamName));
    }

    [Fact]
    public async Task Update_shard_count()
    {
        var answer = await Golden(
            (k, t) => k.UpdateShardCountAsync(new UpdateShardCountRequest(4, StreamName: "exampleStreamName"), t),
            """{"ScalingType":"UNIFORM_SCALING","StreamName":"exampleStreamName","TargetShardCount":4}""",
            """{"CurrentShardCount":2,"StreamName":"exampleStreamName","TargetShardCount":4}""");
        Assert.Equal(new UpdateShardCountResponse("exampleStreamName", 2, 4), answer);
    }

    [Fact]
    public async Task A_full_batch_of_ten_mebibytes_goes_through()
    {
        await using var aws = await FakeAws.StartAsync();
        aws.Then(200, """{"FailedRecordCount":0,"Records":[]}""");
        using var kinesis = new KinesisClient(aws.Endpoint);

        await kinesis.PutRecordsAsync(new PutRecordsRequest([.. Enumerable.Range(0, 500).Select(i => new PutRecordsRequestEntry(new byte[20_900], "k" + i))], "s"), default);

        Assert.Equal(500, JsonNode.Parse(aws.Received.Single().Body)!["Records"]!.AsArray().Count);
    }

    private static async Task Golden(Func<KinesisClient, CancellationToken, Task> call, string request, string answer) =>
        await Golden(
            async (k, t) =>
            {
                await call(k, t);
                return "";
            },
            request,
            answer);

    private static async Task<T> Golden<T>(Func<KinesisClient, CancellationToken, Task<T>> call, string request, string answer)
    {
        await using var aws = await FakeAws.StartAsync();
        aws.Then(200, answer);
        using var kinesis = new KinesisClient(aws.Endpoint);
        var result = await call(kinesis, default);
        var sent = aws.Received.Single().Text;
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(request), JsonNode.Parse(sent)), sent);
        return result;
    }
}
