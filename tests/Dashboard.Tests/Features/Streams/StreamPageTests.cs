using Bunit;
using Weir.ControlPlane.Access;
using Weir.ControlPlane.Commands;
using Weir.ControlPlane.Operations;
using Weir.Dashboard.Features.Streams;
using Weir.Dashboard.Tests.Shell;

namespace Weir.Dashboard.Tests.Features.Streams;

public sealed class StreamPageTests : ConsoleContext
{
    [Fact]
    public void Resharding_needs_the_name_typed_and_runs_the_command()
    {
        Snapshots.Publish(Quiet());
        var dialogs = RenderDialogs();
        var page = Render<StreamPage>(p => p.Add(s => s.Name, "orders"));
        page.WaitForElement("[data-testid=stream-reshard]").Click();

        dialogs.WaitForElement("[data-testid=reshard-target]").Input("8");
        dialogs.WaitForAssertion(() => Assert.Equal(["2", "4", "8"], dialogs.FindAll(".plan-steps b").Select(b => b.TextContent)));
        Assert.True(dialogs.Find("[data-testid=reshard-go]").HasAttribute("disabled"));
        dialogs.Find("[data-testid=reshard-confirm-name]").Input("order");
        Assert.True(dialogs.Find("[data-testid=reshard-go]").HasAttribute("disabled"));
        dialogs.Find("[data-testid=reshard-confirm-name]").Input("orders");
        dialogs.Find("[data-testid=reshard-go]").Click();

        Assert.Equal(new ReshardStream("orders", 8, FromShardCount: 2), Assert.Single(Gate.Ran).Command);
        Assert.Equal("Ada", Gate.Ran[0].Actor.Name);
        dialogs.WaitForAssertion(() => Assert.Empty(dialogs.FindAll("[data-testid=reshard-dialog]")));
    }

    [Fact]
    public void A_plan_that_cannot_be_carried_out_says_why_and_cannot_be_started()
    {
        Planner.Problem = "This takes 5 scalings, and 2 of 10 are left in these 24 hours.";
        Snapshots.Publish(Quiet());
        var dialogs = RenderDialogs();
        Render<StreamPage>(p => p.Add(s => s.Name, "orders")).WaitForElement("[data-testid=stream-reshard]").Click();

        Assert.Contains("2 of 10", dialogs.WaitForElement("[data-testid=reshard-problem]").TextContent, StringComparison.Ordinal);
        dialogs.Find("[data-testid=reshard-confirm-name]").Input("orders");
        Assert.True(dialogs.Find("[data-testid=reshard-go]").HasAttribute("disabled"));
    }

    [Fact]
    public void A_refusal_stays_in_the_dialog_with_what_was_typed()
    {
        Gate.Answer = new CommandResult.Failed("The stream service refused: limit.");
        Snapshots.Publish(Quiet());
        var dialogs = RenderDialogs();
        Render<StreamPage>(p => p.Add(s => s.Name, "orders")).WaitForElement("[data-testid=stream-reshard]").Click();
        dialogs.WaitForElement("[data-testid=reshard-confirm-name]").Input("orders");

        dialogs.WaitForElement("[data-testid=reshard-go]:not([disabled])").Click();

        Assert.Contains("refused", dialogs.WaitForElement("[data-testid=form-error]").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void A_dialog_that_is_open_when_somebody_else_starts_says_who_did()
    {
        Snapshots.Publish(Quiet());
        var dialogs = RenderDialogs();
        Render<StreamPage>(p => p.Add(s => s.Name, "orders")).WaitForElement("[data-testid=stream-reshard]").Click();
        dialogs.WaitForElement("[data-testid=reshard-confirm-name]").Input("orders");
        dialogs.WaitForElement("[data-testid=reshard-go]:not([disabled])");

        Operations.Feed.Publish([new Operation("op1", "reshard", "orders", "Grace", Clock.GetUtcNow(), OperationState.Running, ["2 → 4 shards"], 0, "")]);

        dialogs.WaitForAssertion(() => Assert.Contains("Grace is resharding this stream since 12:00:00", dialogs.Find("[data-testid=reshard-go][disabled]").GetAttribute("title")!, StringComparison.Ordinal));
    }

    [Fact]
    public void A_plan_that_no_longer_fits_is_made_again_and_the_dialog_stays()
    {
        Gate.Answer = new CommandResult.Failed("The stream has 4 open shards by now, not 2 as when this was planned.", "fromShardCount");
        Snapshots.Publish(Quiet());
        var dialogs = RenderDialogs();
        Render<StreamPage>(p => p.Add(s => s.Name, "orders")).WaitForElement("[data-testid=stream-reshard]").Click();
        dialogs.WaitForElement("[data-testid=reshard-confirm-name]").Input("orders");
        dialogs.WaitForElement("[data-testid=reshard-go]:not([disabled])");
        var plans = Planner.Asked;

        dialogs.Find("[data-testid=reshard-go]").Click();

        Assert.Contains("by now", dialogs.WaitForElement("[data-testid=form-error]").TextContent, StringComparison.Ordinal);
        Assert.Equal(plans + 1, Planner.Asked);
    }

    [Fact]
    public void One_shard_can_be_split_or_merged_with_its_neighbour_after_a_question()
    {
        Snapshots.Publish(Quiet(shards: 3));
        Navigation.NavigateTo("/streams/orders?shard=shardId-000000000001");
        var dialogs = RenderDialogs();
        var page = Render<StreamPage>(p => p.Add(s => s.Name, "orders"));

        page.WaitForElement("[data-testid=shard-split]").Click();
        dialogs.WaitForElement("[data-testid=confirm-yes]").Click();
        dialogs.WaitForAssertion(() => Assert.Equal(new SplitShard("orders", "shardId-000000000001"), Assert.Single(Gate.Ran).Command));

        page.WaitForElement("[data-testid=shard-merge]:not([disabled])").Click();
        dialogs.WaitForElement("[data-testid=confirm-yes]").Click();
        dialogs.WaitForAssertion(() => Assert.Equal(new MergeShards("orders", "shardId-000000000001", "shardId-000000000002"), Gate.Ran[^1].Command));
    }

    [Fact]
    public void The_topmost_shard_merges_with_the_one_below_and_a_viewer_with_none()
    {
        SignIn(Roles.Viewer);
        Snapshots.Publish(Quiet(shards: 2));
        Navigation.NavigateTo("/streams/orders?shard=shardId-000000000001");
        var merge = Render<StreamPage>(p => p.Add(s => s.Name, "orders")).WaitForElement("[data-testid=shard-merge]");

        Assert.Contains("#0", merge.TextContent, StringComparison.Ordinal);
        Assert.True(merge.HasAttribute("disabled"));
    }

    [Fact]
    public void Paused_numbers_stand_still_until_they_go_on()
    {
        Snapshots.Publish(Quiet());
        var indicator = Render<Weir.Dashboard.Shell.LiveIndicator>();
        var page = Render<StreamPage>(p => p.Add(s => s.Name, "orders"));
        page.WaitForElement("[data-testid=stream-spool]");
        indicator.Find("[data-testid=pause]").Click();
        Assert.Equal("paused", indicator.Find("[data-testid=live-indicator]").GetAttribute("data-state"));

        PublishSpool(2, 77);
        indicator.WaitForAssertion(() => Assert.Equal(2, Snapshots.Latest!.Sequence));
        Assert.Equal("0", page.Find("[data-testid=stream-spool]").TextContent);

        indicator.Find("[data-testid=pause]").Click();
        PublishSpool(3, 78);
        page.WaitForAssertion(() => Assert.Equal("78", page.Find("[data-testid=stream-spool]").TextContent));

        void PublishSpool(long sequence, long records)
        {
            var next = Quiet();
            Snapshots.Publish(next with { Sequence = sequence, Streams = [next.Streams[0] with { SpoolRecords = records }] });
        }
    }

    [Fact]
    public void A_viewer_may_look_but_not_reshard()
    {
        SignIn(Roles.Viewer);
        Snapshots.Publish(Quiet());
        var button = Render<StreamPage>(p => p.Add(s => s.Name, "orders")).WaitForElement("[data-testid=stream-reshard]");

        Assert.True(button.HasAttribute("disabled"));
        Assert.Contains("viewer", button.GetAttribute("title")!, StringComparison.Ordinal);
    }

    [Fact]
    public void Progress_is_shown_step_by_step_and_can_be_stopped()
    {
        Snapshots.Publish(Quiet());
        Operations.Feed.Publish([new Operation("op1", "reshard", "orders", "Ada", Clock.GetUtcNow(), OperationState.Running, ["2 → 4 shards", "4 → 8 shards"], 1, "4 → 8 shards")]);
        var page = Render<StreamPage>(p => p.Add(s => s.Name, "orders"));

        page.WaitForElement("[data-testid=operation]");
        Assert.Equal(["done", "doing"], page.FindAll(".op-steps li").Select(l => l.GetAttribute("data-state")));
        page.Find("[data-testid=operation-stop]").Click();

        Assert.Equal(["op1"], Operations.Stopped);
    }

    [Fact]
    public void A_stream_that_is_not_there_is_said_to_be_missing()
    {
        Snapshots.Publish(Quiet());
        Render<StreamPage>(p => p.Add(s => s.Name, "refunds")).WaitForElement("[data-testid=stream-missing]");
    }

    [Fact]
    public void A_table_of_a_thousand_shards_does_not_draw_a_thousand_rows()
    {
        Snapshots.Publish(Quiet(1000));
        Navigation.NavigateTo("/streams/orders?view=table");
        var page = Render<StreamPage>(p => p.Add(s => s.Name, "orders"));

        page.WaitForElement("[data-testid=shard-table]");
        Assert.True(page.FindAll("[data-testid=shard-table] tbody tr").Count < 200);
    }
}
