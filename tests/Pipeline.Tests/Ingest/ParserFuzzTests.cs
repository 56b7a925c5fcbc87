using System.Globalization;
using System.Text;
using CsCheck;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Weir.Pipeline.Ingest;
using Weir.Pipeline.Publishing;
using Weir.Pipeline.Spool;

namespace Weir.Pipeline.Tests.Ingest;

public sealed class ParserFuzzTests
{
    /// <summary>Cases for each of the 13 kinds; more in all with <c>WEIR_FUZZ</c>.</summary>
    private static readonly long Cases = long.TryParse(Environment.GetEnvironmentVariable("WEIR_FUZZ"), CultureInfo.InvariantCulture, out var cases) ? cases / 13 : 3000;

    private static readonly string[] Seeds =
    [
        """[{"n":1,"partitionKey":"k"},"x",null,[1,{"a":[]}],1.5e-3]""",
        """{"records":[{"partitionKey":"k1","id":"e1","data":{"o":1}},{"dataBase64":"aGVsbG8=","explicitHashKey":"12"}]}""",
        """{"StreamName":"orders","Records":[{"Data":"aGVsbG8=","PartitionKey":"k1"}]}""",
        "{\"n\":1}\r\n\n{\"n\":2,\"partitionKey\":\"\\u00e9\"}\n",
        """[{"specversion":"1.0","id":"A1","source":"/s","type":"t","partitionkey":"p","data":{"x":"\ud83d\ude00"}}]""",
        """{"specversion":"1.0","id":"A1","source":"/s","type":"t"}""",
        """{"requestId":"r-1","timestamp":1,"records":[{"data":"aGVsbG8="}]}""",
        """{"\ud800":1,"StreamName":"\udc00","Records":[{"\ud800":"\udc00","PartitionKey":"\ud800","Data":"\ud800"}],"partitionKey":"\ud800","requestId":"\udfff","a":[{"b":"\ud800"}],"id":"\udfff"}""",
    ];

    private static readonly SpoolSeal Clear = new(new SpoolOptions());

    /// <summary>A seed with a few bytes changed, doubled or dropped; or nothing but noise.</summary>
    private static Gen<byte[]> Bodies => Gen.OneOf(
        Gen.Byte.Array[0, 200],
        Gen.Select(Gen.Int[0, Seeds.Length - 1].Select(i => Seeds[i]), Gen.Select(Gen.Int[0, 3], Gen.Int[0, 400], Gen.OneOf(Gen.Byte, Gen.Int[0, 11].Select(i => "\"\\{}[]:,0eu\n"u8[i]))).Array[0, 6]).Select((seed, edits) =>
        {
            var bytes = Encoding.UTF8.GetBytes(seed).ToList();
            foreach (var (kind, at, value) in edits)
            {
                var index = bytes.Count == 0 ? 0 : at % bytes.Count;
                switch (kind)
                {
                    case 0 when bytes.Count > 0: bytes[index] = value; break;
                    case 1: bytes.Insert(index, value); break;
                    case 2 when bytes.Count > 0: bytes.RemoveAt(index); break;
                    default: bytes.InsertRange(index, bytes.Skip(index).Take(at % 20).ToList()); break;
                }
            }

            return bytes.ToArray();
        }));

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    [InlineData("zstd")]
    [InlineData("deflate")]
    public void Whatever_stands_in_a_compressed_body_is_unfolded_or_refused_in_our_words(string encoding)
    {
        var options = new IngestOptions { MaxDecompressedBytes = 64 << 10 };
        var whole = HostileRequestTests.Compress(encoding, Encoding.UTF8.GetBytes(string.Concat(Seeds)));
        Gen.Select(Gen.Int[0, whole.Length], Gen.Select(Gen.Int[0, whole.Length - 1], Gen.Byte).Array[0, 4]).Sample(
            (length, edits) =>
            {
                var bytes = whole.ToArray();
                foreach (var (at, value) in edits)
                {
                    bytes[at] = value;
                }

                var memory = new BodyMemory(Options.Create(options), TimeProvider.System);
                var context = new DefaultHttpContext();
                context.Request.Headers.ContentEncoding = encoding;
                context.Request.Body = new MemoryStream(bytes, 0, length);
                try
                {
                    using var body = RequestBody.ReadAsync(context, options, memory).AsTask().GetAwaiter().GetResult();
                    return body.Length <= options.MaxDecompressedBytes;
                }
                catch (IngestRefusedException e)
                {
                    return e.Problem.Status is 400 or 413 && memory.Used == 0;
                }
            },
            iter: Cases);
    }

    [Fact]
    public void Whatever_stands_in_a_signature_is_refused_in_our_words() =>
        Gen.Select(Gen.Char.Array[0, 100], Gen.Const("t=1731231231,v1=5257a869e7ecebeda32affa62cdca3fa51cad7e77a0e56ff536d0ce8e108d8bd"), Gen.Int[0, 80]).Sample(
            (noise, real, at) =>
            {
                var request = new DefaultHttpContext().Request;
                request.Headers["X-Signature"] = real[..at] + new string(noise) + real[at..];
                return RequestSignature.Check(request, [], "c2VjcmV0", DateTimeOffset.UnixEpoch, 300) is { Status: 401 };
            },
            iter: Cases);

    [Fact]
    public void Whatever_looks_like_an_aggregate_is_read_or_is_none()
    {
        var aggregator = new KplAggregator();
        aggregator.Add("k1", null, "hello"u8);
        aggregator.Add("k2", "12", "world"u8);
        var whole = aggregator.Take();
        Gen.Select(Gen.Int[4, whole.Length - 17], Gen.Byte, Gen.Int[4, whole.Length - 17], Gen.Byte).Sample(
            (at, value, other, second) =>
            {
                var bytes = whole.ToArray();
                (bytes[at], bytes[other]) = (value, second);

                // With a digest that fits, or the digest alone would keep every change out.
                System.Security.Cryptography.MD5.HashData(bytes.AsSpan(4..^16), bytes.AsSpan(^16..));
                return KplAggregator.TryRead(bytes) is null or { Count: <= 4 };
            },
            iter: Cases);
    }

    [Theory]
    [InlineData(BodyFormat.Raw)]
    [InlineData(BodyFormat.Json)]
    [InlineData(BodyFormat.JsonBatch)]
    [InlineData(BodyFormat.Ndjson)]
    [InlineData(BodyFormat.CloudEvent)]
    [InlineData(BodyFormat.CloudEventBatch)]
    [InlineData(BodyFormat.Firehose)]
    internal void Whatever_comes_is_taken_or_refused_in_our_words(BodyFormat format) => Bodies.Sample(
        body =>
        {
            var settings = IngestStreamSettings.From(new IngestStreamOptions { PartitionKeyPointer = "/a/0/b", RecordIdPointer = "/id" });
            using var batch = new SpoolBatch("orders", DateTimeOffset.UnixEpoch, body.Length, Clear);
            var intake = new RecordIntake(new KnownStream("orders", 1 << 20), new Partner("p", "P"), settings, batch, new IngestOptions(), null);
            try
            {
                if (format == BodyFormat.Firehose)
                {
                    FirehoseRequest.Read(body, intake);
                }
                else
                {
                    BodyFormats.Parse(format, body, intake, null);
                }
            }
            catch (IngestRefusedException e)
            {
                return e.Problem.Status is >= 400 and < 500;
            }

            var taken = intake.Results.Count(r => r.Error is null);
            return taken == batch.Count && Enumerable.Range(0, batch.Count).All(i => SpooledRecord.Read("orders", batch.Entry(i), Clear).PartitionKey.Length is > 0 and <= 256);
        },
        iter: Cases);
}
