using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Weir.ControlPlane;
using Weir.ControlPlane.Access;
using Weir.ControlPlane.Audit;
using Weir.ControlPlane.State;

namespace Weir.Dashboard.Hosting;

/// <summary>The verbs <c>keys</c> and <c>tokens</c>: they work on the state database, also while a server runs on it, and leave their line in the audit log.</summary>
internal static class SecretVerbs
{
    private const string KeysUsage = """
        usage: keys create --partner NAME [--streams a,b] [--quiet]    makes a key and prints it; it cannot be shown again
               keys list                                               lists keys, never their secrets
               keys revoke --id ID                                     ends a key at once
               keys limit --partner NAME [--records N] [--bytes N]     bounds what a partner may send a second; none given: no bound
               keys sign --partner NAME [--quiet]                      makes a partner sign its requests and prints the secret
               keys unsign --partner NAME                              takes the secret away

        """ + DataOption;

    private static readonly string TokensUsage = $"""
        usage: tokens create --name NAME --role {string.Join('|', Roles.All)} [--quiet]    makes a token and prints it; it cannot be shown again
               tokens list                                             lists tokens, never their secrets
               tokens revoke --id ID                                   ends a token at once

        """ + DataOption;

    private const string AuditUsage = """
        usage: audit verify    checks the hash chain of the audit log; exit code 1 when it is broken

        """ + DataOption;

    private const string DataOption = """

        --data DIR names the server's folder, DataDirectory of the settings by default; the server may be running.
        Exit codes: 0 done, 2 wrong use, or the folder cannot be used.
        """;

    private static readonly Actor Shell = new("shell", $"{Environment.UserName} (command line)", [Roles.Admin]);

    public static Task<int> KeysAsync(string[] args) => RunAsync(args, KeysUsage, async (action, options, configuration, database, audit) =>
    {
        using var keys = new PartnerKeys(database, ControlPlaneServices.SealOf(configuration), TimeProvider.System, NullLogger<PartnerKeys>.Instance);
        switch (action)
        {
            case "create":
                var (partner, streams, quiet) = (options.Required("--partner"), options.Value("--streams"), options.Has("--quiet"));
                options.End();
                var made = await keys.CreateAsync(partner, streams?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries), Shell, CancellationToken.None);
                await audit.AppendAsync(Shell, "create-partner-key", partner, "done", null, CancellationToken.None);
                Console.WriteLine(quiet ? made.Secret : $"Key for '{made.Key.PartnerName}' (id {made.Key.Id}), shown this once:\n{made.Secret}");
                return 0;
            case "list":
                options.End();
                foreach (var key in await keys.ListAsync(CancellationToken.None))
                {
                    Console.WriteLine($"{key.Id}  {key.Prefix}…  {key.PartnerName}  {(key.Streams is null ? "any stream" : string.Join(',', key.Streams))}  {(key.RevokedAt is { } at ? $"revoked {at:u}" : "active")}");
                }

                return 0;
            case "revoke":
                var id = options.Required("--id");
                options.End();
                if (!await keys.RevokeAsync(id, Shell, CancellationToken.None))
                {
                    throw new UsageException($"There is no active key '{id}'.");
                }

                await audit.AppendAsync(Shell, "revoke-partner-key", id, "done", null, CancellationToken.None);
                return 0;
            case "limit":
                var (limited, records, bytes) = (options.Required("--partner"), options.Number("--records"), options.Number("--bytes"));
                options.End();
                if (!keys.Limit(limited, records, bytes))
                {
                    throw new UsageException($"There is no partner '{limited}'.");
                }

                await audit.AppendAsync(Shell, "limit-partner", limited, "done", null, CancellationToken.None);
                return 0;
            case "sign" or "unsign":
                var (signer, bare) = (options.Required("--partner"), options.Has("--quiet"));
                options.End();
                var (found, signingSecret) = keys.Sign(signer, action == "sign");
                if (!found)
                {
                    throw new UsageException($"There is no partner '{signer}'.");
                }

                await audit.AppendAsync(Shell, "set-partner-signing", signer, "done", null, CancellationToken.None);
                if (signingSecret is not null)
                {
                    Console.WriteLine(bare ? signingSecret : $"'{signer}' signs its requests with this secret (base64), shown this once:\n{signingSecret}");
                }

                return 0;
            default:
                throw new UsageException($"'{action}' is not known here.");
        }
    });

    public static Task<int> TokensAsync(string[] args) => RunAsync(args, TokensUsage, async (action, options, _, database, audit) =>
    {
        var tokens = new ApiTokens(database, TimeProvider.System);
        switch (action)
        {
            case "create":
                var (name, role, quiet) = (options.Required("--name"), options.Required("--role"), options.Has("--quiet"));
                options.End();
                var (token, secret) = tokens.Create(name, role, Shell);
                await audit.AppendAsync(Shell, "create-api-token", name, "done", null, CancellationToken.None);
                Console.WriteLine(quiet ? secret : $"Token '{token.Name}' with the role {token.Role} (id {token.Id}), shown this once:\n{secret}");
                return 0;
            case "list":
                options.End();
                foreach (var known in tokens.List())
                {
                    Console.WriteLine($"{known.Id}  {known.Prefix}…  {known.Name}  {known.Role}  {(known.RevokedAt is { } at ? $"revoked {at:u}" : "active")}");
                }

                return 0;
            case "revoke":
                var id = options.Required("--id");
                options.End();
                if (!tokens.Revoke(id))
                {
                    throw new UsageException($"There is no active token '{id}'.");
                }

                await audit.AppendAsync(Shell, "revoke-api-token", id, "done", null, CancellationToken.None);
                return 0;
            default:
                throw new UsageException($"'{action}' is not known here.");
        }
    });

    public static Task<int> AuditAsync(string[] args) => RunAsync(args, AuditUsage, async (action, options, _, _, audit) =>
    {
        if (action != "verify")
        {
            throw new UsageException($"'{action}' is not known here.");
        }

        options.End();
        var result = await audit.VerifyAsync(CancellationToken.None);
        Console.WriteLine(result.FirstBrokenId is { } broken ? $"Broken at line {broken}; {result.Checked} lines before it hold." : $"{result.Checked} lines hold. Head: {result.HeadHash ?? "none"} (keep it elsewhere: it tells later whether lines were cut off the end)");
        return result.FirstBrokenId is null ? 0 : 1;
    });

    private static async Task<int> RunAsync(string[] args, string usage, Func<string, VerbOptions, IConfiguration, StateDatabase, IAuditLog, Task<int>> run)
    {
        if (args is [] or ["--help" or "-h", ..])
        {
            Console.WriteLine(usage);
            return args is [] ? 2 : 0;
        }

        try
        {
            var options = new VerbOptions(args[1..]);
            var configuration = SettingsFile.ForVerb(options.Value("--data"));
            if (DataFolder.Problem(configuration) is { } problem)
            {
                await Console.Error.WriteLineAsync(problem);
                return 2;
            }

            var database = StateDatabase.Open(configuration);
            return await run(args[0], options, configuration, database, new SqliteAuditLog(database, TimeProvider.System));
        }
        catch (Exception e) when (e is UsageException or ArgumentException or InvalidOperationException or InvalidDataException or OptionsValidationException)
        {
            await Console.Error.WriteLineAsync(e.Message);
            await Console.Error.WriteLineAsync(usage);
            return 2;
        }
    }
}
