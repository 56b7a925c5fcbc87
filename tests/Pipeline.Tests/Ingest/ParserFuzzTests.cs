using System.Globalization;
using System.Text;
using CsCheck;
using Weir.Pipeline.Ingest;
using Weir.Pipeline.Spool;

namespace Weir.Pipeline.Tests.Ingest;

public sealed class ParserFuzzTests
{
    /// <summary>Cases per format; more with <c>WEIR_FUZZ</c>.</summary>
    private static readonly long Cases = long.TryParse(Environment.GetEnvironmentVariable("WEIR_FUZZ"), CultureInfo.InvariantCulture, out var cases) ? cases / 7 : 3000;

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
