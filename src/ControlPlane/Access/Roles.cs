namespace Weir.ControlPlane.Access;

/// <summary>Roles of people. An admin may do everything.</summary>
public static class Roles
{
    public const string Viewer = "viewer";
    public const string Operator = "operator";
    public const string Compliance = "compliance";
    public const string Privacy = "privacy";
    public const string Admin = "admin";

    public static IReadOnlyList<string> All { get; } = [Viewer, Operator, Compliance, Privacy, Admin];
}

/// <summary>What may be done; pages, API and hub ask for these, never for roles.</summary>
public static class Permissions
{
    /// <summary>See metrics, streams and shards: every signed-in user.</summary>
    public const string View = "view";

    /// <summary>Create, delete and reshard streams, drive sample traffic: operator.</summary>
    public const string Operate = "operate";

    /// <summary>See and change redaction rules: compliance. Viewing the list needs <see cref="View"/> only.</summary>
    public const string ManageRules = "rules";

    /// <summary>See stored (clean) records: operator, compliance.</summary>
    public const string ReadRecords = "records";

    /// <summary>Read the audit log: compliance.</summary>
    public const string ReadAudit = "audit";

    /// <summary>See the clear form of a reversible value, with a reason, audited: privacy. Nobody who writes the rules has it by that.</summary>
    public const string Reveal = "reveal";

    /// <summary>Create and revoke partner keys, users and their roles: admin.</summary>
    public const string Administer = "administer";

    public static IReadOnlyList<string> All { get; } = [View, Operate, ManageRules, ReadRecords, ReadAudit, Reveal, Administer];

    /// <summary>Whether a holder of these roles may.</summary>
    public static bool Allows(IEnumerable<string> roles, string permission) => roles.Any(role => role switch
    {
        Roles.Admin => true,
        Roles.Operator => permission is View or Operate or ReadRecords,
        Roles.Compliance => permission is View or ManageRules or ReadRecords or ReadAudit,
        Roles.Privacy => permission is View or ReadRecords or Reveal,
        Roles.Viewer => permission is View,
        _ => false,
    });
}

/// <summary>Who asks: a person or a program, with the roles held when the request began.</summary>
public sealed record Actor(string Id, string Name, IReadOnlyList<string> Roles)
{
    /// <summary>The process itself: start-up and the autoscaler.</summary>
    public static Actor System { get; } = new("system", "system", [Access.Roles.Admin]);

    public bool May(string permission) => Permissions.Allows(Roles, permission);
}

/// <summary>A partner's key as listed: the secret itself is shown once, at creation.</summary>
public sealed record PartnerKey(string Id, string PartnerId, string PartnerName, string Prefix, IReadOnlyList<string>? Streams, DateTimeOffset CreatedAt, string CreatedBy, DateTimeOffset? RevokedAt, DateTimeOffset? LastUsedAt);

/// <summary>A key just made; <see cref="Secret"/> cannot be read again.</summary>
public sealed record NewPartnerKey(PartnerKey Key, string Secret);

/// <summary>A partner as it is set up. Limits are a second's, null for none; <see cref="Signs"/> when its requests must be signed.</summary>
public sealed record PartnerEntry(string Name, int ActiveKeys, double? RecordsPerSecond, double? BytesPerSecond, bool Signs);

/// <summary>Keys of partners, on the state store. At most two active keys a partner, so that one can be rotated.</summary>
public interface IPartnerKeys
{
    Task<IReadOnlyList<PartnerKey>> ListAsync(CancellationToken cancellationToken);

    /// <summary>Every partner that ever had a key, by name.</summary>
    Task<IReadOnlyList<PartnerEntry>> PartnersAsync(CancellationToken cancellationToken);
    Task<NewPartnerKey> CreateAsync(string partnerName, IReadOnlyList<string>? streams, Actor by, CancellationToken cancellationToken);
    Task<bool> RevokeAsync(string keyId, Actor by, CancellationToken cancellationToken);
}
