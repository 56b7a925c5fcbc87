using Microsoft.AspNetCore.Components;
using MudBlazor;
using Weir.ControlPlane.Live;
using Weir.ControlPlane.Metrics;
using Weir.Dashboard.Shell;

namespace Weir.Dashboard.Features.Streams;

public sealed partial class StreamsPage(NavigationManager navigation, Feed<SystemSnapshot> snapshots, IDialogService dialogs)
{
    private readonly SearchAddress _search = new();
    private readonly SteadyOrder _order = new();
    private StreamsView _view = new();
    private SystemSnapshot? _now;
    private StreamSnapshot[] _shown = [];

    private bool Table => _view.As == "table" || (_view.As == "auto" && _now!.Streams.Count > StreamsView.FewStreams);

    protected override void OnInitialized()
    {
        _view = StreamsView.From(navigation.Uri);
        Follow(snapshots, s =>
        {
            _now = s;
            Arrange();
        });
        FollowAddress(navigation, address =>
        {
            _view = _search.Expects(address) ? _view : StreamsView.From(address);
            Arrange();
        });
    }

    private void Search(string text)
    {
        _view = _view with { Text = text };
        Arrange();
        navigation.NavigateTo(_search.Ask(_view.ToUrl()), replace: true);
    }

    private void Arrange()
    {
        if (_now is not null)
        {
            StreamSnapshot[] found = [.. _now.Streams.Where(s => _view.Text?.Trim() is not { Length: > 0 } text || s.Name.Contains(text, StringComparison.OrdinalIgnoreCase))];
            _shown = _order.Of(found, s => s.Name, _view.Sort, Sorted, _now.At);
        }
    }

    private IEnumerable<StreamSnapshot> Sorted(IEnumerable<StreamSnapshot> streams) => (_view.Sort switch
    {
        "load" => streams.OrderByDescending(s => s.Utilization),
        "throttles" => streams.OrderByDescending(s => s.WriteThrottlesPerSecond),
        "age" => streams.OrderByDescending(s => s.IteratorAgeMilliseconds ?? -1),
        "spool" => streams.OrderByDescending(s => s.SpoolRecords),
        _ => streams.OrderBy(_ => 0),
    }).ThenBy(s => s.Name, StringComparer.OrdinalIgnoreCase);

    private Task<IDialogReference> CreateAsync() => dialogs.ShowAsync<CreateStreamDialog>("Create stream");
}
