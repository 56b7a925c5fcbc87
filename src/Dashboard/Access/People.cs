using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;

namespace Weir.Dashboard.Access;

/// <summary>Somebody who signs in.</summary>
public sealed class Person : IdentityUser
{
    /// <summary>What the console and the audit log call them.</summary>
    public string DisplayName { get; set; } = "";
}

/// <summary>People and their roles, through ASP.NET Core Identity, in <c>people.db</c> under <c>DataDirectory</c>.</summary>
public sealed class PeopleDatabase(DbContextOptions<PeopleDatabase> options) : IdentityDbContext<Person>(options);
