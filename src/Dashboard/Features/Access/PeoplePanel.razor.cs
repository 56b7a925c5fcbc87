using Microsoft.AspNetCore.Components;
using MudBlazor;
using Weir.ControlPlane.Access;
using Weir.ControlPlane.Commands;
using Weir.Dashboard.Shell;

namespace Weir.Dashboard.Features.Access;

public sealed partial class PeoplePanel(IPeople people, IDialogService dialogs, Changes changes, TimeProvider time)
{
    private IReadOnlyList<PersonEntry>? _people;
    private string _name = "", _email = "", _role = Roles.Viewer;
    private string? _problem;

    /// <summary>Called with a first or new password and whose it is; it is shown once.</summary>
    [Parameter, EditorRequired]
    public EventCallback<(string What, string Secret)> OnSecret { get; set; }

    private TimeProvider Time => time;

    private string? WhyNotYet => _name.Trim().Length == 0 ? "The person needs a name." : !_email.Contains('@', StringComparison.Ordinal) ? "The person needs an e-mail address." : null;

    protected override async Task OnInitializedAsync()
    {
        await base.OnInitializedAsync();
        _people = await people.ListAsync(Gone);
    }

    private async Task CreateAsync()
    {
        var result = await changes.RunInFormAsync(new CreatePerson(_email.Trim(), _name.Trim(), [_role]), Gone);
        _problem = Changes.Problem(result);
        if (result is CommandResult.Done { Secret: { } password })
        {
            await OnSecret.InvokeAsync(($"First password of {_name.Trim()}", password));
            (_name, _email) = ("", "");
        }

        _people = await people.ListAsync(Gone);
    }

    private Task<CommandResult> RoleAsync(PersonEntry person, string role) => ChangeAsync(new SetPersonRoles(person.Id, [role]));

    private async Task EnableAsync(PersonEntry person)
    {
        if (person.IsDisabled || ConfirmDialog.Said(await dialogs.ConfirmAsync($"Shut {person.Name} out?", "They are signed out of every tab within half a minute and cannot sign in until they are let in again.", "Shut out", "Leave it"), out _))
        {
            await ChangeAsync(new SetPersonEnabled(person.Id, person.IsDisabled));
        }
    }

    private async Task PasswordAsync(PersonEntry person)
    {
        if (ConfirmDialog.Said(await dialogs.ConfirmAsync($"A new password for {person.Name}?", "The old one stops working at once; the new one is shown to you, once.", "Make a new one", "Leave it"), out _)
            && await ChangeAsync(new ResetPassword(person.Id)) is CommandResult.Done { Secret: { } password })
        {
            await OnSecret.InvokeAsync(($"New password of {person.Name}", password));
        }
    }

    private async Task RemoveAsync(PersonEntry person)
    {
        if (ConfirmDialog.Said(await dialogs.ConfirmAsync($"Remove {person.Name}?", "They cannot sign in any more. What they did stays in the audit log.", "Remove", "Leave it"), out _))
        {
            await ChangeAsync(new DeletePerson(person.Id));
        }
    }

    private async Task<CommandResult> ChangeAsync(ICommand command)
    {
        var result = await changes.RunAsync(command, Gone);
        _people = await people.ListAsync(Gone);
        return result;
    }
}
