using Weir.ControlPlane.Access;
using Weir.ControlPlane.Commands;
using Weir.ControlPlane.Fleet;
using Weir.ControlPlane.Rules;
using Weir.ControlPlane.State;
using Weir.ControlPlane.Tests.Rules;
using Weir.Peers.Tests.Running;

namespace Weir.Peers.Tests.Fleet;

/// <summary>Two processes with a state database each and one table in dynalite between them, which refuses calls and loses replies.</summary>
public sealed class TwoConsolesOnOneTableTests : TwoConsolesContract
{
    private Dynalite _dynamo = null!;

    public override async ValueTask InitializeAsync()
    {
        _dynamo = await Dynalite.StartAsync();
        await base.InitializeAsync();
        (_dynamo.Trouble.Refused, _dynamo.Trouble.AnswerLost) = (15, 15);
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await _dynamo.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_console_that_died_between_the_put_and_its_own_commit_has_activated_the_set()
    {
        using var dies = await OpenAsync("dies");
        var draft = Assert.IsType<CommandResult.Done>(await dies.RunAsync(new DraftRuleSet([Loyalty]), new Actor("7", "Clara", [Roles.Compliance])));
        Assert.IsType<CommandResult.Done>(await dies.RunAsync(new ApproveRuleSet(2, dies.Sets.Find(2)!.Hash), new Actor("8", "Carl", [Roles.Compliance])));
        var back = Path.Combine(Folder.CreateSubdirectory("back").FullName, "state.db");
        new StateDatabase(Path.Combine(Folder.FullName, "dies", "state.db")).Execute("VACUUM INTO $back", ("$back", back));
        var hash = dies.Sets.Find(2)!.Hash;
        Assert.IsType<CommandResult.Done>(await dies.RunAsync(new ActivateRuleSet(2, hash), new Actor("7", "Clara", [Roles.Compliance])));

        using var again = await OpenAsync("back");
        using var other = await OpenAsync("other");

        Assert.Equal("2", draft.Id);
        Assert.All([again, other], c => Assert.Equal((hash, RuleSetState.Active, RuleSetState.Retired), (c.Holder.ActiveHash, c.Sets.Find(2)!.State, c.Sets.Find(1)!.State)));
    }

    private protected override async Task<RuleConsole> OpenAsync(string name)
    {
        var folder = Folder.CreateSubdirectory(name).FullName;
        var database = new StateDatabase(Path.Combine(folder, "state.db"));
        var changes = new SharedRuleChanges(new StateTable(_dynamo.Client, "weir-state", TimeProvider.System), database, TimeProvider.System);
        var console = new RuleConsole(database, changes, folder, Options);
        await changes.JoinAsync(default);
        return console;
    }

    private protected override Task SeeAsync(RuleConsole console) => ((SharedRuleChanges)console.Changes).FollowAsync(default);
}
