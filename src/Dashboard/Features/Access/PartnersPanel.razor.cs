using System.Globalization;
using Microsoft.AspNetCore.Components;
using MudBlazor;
using Weir.ControlPlane.Access;
using Weir.ControlPlane.Commands;
using Weir.Dashboard.Shell;

namespace Weir.Dashboard.Features.Access;

public sealed partial class PartnersPanel(IPartnerKeys keys, IDialogService dialogs, Changes changes)
{
    private IReadOnlyList<PartnerEntry> _partners = [];
    private string _name = "";
    private double? _records, _bytes;
    private string? _problem;

    /// <summary>The keys as the page shows them; a new list means that partners may have changed.</summary>
    [Parameter, EditorRequired]
    public IReadOnlyList<PartnerKey>? Keys { get; set; }

    /// <summary>Told after a change.</summary>
    [Parameter]
    public EventCallback Changed { get; set; }

    /// <summary>Given a secret that is shown once.</summary>
    [Parameter]
    public EventCallback<(string Partner, string Secret)> Made { get; set; }

    protected override async Task OnParametersSetAsync()
    {
        _partners = await keys.PartnersAsync(CancellationToken.None);
        if (_partners.Count > 0 && _partners.All(p => p.Name != _name))
        {
            _name = _partners[0].Name;
            Show();
        }
    }

    /// <summary>Puts the chosen partner's limits into the form.</summary>
    private void Show()
    {
        var partner = _partners.FirstOrDefault(p => p.Name == _name);
        (_records, _bytes, _problem) = (partner?.RecordsPerSecond, partner?.BytesPerSecond, null);
    }

    private async Task LimitAsync()
    {
        _problem = Changes.Problem(await changes.RunInFormAsync(new LimitPartner(_name, _records, _bytes), CancellationToken.None));
        await Changed.InvokeAsync();
    }

    private async Task SignAsync(PartnerEntry partner, bool signs)
    {
        if (signs == partner.Signs && !ConfirmDialog.Said(await dialogs.ConfirmAsync($"Give {partner.Name} a new secret?", "Requests signed with the old one are answered 401 from now on. A partner can send both signatures for the time of the change.", "New secret", "Keep it"), out _))
        {
            return;
        }

        if (await changes.RunAsync(new SetPartnerSigning(partner.Name, signs), CancellationToken.None) is CommandResult.Done { Secret: { } secret })
        {
            await Made.InvokeAsync((partner.Name, secret));
        }

        await Changed.InvokeAsync();
    }

    private static string Limit(double? perSecond) => perSecond is { } value ? value.ToString("#,0.##", CultureInfo.InvariantCulture) : "any";
}
