using System.Text;
using System.Text.Json;
using Weir.Pipeline.Redaction;

namespace Weir.Pipeline.Tests.Redaction;

public sealed class RedactorTests
{
    private readonly TestRedactor _redactor = new();

    [Theory]
    [InlineData("""{"email":"bob.stone@example.com"}""", "bob.stone@example.com")]
    [InlineData("""{"note":"write to bob.stone@example.com today"}""", "bob.stone@example.com")]
    [InlineData("""{"a":[{"b":["x","bob@example.co.uk"]}]}""", "bob@example.co.uk")]
    [InlineData("""{"card":"4111 1111 1111 1111"}""", "4111 1111")]
    [InlineData("""{"card":4111111111111111}""", "41111111")]
    [InlineData("""{"phone":"+1 415-555-0132"}""", "555-01")]
    [InlineData("""{"bob@example.com":1}""", "bob@example.com")]
    [InlineData("""{"a":"exam\u0070le@b\u002ecom"}""", "le@b")]
    [InlineData("""{"a":"{\"b\":\"bob@example.com\"}"}""", "bob@example.com")]
    [InlineData("""{"a":"{\"b\":\"bob\\u0040example.com\"}"}""", "example.com")]
    [InlineData("""{"a":"bob%40example.com"}""", "example.com")]
    [InlineData("""{"a":"４１１１１１１１１１１１１１１１"}""", "１１１１１１")]
    [InlineData("{\"a\":\"4111\u200b1111\u00ad1111\u200b1111\"}", "1111\u00ad")]
    [InlineData("plain text with bob@example.com in it", "bob@example.com")]
    [InlineData("{\"a\":\"bob@example.com\",\"a\":\"eve@example.com\"}", "example.com")]
    [InlineData("\ufeff{\"a\":\"bob@example.com\"}", "example.com")]
    [InlineData("""{"a":"\ud800 bob@example.com"}""", "example.com")]
    [InlineData("\"bob@example.com\"", "example.com")]
    [InlineData("4111111111111111", "41111111")]
    public void No_value_stays_in_clear(string record, string value)
    {
        Assert.Contains(value, record, StringComparison.Ordinal);
        Assert.DoesNotContain(value, _redactor.Clean(record), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{ "b" : 1.50 ,	"a":[ true,null , 12e5 ], "n":"","z":"caf\u00e9 — ok" }""")]
    [InlineData("""{"ean":"4006381333931","sku":"4111111111111111","at":"2024-05-06T10:20:30Z","total":19.99}""")]
    [InlineData("""[]""")]
    [InlineData(""" {} """)]
    [InlineData("")]
    [InlineData("nothing to see, 12 items at 3.50")]
    public void Bytes_without_personal_data_stay_as_they_are(string record)
    {
        Assert.Equal(record, _redactor.Clean(record));
        Assert.Equal(RedactionStatus.Clean, _redactor.Outcome(record).Status);
    }

    [Theory]
    [InlineData("""{"a":1""")]
    [InlineData("""{"a":}""")]
    [InlineData("""{"a" 1}""")]
    [InlineData("""{"a":1,}""")]
    [InlineData("""[1 2]""")]
    [InlineData("""[1,]""")]
    [InlineData("""{"a":01}""")]
    [InlineData("""{"a":"x}""")]
    [InlineData("""{"a":"\q@b"}""")]
    [InlineData("""{"a":1}}""")]
    [InlineData("""{"a":1} {"b":""")]
    [InlineData("{\"a\":\"line\nbreak\"}")]
    [InlineData("""{a:1}""")]
    [InlineData("""[tru]""")]
    public void Broken_JSON_is_quarantined_and_nothing_is_written(string record)
    {
        var (outcome, clean) = _redactor.Bytes(Encoding.UTF8.GetBytes(record));

        Assert.Equal(RedactionStatus.Quarantined, outcome.Status);
        Assert.NotNull(outcome.Reason);
        Assert.Empty(clean);
    }

    [Fact]
    public void Broken_JSON_is_read_as_text_when_the_policy_says_so()
    {
        var redactor = new TestRedactor(configure: o => o.OnInvalidJson = InvalidJsonPolicy.Text);

        Assert.DoesNotContain("bob@", redactor.Clean("""{"a":"bob@example.com" """), StringComparison.Ordinal);
    }

    [Fact]
    public void Bytes_that_are_not_UTF8_are_quarantined() =>
        Assert.Equal(RedactionStatus.Quarantined, _redactor.Bytes([.. "{\"a\":\"bob@example.com "u8, 0xFF, 0xFE, .. "\"}"u8]).Outcome.Status);

    [Fact]
    public void Deep_and_large_records_are_quarantined()
    {
        var small = new TestRedactor(configure: o => { o.MaxDepth = 4; o.MaxRecordBytes = 1024; });

        Assert.Equal(RedactionStatus.Clean, small.Outcome("[[[[1]]]]").Status);
        Assert.Equal(RedactionStatus.Quarantined, small.Outcome("[[[[[1]]]]]").Status);
        Assert.Equal(RedactionStatus.Quarantined, small.Outcome($"\"{new string('x', 1024)}\"").Status);
    }

    [Theory]
    [InlineData("/customer/name", """{"customer":{"name":"Bob"},"name":"x"}""", """{"customer":{"name":"[REDACTED]"},"name":"x"}""")]
    [InlineData("/customer", """{"customer":{"name":"Bob"},"name":"x"}""", """{"customer":"[REDACTED]","name":"x"}""")]
    [InlineData("/*/name", """{"a":{"name":"Bob"},"b":{"c":{"name":"x"}}}""", """{"a":{"name":"[REDACTED]"},"b":{"c":{"name":"x"}}}""")]
    [InlineData("/**/name", """{"name":1,"b":{"c":[{"name":null},{"name":true}]}}""", """{"name":"[REDACTED]","b":{"c":[{"name":null},{"name":"[REDACTED]"}]}}""")]
    [InlineData("/items/[]/note", """{"items":[{"note":"a"},{"x":"b","note":"c"}]}""", """{"items":[{"note":"[REDACTED]"},{"x":"b","note":"[REDACTED]"}]}""")]
    [InlineData("/items/1", """{"items":["a","b","c"]}""", """{"items":["a","[REDACTED]","c"]}""")]
    [InlineData("/a~1b/m~0n", """{"a/b":{"m~n":"Bob"}}""", """{"a/b":{"m~n":"[REDACTED]"}}""")]
    [InlineData("/name", """{"n\u0061me":"Bob"}""", """{"n\u0061me":"[REDACTED]"}""")]
    [InlineData("/inner/name", """{"inner":"{\"name\":\"Bob\",\"n\":1}"}""", """{"inner":"{\"name\":\"[REDACTED]\",\"n\":1}"}""")]
    [InlineData("/inner/n", """{"inner":"{\"name\":\"Bob\",\"n\":1}"}""", """{"inner":"{\"name\":\"Bob\",\"n\":\"[REDACTED]\"}"}""")]
    public void A_path_names_fields(string path, string record, string clean)
    {
        var redactor = new TestRedactor([TestRedactor.Rule(null, TransformKind.Redact, path)]);

        Assert.Equal(clean, redactor.Clean(record));
    }

    [Theory]
    [InlineData(TransformKind.Null, """{"a":"Bob","n":5,"s":"to b@c.io"}""", """{"a":null,"n":null,"s":"to b@c.io"}""")]
    [InlineData(TransformKind.Fixed, """{"a":"Bob","n":5}""", """{"a":"say \"no\"","n":"say \"no\""}""")]
    [InlineData(TransformKind.Mask, """{"a":"4111 1111 1111 1234","n":123456}""", """{"a":"**** **** **** 1234","n":"***456"}""")]
    public void Transforms_write_valid_JSON(TransformKind kind, string record, string clean)
    {
        var redactor = new TestRedactor([
            TestRedactor.Rule(null, kind, "/a", "a", keepLast: 4, text: "say \"no\""),
            TestRedactor.Rule(null, kind, "/n", "n", keepLast: 4, text: "say \"no\""),
        ]);

        Assert.Equal(clean, redactor.Clean(record));
        JsonDocument.Parse(redactor.Clean(record)).Dispose();
    }

    [Fact]
    public void One_value_gives_one_token_and_the_token_is_left_alone_when_it_comes_again()
    {
        var once = _redactor.Clean("""{"a":"Bob@Example.com","b":"bob@example.com","c":"eve@example.com"}""");
        using var document = JsonDocument.Parse(once);
        var (a, b, c) = (document.RootElement.GetProperty("a").GetString(), document.RootElement.GetProperty("b").GetString(), document.RootElement.GetProperty("c").GetString());

        Assert.StartsWith("tok:k1:", a, StringComparison.Ordinal);
        Assert.Equal(a, b);
        Assert.NotEqual(a, c);
        Assert.Equal(once, _redactor.Clean(once));
    }

    [Fact]
    public void A_disabled_rule_finds_nothing_and_the_hash_tells_the_sets_apart()
    {
        var before = _redactor.Redactor.ActiveHash;
        _redactor.Redactor.Activate([.. _redactor.Redactor.ActiveRules.Select(r => r.Id == "email" ? r with { Enabled = false } : r)]);

        Assert.Contains("bob@example.com", _redactor.Clean("""{"a":"bob@example.com"}"""), StringComparison.Ordinal);
        Assert.NotEqual(before, _redactor.Redactor.ActiveHash);
        Assert.Matches("^[0-9a-f]{16}$", _redactor.Redactor.ActiveHash);
    }

    [Fact]
    public void A_wrong_rule_is_refused_by_name_and_the_old_set_stays()
    {
        var before = _redactor.Redactor.ActiveHash;

        Assert.Contains("'r': path", Assert.Throws<ArgumentException>(() => _redactor.Redactor.Activate([TestRedactor.Rule(null, TransformKind.Redact, "name")])).Message, StringComparison.Ordinal);
        Assert.Contains("'r': detector", Assert.Throws<ArgumentException>(() => _redactor.Redactor.Activate([TestRedactor.Rule("NO_SUCH", TransformKind.Redact)])).Message, StringComparison.Ordinal);
        Assert.Contains("keepLast", Assert.Throws<ArgumentException>(() => _redactor.Redactor.Activate([TestRedactor.Rule("EMAIL", TransformKind.Mask, keepLast: 17)])).Message, StringComparison.Ordinal);
        Assert.Equal(before, _redactor.Redactor.ActiveHash);
    }

    [Fact]
    public void A_rule_may_hold_for_one_stream_only()
    {
        var redactor = new TestRedactor([TestRedactor.Rule("EMAIL", TransformKind.Redact) with { Streams = ["orders"] }]);

        Assert.Equal("""{"a":"[EMAIL_ADDRESS]"}""", redactor.Clean("""{"a":"b@c.io"}""", "orders"));
        Assert.Equal("""{"a":"b@c.io"}""", redactor.Clean("""{"a":"b@c.io"}""", "clicks"));
    }

    [Fact]
    public void Values_side_by_side_are_all_found() =>
        Assert.Equal("[EMAIL_ADDRESS] [EMAIL_ADDRESS],[EMAIL_ADDRESS]", new TestRedactor([TestRedactor.Rule("EMAIL", TransformKind.Redact)]).Clean("a@b.io c@d.io,e@f.io"));

    [Fact]
    public void Of_overlapping_finds_no_piece_stays_in_clear()
    {
        var redactor = new TestRedactor([TestRedactor.Rule("EMAIL", TransformKind.Redact, id: "e"), TestRedactor.Rule("PHONE", TransformKind.Redact, id: "p")]);

        Assert.Equal("""{"to":"[EMAIL_ADDRESS]"}""", redactor.Clean("""{"to":"415-555-0132@example.com"}"""));
    }

    [Fact]
    public void Nothing_is_allocated_for_keys_that_are_identifiers_however_many()
    {
        byte[][] records = [.. Enumerable.Range(0, 7900).Select(i => Encoding.UTF8.GetBytes($"{{\"devices\":{{\"dev-{i * 7919L:x8}\":{{\"owner\":\"bob@example.com\",\"state\":1}},\"Lamp{i}kitchenLeft\":true}}}}"))];
        var output = new FixedWriter(4096);
        // As many as are remembered, and learned from; and before the sample that is scanned after every thousand.
        foreach (var record in records[..7500])
        {
            output.Clear();
            _redactor.Redactor.Redact("orders", record, output);
        }

        var spans = 0;
        var before = GC.GetAllocatedBytesForCurrentThread();
        foreach (var record in records.AsSpan(7500))
        {
            output.Clear();
            spans += _redactor.Redactor.Redact("orders", record, output).Spans;
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(400, spans);
    }

    [Fact]
    public void Nothing_is_allocated_for_an_ordinary_record()
    {
        var record = Encoding.UTF8.GetBytes("""{"orderId":"o-1","customer":{"name":"Bob Stone","email":"bob@example.com","phone":"+1 415-555-0132"},"card":"4111111111111111","items":[{"sku":"A-1","qty":2}]}""");
        var output = new FixedWriter(4096);
        for (var i = 0; i < 2000; i++)
        {
            output.Clear();
            _redactor.Redactor.Redact("orders", record, output);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            output.Clear();
            _redactor.Redactor.Redact("orders", record, output);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private sealed class FixedWriter(int size) : System.Buffers.IBufferWriter<byte>
    {
        private readonly byte[] _bytes = new byte[size];
        private int _used;

        public void Clear() => _used = 0;

        public void Advance(int count) => _used += count;

        public Memory<byte> GetMemory(int sizeHint = 0) => _bytes.AsMemory(_used);

        public Span<byte> GetSpan(int sizeHint = 0) => _bytes.AsSpan(_used);
    }
}
