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
}
