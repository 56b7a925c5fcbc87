using Microsoft.AspNetCore.Components;
using MudBlazor;
using Weir.ControlPlane.Fleet;
using Weir.ControlPlane.Live;
using Weir.Dashboard.Shell;
using Weir.Pipeline.Consuming;
using Weir.Pipeline.Consuming.Leases;

namespace Weir.Dashboard.Features.Consumers;

public sealed partial class ConsumersPage(NavigationManager navigation, Feed<FleetSnapshot> fleet, IConsumerControl consumer, IDialogService dialogs, TimeProvider time)
{
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(3);

    private readonly SearchAddress _search = new();
    private readonly SteadyOrder _order = new();
    private ConsumersView _view = new();
    private FleetSnapshot? _fleet;
    private List<Lease>? _leases;
    private Lease[] _shown = [];
    private Dictionary<(string Stream, string Shard), long?> _ages = [];
    private string? _problem;

    private string Summary => _fleet is null || _leases is null
        ? ""
        : $"{(_fleet.Living.Count() is 1 ? "1 process" : $"{_fleet.Living.Count()} processes")}, {Figures.Many(_leases.Count(l => !l.IsEnded), "lease")}";

    protected override async Task OnInitializedAsync()
    {
        await base.OnInitializedAsync();
        _view = ConsumersView.From(navigation.Uri);
        FollowAddress(navigation, address =>
        {
            _view = _search.Expects(address) ? _view : ConsumersView.From(address);
            Arrange();
        });
        Follow(fleet, seen =>
        {
            _fleet = seen;
            _ages = seen.Living.SelectMany(i => i.Metrics.Shards).GroupBy(s => (s.Stream, s.ShardId)).ToDictionary(g => g.Key, g => g.Max(s => s.IteratorAgeMilliseconds));
        });
        await ReadAsync();
        Every(Pace, time, ReadAsync);
    }

    private async Task ReadAsync()
    {
        try
        {
            _leases = [.. await consumer.LeasesAsync(Gone)];
            _problem = null;
            Arrange();
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            _problem = e.Message;
        }
    }

    private void Search(string text)
    {
        _view = _view with { Stream = text };
        Arrange();
        navigation.NavigateTo(_search.Ask(_view.ToUrl()), replace: true);
    }

    private void Arrange()
    {
        Lease[] found = [.. (_leases ?? []).Where(l => _view.Stream?.Trim() is not { Length: > 0 } text || l.Stream.Contains(text, StringComparison.OrdinalIgnoreCase))];
        _shown = _view.Sort == "age" ? _order.Of(found, l => $"{l.Stream}/{l.ShardId}", _view.Sort, all => all.OrderByDescending(l => Age(l) ?? -1), time.GetUtcNow()) : found;
    }

    private async Task RewindAsync(Lease? lease)
    {
        var streams = (_leases ?? []).Select(l => l.Stream).Distinct().ToArray();
        await dialogs.ShowAsync<RewindDialog>("Read again", new DialogParameters<RewindDialog> { { d => d.Streams, lease is null ? streams : [lease.Stream] }, { d => d.ShardId, lease?.ShardId } });
    }

    private long? Age(Lease lease) => _ages.GetValueOrDefault((lease.Stream, lease.ShardId));

    private bool Waits(Lease lease) => lease.ParentShardIds.Any(p => _leases!.Exists(l => l.Key == lease.Key with { ShardId = p } && !l.IsEnded));

    private string State(Lease lease) => lease.IsEnded ? "read to its end" : lease.HandoffTo is not null ? "handed over" : Waits(lease) ? "waits for its parents" : lease.Owner is null ? "nobody's" : "reading";

    private string Tone(Lease lease) => lease.IsEnded || Waits(lease) ? "calm" : lease.Owner is null || lease.OwnerSwitches > 3 ? "warn" : "good";

    private static string Words(Checkpoint checkpoint) => checkpoint.Sequence switch
    {
        Checkpoints.TrimHorizon => "from the oldest record",
        Checkpoints.Latest => "from new records on",
        Checkpoints.AtTimestamp => $"from {Figures.Stamp(DateTimeOffset.FromUnixTimeMilliseconds(checkpoint.SubSequence))} UTC",
        Checkpoints.ShardEnd => "the end",
        _ => checkpoint.ToString(),
    };
}
