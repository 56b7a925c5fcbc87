using Microsoft.AspNetCore.Components;
using MudBlazor;
using Weir.ControlPlane.Access;
using Weir.ControlPlane.Commands;
using Weir.Dashboard.Shell;

namespace Weir.Dashboard.Features.Access;

public sealed partial class AccessPage(NavigationManager navigation, IPartnerKeys keys, ApiTokens tokens, IDialogService dialogs, Changes changes, TimeProvider time)
{
    private IReadOnlyList<PartnerKey>? _keys;
    private IReadOnlyList<ApiToken> _tokens = [];
    private (string What, string Secret, string? Try)? _secret;
    private string _partner = "", _streams = "", _token = "", _role = Roles.Viewer;
    private string? _problem;

    private TimeProvider Time => time;

    protected override async Task OnInitializedAsync()
    {
        await base.OnInitializedAsync();
        await ReadAsync();
    }

    private async Task ReadAsync()
    {
        _keys = [.. (await keys.ListAsync(Gone)).OrderBy(k => k.RevokedAt is not null).ThenBy(k => k.PartnerName, StringComparer.OrdinalIgnoreCase)];
        _tokens = [.. tokens.List().OrderBy(t => t.RevokedAt is not null)];
    }

    private async Task CreateKeyAsync()
    {
        var streams = _streams.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        await FinishAsync(await changes.RunInFormAsync(new CreatePartnerKey(_partner.Trim(), streams.Length == 0 ? null : streams), Gone), $"Key for {_partner.Trim()}", key => FirstRequest(streams.FirstOrDefault() ?? "orders", key));
    }

    private async Task CreateTokenAsync() => await FinishAsync(await changes.RunInFormAsync(new CreateApiToken(_token.Trim(), _role), Gone), $"Token {_token.Trim()}");

    private async Task FinishAsync(CommandResult result, string what, Func<string, string>? first = null)
    {
        _problem = Changes.Problem(result);
        if (result is CommandResult.Done { Secret: { } secret })
        {
            _secret = (what, secret, first?.Invoke(secret));
            (_partner, _streams, _token) = ("", "", "");
        }

        await ReadAsync();
    }

    private async Task RevokeKeyAsync(PartnerKey key)
    {
        if (ConfirmDialog.Said(await dialogs.ConfirmAsync($"Revoke {key.PartnerName}'s key?", $"Requests with {key.Prefix}… are answered 401 from now on. A revoked key cannot be brought back.", "Revoke", "Keep it"), out _))
        {
            await changes.RunAsync(new RevokePartnerKey(key.Id), Gone);
            await ReadAsync();
        }
    }

    private void SigningSecretMade((string Partner, string Secret) made) => _secret = ($"Signing secret of {made.Partner}", made.Secret, null);

    /// <summary>A request that works as it stands, with the key in it.</summary>
    private string FirstRequest(string stream, string key) =>
        $$"""
        curl -i {{navigation.BaseUri}}v1/streams/{{stream}}/records \
          -H "Authorization: Bearer {{key}}" \
          -H "Content-Type: application/json" \
          -d '{"orderId":"4711","email":"ada@example.org"}'
        """;

    private async Task RevokeTokenAsync(ApiToken token)
    {
        if (ConfirmDialog.Said(await dialogs.ConfirmAsync($"Revoke the token {token.Name}?", "Programs that use it are refused from now on.", "Revoke", "Keep it"), out _))
        {
            await changes.RunAsync(new RevokeApiToken(token.Id), Gone);
            await ReadAsync();
        }
    }
}
