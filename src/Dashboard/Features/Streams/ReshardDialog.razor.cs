using System.Globalization;
using Microsoft.AspNetCore.Components;
using MudBlazor;
using Weir.ControlPlane.Commands;
using Weir.ControlPlane.Live;
using Weir.ControlPlane.Metrics;
using Weir.ControlPlane.Resharding;
using Weir.Dashboard.Shell;

namespace Weir.Dashboard.Features.Streams;

/// <summary>Plan, read, type the name, go. The plan shown is asked for again with each target; the operation carries out what the planner says at that moment.</summary>
public sealed partial class ReshardDialog(IReshardPlanner planner, Feed<SystemSnapshot> snapshots, Changes changes)
{
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
        _plan is null ? "The plan is being made."
        : _plan.TargetShardCount != _target ? "The plan is being made again."
        : _plan.Problem is not null ? "The plan cannot be carried out."
        : _typed != Stream ? "Type the stream's name first."
        : null;

    protected override async Task OnInitializedAsync()
    {
        await base.OnInitializedAsync();
        await TargetAsync(Math.Min(10_000, (snapshots.Latest?.Find(Stream)?.OpenShards ?? 1) * 2));
    }

    private Task OnTargetAsync(ChangeEventArgs e) =>
        TargetAsync(int.TryParse((string?)e.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var target) ? target : 0);

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
        var result = await changes.RunInFormAsync(new ReshardStream(Stream, _target), Gone);
        _busy = false;
        _problem = Changes.Problem(result);
        if (_problem is null)
        {
            Dialog.Close();
        }
    }
}
