using System.Text;
using Amazon.Runtime.EventStreams;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;
using Weir.Aws.Kinesis;
using Weir.Aws.Protocol;
using Weir.Aws.Tests.Protocol;

namespace Weir.Aws.Tests.Kinesis;

public sealed class SubscriptionTests
{
    private const string Event = """{"ContinuationSequenceNumber":"49","MillisBehindLatest":7,"Records":[{"Data":"aGk=","PartitionKey":"k","ApproximateArrivalTimestamp":1441215410.867,"SequenceNumber":"49"}]}""";

    [Fact]
    public async Task Events_arrive_as_they_are_sent_and_the_end_of_the_body_is_the_end()
    {
        await using var aws = await FakeAws.StartAsync();
        var seen = new TaskCompletionSource();
        aws.Then(async http =>
        {
            http.Response.ContentType = "application/vnd.amazon.eventstream";
            await Send(http, Message("event", ":event-type", "initial-response", "{}"));
            await Send(http, Message("event", ":event-type", "SubscribeToShardEvent", Event));
            // The second only goes out when the first has been seen: nothing buffers in between.
            await seen.Task.WaitAsync(TimeSpan.FromSeconds(60));
            await Send(http, Message("event", ":event-type", "SubscribeToShardEvent", """{"ContinuationSequenceNumber":"50","MillisBehindLatest":0,"Records":[],"ChildShards":[]}"""));
        });
        using var kinesis = new KinesisClient(aws.Endpoint);

        var events = new List<SubscribeToShardEvent>();
        await foreach (var shardEvent in kinesis.SubscribeToShardAsync(new SubscribeToShardRequest("arn:c", "shardId-000000000000", new StartingPosition(ShardIteratorTypes.AfterSequenceNumber, "48")), default))
        {
            events.Add(shardEvent);
            seen.TrySetResult();
        }

        Assert.Equal(["49", "50"], events.Select(e => e.ContinuationSequenceNumber));
        Assert.Equal("hi", Encoding.UTF8.GetString(Assert.Single(events[0].Records).Data.Span));
        var request = Assert.Single(aws.Received);
        Assert.Equal("Kinesis_20131202.SubscribeToShard", request.Headers["X-Amz-Target"]);
        Assert.Equal("""{"ConsumerARN":"arn:c","ShardId":"shardId-000000000000","StartingPosition":{"Type":"AFTER_SEQUENCE_NUMBER","SequenceNumber":"48"}}""", request.Text);
    }

    [Fact]
    public async Task A_refusal_before_the_stream_and_an_exception_inside_it_are_thrown_by_name()
    {
        await using var aws = await FakeAws.StartAsync();
        aws.ThenError("ResourceInUseException").Then(async http =>
        {
            http.Response.ContentType = "application/vnd.amazon.eventstream";
            await Send(http, Message("exception", ":exception-type", "KMSDisabledException", """{"message":"the key is off"}"""));
        });
        using var kinesis = new KinesisClient(aws.Endpoint);

        Assert.Equal("ResourceInUseException", (await Assert.ThrowsAsync<KinesisException>(() => AllAsync(kinesis))).Code);
        var inside = await Assert.ThrowsAsync<KinesisException>(() => AllAsync(kinesis));
        Assert.Equal(("KMSDisabledException", "the key is off"), (inside.Code, inside.Message));
    }

    [Fact]
    public async Task Messages_are_split_wherever_the_network_cuts_them()
    {
        var bytes = Enumerable.Range(0, 5).SelectMany(i => Message("event", ":event-type", "e" + i, new string('x', i * 40))).ToArray();
        for (var piece = 1; piece < 40; piece++)
        {
            var read = new List<string>();
            await foreach (var message in EventStreamReader.ReadAsync(new InPieces(bytes, piece), default))
                read.Add(message.Headers[":event-type"].AsString() + message.Payload.Length);
            Assert.Equal(["e00", "e140", "e280", "e3120", "e4160"], read);
        }
    }

    [Fact]
    public async Task A_flipped_bit_anywhere_or_a_body_that_breaks_off_is_an_error_never_an_event()
    {
        var bytes = Message("event", ":event-type", "SubscribeToShardEvent", Event);
        for (var i = 0; i < bytes.Length; i++)
        {
            var flipped = bytes.ToArray();
            flipped[i] ^= (byte)(1 << (i % 8));
            await Assert.ThrowsAsync<InvalidDataException>(() => CountAsync(flipped));
            if (i > 0)
                await Assert.ThrowsAsync<InvalidDataException>(() => CountAsync(bytes[..i]));
        }

        Assert.Equal(1, await CountAsync(bytes));
        Assert.Equal(0, await CountAsync([]));

        static async Task<int> CountAsync(byte[] body)
        {
            var count = 0;
            await foreach (var _ in EventStreamReader.ReadAsync(new MemoryStream(body), default))
                count++;
            return count;
        }
    }

    [Fact]
    public async Task A_length_beyond_the_cap_is_refused_before_memory_is_taken_for_it()
    {
        // Length 0x7fffffff with a prelude checksum that is right.
        byte[] prelude = [0x7f, 0xff, 0xff, 0xff, 0, 0, 0, 0];
        byte[] body = [.. prelude, .. Crc(prelude)];

        var e = await Assert.ThrowsAsync<InvalidDataException>(async () =>
        {
            await foreach (var _ in EventStreamReader.ReadAsync(new MemoryStream(body), default))
                Assert.Fail("an event");
        });

        Assert.Contains("2147483647", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Silence_is_a_lost_connection()
    {
        var time = new FakeTimeProvider();
        var next = ShardSubscription.ReadAsync(new Silent(), time, default).GetAsyncEnumerator();
        var moving = next.MoveNextAsync().AsTask();
        Assert.False(moving.IsCompleted);

        time.Advance(TimeSpan.FromSeconds(31));

        Assert.Equal(KinesisErrorCodes.Unreachable, (await Assert.ThrowsAsync<KinesisException>(() => moving.WaitAsync(TimeSpan.FromSeconds(60)))).Code);
    }

    private static async Task AllAsync(KinesisClient kinesis)
    {
        await foreach (var _ in kinesis.SubscribeToShardAsync(new SubscribeToShardRequest("arn:c", "shardId-000000000000", new StartingPosition(ShardIteratorTypes.Latest)), default))
        {
        }
    }

    private static async Task Send(HttpContext http, byte[] message)
    {
        await http.Response.Body.WriteAsync(message);
        await http.Response.Body.FlushAsync();
    }

    private static byte[] Message(string type, string header, string value, string payload)
    {
        var kind = new EventStreamHeader(":message-type");
        kind.SetString(type);
        var name = new EventStreamHeader(header);
        name.SetString(value);
        return new EventStreamMessage([kind, name], Encoding.UTF8.GetBytes(payload)).ToByteArray();
    }

    private static byte[] Crc(byte[] bytes)
    {
        var crc = ~0u;
        foreach (var b in bytes)
        {
            crc ^= b;
            for (var i = 0; i < 8; i++)
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xEDB88320u : crc >> 1;
        }

        var result = BitConverter.GetBytes(~crc);
        Array.Reverse(result);
        return result;
    }

    private sealed class InPieces(byte[] bytes, int piece) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(piece, buffer.Length)], cancellationToken);
    }

    private sealed class Silent : MemoryStream
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
            return 0;
        }
    }
}
