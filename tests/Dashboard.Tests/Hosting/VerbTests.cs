using Weir.Dashboard.Hosting;

namespace Weir.Dashboard.Tests.Hosting;

public sealed class VerbTests
{
    private static readonly Verb[] Known = [new("keys", "Creates keys.", args => Task.FromResult(args.Length))];

    private readonly StringWriter _output = new(), _error = new();

    [Theory]
    [InlineData()]
    [InlineData("serve")]
    [InlineData("--urls", "http://127.0.0.1:0")]
    public void Without_a_verb_the_server_runs(params string[] args) => Assert.False(Verbs.TryFind(Known, args, _output, _error, out _));

    [Fact]
    public async Task A_verb_gets_the_arguments_behind_its_name()
    {
        Assert.True(Verbs.TryFind(Known, ["keys", "list", "--json"], _output, _error, out var verb));
        Assert.Equal(2, await verb!.RunAsync(["list", "--json"]));
    }

    [Theory]
    [InlineData("serve", "--help")]
    [InlineData("--Urls=http://127.0.0.1:0", "-h")]
    public async Task Whoever_asks_for_help_gets_it_instead_of_a_server(params string[] args)
    {
        Assert.True(Verbs.TryFind(Known, args, _output, _error, out var help));
        Assert.Equal(0, await help!.RunAsync([]));
        Assert.StartsWith("usage: weir", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_ends_well_and_an_unknown_verb_does_not()
    {
        Assert.True(Verbs.TryFind(Known, ["--help"], _output, _error, out var help));
        Assert.Equal(0, await help!.RunAsync(["--help"]));
        Assert.Contains("Creates keys.", _output.ToString(), StringComparison.Ordinal);
        Assert.Empty(_error.ToString());
        Assert.True(Verbs.TryFind(Known, ["kyes"], _output, _error, out var unknown));
        Assert.Equal(2, await unknown!.RunAsync(["kyes"]));
        Assert.StartsWith("There is no verb 'kyes'.", _error.ToString(), StringComparison.Ordinal);
    }
}
