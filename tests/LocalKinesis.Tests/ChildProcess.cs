using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Weir.LocalKinesis.Tests;

/// <summary>The engine in a process of its own: this test executable, started again with the verb's arguments in its environment.</summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private const string Variable = "WEIR_KINESIS_CHILD";
    private readonly Process _process;

    private ChildProcess(Process process, Uri url) => (_process, Url) = (process, url);

    public Uri Url { get; }

    public int Id => _process.Id;

    public static Task<ChildProcess> StartAsync(params string[] args) => StartAsync(new Dictionary<string, string>(), args);

    public static async Task<ChildProcess> StartAsync(IReadOnlyDictionary<string, string> environment, params string[] args)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        start.Environment[Variable] = string.Join('\n', args);
        var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var line = await process.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(60));
        if (line is null || !line.StartsWith("Kinesis is ready at ", StringComparison.Ordinal))
            throw new InvalidOperationException($"The engine did not start: {line} {await errors}");
        return new ChildProcess(process, new Uri(line.Split(' ')[4]));
    }

    /// <summary>kill -9.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            await KillAsync();
        _process.Dispose();
    }

#pragma warning disable CA2255 // The module initializer is how the same executable becomes the child.
    [ModuleInitializer]
    internal static void BecomeChild()
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { } args)
            return;
        Environment.SetEnvironmentVariable(Variable, null);
        Environment.Exit(KinesisVerb.RunAsync(args.Split('\n', StringSplitOptions.RemoveEmptyEntries)).GetAwaiter().GetResult());
    }
#pragma warning restore CA2255
}
