using Microsoft.AspNetCore.Components;
using MudBlazor;
using Weir.ControlPlane.Commands;
using Weir.Dashboard.Shell;
using Weir.Pipeline.Consuming;
using Weir.Pipeline.Consuming.DeadLetters;

namespace Weir.Dashboard.Features.DeadLetters;

public sealed partial class DeadLettersPage(NavigationManager navigation, IConsumerControl consumer, IDialogService dialogs, Changes changes, TimeProvider time)
{
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(5);

    private DeadLettersView _view = new();
    private IReadOnlyList<DeadLetter>? _letters;
    private DeadLetter? _chosen;
    private long _waiting;
    private DateTimeOffset _asOf;
    private string? _problem;
    private bool _busy;

    protected override async Task OnInitializedAsync()
    {
        await base.OnInitializedAsync();
        _view = DeadLettersView.From(navigation.Uri);
        if (RendererInfo.IsInteractive)
        {
            navigation.LocationChanged += OnLocationChanged;
        }

        await ReadAsync();
        Every(Pace, time, ReadAsync);
    }

    protected override void Dispose(bool disposing)
    {
        navigation.LocationChanged -= OnLocationChanged;
        base.Dispose(disposing);
    }

    private static string Tone(DeadLetterState state) => state switch
    {
        DeadLetterState.Waiting => "warn",
        DeadLetterState.Replayed => "good",
        _ => "calm",
    };

    private void OnLocationChanged(object? sender, Microsoft.AspNetCore.Components.Routing.LocationChangedEventArgs e) => _ = InvokeAsync(async () =>
    {
        _view = DeadLettersView.From(e.Location);
        await ReadAsync();
        StateHasChanged();
    });

    private void Show(DeadLettersView view) => navigation.NavigateTo(view.ToUrl(), replace: true);

    private void Filter(ChangeEventArgs e) => Show(DeadLettersView.From($"?state={e.Value}"));

    private async Task ReadAsync()
    {
        try
        {
            // One more than a page, to know whether there is another.
            _letters = await consumer.DeadLettersAsync(_view.State, _view.Before is { } before ? DateTimeOffset.FromUnixTimeMilliseconds(before) : null, DeadLettersView.PageSize + 1, Gone);
            _waiting = await consumer.WaitingDeadLettersAsync(Gone);
            if (_chosen?.Key.ToString() != _view.Letter || _chosen?.State == DeadLetterState.Waiting)
            {
                _chosen = DeadLetterKey.TryParse(_view.Letter, out var key) ? await consumer.DeadLetterAsync(key.Value, Gone) : null;
            }

            _asOf = time.GetUtcNow();
            _problem = null;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // What was read before stays on show, with its age and the reason.
            _problem = e.Message;
        }
    }

    private Task ReplayAsync() => RunAsync(new ReplayDeadLetter(_chosen!.Key.ToString()));

    private async Task DropAsync()
    {
        var letter = _chosen!;
        var dialog = await dialogs.ShowAsync<DropDialog>("Drop the dead letter", new DialogParameters<DropDialog> { { d => d.Cause, letter.Cause } });
        if (await dialog.Result is { Canceled: false, Data: string reason })
        {
            await RunAsync(new DropDeadLetter(letter.Key.ToString(), reason));
        }
    }

    private async Task RunAsync(ICommand command)
    {
        _busy = true;
        await changes.RunAsync(command, Gone);
        _busy = false;
        await ReadAsync();
    }
}
