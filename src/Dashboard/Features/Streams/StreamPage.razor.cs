using Microsoft.AspNetCore.Components;
using MudBlazor;
using Weir.ControlPlane.Access;
using Weir.ControlPlane.Live;
using Weir.ControlPlane.Metrics;
using Weir.ControlPlane.Operations;
using Weir.Dashboard.Charts;
using Weir.Dashboard.Shell;

namespace Weir.Dashboard.Features.Streams;

public sealed partial class StreamPage(NavigationManager navigation, Feed<SystemSnapshot> snapshots, IOperations operations, IDialogService dialogs)
{
    private readonly SteadyOrder _order = new();
    private StreamView _view = new("");
    private SystemSnapshot? _snapshot;
    private StreamSnapshot? _now;
    private ShardSnapshot[] _open = [], _closed = [], _rows = [];
    private ChartLine[] _load = [], _throughput = [], _throttles = [], _ages = [];

    [Parameter]
    public string Name { get; set; } = "";

    private string? WhyNoReshard => WhyNot(Permissions.Operate)
        ?? (_now?.Status == "DELETING" ? "The stream is being deleted."
        : operations.Feed.Latest?.FirstOrDefault(o => o.Target == Name && o.State == OperationState.Running) is { } running ? $"{running.StartedBy} is resharding this stream since {Figures.Clock(running.StartedAt)} UTC."
        : null);

    private string Hot => _open.MaxBy(s => s.Utilization) is { Utilization: > 0 } hottest ? $"hottest {Figures.Shard(hottest.ShardId)} at {Figures.Percent(hottest.Utilization)}" : "";

    protected override void OnInitialized()
    {
        Follow(snapshots, s =>
        {
            _snapshot = s;
            Read();
        });
        if (RendererInfo.IsInteractive)
        {
            navigation.LocationChanged += OnLocationChanged;
        }
    }

    protected override void OnParametersSet()
    {
        _view = StreamView.From(Name, navigation.Uri);
        (_load, _throughput, _ages, _throttles) = (StreamLines.Load(Name), StreamLines.Throughput(Name), StreamLines.Age(Name), StreamLines.Throttles(Name));
        Read();
    }

    protected override void Dispose(bool disposing)
    {
        navigation.LocationChanged -= OnLocationChanged;
        base.Dispose(disposing);
    }

    private void OnLocationChanged(object? sender, Microsoft.AspNetCore.Components.Routing.LocationChangedEventArgs e) => _ = InvokeAsync(() =>
    {
        _view = StreamView.From(Name, e.Location);
        Read();
        StateHasChanged();
    });

    private void Read()
    {
        _now = _snapshot?.Find(Name);
        _open = [.. (_now?.Shards ?? []).Where(s => s.IsOpen).OrderBy(s => s.StartingHashKey)];
        _closed = [.. (_now?.Shards ?? []).Where(s => !s.IsOpen)];
        var shown = _view.Show == "all" ? [.. _open, .. _closed] : _open;
        _rows = _view.Sort == "range" || _snapshot is null ? shown : _order.Of(shown, s => s.ShardId, _view.Sort, Sorted, _snapshot.At);
    }

    private IEnumerable<ShardSnapshot> Sorted(IEnumerable<ShardSnapshot> shards) => _view.Sort switch
    {
        "load" => shards.OrderByDescending(s => s.Utilization),
        "age" => shards.OrderByDescending(s => s.IteratorAgeMilliseconds ?? -1),
        _ => shards.OrderByDescending(s => s.WriteThrottlesPerSecond),
    };

    private void Select(string? shardId) => navigation.NavigateTo((_view with { Shard = shardId }).ToUrl(), replace: true);

    private Task<IDialogReference> ReshardAsync() => dialogs.ShowAsync<ReshardDialog>($"Reshard {Name}", new DialogParameters<ReshardDialog> { { d => d.Stream, Name } }, new DialogOptions { MaxWidth = MaxWidth.Small, FullWidth = true });

    private Task<IDialogReference> DeleteAsync() => dialogs.ShowAsync<DeleteStreamDialog>($"Delete {Name}", new DialogParameters<DeleteStreamDialog> { { d => d.Stream, Name } });
}
