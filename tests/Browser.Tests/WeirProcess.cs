using System.Diagnostics;
using System.Reflection;
using System.Text.RegularExpressions;

namespace Weir.Browser.Tests;

/// <summary>The real binary as its own process, on free loopback ports, with a data directory of its own that outlives a kill.</summary>
public sealed partial class WeirProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(180);

    private readonly string _data;
    private readonly bool _ownsData;
    private readonly List<string> _output = [];
    private readonly Process _process;

    private WeirProcess(Process process, string data, bool ownsData)
    {
        _process = process;
        _data = data;
        _ownsData = ownsData;
    }

    /// <summary>Where the console and the API answer.</summary>
    public Uri Address { get; private set; } = null!;

    /// <summary>Where the embedded engine answers.</summary>
    public Uri? Kinesis { get; private set; }

    public string DataDirectory => _data;

    public static string Binary { get; } = typeof(WeirProcess).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "WeirBinary").Value!;

    /// <summary>Starts and waits until it says that it is ready.</summary>
    /// <param name="settings">Configuration keys and values, <c>Section:Key</c>.</param>
    /// <param name="data">A data directory to go on with; null makes one that is removed at the end.</param>
    public static async Task<WeirProcess> StartAsync(IReadOnlyDictionary<string, string> settings, string? data, CancellationToken cancellationToken)
    {
        var directory = data ?? Directory.CreateTempSubdirectory("weir-test-").FullName;
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = directory };
        start.ArgumentList.Add(Binary);
        start.Environment["ASPNETCORE_ENVIRONMENT"] = "Development";
        start.Environment["Urls"] = "http://127.0.0.1:0";
        start.Environment["LocalKinesis__Port"] = "0";
        start.Environment["DataDirectory"] = Path.Combine(directory, "data");
        start.Environment["Logging__Console__FormatterName"] = "simple";
        foreach (var (key, value) in settings)
        {
            start.Environment[key.Replace(":", "__", StringComparison.Ordinal)] = value;
        }

        var process = new Process { StartInfo = start };
        var weir = new WeirProcess(process, directory, data is null);
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        process.OutputDataReceived += (_, line) => weir.Read(line.Data, ready);
        process.ErrorDataReceived += (_, line) => weir.Read(line.Data, ready);
        process.EnableRaisingEvents = true;
        process.Exited += (_, _) =>
        {
            if (!ready.Task.IsCompleted)
            {
                // Until its last word has been read, too, which may come after the news of its end.
                process.WaitForExit();
                ready.TrySetException(new InvalidOperationException($"The process ended with {process.ExitCode} before it was ready:\n{weir.Output}"));
            }
        };
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        try
        {
            await ready.Task.WaitAsync(StartLimit, cancellationToken);
        }
        catch (TimeoutException)
        {
            await weir.DisposeAsync();
            throw new TimeoutException($"Waited {StartLimit.TotalSeconds} s for 'Weir is ready':\n{weir.Output}");
        }

        return weir;
    }

    /// <summary>Everything that was written so far.</summary>
    public string Output
    {
        get
        {
            lock (_output)
            {
                return string.Join('\n', _output);
            }
        }
    }

    /// <summary>Peak resident memory in bytes.</summary>
    public long PeakMemory
    {
        get
        {
            _process.Refresh();
            return _process.PeakWorkingSet64;
        }
    }

    /// <summary>Stops the process where it stands, as a machine that hangs would; <see cref="GoOnAsync"/> lets it go on.</summary>
    public Task StandStillAsync() => SignalAsync("-STOP");

    public Task GoOnAsync() => SignalAsync("-CONT");

    private async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", [signal, _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }

    /// <summary>kill -9: nothing is flushed, nothing is said.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await KillAsync();
        }

        _process.Dispose();
        if (_ownsData && Directory.Exists(_data))
        {
            try
            {
                Directory.Delete(_data, recursive: true);
            }
            catch (IOException)
            {
                // The system's clean-up takes what is left.
            }
        }
    }

    private void Read(string? line, TaskCompletionSource ready)
    {
        if (line is null)
        {
            return;
        }

        lock (_output)
        {
            _output.Add(line);
        }

        if (ReadyLine().Match(line) is { Success: true } console)
        {
            Address = new Uri(console.Groups[1].Value);
            ready.TrySetResult();
        }
        else if (KinesisLine().Match(line) is { Success: true } kinesis)
        {
            Kinesis = new Uri(kinesis.Groups[1].Value);
        }
    }

    [GeneratedRegex(@"Weir is ready\. Open (http://\S+) ")]
    private static partial Regex ReadyLine();

    [GeneratedRegex(@"[Kk]inesis\D*(http://127\.0\.0\.1:\d+)")]
    private static partial Regex KinesisLine();
}
