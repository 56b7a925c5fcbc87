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
    public void Gzip_that_is_followed_by_something_or_ends_early_is_quarantined()
    {
        var packed = Zip("some text that packs");

        Assert.Equal(RedactionStatus.Quarantined, _redactor.Bytes([.. packed, .. "bob@example.com"u8]).Outcome.Status);
        Assert.Equal(RedactionStatus.Quarantined, _redactor.Bytes([.. packed, .. packed[..3]]).Outcome.Status);
        for (var length = 2; length < packed.Length; length++)
        {
            Assert.Equal(RedactionStatus.Quarantined, _redactor.Bytes(packed.AsSpan(0, length)).Outcome.Status);
        }

        Assert.Equal(RedactionStatus.Clean, _redactor.Bytes(packed).Outcome.Status);

        packed[^5] ^= 1;
        Assert.Equal(RedactionStatus.Quarantined, _redactor.Bytes(packed).Outcome.Status);
    }

    [Fact]
    public void Gzip_of_several_members_is_read_as_one_text()
    {
        byte[] clean = [.. Zip("{\"a\":1}\n"), .. Zip("{\"b\":2}\n"), .. Zip("")];
        Assert.Equal(clean, _redactor.Bytes(clean).Clean);

        Assert.Equal("{\"a\":1}\n{\"name\":\"[REDACTED]\"}", Unzip(_redactor.Bytes([.. Zip("{\"a\":1}\n{\"na"), .. Zip("me\":\"Bob\"}")]).Clean));
    }

    [Fact]
    public void Bytes_in_a_gzip_member_that_look_like_the_next_one_are_no_end_of_it()
    {
        // An extra field in the header, which holds the three bytes with which a member begins.
        var packed = Zip("to bob@example.com, and more");
        byte[] extra = [.. "ab"u8, 28, 0, .. "sixteen bytes of"u8, 0x1F, 0x8B, 8, .. "and nine."u8];

        var (outcome, clean) = _redactor.Bytes([.. packed[..3], 4, .. packed[4..10], (byte)extra.Length, 0, .. extra, .. packed[10..]]);

        Assert.Equal(RedactionStatus.Redacted, outcome.Status);
        Assert.Equal("to [EMAIL_ADDRESS], and more", Unzip(clean));
    }

    [Fact]
    public void A_file_name_in_a_gzip_header_does_not_pass()
    {
        var packed = Zip("some text that packs");
        byte[] named = [.. packed[..3], 8, .. packed[4..10], .. "bob@example.com\0"u8, .. packed[10..]];

        var (outcome, clean) = _redactor.Bytes(named);

        Assert.Equal(RedactionStatus.Redacted, outcome.Status);
        Assert.DoesNotContain("bob@", Encoding.Latin1.GetString(clean), StringComparison.Ordinal);
        Assert.Equal("some text that packs", Unzip(clean));
    }

    [Theory]
    [InlineData("\uFEFF{\"name\":\"Bob\"}\n{\"name\":\"Eve\"}\n", "\uFEFF{\"name\":\"[REDACTED]\"}\n{\"name\":\"[REDACTED]\"}\n")]
    [InlineData("\u001E{\"name\":\"Bob\"}\n", "\u001E{\"name\":\"[REDACTED]\"}\n")]
    [InlineData("\u001E{\"name\":\"Bob\"}\n\u001E\n\u001E{\"name\":\"Eve\"}\n", "\u001E{\"name\":\"[REDACTED]\"}\n\u001E\n\u001E{\"name\":\"[REDACTED]\"}\n")]
    public void Marks_before_lines_of_JSON_are_no_part_of_them(string record, string clean) => Assert.Equal(clean, _redactor.Clean(record));

    [Theory]
    [InlineData("\uFEFF\uFEFF{\"name\":\"Bob\"}")]
    [InlineData("\f{\"name\":\"Bob\"}")]
    [InlineData("\u00A0 {\"name\":\"Bob\"}")]
    [InlineData("\u0001{\"name\":\"Bob\"}")]
    public void JSON_behind_signs_that_only_some_readers_pass_over_is_held_back(string record) => Assert.Equal(RedactionStatus.Quarantined, _redactor.Outcome(record).Status);

    [Fact]
    public void Where_broken_JSON_is_read_as_text_lines_of_JSON_are_still_read_by_path()
    {
        var redactor = new TestRedactor([TestRedactor.Rule("EMAIL", TransformKind.Redact, id: "e"), TestRedactor.Rule(null, TransformKind.Redact, "/name", "name")], o => o.OnInvalidJson = InvalidJsonPolicy.Text);

        Assert.Equal("{\"name\":\"[REDACTED]\"}\n{\"name\":\"[REDACTED]\"}", redactor.Clean("{\"name\":\"Bob\"}\n{\"name\":\"Eve\"}"));
        Assert.Equal("{\"name\":\"[REDACTED]\"}\n{\"mail\":\"[EMAIL_ADDRESS]\"\n", redactor.Clean("{\"name\":\"Bob\"}\n{\"mail\":\"b@c.io\"\n"));
        Assert.Equal(
            ["e", "name"],
            redactor.Redactor.Preview(redactor.Redactor.ActiveRules, "orders", "{\"mail\":\"b@c.io\"}\n{\"name\":\"Eve\"}").Spans.Select(s => s.Rule));
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

    [Fact]
    public void A_byte_order_mark_is_no_part_of_the_first_columns_name()
    {
        Assert.Equal("\uFEFFname,id\n[REDACTED],1\n", _redactor.Clean("\uFEFFname,id\nBob,1\n"));
        Assert.Equal("\uFEFF\"name\",\"id\"\r\n\"[REDACTED]\",1\r\n", _redactor.Clean("\uFEFF\"name\",\"id\"\r\n\"Bob, \"\"X\"\"\r\nline\",1\r\n"));
    }

    [Theory]
    [InlineData("id,name,x\n1,Bob, Jr,2\n")]
    [InlineData("id,name,x\n1,A,2\n2,B,2\n3,C,2\n4,D,2\n5,E,2\n7,8,Mallory,3\n")]
    [InlineData("id,name,x\n1,A,2\n2,\"B,2\n3,C,2\n")]
    public void A_table_in_which_a_cells_column_is_not_known_is_held_back_where_rules_go_by_path(string record)
    {
        Assert.Equal(RedactionStatus.Quarantined, _redactor.Outcome(record).Status);
        Assert.Equal(record, new TestRedactor([TestRedactor.Rule("EMAIL", TransformKind.Redact)]).Clean(record));
        Assert.Equal(record, new TestRedactor([TestRedactor.Rule(null, TransformKind.Redact, "/name")], o => o.OnInvalidJson = InvalidJsonPolicy.Text).Clean(record));
    }

    [Fact]
    public void A_row_may_end_early_or_with_empty_cells() => Assert.Equal("id,name,x\n1\n2,[REDACTED]\n3,[REDACTED],4,,\n", _redactor.Clean("id,name,x\n1\n2,Bob\n3,Eve,4,,\n"));

    [Fact]
    public void A_fixed_text_stays_in_its_cell() =>
        Assert.Equal(
            "id;name;x\r\n1;a 'b'  c, d;2\r\n2;\"a 'b'  c, d\";3\r\n",
            new TestRedactor([TestRedactor.Rule(null, TransformKind.Fixed, "/name", text: "a;\"b\"\r\nc, d")]).Clean("id;name;x\r\n1;Bob;2\r\n2;\"Eve\";3\r\n"));

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
