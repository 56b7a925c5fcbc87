namespace Weir.LocalKinesis.Tests;

public sealed class VerbTests
{
    [Fact]
    public async Task Help_names_every_option()
    {
        var (output, errors) = (new StringWriter(), new StringWriter());
        Assert.Equal(0, await KinesisVerb.RunAsync(["--help"], output, errors, default));
        Assert.All(["--port", "--data", "--limits", "--init", "--address", "--tls"], o => Assert.Contains(o, output.ToString(), StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("--prot", "4567")]
    [InlineData("--port", "x")]
    [InlineData("--port", "70000")]
    [InlineData("--port")]
    [InlineData("--limits", "some")]
    [InlineData("--init", "orders:0")]
    [InlineData("--key", "x")]
    public async Task Wrong_usage_is_told_and_exits_with_2(params string[] args)
    {
        var (output, errors) = (new StringWriter(), new StringWriter());
        Assert.Equal(2, await KinesisVerb.RunAsync(args, output, errors, default));
        Assert.NotEmpty(errors.ToString());
    }

    [Fact]
    public async Task It_prints_where_it_listens_and_refuses_a_port_that_is_taken()
    {
        var directory = Directory.CreateTempSubdirectory("weir-verb-").FullName;
        await using var first = await ChildProcess.StartAsync("--port", "0", "--data", Path.Combine(directory, "a"));
        var (output, errors) = (new StringWriter(), new StringWriter());
        Assert.Equal(1, await KinesisVerb.RunAsync(["--port", $"{first.Url.Port}", "--data", Path.Combine(directory, "b")], output, errors, default));
        Assert.Contains("LocalKinesis:Port", errors.ToString(), StringComparison.Ordinal);
        await first.KillAsync();
        Directory.Delete(directory, recursive: true);
    }

    [Fact]
    public async Task Settings_come_from_the_environment_too_and_the_command_line_goes_first()
    {
        var directory = Directory.CreateTempSubdirectory("weir-verb-").FullName;
        await using (var child = await ChildProcess.StartAsync(
            new Dictionary<string, string> { ["DataDirectory"] = directory, ["LocalKinesis__Directory"] = "engine", ["LocalKinesis__Port"] = "1", ["LocalKinesis__InitialStreams"] = "orders:2" },
            "--port",
            "0"))
        {
            Assert.NotEqual(1, child.Url.Port);
            Assert.True(Directory.Exists(Path.Combine(directory, "engine")));
            using var client = new HttpClient();
            using var request = new HttpRequestMessage(HttpMethod.Post, child.Url) { Content = new StringContent("{}", System.Net.Http.Headers.MediaTypeHeaderValue.Parse("application/x-amz-json-1.1")) };
            request.Headers.Add("X-Amz-Target", "Kinesis_20131202.ListStreams");
            request.Headers.TryAddWithoutValidation("Authorization", "AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/kinesis/aws4_request, SignedHeaders=host, Signature=0");
            request.Headers.Add("X-Amz-Date", "20260101T000000Z");
            using var answer = await client.SendAsync(request);
            Assert.Contains("orders", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        Directory.Delete(directory, recursive: true);
    }

    [Fact]
    public async Task A_setting_of_the_environment_that_is_no_value_is_told_by_its_name()
    {
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => ChildProcess.StartAsync(new Dictionary<string, string> { ["LocalKinesis__Port"] = "x" }));
        Assert.Contains("LocalKinesis:Port", refused.Message, StringComparison.Ordinal);
    }
}
