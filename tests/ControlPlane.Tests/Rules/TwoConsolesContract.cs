using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Weir.ControlPlane.Access;
using Weir.ControlPlane.Commands;
using Weir.ControlPlane.Rules;
using Weir.ControlPlane.State;
using Weir.Pipeline.Redaction;

namespace Weir.ControlPlane.Tests.Rules;

/// <summary>What holds between two processes that share their rules, wherever they share them: Clara works on one console, Carl on the other.</summary>
public abstract class TwoConsolesContract : IAsyncLifetime
{
    private static readonly Actor Clara = new("7", "Clara", [Roles.Compliance]);
    private static readonly Actor Carl = new("8", "Carl", [Roles.Compliance]);
    private protected static readonly RedactionRule Loyalty = new("loyalty", "Loyalty number", null, "/loyalty", new Transform(TransformKind.Redact));
    private RuleConsole _one = null!;
    private RuleConsole _two = null!;

    private protected DirectoryInfo Folder { get; } = Directory.CreateTempSubdirectory("weir-consoles-");

    public virtual async ValueTask InitializeAsync()
    {
        _one = await OpenAsync("one");
        _two = await OpenAsync("two");
    }

    public virtual ValueTask DisposeAsync()
    {
        _one.Dispose();
        _two.Dispose();
        Folder.Delete(recursive: true);
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task What_one_drafts_a_second_person_approves_on_the_other_and_both_clean_by_it()
    {
        var draft = await DraftAsync();
        await SeeAsync(_two);
        Assert.Equal(("Clara", RuleSetState.Draft, draft.Hash), (_two.Sets.Find(draft.Number)!.DraftedBy, _two.Sets.Find(draft.Number)!.State, _two.Sets.Find(draft.Number)!.Hash));

        Assert.Contains("second person", Failed(await _two.RunAsync(new ActivateRuleSet(draft.Number, draft.Hash), Carl)));
        Assert.Contains("Somebody else", Failed(await _two.RunAsync(new ApproveRuleSet(draft.Number, draft.Hash), Clara)));
        Done(await _two.RunAsync(new ApproveRuleSet(draft.Number, draft.Hash), Carl));
        Done(await _one.RunAsync(new ActivateRuleSet(draft.Number, draft.Hash, "agreed"), Clara));

        await SeeAsync(_two);
        Assert.All([_one, _two], c => Assert.Equal((draft.Hash, draft.Hash), (c.Holder.ActiveHash, c.Book.Current.Hash)));
        Assert.Equal(_one.Book.Current.Rules, _two.Book.Current.Rules);
        Assert.Equal(_one.Sets.Feed.Latest!.Select(s => (s.Number, s.State, s.Hash, s.History.Count)), _two.Sets.Feed.Latest!.Select(s => (s.Number, s.State, s.Hash, s.History.Count)));
    }

    [Fact]
    public async Task Of_two_who_edit_a_draft_at_once_one_wins_and_the_other_is_told()
    {
        var draft = await DraftAsync();
        await SeeAsync(_two);

        var results = await Task.WhenAll(
            Task.Run(() => _one.RunAsync(new SaveDraftRule(draft.Number, draft.Hash, Loyalty with { Name = "Clara's" }), Clara)),
            Task.Run(() => _two.RunAsync(new SaveDraftRule(draft.Number, draft.Hash, Loyalty with { Name = "Carl's" }), Carl)));

        var (winner, loser) = results[0] is CommandResult.Done ? ("Clara", results[1]) : ("Carl", results[0]);
        Assert.Single(results.OfType<CommandResult.Done>());
        Assert.Contains($"{winner} changed set {draft.Number}", Failed(loser));
        await SeeAsync(_one);
        await SeeAsync(_two);
        Assert.All([_one, _two], c => Assert.Equal($"{winner}'s", c.Sets.Find(draft.Number)!.Rules.Single(r => r.Id == "loyalty").Name));
    }

    [Fact]
    public async Task Drafts_made_at_once_have_numbers_of_their_own()
    {
        var drafts = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => Task.Run(() => (i % 2 == 0 ? _one : _two).RunAsync(new DraftRuleSet([Loyalty with { Name = $"{i}" }]), Clara))));

        Assert.Equal(Enumerable.Range(2, 10), drafts.Select(d => int.Parse(((CommandResult.Done)d).Id!, System.Globalization.CultureInfo.InvariantCulture)).Order());
        await SeeAsync(_one);
        await SeeAsync(_two);
        Assert.All([_one, _two], c => Assert.Equal(11, c.Sets.Feed.Latest!.Count));
    }

    [Fact]
    public async Task Who_wrote_at_a_draft_on_one_console_cannot_approve_it_on_the_other_that_has_not_seen_it_yet()
    {
        var draft = await DraftAsync();
        await SeeAsync(_two);
        Done(await _one.RunAsync(new SaveDraftRule(draft.Number, draft.Hash, Loyalty with { Name = "Carl's" }), Carl));
        var edited = _one.Sets.Find(draft.Number)!;
        Done(await _one.RunAsync(new SaveDraftRule(draft.Number, edited.Hash, Loyalty), Carl));
        Assert.Equal(draft.Hash, _one.Sets.Find(draft.Number)!.Hash);

        Assert.Contains("Carl wrote at this set", Failed(await _two.RunAsync(new ApproveRuleSet(draft.Number, draft.Hash), Carl)));
    }

    [Fact]
    public async Task A_rule_switched_on_one_console_stays_so_when_the_other_which_has_not_seen_it_saves_another()
    {
        await SeeAsync(_two);
        Options.RequireSecondPerson = false;
        Done(await _one.RunAsync(new SetRuleEnabled("email", false), Clara));
        Done(await _two.RunAsync(new SaveRule(Loyalty), Carl));

        await SeeAsync(_one);
        Assert.All([_one, _two], c => Assert.Equal((false, "Loyalty number"), (c.Book.Find("email")!.Enabled, c.Book.Find("loyalty")!.Name)));
        Assert.Equal(_one.Holder.ActiveHash, _two.Holder.ActiveHash);
    }

    [Fact]
    public async Task A_roll_back_on_the_other_console_takes_over_the_set_that_was_in_force_before()
    {
        Options.RequireSecondPerson = false;
        var before = _one.Book.Current.Hash;
        Done(await _one.RunAsync(new SetRuleEnabled("email", false), Clara));
        Done(await _two.RunAsync(new ActivateRuleSet(1, before, "too much"), Carl));

        await SeeAsync(_one);
        Assert.All([_one, _two], c => Assert.Equal((before, RuleSetState.Active, RuleSetState.Retired), (c.Holder.ActiveHash, c.Sets.Find(1)!.State, c.Sets.Find(2)!.State)));
    }

    [Fact]
    public async Task A_set_compared_with_one_that_the_other_console_has_replaced_is_not_activated()
    {
        Options.RequireSecondPerson = false;
        var draft = await DraftAsync();
        var compared = _one.Book.Current.Hash;
        Done(await _two.RunAsync(new SetRuleEnabled("email", false), Carl));

        Assert.Contains("came into force meanwhile", Failed(await _one.RunAsync(new ActivateRuleSet(draft.Number, draft.Hash, null, compared), Clara)));
    }

    [Fact]
    public async Task The_shadow_that_one_starts_runs_on_both_until_the_other_ends_it()
    {
        var draft = await DraftAsync();
        Done(await _one.RunAsync(new ShadowRuleSet(draft.Number), Clara));
        await SeeAsync(_two);
        Assert.All([_one, _two], c => Assert.Equal(draft.Hash, c.Sets.Shadow()!.CandidateHash));

        Done(await _two.RunAsync(new StopShadow(), Carl));
        await SeeAsync(_one);
        Assert.All([_one, _two], c => Assert.Null(c.Sets.Shadow()));
    }

    private protected RulesOptions Options { get; } = new() { RequireSecondPerson = true };

    /// <summary>A console that shares its rules with the others.</summary>
    private protected abstract Task<RuleConsole> OpenAsync(string name);

    /// <summary>Lets a console look at what others have changed, as it does by itself twice a second.</summary>
    private protected abstract Task SeeAsync(RuleConsole console);

    private async Task<RuleSet> DraftAsync()
    {
        var done = Done(await _one.RunAsync(new DraftRuleSet([.. _one.Book.Current.Rules.Select(r => r.Rule), Loyalty]), Clara));
        return _one.Sets.Find(int.Parse(done.Id!, System.Globalization.CultureInfo.InvariantCulture))!;
    }

    private static CommandResult.Done Done(CommandResult result) => Assert.IsType<CommandResult.Done>(result);

    private static string Failed(CommandResult result) => Assert.IsType<CommandResult.Failed>(result).Message;

    /// <summary>The part of a process that has to do with rules.</summary>
    private protected sealed class RuleConsole : IDisposable
    {
        private readonly ServiceProvider _services;

        public RuleConsole(StateDatabase database, IRuleChanges changes, string folder, RulesOptions options)
        {
            Changes = changes;
            _services = new ServiceCollection()
                .AddRedaction(new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { ["DataDirectory"] = folder }).Build())
                .BuildServiceProvider();
            Book = new RuleBook(database, changes, Holder, TimeProvider.System, NullLogger<RuleBook>.Instance);
            Sets = new RuleSets(database, changes, Book, _services.GetRequiredService<IRedactionControl>(), Microsoft.Extensions.Options.Options.Create(options), TimeProvider.System, NullLogger<RuleSets>.Instance);
        }

        public IRuleChanges Changes { get; }

        public RuleBook Book { get; }

        public RuleSets Sets { get; }

        public IRuleSetHolder Holder => _services.GetRequiredService<IRuleSetHolder>();

        public Task<CommandResult> RunAsync(ICommand command, Actor by)
        {
            var (rules, sets) = (new RuleCommandHandler(Book, Sets), new RuleSetCommandHandler(Sets));
            return command switch
            {
                SetRuleEnabled c => rules.HandleAsync(c, by, CancellationToken.None),
                SaveRule c => rules.HandleAsync(c, by, CancellationToken.None),
                DraftRuleSet c => sets.HandleAsync(c, by, CancellationToken.None),
                SaveDraftRule c => sets.HandleAsync(c, by, CancellationToken.None),
                ShadowRuleSet c => sets.HandleAsync(c, by, CancellationToken.None),
                StopShadow c => sets.HandleAsync(c, by, CancellationToken.None),
                ApproveRuleSet c => sets.HandleAsync(c, by, CancellationToken.None),
                ActivateRuleSet c => sets.HandleAsync(c, by, CancellationToken.None),
                _ => throw new InvalidOperationException(command.Name),
            };
        }

        public void Dispose()
        {
            Sets.Dispose();
            Book.Dispose();
            _services.Dispose();
        }
    }
}
