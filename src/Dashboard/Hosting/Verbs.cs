namespace Weir.Dashboard.Hosting;

/// <summary>What the binary can do besides serving: <c>dotnet run --project src/Dashboard -- VERB --help</c>.</summary>
internal sealed record Verb(string Name, string Summary, Func<string[], Task<int>> RunAsync);

internal static class Verbs
{
    /// <summary>The verb that the first argument names; null for <c>serve</c>, for none and for options such as <c>--urls</c>.</summary>
    public static bool TryFind(IReadOnlyList<Verb> verbs, string[] args, out Verb? verb)
    {
        verb = null;
        if (args is [] || args[0].StartsWith('-') && args[0] is not ("--help" or "-h") || args[0] == "serve")
        {
            return false;
        }

        verb = verbs.FirstOrDefault(v => v.Name == args[0])
            ?? new Verb("help", "", _ => Task.FromResult(Help(verbs, args)));
        return true;
    }

    private static int Help(IReadOnlyList<Verb> verbs, string[] args)
    {
        var asked = args is ["--help" or "-h" or "help", ..];
        var output = asked ? Console.Out : Console.Error;
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
        output.WriteLine("Every verb knows --help. Settings are in appsettings.json; an environment variable Section__Key overrides Section:Key.");
        return asked ? 0 : 2;
    }
}
