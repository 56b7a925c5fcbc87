using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Reflection;

namespace Weir.IngestBench;

/// <summary>The program as it ships, in a process of its own, with everything it runs beside ingest: engine, publisher, consumer, redaction, store and console.</summary>
internal sealed class WholeWeir : IAsyncDisposable
{
    private static readonly string Binary = typeof(WholeWeir).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "WeirBinary").Value!;
    private readonly Process _process;

    private WholeWeir(Process process, Uri address, string key) => (_process, Address, Key) = (process, address, key);

    public Uri Address { get; }

    /// <summary>A partner's API key.</summary>
    public string Key { get; }

    public TimeSpan Cpu
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>Resident memory now, bytes.</summary>
    public long Memory
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    public static async Task<WholeWeir> StartAsync(string directory, params (string Key, string Value)[] settings)
    {
        Directory.CreateDirectory(directory);
        var address = new Uri($"http://127.0.0.1:{FreePort()}");
        var process = Process.Start(Command(directory, [], [("Urls", address.ToString()), ("LocalKinesis__Port", "0"), ("Logging__LogLevel__Default", "Error"), .. settings]))!;
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        using var client = new HttpClient { BaseAddress = address };
        for (var waited = Stopwatch.StartNew(); !await IsReadyAsync(client);)
        {
            if (process.HasExited || waited.Elapsed > TimeSpan.FromSeconds(60))
            {
                throw new InvalidOperationException($"{Binary} is not ready after {waited.Elapsed.TotalSeconds:0} s.");
            }

            await Task.Delay(100);
        }

        using var keys = Process.Start(Command(directory, ["keys", "create", "--partner", "bench", "--quiet"], []))!;
        var key = await keys.StandardOutput.ReadToEndAsync();
        await keys.WaitForExitAsync();
        return new WholeWeir(process, address, key.Trim());
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static ProcessStartInfo Command(string directory, string[] arguments, (string Key, string Value)[] settings)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, WorkingDirectory = directory };
        start.ArgumentList.Add(Binary);
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["DataDirectory"] = Path.Combine(directory, "data");
        foreach (var (key, value) in settings)
        {
            start.Environment[key] = value;
        }

        return start;
    }

    private static async Task<bool> IsReadyAsync(HttpClient client)
    {
        try
        {
            return (await client.GetAsync("/readyz")).IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
