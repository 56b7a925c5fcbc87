using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Weir.Pipeline.Redaction;
using Weir.Pipeline.Redaction.Rules;

namespace Weir.Pipeline.Tests.Redaction;

public sealed class PathRuleTests
{
    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly string[] Values =
    [
        "1", "-12.5e3", "0", "4111111111111111", "1234567", "0.1234567", "-1234567", "true", "null", "\"\"", "\"a\"", "\"Bob \\\"X\\\" \\u00e9 \\ud83d\\ude00 end\"", "\"1980-02-29\"", "19800229",
        "\"10.1.2.3\"", "{\"a\":1,\"b\":[\"x\",{\"c\":null}]}", "[]", "{}", "[1,2,[3]]", "\"{\\\"a\\\":\\\"b\\\"}\"", "\"\\u200bzero\\u200b\"", "\"\\u0000\\u001f\\n\"",
    ];

    public static TheoryData<TransformKind> Kinds => [.. Enum.GetValues<TransformKind>()];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Any_transform_of_any_value_leaves_valid_JSON_and_the_bytes_around_it(TransformKind kind)
    {
        foreach (var path in new[] { "/v", "/v/**/*", "/*/**/*" })
        {
            var redactor = new TestRedactor([TestRedactor.Rule(null, kind, path, keepFirst: 1, keepLast: 1, text: "a\"\\\n,é"), TestRedactor.Rule(null, kind, "/z", "z", text: "")]);
            foreach (var value in Values)
            {
                var clean = redactor.Clean($"{{\"k\" : {{}}, \"v\": {value} ,\"l\":[  ]}}");

                using var json = JsonDocument.Parse(clean);
                Assert.StartsWith("{\"k\" : {}, \"v\": ", clean, StringComparison.Ordinal);
                Assert.EndsWith(" ,\"l\":[  ]}", clean, StringComparison.Ordinal);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void In_JSON_in_a_string_it_does_the_same_however_the_quotes_are_written(TransformKind kind)
    {
        TestRedactor[] atDepth = [.. Enumerable.Range(0, 4).Select(depth => new TestRedactor([TestRedactor.Rule(null, kind, string.Concat(Enumerable.Repeat("/p", depth)) + "/v", text: "x")]))];
        foreach (var value in Values)
        {
            var record = $"{{\"v\":{value},\"l\":[1, 2]}}";
            var clean = atDepth[0].Clean(record);
            foreach (var options in new[] { Relaxed, JsonSerializerOptions.Default })
            {
                var inner = record;
                for (var depth = 1; depth < atDepth.Length; depth++)
                {
                    inner = $"{{\"p\":{JsonSerializer.Serialize(inner, options)}}}";
                    var result = atDepth[depth].Clean(inner);
                    for (var level = 0; level < depth; level++)
                    {
                        using var json = JsonDocument.Parse(result);
                        result = json.RootElement.GetProperty("p").GetString()!;
                    }

                    Assert.Equal(clean, result);
                }
            }
        }
    }

    [Theory]
    [InlineData("{\"m\":\"\u200bbob@example.com\u200b\",\"n\":1}")]
    [InlineData("{\"m\":\"\\u200bbob@example.com\\u00ad\",\"n\":1}")]
    [InlineData("{\"m\":\"bob\\u0040example.com\",\"n\":1}")]
    public void What_cannot_be_seen_at_the_ends_of_a_value_goes_with_it(string record) =>
        Assert.Equal("{\"m\":null,\"n\":1}", new TestRedactor([TestRedactor.Rule("EMAIL", TransformKind.Null)]).Clean(record));

    [Fact]
    public void A_number_whose_format_is_kept_stays_a_number()
    {
        var redactor = new TestRedactor([TestRedactor.Rule(null, TransformKind.FormatPreserving, "/**/v")]);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < 200; i++)
        {
            var clean = redactor.Clean($"{{\"v\":{1_000_000 + i}}}");
            using var json = JsonDocument.Parse(clean);
            Assert.InRange(json.RootElement.GetProperty("v").GetInt64(), 1_000_000, 9_999_999);
            Assert.True(seen.Add(clean));
        }

        using var others = JsonDocument.Parse(redactor.Clean("[{\"v\":-1234567.25},{\"v\":0.1234567},{\"v\":123}]"));
        Assert.Equal([JsonValueKind.Number, JsonValueKind.Number, JsonValueKind.String], others.RootElement.EnumerateArray().Select(v => v.GetProperty("v").ValueKind));
    }

    [Fact]
    public void A_detector_with_a_path_looks_anywhere_inside_that_field()
    {
        var redactor = new TestRedactor([TestRedactor.Rule("EMAIL", TransformKind.Redact, "/customer")]);

        Assert.Equal(
            """{"a@b.io":"a@b.io","customer":{"a@b.io":[{"x":"[EMAIL_ADDRESS]"},"[EMAIL_ADDRESS]"],"note":"{\"m\":\"[EMAIL_ADDRESS]\"}"},"other":{"customer":"a@b.io"}}""".Replace("\"customer\":{\"a@b.io\"", "\"customer\":{\"[EMAIL_ADDRESS]\"", StringComparison.Ordinal),
            redactor.Clean("""{"a@b.io":"a@b.io","customer":{"a@b.io":[{"x":"a@b.io"},"a@b.io"],"note":"{\"m\":\"a@b.io\"}"},"other":{"customer":"a@b.io"}}"""));
    }

    [Fact]
    public void A_rule_for_a_field_inside_of_anothers_comes_first_unless_all_of_that_is_replaced()
    {
        const string record = """{"c":{"ssn":"123456789","n":["abcdefgh",{"ssn":"abcdefgh"}]}}""";
        var inner = TestRedactor.Rule(null, TransformKind.Redact, "/c/ssn", "inner");

        Assert.Equal("""{"c":{"ssn":"[REDACTED]","n":["****efgh",{"ssn":"****efgh"}]}}""", new TestRedactor([TestRedactor.Rule(null, TransformKind.Mask, "/c", "outer", keepLast: 4), inner]).Clean(record));
        Assert.Equal("""{"c":"[REDACTED]"}""", new TestRedactor([inner with { Transform = new(TransformKind.Mask, 4, 4) }, TestRedactor.Rule(null, TransformKind.Redact, "/c", "outer")]).Clean(record));
    }

    [Theory]
    [InlineData("メールアドレス")]
    [InlineData("ｎame")]
    [InlineData("電話番号１")]
    [InlineData("Ε-Mail")]
    [InlineData("na\u200bme\\x")]
    [InlineData("e\u0301")]
    public void A_key_is_found_by_its_path_in_any_script(string key)
    {
        var redactor = new TestRedactor([TestRedactor.Rule(null, TransformKind.Redact, $"/{key}")]);

        foreach (var options in new[] { Relaxed, JsonSerializerOptions.Default })
        {
            var name = JsonSerializer.Serialize(key, options);
            Assert.Equal($"{{{name}:\"[REDACTED]\"}}", redactor.Clean($"{{{name}:\"Bob\"}}"));
        }

        Assert.Equal($"id,{key}\n1,[REDACTED]\n", redactor.Clean($"id,{key}\n1,Bob\n"));
    }

    [Fact]
    public void A_rule_for_no_stream_in_particular_is_for_all()
    {
        var redactor = new TestRedactor([TestRedactor.Rule("EMAIL", TransformKind.Redact) with { Streams = [] }]);

        Assert.Equal("[EMAIL_ADDRESS]", redactor.Clean("a@b.io"));
        Assert.Contains("streams", Assert.Throws<ArgumentException>(() => redactor.Redactor.Activate([TestRedactor.Rule("EMAIL", TransformKind.Redact) with { Streams = [""] }])).Message, StringComparison.Ordinal);
        Assert.Contains("rule 1", Assert.Throws<ArgumentException>(() => redactor.Redactor.Activate([null!])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_thousand_paths_of_any_depth_are_one_automaton()
    {
        var matcher = new PathMatcher([.. Enumerable.Range(0, 1000).Select(i => PathMatcher.Parse($"/**/a{i}/b{i}"))]);

        var state = matcher.Start;
        foreach (var key in new[] { "x", "a7", "a9", "b9" })
        {
            Assert.Empty(matcher.Accepts(state));
            state = matcher.Next(state, matcher.Symbol(key));
        }

        Assert.Equal([9], matcher.Accepts(state));
        Assert.InRange(matcher.States, 2000, 2100);
    }

    [Fact]
    public void Paths_that_are_too_complex_together_are_refused_for_the_stream_that_has_them()
    {
        RedactionRule[] rules = [.. Enumerable.Range(0, 40).Select(i => TestRedactor.Rule(null, TransformKind.Redact, $"/**/a{i}/**/b", $"r{i}") with { Streams = ["orders"] })];

        Assert.Contains("too complex", Assert.Throws<ArgumentException>(() => new TestRedactor().Redactor.HashOf(rules)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(@"(?i)emp-\d{3}", "emp-", "is EMP-123 there", "is [REDACTED] there")]
    [InlineData(@"x(?im:emp)\d{3}", "EMP", "is xemp123 there", "is [REDACTED] there")]
    [InlineData("社員番号：\\d+", "社員番号：", "社員番号：１２３ だ", "[REDACTED] だ")]
    [InlineData(@"ID\u30FC\d+", "ID", "ID\u30FC123", "[REDACTED]")]
    public void A_pattern_of_ones_own_is_tried_in_the_case_and_the_script_it_is_written_in(string pattern, string anchor, string text, string clean) =>
        Assert.Equal(
            JsonSerializer.Serialize(clean, Relaxed),
            new TestRedactor([new RedactionRule("own", "own", null, null, new Transform(TransformKind.Redact), Pattern: pattern, Anchor: anchor)]).Clean(JsonSerializer.Serialize(text, Relaxed)));

    [Fact]
    public void A_second_look_does_not_take_what_a_rule_wrote_for_a_leak()
    {
        var redactor = new TestRedactor(
            [
                TestRedactor.Rule(null, TransformKind.FormatPreserving, "/phone", "a"), TestRedactor.Rule("PHONE", TransformKind.Token, id: "b"),
                TestRedactor.Rule(null, TransformKind.Fixed, "/mail", "c", text: "nobody@example.com"), TestRedactor.Rule("EMAIL", TransformKind.Redact, id: "d"),
            ],
            o => o.PostScanEvery = 1);

        Assert.Equal("""{"mail":"nobody@example.com"}""", redactor.Clean("""{"mail":"bob@example.com"}"""));
        Assert.Matches(@"^\{""phone"":""\+\d{11}""\}$", redactor.Clean("""{"phone":"+14155550123"}"""));
        Assert.Equal(0, redactor.Redactor.Totals().Leaks);
    }
}
