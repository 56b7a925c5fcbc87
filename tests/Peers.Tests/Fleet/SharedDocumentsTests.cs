using Microsoft.Extensions.Logging.Abstractions;
using Weir.ControlPlane.Access;
using Weir.ControlPlane.Fleet;
using Weir.ControlPlane.State;
using Weir.Pipeline.Redaction.Keys;

namespace Weir.Peers.Tests.Fleet;

/// <summary>Two processes with a state database each, and one table in dynalite between them.</summary>
public sealed class SharedDocumentsTests : FleetTest
{
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

    [Fact]
    public async Task A_partner_that_both_made_before_they_met_is_one_with_the_keys_of_both()
    {
        var (one, two) = (Process("one"), Process("two"));
        var first = await one.Keys.CreateAsync("acme", null, Actor.System, default);
        var second = await two.Keys.CreateAsync("acme", null, Actor.System, default);
        await one.ExchangeAsync();
        await two.ExchangeAsync();
        await one.ExchangeAsync();

        foreach (var process in new[] { one, two })
        {
            Assert.Equal(2, Assert.Single(await process.Keys.PartnersAsync(default)).ActiveKeys);
            Assert.Equal("acme", (await process.Keys.FindByKeyAsync(first.Secret, default))?.Name);
            Assert.Equal("acme", (await process.Keys.FindByKeyAsync(second.Secret, default))?.Name);
        }
    }

    private Member Process(string name) => new(Database(name), Table(), SecretSeal.Of("file:redaction.key", Folder("keys")));

    private sealed class Member
    {
        private readonly SharedDocuments _documents;

        public Member(StateDatabase database, StateTable table, SecretSeal seal)
        {
            Keys = new PartnerKeys(database, seal, TimeProvider.System, NullLogger<PartnerKeys>.Instance);
            _documents = new SharedDocuments(SharedDocument.Partners, table, database, database.Connect);
        }

        public PartnerKeys Keys { get; }

        /// <summary>Whether anything changed here.</summary>
        public Task<bool> ExchangeAsync() => _documents.FollowAsync(default);
    }
}
