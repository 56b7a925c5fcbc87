using Bunit;
using Weir.ControlPlane.Access;
using Weir.ControlPlane.Commands;
using Weir.ControlPlane.Rules;
using Weir.Dashboard.Features.Rules;
using Weir.Dashboard.Tests.Shell;
using Weir.Pipeline.Redaction;

namespace Weir.Dashboard.Tests.Features.Rules;

public sealed class RuleSetPageTests : ConsoleContext
{
    private static readonly RedactionRule Email = new("email", "E-mail addresses", "EMAIL_ADDRESS", null, new Transform(TransformKind.Token));
    private static readonly RedactionRule Loyalty = new("loyalty", "Loyalty number", null, "/loyalty", new Transform(TransformKind.Redact));
    private static readonly RedactionRule Notes = new("notes", "Notes", null, "/note", new Transform(TransformKind.Redact));

    [Fact]
    public void The_list_shows_each_set_with_state_hash_author_and_reason()
    {
        Publish(Set(3, RuleSetState.Draft, [Email, Loyalty], reason: "loyalty numbers"), Set(2, RuleSetState.Active, [Email]), Set(1, RuleSetState.Retired, [Email]));
        var page = Render<RuleSetsPage>();

        var row = page.WaitForElement("[data-testid=set-3]").TextContent;
        Assert.All((string[])["draft", "hash3", "Grace", "loyalty numbers"], word => Assert.Contains(word, row, StringComparison.Ordinal));
        Assert.Equal("1 waiting", page.Find("[data-testid=rules-waiting]").TextContent);

        Navigation.NavigateTo("/rules/versions?only=used");
        page.WaitForAssertion(() => Assert.Empty(page.FindAll("[data-testid=set-3]")));
        Navigation.NavigateTo("/rules/versions?only=discarded");
        page.WaitForElement("[data-testid=sets-empty]");
    }

    [Fact]
    public void A_draft_is_made_of_the_rules_in_force_and_a_pack_for_a_reason()
    {
        Rules.Feed.Publish(new RuleBookSnapshot(1, "hash1", [new RuleEntry(Email, "Grace", Clock.GetUtcNow(), null)]));
        Publish(Set(1, RuleSetState.Active, [Email]));
        Gate.Answer = new CommandResult.Done("Kept as rule set 2.") { Id = "2" };
        var dialogs = RenderDialogs();
        Render<RuleSetsPage>().WaitForElement("[data-testid=draft-new]").Click();
        dialogs.WaitForElement("[data-testid=draft-pack-pci-dss]").Change(true);
        Assert.True(dialogs.Find("[data-testid=draft-go]").HasAttribute("disabled"));

        dialogs.Find("[data-testid=draft-reason]").Input("cards");
        dialogs.Find("[data-testid=draft-go]").Click();

        dialogs.WaitForAssertion(() => Assert.EndsWith("/rules/versions/2", Navigation.Uri, StringComparison.Ordinal));
        var draft = Assert.IsType<DraftRuleSet>(Assert.Single(Gate.Ran).Command);
        Assert.Equal(("cards", "email", "pci-card"), (draft.Reason, draft.Rules[0].Id, draft.Rules[1].Id));
    }

    [Fact]
    public void Changes_are_told_rule_by_rule_against_the_set_in_force()
    {
        Publish(Set(2, RuleSetState.Draft, [Email with { Transform = new Transform(TransformKind.Redact) }, Loyalty]), Set(1, RuleSetState.Active, [Email, Notes]));
        var page = RenderSet(2);

        Assert.Equal("1 added, 1 changed, 1 removed against set 1, which is in force", page.WaitForElement("[data-testid=changes-sum]").TextContent);
        Assert.Contains("Token", page.Find("[data-testid=change-email] del").TextContent, StringComparison.Ordinal);
        Assert.Contains("Redact", page.Find("[data-testid=change-email] ins").TextContent, StringComparison.Ordinal);
        Assert.Equal("Added", page.Find("[data-testid=change-loyalty]").GetAttribute("data-kind"));
        Assert.Contains("stored in clear", page.Find("[data-testid=change-notes]").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void A_draft_that_another_set_has_overtaken_says_what_it_would_take_back()
    {
        Publish(Set(3, RuleSetState.Active, [Email, Notes], by: "Carl"), Set(2, RuleSetState.Draft, [Email, Loyalty]) with { Base = 1 }, Set(1, RuleSetState.Retired, [Email]));

        Assert.Contains("set 3 of Carl came after", RenderSet(2).WaitForElement("[data-testid=set-stale]").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void Where_a_second_person_is_required_it_is_clear_who_is_needed_and_the_author_cannot_approve()
    {
        Sets.RequiresSecondPerson = true;
        People.All.AddRange([Person("Grace", Roles.Compliance), Person("Carl", Roles.Compliance), Person("Otto", Roles.Operator)]);
        var draft = Set(2, RuleSetState.Draft, [Email, Loyalty]);
        Publish(draft with { DraftedById = MyId, DraftedBy = "Ada", History = [Step(RuleSetAct.Drafted, MyId, "Ada")] }, Set(1, RuleSetState.Active, [Email]));
        var page = RenderSet(2);

        page.WaitForAssertion(() => Assert.Contains("may be: Grace, Carl", page.Find("[data-testid=set-approval]").TextContent, StringComparison.Ordinal));
        Assert.DoesNotContain("Otto", page.Find("[data-testid=set-approval]").TextContent, StringComparison.Ordinal);
        Assert.Contains("You wrote at this set", page.Find("[data-testid=set-approve]").GetAttribute("title")!, StringComparison.Ordinal);
        Assert.True(page.Find("[data-testid=set-activate]").HasAttribute("disabled"));
    }

    [Fact]
    public void A_second_person_approves_exactly_the_set_on_show_and_then_it_can_come_into_force()
    {
        Sets.RequiresSecondPerson = true;
        Publish(Set(2, RuleSetState.Draft, [Email, Loyalty]), Set(1, RuleSetState.Active, [Email]));
        var dialogs = RenderDialogs();
        var page = RenderSet(2);
        page.WaitForElement("[data-testid=set-approve]").Click();
        dialogs.WaitForElement("[data-testid=confirm-reason]").Input("agreed");
        dialogs.Find("[data-testid=confirm-yes]").Click();
        page.WaitForAssertion(() => Assert.Equal(new ApproveRuleSet(2, "hash2", "agreed"), Assert.Single(Gate.Ran).Command));

        Publish(Set(2, RuleSetState.Draft, [Email, Loyalty]) with { ApprovedBy = "Ada", ApprovedAt = Clock.GetUtcNow() }, Set(1, RuleSetState.Active, [Email]));
        page.WaitForAssertion(() => Assert.False(page.Find("[data-testid=set-activate]").HasAttribute("disabled")));
        page.Find("[data-testid=set-activate]").Click();
        dialogs.WaitForElement("[data-testid=activate-reason]").Input("go");
        dialogs.Find("[data-testid=activate-go]").Click();

        page.WaitForAssertion(() => Assert.Equal(new ActivateRuleSet(2, "hash2", "go", "hash1"), Gate.Ran[^1].Command));
    }

    [Fact]
    public void Rolling_back_warns_of_what_is_stored_in_clear_and_tells_a_refusal_beside_the_button()
    {
        Publish(Set(2, RuleSetState.Active, [Email, Notes]), Set(1, RuleSetState.Retired, [Email]));
        var dialogs = RenderDialogs();
        RenderSet(1).WaitForElement("[data-testid=set-roll-back]").Click();

        Assert.Contains("Notes", dialogs.WaitForElement("[data-testid=activate-uncovers]").TextContent, StringComparison.Ordinal);
        Gate.Answer = new CommandResult.Failed("Set 3 came into force meanwhile.");
        dialogs.Find("[data-testid=activate-reason]").Input("too much");
        dialogs.Find("[data-testid=activate-go]").Click();

        dialogs.WaitForAssertion(() => Assert.Contains("came into force meanwhile", dialogs.Find("[data-testid=form-error]").TextContent, StringComparison.Ordinal));
        Assert.Equal(new ActivateRuleSet(1, "hash1", "too much", "hash2"), Assert.Single(Gate.Ran).Command);
    }

    [Fact]
    public void A_rule_of_a_draft_is_edited_as_it_was_when_the_dialog_opened()
    {
        Publish(Set(2, RuleSetState.Draft, [Email, Loyalty]), Set(1, RuleSetState.Active, [Email]));
        var dialogs = RenderDialogs();
        var page = RenderSet(2, "rules");
        page.WaitForElement("[data-testid=draft-edit-loyalty]").Click();
        dialogs.WaitForElement("[data-testid=rule-name]").Input("Loyalty card");
        Publish(Set(2, RuleSetState.Draft, [Email]) with { Hash = "other" }, Set(1, RuleSetState.Active, [Email]));

        dialogs.Find("[data-testid=rule-save]").Click();

        page.WaitForAssertion(() => Assert.Equal(new SaveDraftRule(2, "hash2", Loyalty with { Name = "Loyalty card" }), Assert.Single(Gate.Ran).Command));
    }

    [Fact]
    public void A_pattern_of_ones_own_is_kept_when_its_rule_is_edited()
    {
        var own = new RedactionRule("badge", "Badge", null, null, new Transform(TransformKind.Redact), Pattern: "BDG-[0-9]{6}", Anchor: "BDG-");
        Publish(Set(2, RuleSetState.Draft, [own]), Set(1, RuleSetState.Active, [Email]));
        var dialogs = RenderDialogs();
        RenderSet(2, "rules").WaitForElement("[data-testid=draft-edit-badge]").Click();
        dialogs.WaitForElement("[data-testid=rule-name]").Input("Badges");

        dialogs.Find("[data-testid=rule-save]").Click();

        dialogs.WaitForAssertion(() => Assert.Equal(new SaveDraftRule(2, "hash2", own with { Name = "Badges" }), Assert.Single(Gate.Ran).Command));
    }

    [Theory]
    [InlineData(RuleSetState.Shadow, "end the shadow to edit")]
    [InlineData(RuleSetState.Retired, "never changes again")]
    public void Only_a_draft_can_be_edited(RuleSetState state, string says)
    {
        Publish(Set(2, state, [Email, Loyalty]), Set(1, RuleSetState.Active, [Email]));
        var page = RenderSet(2, "rules");

        Assert.True(page.WaitForElement("[data-testid=draft-toggle-loyalty]").HasAttribute("disabled"));
        Assert.Contains(says, page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void A_viewer_sees_everything_and_can_change_nothing()
    {
        SignIn(Roles.Viewer);
        Publish(Set(2, RuleSetState.Draft, [Email, Loyalty]), Set(1, RuleSetState.Active, [Email]));
        var page = RenderSet(2, "rules");

        page.WaitForElement("[data-testid=set-activate]");
        Assert.All(page.FindAll(".head-actions button, .rule button, [data-testid=draft-rule-add]"), b =>
        {
            Assert.True(b.HasAttribute("disabled"));
            Assert.Contains("viewer", b.GetAttribute("title")!, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void A_set_that_is_not_there_says_so()
    {
        Publish(Set(1, RuleSetState.Active, [Email]));
        RenderSet(99).WaitForElement("[data-testid=set-missing]");
    }

    [Fact]
    public void The_shadow_waits_for_records_and_then_shows_what_would_differ_by_rule_and_field()
    {
        Publish(Set(2, RuleSetState.Shadow, [Email, Loyalty]), Set(1, RuleSetState.Active, [Email, Notes]));
        var page = RenderSet(2, "shadow");
        page.WaitForElement("[data-testid=waiting]");

        Sets.Comparison = new ShadowComparison(2, Clock.GetUtcNow(), "hash2", 0, 0, []);
        Clock.Advance(TimeSpan.FromSeconds(1));
        page.WaitForElement("[data-testid=shadow-idle]");

        Sets.Comparison = Sets.Comparison with { RecordsCompared = 50 };
        Clock.Advance(TimeSpan.FromSeconds(1));
        page.WaitForElement("[data-testid=shadow-same]");

        Sets.Comparison = Sets.Comparison with { RecordsCompared = 1200, Differences = [new("loyalty", "/loyalty", true, 1100, ["a-99999"]), new("notes", "/note", false, 3, ["aaa"])] };
        Clock.Advance(TimeSpan.FromSeconds(1));
        page.WaitForAssertion(() =>
        {
            Assert.Equal(("1,200", "1,100 values", "3 values"), (Text(page, "shadow-compared"), Text(page, "shadow-newly"), Text(page, "shadow-gone")));
            var rows = page.FindAll("[data-testid=shadow-table] tbody tr").Select(r => r.TextContent).Where(t => t.Trim().Length > 0).ToArray();
            Assert.Contains("no longer redacted", rows[0], StringComparison.Ordinal);
            Assert.Contains("Notes", rows[0], StringComparison.Ordinal);
            Assert.Contains("Loyalty number", rows[1], StringComparison.Ordinal);
            Assert.Contains("a-99999", rows[1], StringComparison.Ordinal);
        });
    }

    [Fact]
    public void The_history_tells_who_did_what_and_why()
    {
        var draft = Set(2, RuleSetState.Draft, [Email, Loyalty]);
        Publish(draft with { History = [.. draft.History, Step(RuleSetAct.ShadowStarted, "8", "Carl"), Step(RuleSetAct.Approved, "8", "Carl") with { Reason = "agreed with legal" }] }, Set(1, RuleSetState.Active, [Email]));

        var steps = RenderSet(2, "history").WaitForElement("[data-testid=set-history]").QuerySelectorAll("li").Select(l => l.TextContent).ToArray();

        Assert.Contains("Carl approved it", steps[0], StringComparison.Ordinal);
        Assert.Contains("agreed with legal", steps[0], StringComparison.Ordinal);
        Assert.Contains("Grace wrote it", steps[2], StringComparison.Ordinal);
    }

    [Fact]
    public void The_bench_shows_a_record_by_the_set_in_force_and_by_the_draft_beside_it()
    {
        Rules.Feed.Publish(new RuleBookSnapshot(1, "hash1", [new RuleEntry(Email, "Grace", Clock.GetUtcNow(), null)]));
        Publish(Set(2, RuleSetState.Draft, [Email, Loyalty]), Set(1, RuleSetState.Active, [Email]));
        var page = RenderSet(2, "bench");
        page.WaitForElement("[data-testid=bench-in]").Input("""{"mail":"ada@example.org","loyalty":"L-12345"}""");

        page.WaitForAssertion(() => Assert.Equal("2 values redacted", Text(page, "bench-candidate-status")));
        Assert.Equal("1 value redacted", Text(page, "bench-status"));
        Assert.Contains("L-12345", Text(page, "bench-out"), StringComparison.Ordinal);
        Assert.DoesNotContain("L-12345", Text(page, "bench-candidate-out"), StringComparison.Ordinal);
        Assert.Contains("Loyalty number", page.Find("[data-testid=bench-candidate-found] li:has(.tag)").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_tried_on_the_bench_counts_neither_as_a_record_nor_in_the_shadow()
    {
        Redaction.StartShadow([Email, Loyalty]);
        Rules.Feed.Publish(new RuleBookSnapshot(1, "hash1", [new RuleEntry(Email, "Grace", Clock.GetUtcNow(), null)]));
        Publish(Set(1, RuleSetState.Active, [Email]));

        RenderSet(1, "bench").WaitForElement("[data-testid=bench-status]");

        Assert.Equal(new RedactionTotals(0, 0, 0, 0, 0), Redaction.Totals());
        Assert.Equal(0, Redaction.Shadow()!.RecordsCompared);
    }

    private const string MyId = "ada";

    private static string Text(IRenderedComponent<RuleSetPage> page, string id) => page.Find($"[data-testid={id}]").TextContent.Trim();

    private RuleSetStep Step(RuleSetAct what, string id, string by) => new(what, Clock.GetUtcNow(), id, by, "hash2");

    private static PersonEntry Person(string name, string role) => new(name, $"{name}@weir.example", name, [role], false, null);

    private IRenderedComponent<RuleSetPage> RenderSet(int number, string show = "changes")
    {
        Navigation.NavigateTo(new RuleSetView(number, show).ToUrl());
        return Render<RuleSetPage>(p => p.Add(x => x.Number, number));
    }

    private void Publish(params RuleSet[] sets) => Sets.Feed.Publish(sets);

    private RuleSet Set(int number, RuleSetState state, IReadOnlyList<RedactionRule> rules, string? reason = null, string by = "Grace") => new(
        number, $"hash{number}", state, rules, by, by, Clock.GetUtcNow(), reason, null, null, state is RuleSetState.Active or RuleSetState.Retired ? Clock.GetUtcNow() : null, state == RuleSetState.Retired ? Clock.GetUtcNow() : null, 1,
        [new(RuleSetAct.Drafted, Clock.GetUtcNow(), by, by, $"hash{number}", reason), .. state == RuleSetState.Active ? [new RuleSetStep(RuleSetAct.Activated, Clock.GetUtcNow(), by, by, $"hash{number}")] : Array.Empty<RuleSetStep>()]);
}
