using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Weir.LocalKinesis.Tests.Wire;

public sealed class FastPathTests
{
    [Fact]
    public async Task Escapes_order_of_members_and_ARNs_make_no_difference()
    {
        await using var server = await WireServer.StartAsync(o => o.InitialStreams = "orders:1");
        await server.OkAsync("PutRecords", """{"Records":[{"PartitionKey":"a\u0062\"","Data":"+\/+\u002f"}],"StreamARN":"arn:aws:kinesis:us-east-1:000000000000:stream/orders"}""");
        await server.OkAsync("PutRecord", """ {"PartitionKey" : "k", "Data":"", "StreamName":"orders", "SequenceNumberForOrdering":null, "Unknown":[1,{"a":2}]} """);
        var records = await server.Engine.DrainAsync("orders", "shardId-000000000000");
        Assert.Equal(["ab\"", "k"], records.Select(r => r.PartitionKey));
        Assert.Equal([0xfb, 0xff, 0xbf], records[0].Data.ToArray());
        Assert.Empty(records[1].Data.ToArray());
    }

    [Fact]
    public async Task Encrypted_streams_mark_puts_and_records()
    {
        await using var server = await WireServer.StartAsync(o => o.InitialStreams = "orders:1");
        await server.OkAsync("StartStreamEncryption", """{"StreamName":"orders","EncryptionType":"KMS","KeyId":"alias/aws/kinesis"}""");
        await server.Engine.SettleAsync("orders");
        Assert.Equal("KMS", (await server.OkAsync("PutRecord", """{"StreamName":"orders","Data":"","PartitionKey":"k"}""")).GetProperty("EncryptionType").GetString());
        Assert.Equal("KMS", (await server.OkAsync("PutRecords", """{"StreamName":"orders","Records":[{"Data":"","PartitionKey":"k"}]}""")).GetProperty("EncryptionType").GetString());
        var iterator = await server.Engine.IteratorAsync("orders", "shardId-000000000000");
        var read = await server.OkAsync("GetRecords", JsonSerializer.Serialize(new { ShardIterator = iterator }));
        Assert.All(read.GetProperty("Records").EnumerateArray(), r => Assert.Equal("KMS", r.GetProperty("EncryptionType").GetString()));
    }

    [Fact]
    public async Task The_wire_and_the_process_give_the_same_answers()
    {
        await using var server = await WireServer.StartAsync(o => o.InitialStreams = "orders:2");
        for (var i = 0; i < 30; i++)
        {
            await server.Engine.PutAsync("orders", $"ключ-{i}", new string('x', i * 37));
            server.Engine.Time.Advance(TimeSpan.FromMilliseconds(i * 7));
        }

        foreach (var shard in await server.Engine.ShardsAsync("orders"))
        {
            var iterator = await server.Engine.IteratorAsync("orders", shard.ShardId);
            var inside = await server.Engine.Kinesis.GetRecordsAsync(new Aws.Kinesis.GetRecordsRequest(iterator, 7), default);
            var outside = await server.OkAsync("GetRecords", JsonSerializer.Serialize(new { ShardIterator = iterator, Limit = 7 }));
            Assert.Equal(
                JsonSerializer.SerializeToElement(inside.Records, Aws.Kinesis.KinesisJson.Default.GetRecordsResponse.Properties.Single(p => p.Name == "Records").Options.GetTypeInfo(typeof(IReadOnlyList<Aws.Kinesis.Record>))).EnumerateArray().Select(Members),
                outside.GetProperty("Records").EnumerateArray().Select(Members));
            Assert.Equal(inside.MillisBehindLatest, outside.GetProperty("MillisBehindLatest").GetInt64());
        }

        static string Members(JsonElement record) => string.Join('|', record.EnumerateObject()
            .OrderBy(p => p.Name, StringComparer.Ordinal)
            .Select(p => $"{p.Name}={(p.Value.ValueKind == JsonValueKind.Number ? p.Value.GetDecimal().ToString("0.000") : p.Value.GetString())}"));
    }

    [Fact]
    public async Task Bodies_that_come_in_pieces_or_without_a_length_are_read_whole()
    {
        await using var server = await WireServer.StartAsync(o => o.InitialStreams = "orders:1");
        var data = Convert.ToBase64String(new byte[300_000]);
        await server.OkAsync("PutRecord", $$"""{"StreamName":"orders","PartitionKey":"long","Data":"{{data}}"}""");

        using var chunked = WireServer.Request("PutRecord", new ByteArrayContent(Encoding.UTF8.GetBytes("""{"StreamName":"orders","PartitionKey":"chunked","Data":""}""")));
        chunked.Headers.TransferEncodingChunked = true;
        using var answer = await server.Client.SendAsync(chunked);
        Assert.Equal(200, (int)answer.StatusCode);

        using var client = new TcpClient();
        await client.ConnectAsync(server.Client.BaseAddress!.Host, server.Client.BaseAddress.Port);
        var stream = client.GetStream();
        var body = """{"StreamName":"orders","PartitionKey":"pieces","Data":"AAAA"}""";
        var bytes = Encoding.ASCII.GetBytes(
            $"POST / HTTP/1.1\r\nHost: x\r\nContent-Type: {WireServer.Json}\r\nX-Amz-Target: Kinesis_20131202.PutRecord\r\nX-Amz-Date: 20260301T120000Z\r\nConnection: close\r\n"
            + $"Authorization: AWS4-HMAC-SHA256 Credential=x/20260301/us-east-1/kinesis/aws4_request, SignedHeaders=host, Signature=0\r\nContent-Length: {body.Length}\r\n\r\n{body}");
        foreach (var b in bytes)
        {
            stream.WriteByte(b);
            await stream.FlushAsync();
        }

        using var reader = new StreamReader(stream);
        Assert.StartsWith("HTTP/1.1 200 OK", await reader.ReadToEndAsync(), StringComparison.Ordinal);
        Assert.Equal(["long", "chunked", "pieces"], (await server.Engine.DrainAsync("orders", "shardId-000000000000")).Select(r => r.PartitionKey));
    }

    [Fact]
    public async Task A_connection_serves_the_next_request_after_a_refusal()
    {
        await using var server = await WireServer.StartAsync(o => o.InitialStreams = "orders:1");
        foreach (var operation in new[] { "PutRecord", "PutRecords", "GetRecords" })
        {
            Assert.Equal(400, (int)(await server.SendAsync(operation, "{")).Status);
            Assert.Equal(400, (int)(await server.SendAsync(operation, "{}")).Status);
            Assert.Equal(400, (int)(await server.SendAsync(operation, """{"StreamName":"orders","PartitionKey":"k","Data":"*AAA","Records":[{"PartitionKey":"k","Data":"*AAA"}]}""")).Status);
        }

        await server.OkAsync("PutRecord", """{"StreamName":"orders","PartitionKey":"k","Data":""}""");
    }
}
