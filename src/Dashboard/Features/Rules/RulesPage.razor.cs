using Microsoft.AspNetCore.Components;
using MudBlazor;
using Weir.ControlPlane.Commands;
using Weir.ControlPlane.Rules;
using Weir.Dashboard.Shell;

namespace Weir.Dashboard.Features.Rules;

public sealed partial class RulesPage(NavigationManager navigation, IRuleBook rules, IDialogService dialogs, Changes changes, TimeProvider time)
{
    private RulesView _view = new();
    private RuleBookSnapshot? _book;
    private DateTimeOffset _asOf;
    private string? _busy;

    private List<RuleEntry> Shown => [.. _book!.Rules.Where(e =>
        (_view.Only == "all" || e.Rule.Enabled == (_view.Only == "on"))
        && (_view.Text is not { } text || new[] { e.Rule.Name, e.Rule.Detector, e.Rule.Path, e.Rule.Id }.Any(s => s?.Contains(text, StringComparison.OrdinalIgnoreCase) == true)))];

    protected override void OnInitialized()
    {
        _view = RulesView.From(navigation.Uri);
        _asOf = time.GetUtcNow();
        Follow(rules.Feed, book =>
        {
            _book = book;
            _asOf = time.GetUtcNow();
        });
        Every(TimeSpan.FromSeconds(10), time, () =>
        {
            _asOf = time.GetUtcNow();
            return Task.CompletedTask;
        });
        if (RendererInfo.IsInteractive)
        {
            navigation.LocationChanged += OnLocationChanged;
        }
    }

    protected override void Dispose(bool disposing)
    {
        navigation.LocationChanged -= OnLocationChanged;
        base.Dispose(disposing);
    }

    private void OnLocationChanged(object? sender, Microsoft.AspNetCore.Components.Routing.LocationChangedEventArgs e)
    {
        _view = RulesView.From(e.Location);
        _ = InvokeAsync(StateHasChanged);
    }

    private void Show(RulesView view) => navigation.NavigateTo(view.ToUrl(), replace: true);

    private async Task ToggleAsync(RuleEntry entry)
    {
        var on = !entry.Rule.Enabled;
        string? reason = null;
        if (!on && !ConfirmDialog.Said(await dialogs.ConfirmAsync($"Turn off “{entry.Rule.Name}”?", "From the next record on, these values are stored in clear. What is stored already is not changed.", "Turn off", "Keep it on", askReason: true), out reason))
        {
            return;
        }

        _busy = entry.Rule.Id;
        await changes.RunAsync(new SetRuleEnabled(entry.Rule.Id, on, reason), Gone);
        _busy = null;
    }

    private Task<IDialogReference> EditAsync(RuleEntry? entry) => dialogs.ShowAsync<RuleDialog>(entry is null ? "Add a rule" : $"Edit {entry.Rule.Name}", new DialogParameters<RuleDialog> { { d => d.Rule, entry?.Rule } });
}
