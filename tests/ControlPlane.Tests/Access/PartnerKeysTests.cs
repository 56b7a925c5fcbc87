using Microsoft.Extensions.Logging.Abstractions;
using Weir.ControlPlane.Access;
using Weir.ControlPlane.State;

namespace Weir.ControlPlane.Tests.Access;

public sealed class PartnerKeysTests : IDisposable
{
    private readonly TestState _state = new();
    private readonly PartnerKeys _keys;

    public PartnerKeysTests() => _keys = Open();

    [Fact]
    public async Task A_key_finds_its_partner_and_nothing_else_does()
    {
        var made = await _keys.CreateAsync(" acme ", ["orders", "returns"], TestState.Admin, CancellationToken.None);

        var partner = await _keys.FindByKeyAsync(made.Secret, CancellationToken.None);

        Assert.Equal("acme", partner!.Name);
        Assert.True(partner.MayWriteTo("orders"));
        Assert.False(partner.MayWriteTo("audit"));
        Assert.Null(await _keys.FindByKeyAsync(made.Secret + "0", CancellationToken.None));
        Assert.Null(await _keys.FindByKeyAsync(made.Key.Prefix, CancellationToken.None));
        Assert.Null(await _keys.FindByKeyAsync("", CancellationToken.None));
    }

    [Fact]
    public async Task Only_a_hash_of_the_secret_is_kept()
    {
        var made = await _keys.CreateAsync("acme", null, TestState.Admin, CancellationToken.None);
        _state.CloseIdle();

        Assert.All(Directory.GetFiles(_state.Folder), f => Assert.DoesNotContain(made.Secret, File.ReadAllText(f, System.Text.Encoding.Latin1)));
        Assert.StartsWith(made.Key.Prefix, made.Secret);
        Assert.True(made.Secret.Length >= 52, "52 characters of 5 bits are 260 bits");
    }

    [Fact]
    public async Task A_partner_has_at_most_two_active_keys_so_that_one_can_be_rotated()
    {
        var first = await _keys.CreateAsync("acme", null, TestState.Admin, CancellationToken.None);
        await _keys.CreateAsync("acme", null, TestState.Admin, CancellationToken.None);

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => _keys.CreateAsync("acme", null, TestState.Admin, CancellationToken.None));
        Assert.Contains("2 active keys", refused.Message);

        Assert.True(await _keys.RevokeAsync(first.Key.Id, TestState.Admin, CancellationToken.None));
        await _keys.CreateAsync("acme", null, TestState.Admin, CancellationToken.None);
        Assert.Null(await _keys.FindByKeyAsync(first.Secret, CancellationToken.None));
    }

    [Fact]
    public async Task A_key_is_revoked_once()
    {
        var made = await _keys.CreateAsync("acme", null, TestState.Admin, CancellationToken.None);

        Assert.True(await _keys.RevokeAsync(made.Key.Id, TestState.Admin, CancellationToken.None));
        Assert.False(await _keys.RevokeAsync(made.Key.Id, TestState.Admin, CancellationToken.None));
        Assert.False(await _keys.RevokeAsync("nobody", TestState.Admin, CancellationToken.None));
    }

    [Fact]
    public async Task A_key_made_by_another_process_is_good_at_its_first_use()
    {
        Assert.False(Found("wk_never_made"));
        using var verb = Open();
        var made = await verb.CreateAsync("acme", null, TestState.Admin, CancellationToken.None);

        Assert.True(Found(made.Secret));
    }

    [Fact]
    public async Task A_key_revoked_by_another_process_ends_within_half_a_second()
    {
        var made = await _keys.CreateAsync("acme", null, TestState.Admin, CancellationToken.None);
        await _keys.StartAsync(CancellationToken.None);
        using var verb = Open();
        await verb.RevokeAsync(made.Key.Id, TestState.Admin, CancellationToken.None);

        await Eventually.AdvancesAsync(_state.Time, TimeSpan.FromMilliseconds(250), () => !Found(made.Secret), "the key revoked elsewhere");
        await _keys.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task Only_a_write_to_the_database_makes_it_be_read_again()
    {
        using var changes = new StateChanges(_state.Database.Connect);
        var before = changes.Version();
        Assert.Equal(before, changes.Version());

        await _keys.CreateAsync("acme", null, TestState.Admin, CancellationToken.None);

        Assert.NotEqual(before, changes.Version());
    }

    [Fact]
    public async Task The_list_tells_when_a_key_was_last_used()
    {
        var made = await _keys.CreateAsync("acme", null, TestState.Admin, CancellationToken.None);
        await _keys.CreateAsync("other", null, TestState.Admin, CancellationToken.None);
        _state.Time.Advance(TimeSpan.FromHours(1));
        await _keys.FindByKeyAsync(made.Secret, CancellationToken.None);
        _keys.NoteUses();

        var listed = await _keys.ListAsync(CancellationToken.None);
        Assert.Equal(_state.Time.GetUtcNow(), listed.Single(k => k.PartnerName == "acme").LastUsedAt);
        Assert.Null(listed.Single(k => k.PartnerName == "other").LastUsedAt);
    }

    [Fact]
    public async Task A_limit_reaches_the_partner_and_can_be_taken_back()
    {
        var made = await _keys.CreateAsync("acme", null, TestState.Admin, CancellationToken.None);

        Assert.True(_keys.Limit("acme", 500, 1e6));
        Assert.Equal((500.0, 1e6), ((await _keys.FindByKeyAsync(made.Secret, CancellationToken.None))!.RecordsPerSecond, (await _keys.FindByKeyAsync(made.Secret, CancellationToken.None))!.BytesPerSecond));
        Assert.True(_keys.Limit("acme", null, null));
        Assert.Null((await _keys.FindByKeyAsync(made.Secret, CancellationToken.None))!.RecordsPerSecond);
        Assert.False(_keys.Limit("nobody", 1, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => _keys.Limit("acme", 0, null));
        Assert.Throws<ArgumentOutOfRangeException>(() => _keys.Limit("acme", double.NaN, null));
    }

    [Fact]
    public async Task A_partner_that_signs_has_a_secret_until_it_is_taken_away()
    {
        var made = await _keys.CreateAsync("acme", null, TestState.Admin, CancellationToken.None);
        using var verb = Open();

        var (found, secret) = verb.Sign("acme", signs: true);

        Assert.True(found);
        Assert.Equal(32, Convert.FromBase64String(secret!).Length);
        await _keys.StartAsync(CancellationToken.None);
        await Eventually.AdvancesAsync(_state.Time, TimeSpan.FromMilliseconds(250), () => _keys.FindByKeyAsync(made.Secret, CancellationToken.None).AsTask().Result!.SigningSecret == secret, "the secret made elsewhere");
        Assert.Equal([new PartnerEntry("acme", 1, null, null, true)], await _keys.PartnersAsync(CancellationToken.None));
        Assert.Equal((true, null), _keys.Sign("acme", signs: false));
        Assert.Null((await _keys.FindByKeyAsync(made.Secret, CancellationToken.None))!.SigningSecret);
        Assert.Equal((false, null), _keys.Sign("nobody", signs: true));
        await _keys.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task A_signing_secret_lies_encrypted_and_is_opened_by_whoever_has_the_keys()
    {
        var made = await _keys.CreateAsync("acme", null, TestState.Admin, CancellationToken.None);
        var secret = _keys.Sign("acme", signs: true).Secret!;
        using var again = Open();

        await again.StartAsync(CancellationToken.None);

        Assert.Equal(secret, (await again.FindByKeyAsync(made.Secret, CancellationToken.None))!.SigningSecret);
        AssertNowhere(secret);
        await again.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task Secrets_that_an_earlier_version_left_in_clear_are_encrypted_at_the_start_and_gone_from_the_files()
    {
        var made = await _keys.CreateAsync("acme", null, TestState.Admin, CancellationToken.None);
        var secret = Convert.ToBase64String(Enumerable.Range(0, 32).Select(i => (byte)(i * 7)).ToArray());
        _state.Database.Execute("UPDATE partners SET signing_secret = $secret", ("$secret", secret));
        using var upgraded = Open();

        await upgraded.StartAsync(CancellationToken.None);

        Assert.Equal(secret, (await upgraded.FindByKeyAsync(made.Secret, CancellationToken.None))!.SigningSecret);
        AssertNowhere(secret);
        await upgraded.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task Without_the_keys_of_its_secrets_a_process_does_not_start_and_lets_no_partner_through_until_it_has_a_new_one()
    {
        var made = await _keys.CreateAsync("acme", null, TestState.Admin, CancellationToken.None);
        var secret = _keys.Sign("acme", signs: true).Secret!;
        File.Delete(Path.Combine(_state.Folder, "redaction.key"));
        using var without = Open();

        var refused = await Assert.ThrowsAsync<SecretsLostException>(() => without.StartAsync(CancellationToken.None));

        Assert.Contains("'acme'", refused.Message);
        Assert.Contains("Redaction:KeyReference", refused.Message);
        var unknown = (await without.FindByKeyAsync(made.Secret, CancellationToken.None))!.SigningSecret;
        Assert.NotNull(unknown);
        Assert.NotEqual(secret, unknown);
        var fresh = without.Sign("acme", signs: true).Secret;
        await without.StartAsync(CancellationToken.None);
        Assert.Equal(fresh, (await without.FindByKeyAsync(made.Secret, CancellationToken.None))!.SigningSecret);
        await without.StopAsync(CancellationToken.None);
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("a-name-of-a-hundred-and-one-characters-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx")]
    public async Task A_name_that_is_none_is_refused(string name) =>
        await Assert.ThrowsAsync<ArgumentException>(() => _keys.CreateAsync(name, null, TestState.Admin, CancellationToken.None));

    [Fact]
    public async Task A_stream_name_that_is_none_is_refused() =>
        Assert.Contains("'a,b'", (await Assert.ThrowsAsync<ArgumentException>(() => _keys.CreateAsync("acme", ["a,b"], TestState.Admin, CancellationToken.None))).Message);

    public void Dispose()
    {
        _keys.Dispose();
        _state.Dispose();
    }

    private void AssertNowhere(string secret)
    {
        _state.CloseIdle();
        Assert.All(Directory.GetFiles(_state.Folder), f => Assert.DoesNotContain(secret, File.ReadAllText(f, System.Text.Encoding.Latin1)));
    }

    private PartnerKeys Open() => new(_state.Database, _state.Seal, _state.Time, NullLogger<PartnerKeys>.Instance);

    private bool Found(string secret) => _keys.FindByKeyAsync(secret, CancellationToken.None).AsTask().Result is not null;
}
