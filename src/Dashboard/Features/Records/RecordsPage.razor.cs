using Microsoft.AspNetCore.Components;
using MudBlazor;
using Weir.ControlPlane.Live;
using Weir.ControlPlane.Metrics;
using Weir.Dashboard.Shell;
using Weir.Pipeline.Sinks;

namespace Weir.Dashboard.Features.Records;

public sealed partial class RecordsPage(NavigationManager navigation, IRecordStore store, Feed<SystemSnapshot> snapshots, IDialogService dialogs, TimeProvider time)
{
    private RecordsView _view = new();
    private List<StoredRecord>? _records;
    private string? _older;
    private StoredRecord? _chosen;
    private long _count;
    private DateTimeOffset _asOf;
    private string? _problem;

    private bool Live => _view is { Live: true, Before: null };

    private bool Filtered => _view.Text is not null || _view.Stream is not null;

    private IEnumerable<string> Streams => (snapshots.Latest?.Streams ?? []).Select(s => s.Name).Append(_view.Stream).OfType<string>().Distinct();

    protected override async Task OnInitializedAsync()
    {
        await base.OnInitializedAsync();
        _view = RecordsView.From(navigation.Uri);
        FollowAddress(navigation, MoveAsync);

        await ReadAsync();
        Every(TimeSpan.FromSeconds(1), time, () => Live ? ReadAsync() : Task.CompletedTask);
    }

    private async Task MoveAsync(string address)
    {
        var before = _view;
        _view = RecordsView.From(address);
        if ((before.Stream, before.Text, before.Before) != (_view.Stream, _view.Text, _view.Before) || (Live && !before.Live))
        {
            await ReadAsync();
        }

        Choose();
    }

    private void Show(RecordsView view) => navigation.NavigateTo(view.ToUrl(), replace: true);

    private async Task ReadAsync()
    {
        try
        {
            var asked = _view;
            var page = await store.ReadAsync(asked.ToQuery(), Gone);
            if (asked.ToQuery() != _view.ToQuery())
            {
                // Somebody has moved on meanwhile; the answer to that is on its way.
                return;
            }

            (_records, _older) = ([.. page.Records], page.Next);
            _count = await store.CountAsync(_view.Stream, Gone);
            _asOf = time.GetUtcNow();
            _problem = null;
            Choose();
        }
        catch (ArgumentException)
        {
            // The address names a place that never was: the newest records are the next best.
            Show(_view with { Before = null });
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // What was read before stays on show, with its age and the reason.
            _problem = e.Message;
        }
    }

    private Task<IDialogReference> RevealAsync(string cipher, StoredRecord record) =>
        dialogs.ShowAsync<RevealDialog>("Show a value in clear", new DialogParameters<RevealDialog> { { d => d.Cipher, cipher }, { d => d.Record, RecordsView.Id(record) } });

    /// <summary>A record that was opened stays open when newer ones push it out of the list.</summary>
    private void Choose() => _chosen = _view.Record is null ? null
        : _records?.FirstOrDefault(r => RecordsView.Id(r) == _view.Record) ?? (_chosen is not null && RecordsView.Id(_chosen) == _view.Record ? _chosen : null);
}
