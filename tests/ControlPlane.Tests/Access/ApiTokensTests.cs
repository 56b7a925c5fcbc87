using Weir.ControlPlane.Access;

namespace Weir.ControlPlane.Tests.Access;

public sealed class ApiTokensTests : IDisposable
{
    private readonly TestState _state = new();

    [Fact]
    public void A_token_stands_for_an_actor_with_its_role_until_it_is_revoked()
    {
        var tokens = new ApiTokens(_state.Database, _state.Time);
        var (token, secret) = tokens.Create("deploy", Roles.Operator, TestState.Admin);

        var actor = tokens.Find(secret)!;
        Assert.Equal(($"token:{token.Id}", "deploy"), (actor.Id, actor.Name));
        Assert.True(actor.May(Permissions.Operate));
        Assert.False(actor.May(Permissions.Administer));

        Assert.True(tokens.Revoke(token.Id));
        Assert.Null(tokens.Find(secret));
        Assert.False(tokens.Revoke(token.Id));
        Assert.NotNull(Assert.Single(tokens.List()).RevokedAt);
    }

    [Fact]
    public async Task A_partner_key_is_no_token()
    {
        using var keys = new PartnerKeys(_state.Database, _state.Seal, _state.Time, Microsoft.Extensions.Logging.Abstractions.NullLogger<PartnerKeys>.Instance);
        var made = await keys.CreateAsync("acme", null, TestState.Admin, CancellationToken.None);

        Assert.Null(new ApiTokens(_state.Database, _state.Time).Find(made.Secret));
    }

    [Theory]
    [InlineData("", Roles.Viewer)]
    [InlineData("deploy", "root")]
    [InlineData("deploy", "")]
    public void A_name_or_role_that_is_none_is_refused(string name, string role) =>
        Assert.Throws<ArgumentException>(() => new ApiTokens(_state.Database, _state.Time).Create(name, role, TestState.Admin));

    public void Dispose() => _state.Dispose();
}
