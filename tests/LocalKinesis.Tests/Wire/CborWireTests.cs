using System.Formats.Cbor;
using System.Net;
using Weir.LocalKinesis.Wire;

namespace Weir.LocalKinesis.Tests.Wire;

public sealed class CborWireTests
{
    private static byte[] Map(params (string Name, Action<CborWriter> Value)[] members)
    {
        var writer = new CborWriter(allowMultipleRootLevelValues: false);
        writer.WriteStartMap(null);
        foreach (var (name, value) in members)
        {
            writer.WriteTextString(name);
            value(writer);
        }

        writer.WriteEndMap();
        return writer.Encode();
    }

    private static async Task<(HttpStatusCode Status, CborReader Reader)> SendAsync(WireServer server, string operation, byte[] body)
    {
        using var response = await server.Client.SendAsync(WireServer.Request(operation, new ByteArrayContent(body), Cbor.ContentType));
        Assert.Equal(Cbor.ContentType, response.Content.Headers.ContentType!.MediaType);
        return (response.StatusCode, new CborReader(await response.Content.ReadAsByteArrayAsync()));
    }

    [Fact]
    public async Task Bytes_are_bytes_and_times_are_tagged_milliseconds_both_ways()
    {
        await using var server = await WireServer.StartAsync(o => o.InitialStreams = "orders:1");
        await server.OkAsync("PutRecord", """{"StreamName":"orders","Data":"AAAA","PartitionKey":"early"}""");
        server.Engine.Time.Advance(TimeSpan.FromMilliseconds(1234));
        var now = server.Engine.Time.GetUtcNow().ToUnixTimeMilliseconds();
        var (put, _) = await SendAsync(server, "PutRecord", Map(("StreamName", w => w.WriteTextString("orders")), ("Data", w => w.WriteByteString([1, 2, 255])), ("PartitionKey", w => w.WriteTextString("k"))));
        Assert.Equal(HttpStatusCode.OK, put);
        var (_, iterator) = await SendAsync(server, "GetShardIterator", Map(
            ("StreamName", w => w.WriteTextString("orders")),
            ("ShardId", w => w.WriteTextString("shardId-000000000000")),
            ("ShardIteratorType", w => w.WriteTextString("AT_TIMESTAMP")),
            ("Timestamp", w =>
            {
                w.WriteTag(CborTag.UnixTimeSeconds);
                w.WriteInt64(now);
            }
        )));
        iterator.ReadStartMap();
        iterator.ReadTextString();
        var text = iterator.ReadTextString();
        var (_, read) = await SendAsync(server, "GetRecords", Map(("ShardIterator", w => w.WriteTextString(text))));

        read.ReadStartMap();
        var found = new Dictionary<string, object>();
        while (read.PeekState() != CborReaderState.EndMap)
        {
            if (read.ReadTextString() != "Records")
            {
                read.SkipValue();
                continue;
            }

            Assert.Equal(1, read.ReadStartArray());
            read.ReadStartMap();
            while (read.PeekState() != CborReaderState.EndMap)
            {
                var name = read.ReadTextString();
                if (read.PeekState() == CborReaderState.Tag)
                {
                    Assert.Equal(CborTag.UnixTimeSeconds, read.ReadTag());
                    found[name] = read.ReadInt64();
                }
                else
                {
                    found[name] = read.PeekState() == CborReaderState.ByteString ? read.ReadByteString() : read.ReadTextString();
                }
            }

            read.ReadEndMap();
            read.ReadEndArray();
        }

        Assert.Equal(new byte[] { 1, 2, 255 }, found["Data"]);
        Assert.Equal(now, found["ApproximateArrivalTimestamp"]);
        Assert.Equal("k", found["PartitionKey"]);
    }

    [Fact]
    public async Task Errors_are_CBOR_too_and_garbage_is_a_SerializationException()
    {
        await using var server = await WireServer.StartAsync();
        foreach (var body in new byte[][] { [0xff], [0x5f], [0xa1], [0x9f, 0x9f], [0xa1, 0x01, 0x01], [.. Enumerable.Repeat((byte)0x81, 5000)], [0xfb, 0x7f, 0xf0, 0, 0, 0, 0, 0, 0] })
        {
            var (status, reader) = await SendAsync(server, "ListStreams", body);
            Assert.Equal(HttpStatusCode.BadRequest, status);
            reader.ReadStartMap();
            Assert.Equal("__type", reader.ReadTextString());
            Assert.Equal("SerializationException", reader.ReadTextString());
        }
    }
}
