using Microsoft.Data.Sqlite;
using Weir.ControlPlane.State;

namespace Weir.ControlPlane.Access;

/// <summary>A program's token for the REST API and the hub, with one role.</summary>
public sealed record ApiToken(string Id, string Name, string Prefix, string Role, DateTimeOffset CreatedAt, string CreatedBy, DateTimeOffset? RevokedAt);

/// <summary>API tokens on the state database; only hashes are kept.</summary>
public sealed class ApiTokens(StateDatabase database, TimeProvider time)
{
    /// <summary>What every token starts with.</summary>
    public const string Prefix = "wt_";

    private const string Columns = "id, name, prefix, role, created_at, created_by, revoked_at";

    /// <summary>Makes a token. Throws <see cref="ArgumentException"/> for a name or a role that is none.</summary>
    public (ApiToken Token, string Secret) Create(string name, string role, Actor by)
    {
        if (name.Trim().Length is 0 or > 100)
        {
            throw new ArgumentException("A token's name has 1 to 100 characters.", nameof(name));
        }

        if (!Roles.All.Contains(role))
        {
            throw new ArgumentException($"'{role}' is not a role; roles are {string.Join(", ", Roles.All)}.", nameof(role));
        }

        var (secret, shown, hash) = Secrets.Create(Prefix);
        var token = new ApiToken(Secrets.Id(), name.Trim(), shown, role, time.GetUtcNow(), by.Name, null);
        database.Execute(
            "INSERT INTO api_tokens (id, name, hash, prefix, role, created_at, created_by) VALUES ($id, $name, $hash, $prefix, $role, $at, $by)",
            ("$id", token.Id), ("$name", token.Name), ("$hash", hash), ("$prefix", shown), ("$role", role), ("$at", token.CreatedAt.Stored()), ("$by", by.Name));
        return (token, secret);
    }

    public IReadOnlyList<ApiToken> List() => database.Query($"SELECT {Columns} FROM api_tokens ORDER BY created_at", Read);

    /// <summary>False when there is no such active token.</summary>
    public bool Revoke(string id) =>
        database.Execute("UPDATE api_tokens SET revoked_at = $at WHERE id = $id AND revoked_at IS NULL", ("$at", time.GetUtcNow().Stored()), ("$id", id)) == 1;

    /// <summary>Who holds the token, or null.</summary>
    public Actor? Find(string secret) =>
        database.Query($"SELECT {Columns} FROM api_tokens WHERE hash = $hash AND revoked_at IS NULL", Read, ("$hash", Secrets.Hash(secret))) is [var token]
            ? new Actor($"token:{token.Id}", token.Name, [token.Role])
            : null;

    private static ApiToken Read(SqliteDataReader r) => new(r.GetString(0), r.GetString(1), r.GetString(2), r.GetString(3), r.Time(4), r.GetString(5), r.TimeOrNull(6));
}
