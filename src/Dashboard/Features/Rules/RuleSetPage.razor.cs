using Microsoft.AspNetCore.Components;
using MudBlazor;
using Weir.ControlPlane.Access;
using Weir.ControlPlane.Commands;
using Weir.ControlPlane.Rules;
using Weir.Dashboard.Shell;
using Weir.Pipeline.Redaction;

namespace Weir.Dashboard.Features.Rules;

public sealed partial class RuleSetPage(NavigationManager navigation, IRuleSets sets, IPeople people, IDialogService dialogs, Changes changes, TimeProvider time)
{
    private readonly IRuleSets _sets = sets;
    private readonly IDialogService _dialogs = dialogs;
    private RuleSetView _view = new(0);
    private RuleSet? _set;
    private RuleSet? _against;
    private IReadOnlyList<RuleDifference> _differences = [];
    private IReadOnlyList<PersonEntry>? _people;
    private IReadOnlyList<string>? _mayApprove;
    private DateTimeOffset _asOf;
    private bool _read;
    private bool _busy;

    [Parameter]
    public int Number { get; set; }

    private (string Word, string Label)[] Tabs =>
    [
        ("changes", _differences.Count(d => d.Kind != RuleChange.Same) is > 0 and var n ? $"Changes {n}" : "Changes"), ("rules", $"Rules {_set!.Rules.Count}"), ("shadow", "Shadow"), ("bench", "Try it"), ("history", "History"),
    ];

    private string? WhyNoEdit => WhyNot(Permissions.ManageRules) ?? (_set!.State == RuleSetState.Draft ? null : "Only a draft can be edited.");

    private string? WhyNoApproval => WhyNot(Permissions.ManageRules) ?? (_set!.Authors().Any(a => a.Id == Me.Id) ? "You wrote at this set: somebody else must approve it." : null);

    private string? WhyNotActivate => WhyNot(Permissions.ManageRules)
        ?? (_sets.RequiresSecondPerson && _set is { Waits: true, ApprovedBy: null } ? "It waits for the approval of somebody who did not write at it." : null);

    /// <summary>The rules of both sets by id, this set's first.</summary>
    private Dictionary<string, RedactionRule> Known => _set!.Rules.Concat(_against?.Rules ?? []).DistinctBy(r => r.Id).ToDictionary(r => r.Id, StringComparer.Ordinal);

    protected override async Task OnInitializedAsync()
    {
        await base.OnInitializedAsync();
        if (_sets.RequiresSecondPerson && May(Permissions.ManageRules))
        {
            _people = await people.ListAsync(Gone);
            Who();
        }
    }

    protected override void OnInitialized()
    {
        _view = RuleSetView.From(Number, navigation.Uri);
        Follow(_sets.Feed, Take);
        Every(TimeSpan.FromSeconds(10), time, () =>
        {
            _asOf = time.GetUtcNow();
            return Task.CompletedTask;
        });
        FollowAddress(navigation, address => _view = RuleSetView.From(Number, address));
    }

    protected override void OnParametersSet()
    {
        _view = RuleSetView.From(Number, navigation.Uri);
        if (_sets.Feed.Latest is { } all)
        {
            Take(all);
        }
    }

    private void Take(IReadOnlyList<RuleSet> all)
    {
        _asOf = time.GetUtcNow();
        _read = true;
        _set = all.FirstOrDefault(s => s.Number == Number) ?? _sets.Find(Number);
        if (_set is null)
        {
            return;
        }

        _against = _set.State == RuleSetState.Active
            ? all.Where(s => s.Number != Number && s.RetiredAt is not null).MaxBy(s => s.RetiredAt)
            : all.FirstOrDefault(s => s.State == RuleSetState.Active);
        _differences = _against is null ? [] : RuleSetDifference.Of(_against.Rules, _set.Rules);
        Who();
    }

    /// <summary>Who could be the second person.</summary>
    private void Who()
    {
        var authors = _set?.Authors().Select(a => a.Id).ToArray() ?? [];
        _mayApprove = _people is null ? null : [.. _people.Where(p => !p.IsDisabled && Permissions.Allows(p.Roles, Permissions.ManageRules) && !authors.Contains(p.Id)).Select(p => p.Name)];
    }

    private RuleChange? Change(RedactionRule rule) =>
        _set!.State != RuleSetState.Active && _differences.FirstOrDefault(d => d.Now?.Id == rule.Id)?.Kind is RuleChange.Added or RuleChange.Changed ? _differences.First(d => d.Now?.Id == rule.Id).Kind : null;

    private async Task RunAsync(ICommand command)
    {
        _busy = true;
        await changes.RunAsync(command, Gone);
        _busy = false;
    }

    private Task ToggleAsync(RedactionRule rule) => RunAsync(new SaveDraftRule(_set!.Number, _set.Hash, rule with { Enabled = !rule.Enabled }));

    private async Task EditAsync(RedactionRule? rule)
    {
        // The draft as it is now: whoever else edits it while the dialog is open has the say.
        var (number, hash) = (_set!.Number, _set.Hash);
        await RuleDialog.ShowAsync(_dialogs, rule, (changed, reason) => new SaveDraftRule(number, hash, changed, reason), (id, reason) => new DeleteDraftRule(number, hash, id, reason), [.. _set.Rules.Select(r => r.Id)]);
    }

    private Task ActivateAsync() => _sets.Feed.Latest?.FirstOrDefault(s => s.State == RuleSetState.Active) is not { } over
        ? Task.CompletedTask
        : _dialogs.ShowAsync<ActivateDialog>(
            _set!.State == RuleSetState.Retired ? $"Roll back to set {_set.Number}?" : $"Bring set {_set.Number} into force?",
            new DialogParameters<ActivateDialog> { { d => d.Set, _set }, { d => d.Over, over } });

    private async Task ApproveAsync()
    {
        var set = _set!;
        if (ConfirmDialog.Said(
            await _dialogs.ConfirmAsync($"Approve set {set.Number}?", $"You agree to exactly these {set.Rules.Count} rules ({set.Hash}): {RuleSetWords.Sum(_differences)} against the set in force. An edit afterwards voids the approval.", "Approve", "Not yet", askReason: true, grave: false),
            out var reason))
        {
            await RunAsync(new ApproveRuleSet(set.Number, set.Hash, reason));
        }
    }

    private async Task DiscardAsync()
    {
        if (ConfirmDialog.Said(await _dialogs.ConfirmAsync($"Discard set {_set!.Number}?", "It can no longer come into force. It stays in the list, and a new draft can be made from it.", "Discard", "Keep it", askReason: true), out var reason))
        {
            await RunAsync(new DiscardRuleSet(_set.Number, reason));
        }
    }
}
