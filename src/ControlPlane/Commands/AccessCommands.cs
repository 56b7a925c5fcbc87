using Weir.ControlPlane.Access;

namespace Weir.ControlPlane.Commands;

/// <summary>Makes a key for a partner, limited to <see cref="Streams"/> when given. The secret is in the result's message only, never in the audit log.</summary>
public sealed record CreatePartnerKey(string PartnerName, IReadOnlyList<string>? Streams = null) : ICommand
{
    public string Name => "create-partner-key";
    public string Target => PartnerName;
    public string Permission => Permissions.Administer;
}

public sealed record RevokePartnerKey(string KeyId) : ICommand
{
    public string Name => "revoke-partner-key";
    public string Target => KeyId;
    public string Permission => Permissions.Administer;
}

/// <summary>Makes a partner sign its requests from now on, with a new secret that stands in the result once; or, with <see cref="Signs"/> false, no longer.</summary>
public sealed record SetPartnerSigning(string PartnerName, bool Signs) : ICommand
{
    public string Name => "set-partner-signing";
    public string Target => PartnerName;
    public string Permission => Permissions.Administer;
}

/// <summary>Makes an API token with one role.</summary>
public sealed record CreateApiToken(string TokenName, string Role) : ICommand
{
    public string Name => "create-api-token";
    public string Target => TokenName;
    public string Permission => Permissions.Administer;
}

public sealed record RevokeApiToken(string TokenId) : ICommand
{
    public string Name => "revoke-api-token";
    public string Target => TokenId;
    public string Permission => Permissions.Administer;
}

internal sealed class AccessCommandHandler(PartnerKeys keys, ApiTokens tokens)
    : ICommandHandler<CreatePartnerKey>, ICommandHandler<RevokePartnerKey>, ICommandHandler<CreateApiToken>, ICommandHandler<RevokeApiToken>, ICommandHandler<LimitPartner>, ICommandHandler<SetPartnerSigning>
{
    public async Task<CommandResult> HandleAsync(CreatePartnerKey command, Actor actor, CancellationToken cancellationToken)
    {
        try
        {
            var made = await keys.CreateAsync(command.PartnerName, command.Streams, actor, cancellationToken);
            return new CommandResult.Done($"Key {made.Key.Prefix}… for '{made.Key.PartnerName}' is made.") { Secret = made.Secret };
        }
        catch (InvalidOperationException e)
        {
            return new CommandResult.Failed(e.Message, "partnerName");
        }
    }

    public async Task<CommandResult> HandleAsync(RevokePartnerKey command, Actor actor, CancellationToken cancellationToken) =>
        await keys.RevokeAsync(command.KeyId, actor, cancellationToken) ? new CommandResult.Done("The key is revoked.") : new CommandResult.Failed($"There is no active key '{command.KeyId}'.", "keyId") { NotFound = true };

    public Task<CommandResult> HandleAsync(LimitPartner command, Actor actor, CancellationToken cancellationToken) => Task.FromResult<CommandResult>(
        keys.Limit(command.PartnerName, command.RecordsPerSecond, command.BytesPerSecond)
            ? new CommandResult.Done($"The limits of '{command.PartnerName}' are set.")
            : new CommandResult.Failed($"There is no partner '{command.PartnerName}'.", "name") { NotFound = true });

    public Task<CommandResult> HandleAsync(SetPartnerSigning command, Actor actor, CancellationToken cancellationToken)
    {
        var (found, secret) = keys.Sign(command.PartnerName, command.Signs);
        return Task.FromResult<CommandResult>(
            !found ? new CommandResult.Failed($"There is no partner '{command.PartnerName}'.", "name") { NotFound = true }
            : secret is null ? new CommandResult.Done($"'{command.PartnerName}' no longer signs its requests.")
            : new CommandResult.Done($"'{command.PartnerName}' signs its requests from now on.") { Secret = secret });
    }

    public Task<CommandResult> HandleAsync(CreateApiToken command, Actor actor, CancellationToken cancellationToken)
    {
        var (token, secret) = tokens.Create(command.TokenName, command.Role, actor);
        return Task.FromResult<CommandResult>(new CommandResult.Done($"Token {token.Prefix}… with the role {token.Role} is made.") { Secret = secret });
    }

    public Task<CommandResult> HandleAsync(RevokeApiToken command, Actor actor, CancellationToken cancellationToken) =>
        Task.FromResult<CommandResult>(tokens.Revoke(command.TokenId) ? new CommandResult.Done("The token is revoked.") : new CommandResult.Failed($"There is no active token '{command.TokenId}'.", "tokenId") { NotFound = true });
}
