using Weir.ControlPlane.Fleet;
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
