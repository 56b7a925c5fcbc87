using Microsoft.AspNetCore.Components;
using MudBlazor;
using Weir.ControlPlane.Commands;
using Weir.ControlPlane.Rules;
using Weir.Dashboard.Shell;

namespace Weir.Dashboard.Features.Rules;

public sealed partial class RulesPage(NavigationManager navigation, IRuleBook rules, IRuleSets sets, IDialogService dialogs, Changes changes, TimeProvider time)
{
    private readonly IRuleSets _sets = sets;
    private readonly SearchAddress _search = new();
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
        FollowAddress(navigation, address => _view = _search.Expects(address) ? _view : RulesView.From(address));
    }

    private void Search(string text)
    {
        _view = _view with { Text = text };
        navigation.NavigateTo(_search.Ask(_view.ToUrl()), replace: true);
    }

    private async Task ToggleAsync(RuleEntry entry)
    {
        var on = !entry.Rule.Enabled;
        string? reason = null;
        if (!on && !ConfirmDialog.Said(await dialogs.ConfirmAsync($"Turn off “{entry.Rule.Name}”?", _sets.RequiresSecondPerson ? "It becomes a draft. Once a second person has approved it and it is in force, these values are stored in clear." : "From the next record on, these values are stored in clear. What is stored already is not changed.", _sets.RequiresSecondPerson ? "Make the draft" : "Turn off", "Keep it on", askReason: true), out reason))
        {
            return;
        }

        _busy = entry.Rule.Id;
        await changes.RunAsync(new SetRuleEnabled(entry.Rule.Id, on, reason), Gone);
        _busy = null;
    }

    private Task<IDialogReference> EditAsync(RuleEntry? entry)
    {
        // As it was when the dialog opened: whoever saves in between has the say.
        var seen = new RuleSeen(entry?.ChangedAt);
        return RuleDialog.ShowAsync(dialogs, entry?.Rule, (rule, reason) => new SaveRule(rule, reason, seen), (id, reason) => new DeleteRule(id, reason), [.. _book!.Rules.Select(r => r.Rule.Id)]);
    }
}
