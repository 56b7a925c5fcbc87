using System.Globalization;
using Microsoft.AspNetCore.Components;
using MudBlazor;
using Weir.ControlPlane.Commands;
using Weir.ControlPlane.Live;
using Weir.ControlPlane.Metrics;
using Weir.ControlPlane.Operations;
using Weir.ControlPlane.Resharding;
using Weir.Dashboard.Shell;

namespace Weir.Dashboard.Features.Streams;

/// <summary>Plan, read, type the name, go. The plan is made anew with each target and whenever the number of shards changes; a plan that no longer fits is refused and made again.</summary>
public sealed partial class ReshardDialog(IReshardPlanner planner, Feed<SystemSnapshot> snapshots, IOperations operations, Changes changes)
{
    private Operation? _running;
    private string _wanted = "";
    private int _target;
    private ReshardPlan? _plan;
    private string _typed = "";
    private string? _problem;
    private bool _busy;

    [Parameter, EditorRequired]
    public string Stream { get; set; } = "";

    [CascadingParameter]
    private IMudDialogInstance Dialog { get; set; } = null!;

    private string? WhyNotYet =>
        _running is { } other ? $"{other.StartedBy} is resharding this stream since {Figures.Clock(other.StartedAt)} UTC. Wait for it, or stop it on the stream's page."
        : _plan is null ? "The plan is being made."
        : _plan.TargetShardCount != _target ? "The plan is being made again."
        : _plan.Problem is not null ? "The plan cannot be carried out."
        : _typed != Stream ? "Type the stream's name first."
        : null;

    protected override async Task OnInitializedAsync()
    {
        await base.OnInitializedAsync();
        Follow(operations.Feed, all => _running = all.FirstOrDefault(o => o.Target == Stream && o.State == OperationState.Running));
        await WantAsync(Math.Min(10_000, (snapshots.Latest?.Find(Stream)?.OpenShards ?? 1) * 2));
        Follow(snapshots, s => s.Find(Stream) is { OpenShards: var open } && _plan is { CurrentShardCount: var planned } && open != planned ? TargetAsync(_target) : Task.CompletedTask);
    }

    private Task OnWantedAsync(string wanted)
    {
        _wanted = wanted;
        return TargetAsync(int.TryParse(wanted, NumberStyles.None, CultureInfo.InvariantCulture, out var target) ? target : 0);
    }

    private Task WantAsync(int target) => OnWantedAsync(target.ToString(CultureInfo.InvariantCulture));

    private async Task TargetAsync(int target)
    {
        _target = target;
        var plan = await planner.PlanAsync(Stream, target, Gone);

        // Somebody who types "12" asks for plans of 1 and 12; only the last one counts.
        if (plan.TargetShardCount == _target)
        {
            _plan = plan;
            _problem = null;
        }
    }

    private async Task GoAsync()
    {
        _busy = true;
        var result = await changes.RunInFormAsync(new ReshardStream(Stream, _target, _plan?.CurrentShardCount), Gone);
        _busy = false;
        if (result is CommandResult.Failed { Field: "fromShardCount" })
        {
            await TargetAsync(_target);
        }

        _problem = Changes.Problem(result);
        if (_problem is null)
        {
            Dialog.Close();
        }
    }
}
