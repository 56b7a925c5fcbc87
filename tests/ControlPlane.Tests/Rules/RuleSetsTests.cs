using System.Buffers;
using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Weir.ControlPlane.Access;
using Weir.ControlPlane.Commands;
using Weir.ControlPlane.Rules;
using Weir.Pipeline.Redaction;
using Weir.Pipeline.Redaction.Rules;

namespace Weir.ControlPlane.Tests.Rules;

public sealed class RuleSetsTests : IDisposable
{
    private const string Record = "{\"note\":\"ada@example.org\",\"loyalty\":\"L-12345\"}";
    private static readonly Actor Clara = new("7", "Clara", [Roles.Compliance]);
    private static readonly Actor Carl = new("8", "Carl", [Roles.Compliance]);
    private static readonly RedactionRule Loyalty = new("loyalty", "Loyalty number", null, "/loyalty", new Transform(TransformKind.Redact));

    private readonly TestState _state = new();
    private readonly OwnRuleChanges _changes;
    private readonly ServiceProvider _services;
    private readonly RulesOptions _options = new();
    private readonly RuleBook _book;
    private readonly RuleSets _sets;
    private readonly RuleSetCommandHandler _handler;

    public RuleSetsTests()
    {
        _services = Redaction();
        _changes = _state.RuleChanges;
        _book = new RuleBook(_state.Database, _changes, _services.GetRequiredService<IRuleSetHolder>(), _state.Time, NullLogger<RuleBook>.Instance);
        _sets = Open(_services, _book, _changes);
        _handler = new RuleSetCommandHandler(_sets);
    }

    [Fact]
    public async Task Every_change_leaves_a_set_that_says_who_when_and_why()
    {
        var first = Assert.Single(_sets.Feed.Latest!);
        Assert.Equal((RuleSetState.Active, _book.Current.Hash), (first.State, first.Hash));

        _state.Time.Advance(TimeSpan.FromHours(1));
        await _book.SaveAsync("email", now => now!.Rule with { Enabled = false }, Clara, "a test", CancellationToken.None);

        Assert.Equal((RuleSetState.Retired, (DateTimeOffset?)_state.Time.GetUtcNow()), (_sets.Find(1)!.State, _sets.Find(1)!.RetiredAt));
        var second = _sets.Find(2)!;
        Assert.Equal((RuleSetState.Active, "Clara", "a test", _book.Current.Hash), (second.State, second.DraftedBy, second.Reason, second.Hash));
    }

    [Fact]
    public async Task A_draft_runs_in_the_shadow_and_changes_no_record_until_it_is_activated()
    {
        var draft = await DraftAsync([.. Current(), Loyalty]);
        await DoneAsync(new ShadowRuleSet(draft.Number));

        Assert.Contains("L-12345", Clean());
        var report = _sets.Shadow()!;
        Assert.Equal((draft.Hash, 1L), (report.CandidateHash, report.RecordsCompared));
        Assert.Equal(("loyalty", true), (Assert.Single(report.Differences).Rule, report.Differences[0].NewlyRedacted));

        await DoneAsync(new ActivateRuleSet(draft.Number, draft.Hash, "looks right"));
        Assert.DoesNotContain("L-12345", Clean());
        Assert.Null(_sets.Shadow());
        Assert.Equal((RuleSetState.Active, RuleSetState.Retired), (_sets.Find(draft.Number)!.State, _sets.Find(1)!.State));
        Assert.Equal(("Clara", draft.Hash), (_book.Current.Rules.Single(r => r.Rule.Id == "loyalty").ChangedBy, _book.Current.Hash));
    }

    [Fact]
    public async Task A_retired_set_is_activated_again_to_roll_back_exactly()
    {
        var before = _sets.Find(1)!;
        await _book.DeleteAsync("email", Clara, null, CancellationToken.None);
        Assert.Contains("ada@example.org", Clean());

        await DoneAsync(new ActivateRuleSet(1, before.Hash));

        Assert.DoesNotContain("ada@example.org", Clean());
        Assert.Equal((before.Hash, RuleSetState.Active), (_book.Current.Hash, _sets.Find(1)!.State));
        Assert.Equal(before.Rules.Select(r => r.Id), _book.Current.Rules.Select(r => r.Rule.Id));
        Assert.Null(_sets.Find(1)!.RetiredAt);
    }

    [Fact]
    public async Task Where_a_second_person_is_required_the_author_cannot_approve_and_nobody_can_skip()
    {
        _options.RequireSecondPerson = true;
        var single = new RuleCommandHandler(_book, _sets);
        var waits = Assert.IsType<CommandResult.Done>(await single.HandleAsync(new SetRuleEnabled("email", false, "noise"), Clara, CancellationToken.None));
        Assert.Contains("second person", waits.Message);
        Assert.DoesNotContain("ada@example.org", Clean());
        var draft = _sets.Feed.Latest![0];

        Assert.Contains("second person", (await FailedAsync(new ActivateRuleSet(draft.Number, draft.Hash))).Message);
        Assert.Contains("Somebody else", (await FailedAsync(new ApproveRuleSet(draft.Number, draft.Hash))).Message);
        Assert.Contains("hash", (await FailedAsync(new ApproveRuleSet(draft.Number, "0000000000000000"), Carl)).Message);
        await DoneAsync(new ApproveRuleSet(draft.Number, draft.Hash), Carl);
        await DoneAsync(new ActivateRuleSet(draft.Number, draft.Hash));

        Assert.Contains("ada@example.org", Clean());
        Assert.Equal("Carl", _sets.Find(draft.Number)!.ApprovedBy);

        await DoneAsync(new ActivateRuleSet(1, _sets.Find(1)!.Hash));
        Assert.DoesNotContain("ada@example.org", Clean());
    }

    [Fact]
    public async Task A_set_goes_only_where_its_state_lets_it()
    {
        var draft = await DraftAsync([Loyalty]);
        Assert.Contains("active", (await FailedAsync(new ShadowRuleSet(1))).Message);
        Assert.Contains("active", (await FailedAsync(new ActivateRuleSet(1, _sets.Find(1)!.Hash))).Message);
        await DoneAsync(new DiscardRuleSet(draft.Number));
        Assert.Contains("discarded", (await FailedAsync(new ActivateRuleSet(draft.Number, draft.Hash))).Message);
        Assert.Contains("discarded", (await FailedAsync(new ApproveRuleSet(draft.Number, draft.Hash), Carl)).Message);
        Assert.True((await FailedAsync(new ShadowRuleSet(99))).NotFound);
    }

    [Fact]
    public async Task A_draft_that_does_not_compile_or_is_empty_is_not_kept()
    {
        await Assert.ThrowsAnyAsync<ArgumentException>(() => _handler.HandleAsync(new DraftRuleSet([Loyalty with { Detector = "NO_SUCH" }]), Clara, CancellationToken.None));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => _handler.HandleAsync(new DraftRuleSet([]), Clara, CancellationToken.None));

        Assert.Single(_sets.Feed.Latest!);
    }

    [Fact]
    public async Task The_shadow_starts_and_ends_in_every_process_within_a_second_and_outlives_a_restart()
    {
        var draft = await DraftAsync([.. Current(), Loyalty]);
        await DoneAsync(new ShadowRuleSet(draft.Number));

        using var services = Redaction();
        using var book = new RuleBook(_state.Database, _state.RuleChanges, services.GetRequiredService<IRuleSetHolder>(), _state.Time, NullLogger<RuleBook>.Instance);
        using var other = Open(services, book, _state.RuleChanges);
        Assert.Equal(draft.Hash, other.Shadow()!.CandidateHash);

        await other.StartAsync(CancellationToken.None);
        await DoneAsync(new StopShadow());
        await Eventually.AdvancesAsync(_state.Time, TimeSpan.FromMilliseconds(250), () => other.Shadow() is null, "the shadow to end elsewhere");
        await other.StopAsync(CancellationToken.None);
        Assert.Equal(RuleSetState.Draft, _sets.Find(draft.Number)!.State);
    }

    [Fact]
    public async Task A_set_tells_who_did_what_with_it_when_and_why()
    {
        var draft = await DraftAsync([.. Current(), Loyalty]);
        await DoneAsync(new ShadowRuleSet(draft.Number), Carl);
        await DoneAsync(new StopShadow(), Carl);
        await DoneAsync(new ApproveRuleSet(draft.Number, draft.Hash, "agreed with legal"), Carl);
        await DoneAsync(new ActivateRuleSet(draft.Number, draft.Hash, "go"));
        await DoneAsync(new ActivateRuleSet(1, _sets.Find(1)!.Hash, "too much"), Carl);

        Assert.Equal(
            [
                (RuleSetAct.Drafted, "Clara", "a test"), (RuleSetAct.ShadowStarted, "Carl", null), (RuleSetAct.ShadowEnded, "Carl", null), (RuleSetAct.Approved, "Carl", "agreed with legal"),
                (RuleSetAct.Activated, "Clara", "go"), (RuleSetAct.Retired, "Carl", null),
            ],
            _sets.Find(draft.Number)!.History.Select(s => (s.What, s.By, s.Reason)));
        Assert.Equal(1, _sets.Find(draft.Number)!.Base);
        Assert.Equal((RuleSetAct.Activated, "Carl", "too much"), (_sets.Find(1)!.History[^1].What, _sets.Find(1)!.History[^1].By, _sets.Find(1)!.History[^1].Reason));
    }

    [Fact]
    public async Task An_edited_draft_has_another_hash_and_loses_its_approval()
    {
        var draft = await DraftAsync([.. Current(), Loyalty]);
        await DoneAsync(new ApproveRuleSet(draft.Number, draft.Hash), Carl);

        await DoneAsync(new SaveDraftRule(draft.Number, draft.Hash, Loyalty with { Transform = new Transform(TransformKind.Token) }, "tokens will do"));

        var edited = _sets.Find(draft.Number)!;
        Assert.NotEqual(draft.Hash, edited.Hash);
        Assert.Equal((null, null), (edited.ApprovedBy, edited.ApprovedAt));
        Assert.Equal(TransformKind.Token, edited.Rules.Single(r => r.Id == "loyalty").Transform.Kind);
        Assert.Equal((RuleSetAct.Edited, "tokens will do", edited.Hash), (edited.History[^1].What, edited.History[^1].Reason, edited.History[^1].Hash));

        await DoneAsync(new DeleteDraftRule(draft.Number, edited.Hash, "loyalty"));
        Assert.Equal(_sets.Find(1)!.Hash, _sets.Find(draft.Number)!.Hash);
    }

    [Fact]
    public async Task Of_two_who_edit_a_draft_at_once_the_second_is_told_and_overwrites_nothing()
    {
        var draft = await DraftAsync([.. Current(), Loyalty]);
        await DoneAsync(new SaveDraftRule(draft.Number, draft.Hash, Loyalty with { Name = "Carl's" }), Carl);

        var late = await FailedAsync(new SaveDraftRule(draft.Number, draft.Hash, Loyalty with { Name = "Clara's" }));

        Assert.Contains("Carl changed set", late.Message);
        Assert.Contains("Nothing of yours is saved", late.Message);
        Assert.Equal("Carl's", _sets.Find(draft.Number)!.Rules.Single(r => r.Id == "loyalty").Name);
        Assert.True((await FailedAsync(new DeleteDraftRule(draft.Number, _sets.Find(draft.Number)!.Hash, "nothing"))).NotFound);
    }

    [Fact]
    public async Task Whoever_edited_a_draft_cannot_be_its_second_person()
    {
        _options.RequireSecondPerson = true;
        var draft = await DraftAsync([.. Current(), Loyalty]);
        await DoneAsync(new SaveDraftRule(draft.Number, draft.Hash, Loyalty with { Name = "Carl's" }), Carl);

        Assert.Contains("Carl wrote at this set", (await FailedAsync(new ApproveRuleSet(draft.Number, _sets.Find(draft.Number)!.Hash), Carl)).Message);
        Assert.Equal(["Clara", "Carl"], _sets.Find(draft.Number)!.Authors().Select(a => a.Name));
    }

    [Fact]
    public async Task A_set_in_the_shadow_does_not_change()
    {
        var draft = await DraftAsync([.. Current(), Loyalty]);
        await DoneAsync(new ShadowRuleSet(draft.Number));

        Assert.Contains("Only a draft can be edited; set 2 is shadow", (await FailedAsync(new DeleteDraftRule(draft.Number, draft.Hash, "loyalty"))).Message);
    }

    [Fact]
    public async Task A_set_compared_with_one_that_is_no_longer_in_force_is_not_activated()
    {
        var draft = await DraftAsync([.. Current(), Loyalty]);
        var compared = _book.Current.Hash;
        await _book.SaveAsync("email", now => now!.Rule with { Enabled = false }, Carl, null, CancellationToken.None);

        Assert.Contains("came into force meanwhile", (await FailedAsync(new ActivateRuleSet(draft.Number, draft.Hash, null, compared))).Message);
        Assert.Equal((RuleSetState.Draft, RuleSetState.Active), (_sets.Find(draft.Number)!.State, _sets.Find(3)!.State));

        await DoneAsync(new ActivateRuleSet(draft.Number, draft.Hash, null, _book.Current.Hash));
        Assert.Equal(draft.Hash, _book.Current.Hash);
    }

    [Fact]
    public async Task What_another_process_does_with_a_set_is_published_within_a_second()
    {
        using var services = Redaction();
        using var book = new RuleBook(_state.Database, _state.RuleChanges, services.GetRequiredService<IRuleSetHolder>(), _state.Time, NullLogger<RuleBook>.Instance);
        using var other = Open(services, book, _state.RuleChanges);
        await other.StartAsync(CancellationToken.None);

        await DraftAsync([.. Current(), Loyalty]);

        await Eventually.AdvancesAsync(_state.Time, TimeSpan.FromMilliseconds(250), () => other.Feed.Latest![0].State == RuleSetState.Draft, "the draft to be known elsewhere");
        await other.StopAsync(CancellationToken.None);
    }

    [Fact]
    public void A_draft_starts_with_the_rules_in_force_and_what_packs_add_to_them()
    {
        RedactionRule[] from = [new("email", "E-mail", "EMAIL_ADDRESS", null, new Transform(TransformKind.Token)), new("phone", "Phone", "PHONE_NUMBER", null, new Transform(TransformKind.Redact), Enabled: false)];
        var gdpr = RulePacks.All.Single(p => p.Id == "gdpr");

        var start = DraftStart.Of(from, [gdpr]);

        Assert.Equal(["gdpr-email"], start.LeftOut.Select(r => r.Id));
        Assert.Equal(from.Length + gdpr.Rules.Count - 1, start.Rules.Count);
        Assert.Contains(start.Rules, r => r.Id == "gdpr-phone");
        Assert.Equal(start.Rules.Count, DraftStart.Of(start.Rules, [gdpr]).Rules.Count);
    }

    [Fact]
    public void Sets_are_compared_rule_by_rule()
    {
        RedactionRule phone = new("phone", "Phone", "PHONE_NUMBER", null, new Transform(TransformKind.Redact), Streams: ["orders"]);
        RedactionRule email = new("email", "E-mail", "EMAIL_ADDRESS", null, new Transform(TransformKind.Token));

        var differences = RuleSetDifference.Of([phone, email, Loyalty], [Loyalty with { Id = "new" }, phone with { Streams = ["orders"] }, email with { Enabled = false }]);

        Assert.Equal([("new", RuleChange.Added), ("phone", RuleChange.Same), ("email", RuleChange.Changed), ("loyalty", RuleChange.Removed)], differences.Select(d => ((d.Now ?? d.Was)!.Id, d.Kind)));
        Assert.Equal(["email", "loyalty"], differences.Where(d => d.Uncovers).Select(d => (d.Now ?? d.Was)!.Id));
    }

    public void Dispose()
    {
        _sets.Dispose();
        _book.Dispose();
        _services.Dispose();
        _state.Dispose();
    }

    private RedactionRule[] Current() => [.. _book.Current.Rules.Select(r => r.Rule)];

    private async Task<RuleSet> DraftAsync(IReadOnlyList<RedactionRule> rules)
    {
        Assert.IsType<CommandResult.Done>(await _handler.HandleAsync(new DraftRuleSet(rules, "a test"), Clara, CancellationToken.None));
        return _sets.Feed.Latest![0];
    }

    private async Task DoneAsync(ICommand command, Actor? by = null) => Assert.IsType<CommandResult.Done>(await RunAsync(command, by ?? Clara));

    private async Task<CommandResult.Failed> FailedAsync(ICommand command, Actor? by = null) => Assert.IsType<CommandResult.Failed>(await RunAsync(command, by ?? Clara));

    private Task<CommandResult> RunAsync(ICommand command, Actor by) => command switch
    {
        SaveDraftRule c => _handler.HandleAsync(c, by, CancellationToken.None),
        DeleteDraftRule c => _handler.HandleAsync(c, by, CancellationToken.None),
        ShadowRuleSet c => _handler.HandleAsync(c, by, CancellationToken.None),
        StopShadow c => _handler.HandleAsync(c, by, CancellationToken.None),
        ApproveRuleSet c => _handler.HandleAsync(c, by, CancellationToken.None),
        ActivateRuleSet c => _handler.HandleAsync(c, by, CancellationToken.None),
        DiscardRuleSet c => _handler.HandleAsync(c, by, CancellationToken.None),
        _ => throw new InvalidOperationException(),
    };

    private string Clean()
    {
        var clean = new ArrayBufferWriter<byte>();
        _services.GetRequiredService<IRecordRedactor>().Redact("orders", Encoding.UTF8.GetBytes(Record), clean);
        return Encoding.UTF8.GetString(clean.WrittenSpan);
    }

    private ServiceProvider Redaction() => new ServiceCollection()
        .AddRedaction(new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { ["DataDirectory"] = _state.Folder }).Build())
        .BuildServiceProvider();

    private RuleSets Open(ServiceProvider services, RuleBook book, IRuleChanges changes) =>
        new(_state.Database, changes, book, services.GetRequiredService<IRedactionControl>(), Options.Create(_options), _state.Time, NullLogger<RuleSets>.Instance);
}
