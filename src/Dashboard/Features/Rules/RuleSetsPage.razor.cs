using Microsoft.AspNetCore.Components;
using MudBlazor;
using Weir.ControlPlane.Rules;
using Weir.Dashboard.Shell;

namespace Weir.Dashboard.Features.Rules;

public sealed partial class RuleSetsPage(NavigationManager navigation, IRuleSets sets, IDialogService dialogs)
{
    private readonly IRuleSets _sets = sets;
    private RuleSetsView _view = new();
    private IReadOnlyList<RuleSet>? _all;

    private RuleSet? InForce => _all!.FirstOrDefault(s => s.State == RuleSetState.Active);

    private List<RuleSet> Shown => [.. _all!.Where(s => _view.Only switch
    {
        "waiting" => s.Waits,
        "used" => s.ActivatedAt is not null,
        "discarded" => s.State == RuleSetState.Discarded,
        _ => true,
    })];

    protected override void OnInitialized()
    {
        _view = RuleSetsView.From(navigation.Uri);
        Follow(_sets.Feed, all => _all = all);
        FollowAddress(navigation, address => _view = RuleSetsView.From(address));
    }

    private Task<IDialogReference> DraftAsync() => DraftDialog.ShowAsync(dialogs, null);
}
