using Bunit;
using Weir.ControlPlane.Access;
using Weir.ControlPlane.Commands;
using Weir.Dashboard.Features.Access;
using Weir.Dashboard.Tests.Shell;

namespace Weir.Dashboard.Tests.Features.Access;

public sealed class PeoplePanelTests : ConsoleContext
{
    private (string What, string Secret) _shown;

    [Fact]
    public void Somebody_is_added_with_a_role_and_their_first_password_is_shown()
    {
        Gate.Answer = new CommandResult.Done("Vera can sign in as viewer.") { Secret = "first-password" };
        var panel = Panel();
        Assert.True(panel.Find("[data-testid=person-create]").HasAttribute("disabled"));

        panel.Find("[data-testid=person-name]").Input("Vera");
        panel.Find("[data-testid=person-email]").Input("vera@example.org");
        panel.Find("form").Submit();

        var asked = Assert.IsType<CreatePerson>(Assert.Single(Gate.Ran).Command);
        Assert.Equal(("Vera", "vera@example.org", "viewer"), (asked.PersonName, asked.Email, Assert.Single(asked.Roles)));
        Assert.Equal(("First password of Vera", "first-password"), _shown);
    }

    [Fact]
    public void A_refusal_stands_beside_the_form_with_what_was_typed()
    {
        Gate.Answer = new CommandResult.Failed("Somebody has this address already.", "email");
        var panel = Panel();
        panel.Find("[data-testid=person-name]").Input("Vera");
        panel.Find("[data-testid=person-email]").Input("vera@example.org");

        panel.Find("form").Submit();

        Assert.Contains("already", panel.Find("[data-testid=person-error]").TextContent, StringComparison.Ordinal);
        panel.Find("[data-testid=person-email]").Input("vera2@example.org");
        panel.Find("form").Submit();
        Assert.Equal(("Vera", "vera2@example.org"), Gate.Ran[^1].Command is CreatePerson { PersonName: var name, Email: var email } ? (name, email) : default);
    }

    [Fact]
    public void A_role_is_changed_at_once_and_shutting_out_asks_first()
    {
        People.All.Add(new PersonEntry("2", "vera@example.org", "Vera", ["viewer"], false, null));
        var dialogs = RenderDialogs();
        var panel = Panel();

        panel.Find("[data-testid='person-role-vera@example.org']").Change("operator");
        Assert.Equal("operator", Assert.Single(Assert.IsType<SetPersonRoles>(Assert.Single(Gate.Ran).Command).Roles));

        panel.Find("[data-testid='person-enable-vera@example.org']").Click();
        Assert.Single(Gate.Ran);
        dialogs.WaitForElement("[data-testid=confirm-yes]").Click();
        dialogs.WaitForAssertion(() => Assert.Equal(new SetPersonEnabled("2", false), Gate.Ran[^1].Command));
    }

    private IRenderedComponent<PeoplePanel> Panel()
    {
        var panel = Render<PeoplePanel>(p => p.Add(x => x.OnSecret, made => _shown = made));
        panel.WaitForElement("[data-testid=people-table]");
        return panel;
    }
}
