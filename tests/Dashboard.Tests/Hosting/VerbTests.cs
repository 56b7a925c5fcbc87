using Weir.Dashboard.Hosting;

namespace Weir.Dashboard.Tests.Hosting;

public sealed class VerbTests
{
    private static readonly Verb[] Known = [new("keys", "Creates keys.", args => Task.FromResult(args.Length))];

    [Theory]
    [InlineData()]
    [InlineData("serve")]
    [InlineData("--urls", "http://127.0.0.1:0")]
    public void Without_a_verb_the_server_runs(params string[] args) => Assert.False(Verbs.TryFind(Known, args, out _));

    [Fact]
    public async Task A_verb_gets_the_arguments_behind_its_name()
    {
        Assert.True(Verbs.TryFind(Known, ["keys", "list", "--json"], out var verb));
        Assert.Equal(2, await verb!.RunAsync(["list", "--json"]));
    }

    [Theory]
    [InlineData("serve", "--help")]
    [InlineData("--Urls=http://127.0.0.1:0", "-h")]
    public async Task Whoever_asks_for_help_gets_it_instead_of_a_server(params string[] args)
    {
        Assert.True(Verbs.TryFind(Known, args, out var help));
        Assert.Equal(0, await help!.RunAsync([]));
    }

    [Fact]
    public async Task Help_ends_well_and_an_unknown_verb_does_not()
    {
        Assert.True(Verbs.TryFind(Known, ["--help"], out var help));
        Assert.Equal(0, await help!.RunAsync(["--help"]));
        Assert.True(Verbs.TryFind(Known, ["kyes"], out var unknown));
        Assert.Equal(2, await unknown!.RunAsync(["kyes"]));
    }
}
