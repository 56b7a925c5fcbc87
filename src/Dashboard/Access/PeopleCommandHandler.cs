using System.Security.Cryptography;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Weir.ControlPlane.Access;
using Weir.ControlPlane.Commands;

namespace Weir.Dashboard.Access;

/// <summary>People on ASP.NET Core Identity. One change at a time, see <see cref="ISharedPeople"/>.</summary>
internal sealed class PeopleCommandHandler(IServiceScopeFactory scopes, ISharedPeople shared, TimeProvider time)
    : IPeople, ICommandHandler<CreatePerson>, ICommandHandler<SetPersonRoles>, ICommandHandler<SetPersonEnabled>, ICommandHandler<ResetPassword>, ICommandHandler<DeletePerson>
{
    /// <summary>Without characters that look alike; 20 of them are 98 bits.</summary>
    private const string PasswordAlphabet = "abcdefghijkmnpqrstuvwxyz23456789";
    private const int PasswordLength = 20;

    public async Task<IReadOnlyList<PersonEntry>> ListAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var database = scope.ServiceProvider.GetRequiredService<PeopleDatabase>();
        var roles = await (from held in database.UserRoles join role in database.Roles on held.RoleId equals role.Id select new { held.UserId, role.Name }).ToListAsync(cancellationToken);
        var byPerson = roles.ToLookup(r => r.UserId, r => r.Name!);
        var people = await database.Users.AsNoTracking().ToListAsync(cancellationToken);
        return people
            .Select(p => new PersonEntry(p.Id, p.Email ?? "", p.DisplayName, [.. byPerson[p.Id].Order(StringComparer.Ordinal)], IsDisabled(p), IsDisabled(p) || p.LockoutEnd <= time.GetUtcNow() ? null : p.LockoutEnd))
            .OrderBy(p => p.Name, StringComparer.OrdinalIgnoreCase)
            .ToArray();
    }

    public Task<CommandResult> HandleAsync(CreatePerson command, Actor actor, CancellationToken cancellationToken) => ChangeAsync(async people =>
    {
        if (WrongRoles(command.Roles) is { } wrong)
        {
            return wrong;
        }

        var name = command.PersonName.Trim();
        if (name.Length is 0 or > 100)
        {
            return new CommandResult.Failed("A name has 1 to 100 characters.", "name");
        }

        if (!Emails.Fits(command.Email))
        {
            return new CommandResult.Failed(SignInMessages.For("InvalidEmail"), "email");
        }

        var (person, password) = (new Person { UserName = command.Email.Trim(), Email = command.Email.Trim(), DisplayName = name, EmailConfirmed = true }, NewPassword());
        if (Problem(await people.CreateAsync(person, password)) is { } problem)
        {
            return new CommandResult.Failed(problem, "email");
        }

        return Problem(await people.AddToRolesAsync(person, command.Roles.Distinct())) is { } refused
            ? new CommandResult.Failed(refused, "roles")
            : new CommandResult.Done($"{name} can sign in as {string.Join(", ", command.Roles)}.") { Secret = password };
    });

    public Task<CommandResult> HandleAsync(SetPersonRoles command, Actor actor, CancellationToken cancellationToken) => ChangeAsync(command.PersonId, async (people, person) =>
    {
        if (WrongRoles(command.Roles) is { } wrong)
        {
            return wrong;
        }

        if (!command.Roles.Contains(Roles.Admin) && await IsLastAdminAsync(people, person))
        {
            return LastAdmin();
        }

        var before = await people.GetRolesAsync(person);
        var problem = Problem(await people.RemoveFromRolesAsync(person, before.Except(command.Roles))) ?? Problem(await people.AddToRolesAsync(person, command.Roles.Except(before))) ?? Problem(await people.UpdateSecurityStampAsync(person));
        return problem is null ? new CommandResult.Done($"{person.DisplayName} is {string.Join(", ", command.Roles)} now.") : new CommandResult.Failed(problem, "roles");
    });

    public Task<CommandResult> HandleAsync(SetPersonEnabled command, Actor actor, CancellationToken cancellationToken) => ChangeAsync(command.PersonId, async (people, person) =>
    {
        if (!command.Enabled && person.Id == actor.Id)
        {
            return new CommandResult.Failed("You cannot shut yourself out.", "personId");
        }

        if (!command.Enabled && await IsLastAdminAsync(people, person))
        {
            return LastAdmin();
        }

        var problem = Problem(await people.SetLockoutEnabledAsync(person, true)) ?? Problem(await people.SetLockoutEndDateAsync(person, command.Enabled ? null : DateTimeOffset.MaxValue))
            ?? Problem(await people.ResetAccessFailedCountAsync(person)) ?? Problem(await people.UpdateSecurityStampAsync(person));
        return problem is null ? new CommandResult.Done(command.Enabled ? $"{person.DisplayName} can sign in again." : $"{person.DisplayName} cannot sign in any more.") : new CommandResult.Failed(problem);
    });

    public Task<CommandResult> HandleAsync(ResetPassword command, Actor actor, CancellationToken cancellationToken) => ChangeAsync(command.PersonId, async (people, person) =>
    {
        var password = NewPassword();
        return Problem(await people.ResetPasswordAsync(person, await people.GeneratePasswordResetTokenAsync(person), password)) is { } problem
            ? new CommandResult.Failed(problem)
            : new CommandResult.Done($"{person.DisplayName} has a new password.") { Secret = password };
    });

    public Task<CommandResult> HandleAsync(DeletePerson command, Actor actor, CancellationToken cancellationToken) => ChangeAsync(command.PersonId, async (people, person) =>
    {
        if (person.Id == actor.Id)
        {
            return new CommandResult.Failed("You cannot remove yourself.", "personId");
        }

        if (await IsLastAdminAsync(people, person))
        {
            return LastAdmin();
        }

        return Problem(await people.DeleteAsync(person)) is { } problem ? new CommandResult.Failed(problem) : new CommandResult.Done($"{person.DisplayName} is removed.");
    });

    internal static string NewPassword() => RandomNumberGenerator.GetString(PasswordAlphabet, PasswordLength);

    private static bool IsDisabled(Person person) => person.LockoutEnd?.Year >= 9999;

    private static CommandResult.Failed LastAdmin() => new("This is the last administrator who can sign in; make another one first.", "personId");

    private static CommandResult.Failed? WrongRoles(IReadOnlyList<string> roles) =>
        roles.Count == 0 ? new CommandResult.Failed($"At least one role is needed; roles are {string.Join(", ", Roles.All)}.", "roles")
        : roles.FirstOrDefault(r => !Roles.All.Contains(r)) is { } wrong ? new CommandResult.Failed($"'{wrong}' is not a role; roles are {string.Join(", ", Roles.All)}.", "roles")
        : null;

    private static string? Problem(IdentityResult result) => result.Succeeded ? null : SignInMessages.For(result.Errors.First().Code);

    private static async Task<bool> IsLastAdminAsync(UserManager<Person> people, Person person) =>
        (await people.GetUsersInRoleAsync(Roles.Admin)).Where(p => !IsDisabled(p)).ToArray() is [var only] && only.Id == person.Id;

    private Task<CommandResult> ChangeAsync(string id, Func<UserManager<Person>, Person, Task<CommandResult>> change) => ChangeAsync(async people =>
        await people.FindByIdAsync(id) is { } person ? await change(people, person) : new CommandResult.Failed($"There is nobody with the id '{id}'.", "personId"));

    /// <summary>All of a change or nothing of it.</summary>
    private Task<CommandResult> ChangeAsync(Func<UserManager<Person>, Task<CommandResult>> change) => shared.ChangeAsync(
        async () =>
        {
            await using var scope = scopes.CreateAsyncScope();
            await using var transaction = await scope.ServiceProvider.GetRequiredService<PeopleDatabase>().Database.BeginTransactionAsync();
            var result = await change(scope.ServiceProvider.GetRequiredService<UserManager<Person>>());
            if (result is CommandResult.Done)
            {
                await transaction.CommitAsync();
            }

            return result;
        },
        CancellationToken.None);
}
