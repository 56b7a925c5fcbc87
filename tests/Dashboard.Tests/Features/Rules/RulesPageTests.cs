using Bunit;
using Weir.ControlPlane.Access;
using Weir.ControlPlane.Commands;
using Weir.ControlPlane.Rules;
using Weir.Dashboard.Features.Rules;
using Weir.Dashboard.Tests.Shell;
using Weir.Pipeline.Redaction;

namespace Weir.Dashboard.Tests.Features.Rules;

public sealed class RulesPageTests : ConsoleContext
{
    private readonly RedactionRule _email = new("email", "E-mail addresses", "EMAIL_ADDRESS", null, new Transform(TransformKind.Token));

    [Fact]
    public void Turning_a_rule_off_asks_first_and_keeps_the_reason()
    {
        Publish(_email);
        var dialogs = RenderDialogs();
        var page = Render<RulesPage>();
        page.WaitForElement("[data-testid=rule-toggle-email]").Click();
        Assert.Empty(Gate.Ran);

        dialogs.WaitForElement("[data-testid=confirm-reason]").Input("drill");
        dialogs.Find("[data-testid=confirm-yes]").Click();

        page.WaitForAssertion(() => Assert.Equal(new SetRuleEnabled("email", false, "drill"), Assert.Single(Gate.Ran).Command));
    }

    [Fact]
    public void Who_keeps_it_on_changes_nothing()
    {
        Publish(_email);
        var dialogs = RenderDialogs();
        Render<RulesPage>().WaitForElement("[data-testid=rule-toggle-email]").Click();

        dialogs.WaitForElement("[data-testid=confirm-no]").Click();

        dialogs.WaitForAssertion(() => Assert.Empty(dialogs.FindAll("[data-testid=confirm]")));
        Assert.Empty(Gate.Ran);
    }

    [Fact]
    public void Turning_a_rule_on_is_done_at_once()
    {
        Publish(_email with { Enabled = false });
        RenderDialogs();
        Render<RulesPage>().WaitForElement("[data-testid=rule-toggle-email]").Click();

        Assert.Equal(new SetRuleEnabled("email", true), Assert.Single(Gate.Ran).Command);
    }

    [Fact]
    public void A_rule_says_what_it_does_and_who_changed_it_when()
    {
        Publish(_email);
        var row = Render<RulesPage>().WaitForElement("[data-testid=rule-email]");

        Assert.Contains("EMAIL_ADDRESS in every value", row.TextContent, StringComparison.Ordinal);
        Assert.Contains("Grace", row.TextContent, StringComparison.Ordinal);
        Assert.Contains("3 min ago", row.TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void An_operator_sees_the_rules_but_the_switches_are_off_limits()
    {
        SignIn(Roles.Operator);
        Publish(_email);
        var toggle = Render<RulesPage>().WaitForElement("[data-testid=rule-toggle-email]");

        Assert.True(toggle.HasAttribute("disabled"));
        Assert.Contains("operator", toggle.GetAttribute("title")!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Customer's name", "customer-s-name")]
    [InlineData("  Card & phone (old)  ", "card-phone-old")]
    [InlineData("名前", "rule")]
    public void An_id_is_made_of_the_name(string name, string id) => Assert.Equal(id, RuleIds.From(name));

    [Fact]
    public void The_bench_marks_what_redaction_wrote()
    {
        var parts = Difference.Of("""{"a":"x@y.z","b":1}""", """{"a":"[REDACTED]","b":1}""");

        Assert.Equal("[REDACTED]", string.Concat(parts.Where(p => p.Changed).Select(p => p.Text)));
        Assert.Equal("""{"a":"[REDACTED]","b":1}""", string.Concat(parts.Select(p => p.Text)));
    }

    private void Publish(RedactionRule rule) => Rules.Feed.Publish(new RuleBookSnapshot(1, "abc", [new RuleEntry(rule, "Grace", Clock.GetUtcNow().AddMinutes(-3), null)]));
}
