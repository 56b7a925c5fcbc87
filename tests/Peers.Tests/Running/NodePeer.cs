using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace Weir.Peers.Tests.Running;

/// <summary>A peer in Node, listening on loopback ports of the system's choice; ends with the test, by its own process.</summary>
internal sealed class NodePeer : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _said = new();
    private readonly ConcurrentDictionary<int, TaskCompletionSource<int>> _ports = new();

    private NodePeer(Process process) => _process = process;

    /// <summary>Starts a script; ports are known by the number the peer would have taken.</summary>
    public static NodePeer Start(string script, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(Tool.Find("node")!, ["-r", Path.Combine(Npm.Root, "loopback.js"), script, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Npm.Root,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        var peer = new NodePeer(new Process { StartInfo = start, EnableRaisingEvents = true });
        peer._process.OutputDataReceived += (_, line) => peer.Hear(line.Data);
        peer._process.ErrorDataReceived += (_, line) => peer.Hear(line.Data);
        peer._process.Start();
        peer._process.BeginOutputReadLine();
        peer._process.BeginErrorReadLine();
        return peer;
    }

    public async Task<Uri> AddressOfAsync(int asked)
    {
        try
        {
            var port = await Port(asked).Task.WaitAsync(Patience);
            return new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/"));
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"Waited {Patience} for the peer to listen on {asked}. It said: {string.Join('\n', _said.TakeLast(20))}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private void Hear(string? line)
    {
        if (line is null)
            return;
        if (line.Split(' ') is ["listening", var asked, var given] && int.TryParse(asked, out var key) && int.TryParse(given, out var port))
            Port(key).TrySetResult(port);
        else
            _said.Enqueue(line);
    }

    private TaskCompletionSource<int> Port(int asked) => _ports.GetOrAdd(asked, _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
}
