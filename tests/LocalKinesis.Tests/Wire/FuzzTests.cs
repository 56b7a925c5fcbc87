using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using CsCheck;
using Weir.Aws.Kinesis;
using Weir.LocalKinesis.Wire;

namespace Weir.LocalKinesis.Tests.Wire;

/// <summary>Nothing that comes in may bring anything but the service's errors; <c>WEIR_FUZZ=10000000</c> for a long run.</summary>
public sealed class FuzzTests
{
    private static readonly long Count = long.Parse(Environment.GetEnvironmentVariable("WEIR_FUZZ") ?? "3000", CultureInfo.InvariantCulture);

    private static readonly Gen<string> Scalar = Gen.OneOf(
        Gen.Const("null"),
        Gen.Const("true"),
        Gen.Int.Select(i => i.ToString(CultureInfo.InvariantCulture)),
        Any("1e400", "-0", "1.5E3", "99999999999999999999999999", "0.1e-400", "-1e30"),
        Gen.String.Select(s => JsonSerializer.Serialize(s)),
        Any("\"\\ud800\"", "\"orders\"", "\"AAAA\"", "\"AAA=\"", "\"AAB=\"", "\"A\\/\\u002bA\"", "\"====\"", "\"k\"", "\"0\"", "\"340282366920938463463374607431768211455\"", "\"shardId-000000000000\"", "\"LATEST\"", "\"arn:aws:kinesis:us-east-1:000000000000:stream/orders\""));

    private static readonly Gen<string> Name = Any("Records", "StreamName", "StreamARN", "Data", "PartitionKey", "ExplicitHashKey", "SequenceNumberForOrdering", "Tags", "Limit", "Timestamp", "ShardFilter", "Type", "X");

    private static Gen<T> Any<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static Gen<string> Json(int depth) => depth == 0
        ? Scalar
        : Gen.Frequency(
            (2, Scalar),
            (3, Gen.Select(Name, Json(depth - 1)).Array[0, 5].Select(m => "{" + string.Join(',', m.Select(p => $"\"{p.Item1}\":{p.Item2}")) + "}")),
            (1, Json(depth - 1).Array[0, 3].Select(m => "[" + string.Join(',', m) + "]")));

    private static readonly Gen<string> Put = Gen.Select(
        Gen.Select(Mostly(Gen.Byte.Array[0, 12].Select(b => $"\"{Convert.ToBase64String(b)}\"")), Mostly(Gen.String[1, 5].Select(s => JsonSerializer.Serialize(s))), Mostly(Any("\"0\"", "\"17\"")), Gen.Bool).Array[1, 4],
        Mostly(Gen.Const("\"orders\"")),
        (records, stream) => "{\"StreamName\":" + stream + ",\"Records\":[" + string.Join(',', records.Select(r => r.Item4
            ? $"{{\"Data\":{r.Item1},\"PartitionKey\":{r.Item2}}}"
            : $"{{\"PartitionKey\":{r.Item2},\"Data\":{r.Item1},\"ExplicitHashKey\":{r.Item3}}}")) + "]}");

    private static Gen<string> Mostly(Gen<string> usual) => Gen.Frequency((9, usual), (1, Scalar));

    [Fact]
    public async Task Any_JSON_is_bound_or_refused_in_the_services_words()
    {
        await using var engine = new TestEngine(o => o.InitialStreams = "orders:2");
        await engine.Kinesis.OpenAsync(default);
        var names = typeof(KinesisOperations).GetProperties().Select(p => p.Name).ToArray();
        Gen.Select(Any(names), Json(4)).Sample(
            (name, json) =>
            {
                if (Operations.Find(name) is not { } operation)
                    return;
                using var document = JsonDocument.Parse(json);
                var buffer = new ArrayBufferWriter<byte>();
                using var writer = new Utf8JsonWriter(buffer);
                try
                {
                    InputReader.Normalize(document.RootElement, operation.Shape, writer);
                    writer.Flush();
                    using var normal = JsonDocument.Parse(buffer.WrittenMemory);
                    Constraints.Check(normal.RootElement, operation.Shape);
                }
                catch (KinesisException e)
                {
                    Assert.True(e.Code is KinesisErrorCodes.Serialization or KinesisErrorCodes.Validation, e.Code);
                }
            },
            iter: Count);
    }

    [Fact]
    public async Task What_the_short_way_reads_the_long_way_reads_the_same()
    {
        await using var engine = new TestEngine(o => o.InitialStreams = "orders:2");
        await engine.Kinesis.OpenAsync(default);
        var accepted = 0;
        Gen.OneOf(Put, Json(4)).Sample(
            json =>
            {
                if (PutParser.Many(engine.Kinesis.Engine, Encoding.UTF8.GetBytes(json)) is not { } parsed)
                    return;
                using var call = parsed.Call;
                using var document = JsonDocument.Parse(json);
                PutRecordsRequest request;
                try
                {
                    request = Operations.PutRecords.Bind(document.RootElement);
                }
                catch (KinesisException e) when (e.Code == KinesisErrorCodes.Serialization)
                {
                    // Characters that are not base64 are found when the block is laid; then the long way finds the words.
                    for (var i = 0; i < call.Items.Length; i++)
                        call.Items[i].Shard = parsed.Stream.Shards[0];
                    Assert.False(call.TryBuild(1), json);
                    return;
                }

                Interlocked.Increment(ref accepted);
                Assert.Equal(request.Records.Count, call.Items.Length);
                for (var i = 0; i < call.Items.Length; i++)
                {
                    var item = call.Items[i];
                    Assert.Equal(request.Records[i].PartitionKey, Encoding.UTF8.GetString(item.Key.Span));
                    Assert.Equal(request.Records[i].Data.ToArray(), Convert.FromBase64String(Encoding.ASCII.GetString(item.Data.Span)));
                    Assert.Equal(request.Records[i].Data.Length, item.DataBytes);
                    Assert.Equal(HashKey.Of(request.Records[i].PartitionKey, request.Records[i].ExplicitHashKey), item.Hash);
                }
            },
            iter: Count);
        Assert.True(accepted > Count / 20, $"only {accepted} of {Count} were plain");
    }

    [Fact]
    public async Task Any_bytes_are_read_or_refused_by_both_parsers()
    {
        await using var engine = new TestEngine(o => o.InitialStreams = "orders:2");
        await engine.Kinesis.OpenAsync(default);
        Gen.Byte.Array[0, 200].Sample(
            bytes =>
            {
                using var call = PutParser.Many(engine.Kinesis.Engine, bytes)?.Call;
                using var one = PutParser.One(engine.Kinesis.Engine, bytes)?.Call;
                var json = new ArrayBufferWriter<byte>();
                try
                {
                    Cbor.ToJson(bytes, json);
                }
                catch (KinesisException e) when (e.Code == KinesisErrorCodes.Serialization)
                {
                    return;
                }

                using var document = JsonDocument.Parse(json.WrittenMemory);
                var again = new ArrayBufferWriter<byte>();
                if (!json.WrittenSpan.Contains((byte)'"'))
                    Cbor.ToJson(Cbor.FromJson(json.WrittenSpan), again);
            },
            iter: Count);
    }

    [Fact]
    public async Task A_valid_body_with_any_byte_changed_or_cut_is_answered()
    {
        await using var server = await WireServer.StartAsync(o => o.InitialStreams = "orders:2");
        var body = Encoding.UTF8.GetBytes("""{"StreamName":"orders","Records":[{"Data":"aGVsbG8=","PartitionKey":"key"},{"PartitionKey":"b","Data":"","ExplicitHashKey":"5"}]}""");
        for (var i = 0; i < body.Length; i++)
        {
            foreach (var change in new byte[] { 0, (byte)'"', 0xff, (byte)'{' })
            {
                var changed = body.ToArray();
                changed[i] = change;
                using var response = await server.Client.SendAsync(WireServer.Request("PutRecords", new ByteArrayContent(changed)));
                Assert.True((int)response.StatusCode is 200 or 400, $"{(int)response.StatusCode} for {Encoding.Latin1.GetString(changed)}");
            }

            using var cut = await server.Client.SendAsync(WireServer.Request("PutRecords", new ByteArrayContent(body[..i])));
            Assert.Equal(400, (int)cut.StatusCode);
        }
    }
}
