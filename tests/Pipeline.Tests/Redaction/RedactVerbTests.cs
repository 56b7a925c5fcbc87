using System.IO.Compression;
using System.Text;
using Weir.Pipeline.Redaction.Verbs;

namespace Weir.Pipeline.Tests.Redaction;

public sealed class RedactVerbTests
{
    [Fact]
    public async Task JSON_lines_and_text_come_out_clean_and_otherwise_as_they_were()
    {
        var (code, clean, error) = await RunAsync("{\"a\": \"bob@example.com\" }\r\nwrite to eve@example.com\n\n{\"n\":1}");

        Assert.Equal((0, "{\"a\": \"[EMAIL_ADDRESS]\" }\r\nwrite to [EMAIL_ADDRESS]\n\n{\"n\":1}", ""), (code, clean, error));
    }

    [Fact]
    public async Task Spans_are_told_by_line_in_code_points_and_UTF_16_units()
    {
        var (code, spans, _) = await RunAsync("x\n😀 é bob@example.com\n{\"a\":\"4111111111111111\"}\n", "--spans");

        Assert.Equal(0, code);
        Assert.Equal(
            [
                """{"line":2,"start":4,"end":19,"start16":5,"end16":20,"entity":"EMAIL_ADDRESS","rule":"email_address"}""",
                """{"line":3,"start":6,"end":22,"start16":6,"end16":22,"entity":"CREDIT_CARD","rule":"credit_card"}""",
            ],
            spans.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.TrimEnd('\r')));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_line_that_is_not_UTF_8_is_left_out_and_named_and_its_neighbours_are_not(bool spans)
    {
        byte[] input = [.. "a bob@example.com\n"u8, 0xE9, .. " eve@example.com\nz\n{\"v\":\""u8, 0xFF, .. "\"}\n"u8];
        var (code, output, error) = await RunAsync(input, spans ? ["--spans"] : []);

        Assert.Equal(1, code);
        Assert.DoesNotContain("eve", output, StringComparison.Ordinal);
        Assert.Equal(spans ? 1 : 2, output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Contains("line 2: ", error, StringComparison.Ordinal);
        Assert.Contains("line 4: ", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\n  \"customer\": {\r\n    \"name\": \"Bob\",\n \"mail\": \"a@b.io\"\n  }\n}\n", "{\n  \"customer\": {\r\n    \"name\": \"[REDACTED]\",\n \"mail\": \"[EMAIL_ADDRESS]\"\n  }\n}\n", "")]
    [InlineData("[{\"customer\":{\"name\":\"Bob\"}},\n{\"customer\":{\"name\":\"Eve\"}}]\nmail a@b.io", "[{\"customer\":{\"name\":\"[REDACTED]\"}},\n{\"customer\":{\"name\":\"[REDACTED]\"}}]\nmail [EMAIL_ADDRESS]", "")]
    [InlineData("{\"customer\":{\"name\":\"Bob\"\nmail a@b.io\n", "mail [EMAIL_ADDRESS]\n", "lines 1 to 1:")]
    [InlineData("x\n{\"customer\":\n{\"name\":\"Bob\"\n", "x\n", "lines 2 to 3:")]
    [InlineData("{\"customer\":{\"name\":\"Bob", "", "line 1:")]
    [InlineData("{\"customer\":{\"name\":\"Bob\n\"}}\nok\n", "\"}}\nok\n", "line 1:")]
    public async Task JSON_over_several_lines_is_one_value_for_rules_by_path_and_left_out_when_it_is_broken(string input, string clean, string named)
    {
        var path = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(path, """[{"id":"n","name":"n","path":"/**/customer/name","transform":{"kind":"Redact"}},{"id":"e","name":"e","detector":"EMAIL","transform":{"kind":"Redact"}}]""");
            var (code, output, error) = await RunAsync(input, "--rules", path);

            Assert.Equal((named.Length == 0 ? 0 : 1, clean), (code, output));
            Assert.StartsWith(named, error, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public async Task Without_rules_by_path_broken_JSON_is_text() =>
        Assert.Equal((0, "{\n \"a\": \"[EMAIL_ADDRESS]\",\n mail [EMAIL_ADDRESS]\n", ""), await RunAsync("{\n \"a\": \"a@b.io\",\n mail a@b.io\n"));

    [Theory]
    [InlineData("[]", "no rule")]
    [InlineData("null", "no rule")]
    [InlineData("[null]", "rule 1")]
    [InlineData("""[{"id":"a","pth":"/x","detector":"EMAIL","transform":{"kind":"Redact"}}]""", "'pth'")]
    public async Task Rules_that_clean_nothing_or_are_misspelled_are_refused(string rules, string named)
    {
        var path = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(path, rules);
            var (code, output, error) = await RunAsync("a@b.io", "--rules", path);

            Assert.Equal((2, ""), (code, output));
            Assert.Contains(named, error, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public async Task A_wrong_reference_and_a_file_without_rules_are_named()
    {
        var path = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(path, "nope");
            var (code, _, error) = await RunAsync("", "--rules", path);
            Assert.Equal(2, code);
            Assert.StartsWith($"{path}: not a JSON array of rules.", error, StringComparison.Ordinal);

            (code, _, error) = await RunAsync("", "--keys", "keys.txt");
            Assert.Equal(2, code);
            Assert.Contains("'file:PATH' or 'env:NAME'", error, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public async Task What_gzip_packed_is_unpacked()
    {
        using var packed = new MemoryStream();
        using (var zip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            zip.Write("{\"a\":\"bob@example.com\"}\n"u8);
        }

        Assert.Equal((0, "{\"a\":\"[EMAIL_ADDRESS]\"}\n", ""), await RunAsync(packed.ToArray()));
        Assert.Equal(1, (await RunAsync([.. packed.ToArray()[..^12], 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])).Code);
    }

    [Fact]
    public async Task A_long_table_keeps_its_columns()
    {
        var table = new StringBuilder("id,firstName\n");
        for (var i = 0; table.Length < 2_500_000; i++)
        {
            table.Append(i).Append(",Zoraida\n");
        }

        var (code, clean, _) = await RunAsync(table.ToString());

        Assert.Equal(0, code);
        Assert.Equal(table.ToString().Replace("Zoraida", "[PERSON]", StringComparison.Ordinal), clean);
    }

    [Fact]
    public async Task A_line_of_many_megabytes_is_one_line()
    {
        var filler = new string('x', 5_000_000);
        Assert.Equal((0, $"{{\"f\":\"{filler}\",\"v\":\"[EMAIL_ADDRESS]\"}}\n", ""), await RunAsync($"{{\"f\":\"{filler}\",\"v\":\"bob@example.com\"}}\n"));
    }

    [Theory]
    [InlineData("--nonsense")]
    [InlineData("--rules")]
    [InlineData("--rules", "no-such-file.json")]
    [InlineData("--keys", "env:WEIR_NO_SUCH_KEY")]
    public async Task Wrong_use_is_told_with_code_2(params string[] args)
    {
        var (code, output, error) = await RunAsync("bob@example.com", args);

        Assert.Equal((2, ""), (code, output));
        Assert.NotEmpty(error);
    }

    [Fact]
    public async Task Help_goes_to_the_output() => Assert.Contains("--spans", (await RunAsync("", "--help")).Output, StringComparison.Ordinal);

    private static Task<(int Code, string Output, string Error)> RunAsync(string input, params string[] args) => RunAsync(Encoding.UTF8.GetBytes(input), args);

    private static async Task<(int Code, string Output, string Error)> RunAsync(byte[] input, params string[] args)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        var code = await RedactVerb.RunAsync(args, new MemoryStream(input), output, error);
        return (code, output.ToString(), error.ToString());
    }
}
