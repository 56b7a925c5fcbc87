namespace Weir.Dashboard.Hosting;

/// <summary>What the binary can do besides serving: <c>dotnet run --project src/Dashboard -- VERB --help</c>.</summary>
internal sealed record Verb(string Name, string Summary, Func<string[], Task<int>> RunAsync);

internal static class Verbs
{
    /// <summary>The verb that the first argument names; null for <c>serve</c>, for none and for options such as <c>--urls</c>.</summary>
    /// <param name="output">Takes the help that was asked for.</param>
    /// <param name="error">Takes the help for who named a verb that is none.</param>
    public static bool TryFind(IReadOnlyList<Verb> verbs, string[] args, TextWriter output, TextWriter error, out Verb? verb)
    {
        verb = null;
        var serves = args is [] || args[0].StartsWith('-') || args[0] == "serve";
        if (serves && !args.Any(IsHelp))
        {
            return false;
        }

        if (serves)
        {
            verb = new Verb("help", "", _ => Task.FromResult(Help(verbs, ["--help"], output)));
            return true;
        }

        verb = verbs.FirstOrDefault(v => v.Name == args[0])
            ?? new Verb("help", "", _ => Task.FromResult(Help(verbs, args, IsHelpWord(args[0]) ? output : error)));
        return true;
    }

    private static bool IsHelp(string arg) => arg is "--help" or "-h";

    private static bool IsHelpWord(string arg) => arg == "help" || IsHelp(arg);

    private static int Help(IReadOnlyList<Verb> verbs, string[] args, TextWriter output)
    {
        var asked = IsHelpWord(args[0]);
        if (!asked)
        {
            output.WriteLine($"There is no verb '{args[0]}'.");
            output.WriteLine();
        }

        output.WriteLine("usage: weir [VERB] [options]      (dotnet run --project src/Dashboard -- VERB ...)");
        output.WriteLine();
        output.WriteLine("  serve      Runs ingest, stream, consumers and console in one process (the default).");
        foreach (var verb in verbs)
        {
            output.WriteLine($"  {verb.Name,-10} {verb.Summary}");
        }

        output.WriteLine();
        output.WriteLine("Every verb knows --help. To serve, settings come from appsettings.json, the environment and the command line, the later overriding the earlier:");
        output.WriteLine();
        output.WriteLine("  DataDirectory=/var/lib/weir LocalKinesis__Port=4568 weir serve --Urls=http://127.0.0.1:5081");
        output.WriteLine();
        output.WriteLine("docs/configuration.md lists every setting. Exit codes of serve: 0 stopped, 2 could not start.");
        return asked ? 0 : 2;
    }
}
