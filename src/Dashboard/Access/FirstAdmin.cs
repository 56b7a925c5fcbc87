using System.Net;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Weir.ControlPlane.Access;
using Weir.ControlPlane.Audit;

namespace Weir.Dashboard.Access;

/// <summary>Makes the first administrator, once: in the browser at first run, or from <c>Access:Bootstrap:Email</c> and <c>Access:Bootstrap:Password</c> without one. There is no default password.</summary>
internal sealed partial class FirstAdmin(IServiceScopeFactory scopes, PeopleSchema schema, ISharedPeople shared, IConfiguration configuration, IAuditLog audit, ILogger<FirstAdmin> logger) : IHostedService
{
    private volatile bool _exists;

    /// <summary>Whether nobody has signed up yet.</summary>
    public async Task<bool> IsNeededAsync(CancellationToken cancellationToken)
    {
        if (_exists)
        {
            return false;
        }

        await using var scope = scopes.CreateAsyncScope();
        _exists = await scope.ServiceProvider.GetRequiredService<PeopleDatabase>().Users.AnyAsync(cancellationToken);
        return !_exists;
    }

    /// <summary>
    /// Whether this request may make the first administrator: it comes from this machine, not through a proxy on it, and was meant for it. Whoever reaches a fresh server
    /// over a network first must not own it, nor may a web page whose name was made to point here after it was loaded
    /// (<see href="https://owasp.org/www-community/attacks/DNS_Rebinding">DNS rebinding</see>).
    /// </summary>
    public bool MaySetUp(HttpContext context) =>
        configuration.GetValue("Access:AllowRemoteSetup", false)
        || (context.Connection.RemoteIpAddress is { } remote && IPAddress.IsLoopback(remote.IsIPv4MappedToIPv6 ? remote.MapToIPv4() : remote)
            && IsThisMachine(context.Request.Host.Host)
            && !configuration.GetValue("Hosting:BehindHttpsProxy", false)
            && !context.Request.Headers.ContainsKey("X-Forwarded-For") && !context.Request.Headers.ContainsKey("Forwarded"));

    private static bool IsThisMachine(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));

    /// <summary>Makes the administrator, or says what is wrong with the input. Of two that try at once one wins; the other gets <c>taken</c>.</summary>
    /// <returns>Null when done, else a code: <c>taken</c>, or the codes of <see cref="IdentityError"/>.</returns>
    public Task<string?> CreateAsync(string email, string name, string password, CancellationToken cancellationToken) => shared.ChangeAsync<string?>(
        async () =>
        {
            if (!await IsNeededAsync(cancellationToken))
            {
                return "taken";
            }

            if (!Emails.Fits(email))
            {
                return "InvalidEmail";
            }

            email = email.Trim();
            await using var scope = scopes.CreateAsyncScope();

            // Both or neither: a person without the role would stand in the way of the next try.
            await using var transaction = await scope.ServiceProvider.GetRequiredService<PeopleDatabase>().Database.BeginTransactionAsync(cancellationToken);
            var people = scope.ServiceProvider.GetRequiredService<UserManager<Person>>();
            var person = new Person { UserName = email, Email = email, DisplayName = string.IsNullOrWhiteSpace(name) ? email.Split('@')[0] : name.Trim(), EmailConfirmed = true };
            var created = await people.CreateAsync(person, password);
            if (!created.Succeeded)
            {
                return created.Errors.First().Code;
            }

            await people.AddToRoleAsync(person, Roles.Admin);
            await transaction.CommitAsync(cancellationToken);
            _exists = true;
            await audit.AppendAsync(Actor.System, "create-first-admin", person.DisplayName, "done", null, cancellationToken);
            return null;
        },
        cancellationToken);

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        schema.Prepared();
        if (configuration["Access:Bootstrap:Email"] is { Length: > 0 } email && await IsNeededAsync(cancellationToken))
        {
            var problem = await CreateAsync(email, "", configuration["Access:Bootstrap:Password"] ?? "", cancellationToken);
            if (problem == "taken")
            {
                // Another console of the fleet was started at the same time.
                return;
            }

            if (problem is not null)
            {
                var key = problem.Contains("Email", StringComparison.Ordinal) || problem.Contains("UserName", StringComparison.Ordinal) ? "Access:Bootstrap:Email" : "Access:Bootstrap:Password";
                throw new OptionsValidationException("Access:Bootstrap", typeof(FirstAdmin), [$"{key} cannot be used for the first administrator: {SignInMessages.For(problem)}"]);
            }

            LogBootstrapped(logger);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(LogLevel.Information, "The first administrator was made from Access:Bootstrap.")]
    private static partial void LogBootstrapped(ILogger logger);
}
