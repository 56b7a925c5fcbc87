using Weir.ControlPlane.Operations;
using Weir.ControlPlane.Rules;
using Weir.Dashboard.Charts;
using Weir.Dashboard.Tests.Shell;

namespace Weir.Dashboard.Tests.Charts;

public sealed class ChartMarksTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Reshards_of_the_stream_and_rule_sets_in_force_mark_the_time_in_which_they_lie()
    {
        var operations = new MemoryOperations();
        operations.Feed.Publish(
        [
            new("a", "reshard", "orders", "Ada", Noon, OperationState.Succeeded, ["2 → 4 shards"], 1, "Done", Noon.AddSeconds(40)),
            new("b", "reshard", "returns", "Ada", Noon, OperationState.Running, ["1 → 2 shards"], 0, "Under way"),
            new("c", "reshard", "orders", "Ada", Noon.AddHours(-2), OperationState.Failed, ["1 → 2 shards"], 0, "Failed", Noon.AddHours(-2)),
        ]);
        var sets = new MemoryRuleSets();
        RuleSetStep[] history = [new(RuleSetAct.Drafted, Noon, "vera", "Vera", "h"), new(RuleSetAct.Activated, Noon.AddSeconds(20), "vera", "Vera", "h")];
        RuleSetStep[] first = [new(RuleSetAct.Activated, Noon.AddSeconds(10), "system", "system", "g")];
        sets.Feed.Publish([new RuleSet(1, "g", RuleSetState.Retired, [], "system", "system", Noon, null, null, null, Noon.AddSeconds(10), null, null, first), new RuleSet(7, "h", RuleSetState.Active, [], "vera", "Vera", Noon, null, null, null, Noon.AddSeconds(20), null, null, history)]);

        var marks = new ChartMarks(operations, sets).Between(Noon.AddMinutes(-15), Noon.AddMinutes(1), "orders");

        Assert.Equal(["reshard of orders started by Ada: 2 → 4 shards", "rule set 7 in force, by Vera", "reshard of orders done after 40 s"], marks.Select(m => m.Text));
        Assert.Equal(Noon.AddSeconds(20).ToUnixTimeSeconds(), marks[1].Time);
    }
}
