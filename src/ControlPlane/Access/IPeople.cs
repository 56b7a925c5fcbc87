namespace Weir.ControlPlane.Access;

/// <summary>Somebody who can sign in. <see cref="IsDisabled"/> by an administrator; <see cref="LockedUntil"/> after too many wrong passwords, null or past when not.</summary>
public sealed record PersonEntry(string Id, string Email, string Name, IReadOnlyList<string> Roles, bool IsDisabled, DateTimeOffset? LockedUntil);

/// <summary>Who can sign in. Changes go through the command gate.</summary>
public interface IPeople
{
    /// <summary>Everybody, in the order of their names.</summary>
    Task<IReadOnlyList<PersonEntry>> ListAsync(CancellationToken cancellationToken);
}
