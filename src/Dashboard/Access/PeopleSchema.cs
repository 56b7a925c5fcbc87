using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Weir.ControlPlane.Access;

namespace Weir.Dashboard.Access;

/// <summary>Makes the tables of people and their roles. A role's id is its name, so that all processes of a fleet mean the same by it.</summary>
internal sealed class PeopleSchema(IServiceScopeFactory scopes)
{
    private readonly Lock _gate = new();
    private string? _connectionString;

    /// <summary>A connection to the database, which is made when it is absent; the caller disposes it.</summary>
    public SqliteConnection Connect()
    {
        var connection = new SqliteConnection(Prepared());
        connection.Open();
        return connection;
    }

    /// <summary>Makes the database when it is absent.</summary>
    public string Prepared()
    {
        lock (_gate)
        {
            return _connectionString ??= Prepare();
        }
    }

    private string Prepare()
    {
        using var scope = scopes.CreateScope();
        var database = scope.ServiceProvider.GetRequiredService<PeopleDatabase>().Database;
        database.EnsureCreated();
        database.ExecuteSqlRaw("PRAGMA journal_mode=WAL");
        using var transaction = database.BeginTransaction();
        database.ExecuteSqlRaw("PRAGMA defer_foreign_keys = ON");

        // Roles had random ids once.
        database.ExecuteSqlRaw("UPDATE AspNetUserRoles SET RoleId = (SELECT r.Name FROM AspNetRoles r WHERE r.Id = RoleId) WHERE RoleId IN (SELECT r.Id FROM AspNetRoles r WHERE r.Id <> r.Name)");
        database.ExecuteSqlRaw("UPDATE AspNetRoles SET Id = Name WHERE Id <> Name");
        foreach (var role in Roles.All)
        {
            var normalized = role.ToUpperInvariant();
            database.ExecuteSql($"INSERT INTO AspNetRoles (Id, Name, NormalizedName, ConcurrencyStamp) SELECT {role}, {role}, {normalized}, {role} WHERE NOT EXISTS (SELECT 1 FROM AspNetRoles WHERE Id = {role})");
        }

        transaction.Commit();
        return database.GetConnectionString()!;
    }
}
