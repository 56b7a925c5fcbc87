using System.Buffers;
using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Weir.ControlPlane.Commands;
using Weir.ControlPlane.Rules;
using Weir.Pipeline.Redaction;
using Weir.Pipeline.Redaction.Rules;

namespace Weir.ControlPlane.Tests.Rules;

public sealed class RuleBookTests : IDisposable
{
    private readonly TestState _state = new();
    private readonly OwnRuleChanges _changes;
    private readonly ServiceProvider _services;
    private readonly RuleBook _book;

    public RuleBookTests()
    {
        _services = Redaction();
        _changes = _state.RuleChanges;
        _book = Open(_services, _changes);
    }

    [Fact]
    public void A_new_book_starts_with_the_default_rules_in_force()
    {
        Assert.Equal(DefaultRules.All.Select(r => r.Id), _book.Current.Rules.Select(r => r.Rule.Id));
        Assert.Equal((1, _services.GetRequiredService<IRuleSetHolder>().ActiveHash), (_book.Current.Version, _book.Current.Hash));
        Assert.DoesNotContain("ada@example.org", Clean(_services, "{\"note\":\"ada@example.org\"}"));
    }

    [Fact]
    public async Task A_rule_switched_off_is_off_for_the_next_record_and_on_again_after()
    {
        var handler = Handler();

        Assert.IsType<CommandResult.Done>(await handler.HandleAsync(new SetRuleEnabled("email", false, "a test"), TestState.Admin, CancellationToken.None));
        Assert.Contains("ada@example.org", Clean(_services, "{\"note\":\"ada@example.org\"}"));
        Assert.Equal(("Ada", "a test", 2), (_book.Current.Rules.Single(r => r.Rule.Id == "email").ChangedBy, _book.Current.Rules.Single(r => r.Rule.Id == "email").Reason, _book.Current.Version));

        await handler.HandleAsync(new SetRuleEnabled("email", true), TestState.Admin, CancellationToken.None);
        Assert.DoesNotContain("ada@example.org", Clean(_services, "{\"note\":\"ada@example.org\"}"));
    }

    [Fact]
    public async Task Rules_outlive_a_restart_and_keep_their_places()
    {
        await _book.SaveAsync("note", _ => new RedactionRule("note", "Notes", null, "/note", new Transform(TransformKind.Redact)), TestState.Admin, null, CancellationToken.None);
        await _book.SaveAsync("email", now => now!.Rule with { Enabled = false }, TestState.Admin, null, CancellationToken.None);

        using var services = Redaction();
        using var again = Open(services, _state.RuleChanges);

        Assert.Equal(_book.Current.Rules, again.Current.Rules);
        Assert.Equal("note", again.Current.Rules[^1].Rule.Id);
        Assert.Equal((3, _book.Current.Hash), (again.Current.Version, services.GetRequiredService<IRuleSetHolder>().ActiveHash));
    }

    [Fact]
    public async Task Another_process_follows_within_a_second()
    {
        using var services = Redaction();
        using var other = Open(services, _state.RuleChanges);
        await other.StartAsync(CancellationToken.None);

        await _book.SaveAsync("email", now => now!.Rule with { Enabled = false }, TestState.Admin, null, CancellationToken.None);

        await Eventually.AdvancesAsync(_state.Time, TimeSpan.FromMilliseconds(100), () => Clean(services, "{\"note\":\"ada@example.org\"}").Contains("ada@example.org", StringComparison.Ordinal), "the rule to be off elsewhere");
        await other.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task A_set_that_does_not_compile_is_neither_stored_nor_in_force()
    {
        var before = _book.Current;

        await Assert.ThrowsAnyAsync<ArgumentException>(() => _book.SaveAsync("bad", _ => new RedactionRule("bad", "Bad", "NO_SUCH_ENTITY", null, new Transform(TransformKind.Redact)), TestState.Admin, null, CancellationToken.None));

        Assert.Equal((before.Version, before.Hash), (_book.Current.Version, _services.GetRequiredService<IRuleSetHolder>().ActiveHash));
        using var services = Redaction();
        using var again = Open(services, _state.RuleChanges);
        Assert.Null(again.Find("bad"));
    }

    [Fact]
    public async Task A_rule_that_is_not_there_cannot_be_switched_or_removed()
    {
        Assert.Equal("ruleId", Assert.IsType<CommandResult.Failed>(await Handler().HandleAsync(new SetRuleEnabled("nothing", true), TestState.Admin, CancellationToken.None)).Field);
        Assert.Equal("ruleId", Assert.IsType<CommandResult.Failed>(await Handler().HandleAsync(new DeleteRule("nothing"), TestState.Admin, CancellationToken.None)).Field);
    }

    [Fact]
    public async Task Of_two_who_edit_a_rule_at_once_the_second_is_told_and_overwrites_nothing()
    {
        var seen = new RuleSeen(_book.Current.Rules.Single(r => r.Rule.Id == "email").ChangedAt);
        _state.Time.Advance(TimeSpan.FromSeconds(1));
        await Handler().HandleAsync(new SaveRule(_book.Find("email")! with { Name = "Otto's" }, null, seen), TestState.Operator, CancellationToken.None);

        var late = Assert.IsType<CommandResult.Failed>(await Handler().HandleAsync(new SaveRule(_book.Find("email")! with { Name = "Ada's" }, null, seen), TestState.Admin, CancellationToken.None));

        Assert.Contains("Otto changed this rule at 08:00:01 UTC", late.Message);
        Assert.Equal("Otto's", _book.Find("email")!.Name);
    }

    [Fact]
    public async Task A_new_rule_does_not_take_the_place_of_one_with_its_id()
    {
        var late = Assert.IsType<CommandResult.Failed>(await Handler().HandleAsync(new SaveRule(_book.Find("email")! with { Name = "Mine" }, null, new RuleSeen(null)), TestState.Admin, CancellationToken.None));

        Assert.Contains("choose another name", late.Message);
        Assert.Equal("E-mail addresses", _book.Find("email")!.Name);
    }

    public void Dispose()
    {
        _book.Dispose();
        _services.Dispose();
        _state.Dispose();
    }

    private static string Clean(ServiceProvider services, string record)
    {
        var clean = new ArrayBufferWriter<byte>();
        services.GetRequiredService<IRecordRedactor>().Redact("orders", Encoding.UTF8.GetBytes(record), clean);
        return Encoding.UTF8.GetString(clean.WrittenSpan);
    }

    private RuleCommandHandler Handler() => new(
        _book, new RuleSets(_state.Database, _changes, _book, _services.GetRequiredService<IRedactionControl>(), Microsoft.Extensions.Options.Options.Create(new RulesOptions()), _state.Time, NullLogger<RuleSets>.Instance));

    private ServiceProvider Redaction() => new ServiceCollection()
        .AddRedaction(new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { ["DataDirectory"] = _state.Folder }).Build())
        .BuildServiceProvider();

    private RuleBook Open(ServiceProvider services, IRuleChanges changes) => new(_state.Database, changes, services.GetRequiredService<IRuleSetHolder>(), _state.Time, NullLogger<RuleBook>.Instance);
}
