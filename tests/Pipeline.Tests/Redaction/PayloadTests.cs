using System.IO.Compression;
using System.Text;
using Weir.Pipeline.Redaction;

namespace Weir.Pipeline.Tests.Redaction;

public sealed class PayloadTests
{
    private readonly TestRedactor _redactor = new([
        TestRedactor.Rule("EMAIL", TransformKind.Redact, id: "e"),
        TestRedactor.Rule("CARD", TransformKind.Redact, id: "c"),
        TestRedactor.Rule("UK_NHS", TransformKind.Redact, id: "n"),
        TestRedactor.Rule(null, TransformKind.Redact, "/name", "name"),
    ]);

    [Fact]
    public void Gzip_is_redacted_inside_and_stays_gzip()
    {
        var (outcome, clean) = _redactor.Bytes(Zip("""{"name":"Bob","mail":"bob@example.com"}"""));

        Assert.Equal(RedactionStatus.Redacted, outcome.Status);
        Assert.Equal("""{"name":"[REDACTED]","mail":"[EMAIL_ADDRESS]"}""", Unzip(clean));
    }

    [Fact]
    public void Gzip_without_personal_data_stays_byte_for_byte()
    {
        var packed = Zip("""{"a":1}""");

        Assert.Equal(packed, _redactor.Bytes(packed).Clean);
    }

    [Fact]
    public void A_gzip_bomb_broken_gzip_and_gzip_in_gzip_are_quarantined()
    {
        var small = new TestRedactor(configure: o => o.MaxRecordBytes = 4096);
        var packed = Zip("""{"a":"some text that packs"}""");

        Assert.Equal(RedactionStatus.Quarantined, small.Bytes(Zip(new string('a', 100_000))).Outcome.Status);
        Assert.Equal(RedactionStatus.Quarantined, _redactor.Bytes(packed.AsSpan(0, 25)).Outcome.Status);
        Assert.Equal(RedactionStatus.Quarantined, _redactor.Bytes(ZipBytes(packed)).Outcome.Status);
    }

    [Fact]
    public void Lines_of_JSON_are_read_each_for_itself() =>
        Assert.Equal("{\"name\":\"[REDACTED]\"}\r\n\n{\"mail\":\"[EMAIL_ADDRESS]\"}", _redactor.Clean("{\"name\":\"Bob\"}\r\n\n{\"mail\":\"b@c.io\"}"));

    [Fact]
    public void One_broken_line_of_JSON_holds_the_record_back()
    {
        var (outcome, clean) = _redactor.Bytes("{\"name\":\"Bob\"}\n{\"mail\":\n"u8);

        Assert.Equal(RedactionStatus.Quarantined, outcome.Status);
        Assert.Empty(clean);
    }

    [Fact]
    public void A_tables_header_names_its_cells()
    {
        var clean = _redactor.Clean("id,name,nhs number,note\n1,Bob,943 476 5919,\"hi, mail b@c.io\"\n2,\"Eve, M.\",9434765919,9434765919\n");

        Assert.Equal("id,name,nhs number,note\n1,[REDACTED],[UK_NHS],\"hi, mail [EMAIL_ADDRESS]\"\n2,\"[REDACTED]\",[UK_NHS],9434765919\n", clean);
    }

    [Theory]
    [InlineData(new byte[] { 0x00, 0x01, 0x02, 0x41, 0x42 })]
    [InlineData(new byte[] { 0xFF, 0xFE, 0x41, 0x00, 0x42, 0x00 })]
    [InlineData(new byte[] { 0x28, 0xB5, 0x2F, 0xFD, 0x04, 0x00, 0x41 })]
    [InlineData(new byte[] { 0xC3, 0x28, 0x41 })]
    public void Unknown_bytes_are_quarantined(byte[] record)
    {
        var (outcome, clean) = _redactor.Bytes(record);

        Assert.Equal(RedactionStatus.Quarantined, outcome.Status);
        Assert.Empty(clean);
    }

    private static byte[] Zip(string text) => ZipBytes(Encoding.UTF8.GetBytes(text));

    private static byte[] ZipBytes(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var zip = new GZipStream(packed, CompressionLevel.Optimal))
        {
            zip.Write(bytes);
        }

        return packed.ToArray();
    }

    private static string Unzip(byte[] packed)
    {
        using var zip = new GZipStream(new MemoryStream(packed), CompressionMode.Decompress);
        return new StreamReader(zip).ReadToEnd();
    }
}
