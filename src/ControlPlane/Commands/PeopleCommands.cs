using System.Text.Json.Serialization;
using Weir.ControlPlane.Access;

namespace Weir.ControlPlane.Commands;

/// <summary>Lets somebody sign in. The result's <c>Secret</c> is their first password, shown once. The address stays out of the audit log.</summary>
public sealed record CreatePerson([property: JsonIgnore] string Email, string PersonName, IReadOnlyList<string> Roles) : ICommand
{
    public string Name => "create-person";
    public string Target => PersonName;
    public string Permission => Permissions.Administer;
}

/// <summary>Replaces the roles of a person; in force at their next request, a minute later at the latest.</summary>
public sealed record SetPersonRoles(string PersonId, IReadOnlyList<string> Roles) : ICommand
{
    public string Name => "set-person-roles";
    public string Target => PersonId;
    public string Permission => Permissions.Administer;
}

/// <summary>Shuts a person out, or lets them in again (which also ends a lock after wrong passwords).</summary>
public sealed record SetPersonEnabled(string PersonId, bool Enabled) : ICommand
{
    public string Name => "set-person-enabled";
    public string Target => PersonId;
    public string Permission => Permissions.Administer;
}

/// <summary>Gives a person a new password, shown once in the result's <c>Secret</c>; ends their sessions.</summary>
public sealed record ResetPassword(string PersonId) : ICommand
{
    public string Name => "reset-password";
    public string Target => PersonId;
    public string Permission => Permissions.Administer;
}

/// <summary>Removes a person. What they did stays in the audit log.</summary>
public sealed record DeletePerson(string PersonId) : ICommand
{
    public string Name => "delete-person";
    public string Target => PersonId;
    public string Permission => Permissions.Administer;
}

/// <summary>Bounds what a partner may send a second; null for no bound.</summary>
public sealed record LimitPartner(string PartnerName, double? RecordsPerSecond, double? BytesPerSecond) : ICommand
{
    public string Name => "limit-partner";
    public string Target => PartnerName;
    public string Permission => Permissions.Administer;
}
