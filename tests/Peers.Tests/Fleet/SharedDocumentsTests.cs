using Microsoft.Extensions.Logging.Abstractions;
using Weir.ControlPlane.Access;
using Weir.ControlPlane.Fleet;
using Weir.ControlPlane.Rules;
using Weir.ControlPlane.State;
using Weir.Peers.Tests.Running;
using Weir.Pipeline.Redaction;

namespace Weir.Peers.Tests.Fleet;

/// <summary>Two processes with a state database each, and one table in dynalite between them.</summary>
public sealed class SharedDocumentsTests : IAsyncLifetime
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("weir-shared-");
    private Dynalite _dynamo = null!;

    public async ValueTask InitializeAsync() => _dynamo = await Dynalite.StartAsync();

    public async ValueTask DisposeAsync()
    {
        if (_dynamo is not null)
            await _dynamo.DisposeAsync();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        _directory.Delete(recursive: true);
    }

    [Fact]
    public async Task A_rule_that_one_changes_is_in_force_at_the_other_and_a_deleted_one_goes()
    {
        var (one, two) = (Process("one"), Process("two"));
        await one.ExchangeAsync();
        await two.ExchangeAsync();
        var (kept, gone) = (one.Rules.Current.Rules[0].Rule, one.Rules.Current.Rules[1].Rule);

        one.Rules.Save(kept with { Enabled = !kept.Enabled }, Actor.System, "a test");
        one.Rules.Delete(gone.Id, Actor.System, null);
        await one.ExchangeAsync();
        await two.ExchangeAsync();

        two.Rules.Follow();
        Assert.Equal(!kept.Enabled, two.Rules.Find(kept.Id)!.Enabled);
        Assert.Null(two.Rules.Find(gone.Id));
        Assert.Equal(one.Holder.ActiveHash, two.Holder.ActiveHash);
        Assert.False(await two.ExchangeAsync());
    }

    [Fact]
    public async Task A_newcomer_takes_the_rules_of_the_fleet_and_forces_its_defaults_on_nobody()
    {
        var one = Process("one");
        var rule = one.Rules.Current.Rules[0].Rule;
        one.Rules.Save(rule with { Enabled = !rule.Enabled }, Actor.System, null);
        await one.ExchangeAsync();

        var two = Process("two");
        await two.ExchangeAsync();
        await one.ExchangeAsync();

        two.Rules.Follow();
        one.Rules.Follow();
        Assert.Equal(!rule.Enabled, two.Rules.Find(rule.Id)!.Enabled);
        Assert.Equal(!rule.Enabled, one.Rules.Find(rule.Id)!.Enabled);
    }

    [Fact]
    public async Task Changes_of_different_rules_at_the_same_time_both_stay()
    {
        var (one, two) = (Process("one"), Process("two"));
        await one.ExchangeAsync();
        await two.ExchangeAsync();
        var (first, second) = (one.Rules.Current.Rules[0].Rule, one.Rules.Current.Rules[1].Rule);

        one.Rules.Save(first with { Enabled = !first.Enabled }, Actor.System, null);
        two.Rules.Save(second with { Enabled = !second.Enabled }, Actor.System, null);
        await Task.WhenAll(one.ExchangeAsync(), two.ExchangeAsync());
        await one.ExchangeAsync();
        await two.ExchangeAsync();

        foreach (var process in new[] { one, two })
        {
            process.Rules.Follow();
            Assert.Equal((!first.Enabled, !second.Enabled), (process.Rules.Find(first.Id)!.Enabled, process.Rules.Find(second.Id)!.Enabled));
        }
    }

    [Fact]
    public async Task A_partner_key_made_at_one_opens_the_other_until_it_is_revoked_there()
    {
        var (one, two) = (Process("one"), Process("two"));
        var made = await one.Keys.CreateAsync("acme", null, Actor.System, default);
        await one.ExchangeAsync();
        await two.ExchangeAsync();
        var partner = await two.Keys.FindByKeyAsync(made.Secret, default);
        Assert.Equal("acme", partner?.Name);

        await two.Keys.RevokeAsync(made.Key.Id, Actor.System, default);
        await two.ExchangeAsync();
        await one.ExchangeAsync();

        var known = Assert.Single(await one.Keys.ListAsync(default));
        Assert.NotNull(known.RevokedAt);
    }

    private Member Process(string name) => new(name, _directory.FullName, _dynamo);

    private sealed class Member
    {
        private readonly SharedDocuments _documents;

        public Member(string name, string directory, Dynalite dynamo)
        {
            var database = new StateDatabase(Path.Combine(directory, name, "state.db"));
            Rules = new RuleBook(database, Holder, TimeProvider.System, NullLogger<RuleBook>.Instance);
            Keys = new PartnerKeys(database, TimeProvider.System, NullLogger<PartnerKeys>.Instance);
            _documents = new SharedDocuments(new StateTable(dynamo.Client, "weir-state", TimeProvider.System), database, Rules, null!, [], TimeProvider.System, NullLogger<SharedDocuments>.Instance);
        }

        public HashHolder Holder { get; } = new();

        public RuleBook Rules { get; }

        public PartnerKeys Keys { get; }

        /// <summary>Whether anything changed here.</summary>
        public async Task<bool> ExchangeAsync()
        {
            var changed = false;
            foreach (var document in SharedDocument.All)
                changed |= await _documents.ExchangeAsync(document, default);
            return changed;
        }
    }

    private sealed class HashHolder : IRuleSetHolder
    {
        public string ActiveHash { get; private set; } = "";

        public IReadOnlyList<RedactionRule> ActiveRules { get; private set; } = [];

        public void Activate(IReadOnlyList<RedactionRule> rules)
        {
            ActiveRules = rules;
            ActiveHash = System.Text.Json.JsonSerializer.Serialize(rules.OrderBy(r => r.Id));
        }
    }
}
