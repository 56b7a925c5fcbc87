using System.Diagnostics;

namespace Weir.Browser.Tests;

/// <summary>Runs the binary's own verbs against the data of a running process.</summary>
internal static class WeirVerbs
{
    /// <summary>A partner key and an API token that may read everything.</summary>
    public static async Task<(string Key, string Token)> SecretsAsync(WeirProcess weir, string partner) =>
        (await RunAsync(weir, "keys", "create", "--partner", partner, "--quiet"), await RunAsync(weir, "tokens", "create", "--name", partner, "--role", "admin", "--quiet"));

    private static async Task<string> RunAsync(WeirProcess weir, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, WorkingDirectory = weir.DataDirectory };
        start.ArgumentList.Add(WeirProcess.Binary);
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["DataDirectory"] = Path.Combine(weir.DataDirectory, "data");
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? output.Trim() : throw new InvalidOperationException($"{string.Join(' ', arguments)} ended with {process.ExitCode}: {output}");
    }
}
