using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Weir.LocalKinesis.Wire;

namespace Weir.LocalKinesis;

/// <summary>Opens the engine with the host and serves its wire protocol until the host stops.</summary>
public sealed partial class LocalKinesisHost(LocalKinesisEngine engine, ILoggerFactory loggers) : IHostedService, IAsyncDisposable
{
    private readonly ILogger _logger = loggers.CreateLogger<LocalKinesisHost>();
    private readonly CancellationTokenSource _stopping = new();
    private HttpListener? _listener;
    private readonly Lock _gate = new();
    private int _disposed;
    private Task? _stopped;
    private Task _warmUp = Task.CompletedTask;

    /// <summary>Where clients reach the engine; null before the start.</summary>
    public string? Url => _listener?.Url;

    /// <exception cref="InvalidOperationException">The engine cannot be served; the message names the setting.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await engine.OpenAsync(cancellationToken).ConfigureAwait(false);
        _listener = await HttpListener.StartAsync(engine.Engine, loggers, cancellationToken).ConfigureAwait(false);
        LogServing(_listener.Url);
        if (engine.Engine.Options.WarmUp)
            _warmUp = Task.Run(() => WarmUp.RunAsync(engine.Engine.Options, _logger, _stopping.Token), CancellationToken.None);
    }

    /// <summary>Whoever stops later, also after the end, waits for the same stop.</summary>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
            return _stopped ??= StopOnceAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        await StopAsync(CancellationToken.None).ConfigureAwait(false);
        _stopping.Dispose();
    }

    private async Task StopOnceAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _warmUp.ConfigureAwait(false);
        if (_listener is not null)
            await _listener.DisposeAsync().ConfigureAwait(false);
        _listener = null;
    }

    [LoggerMessage(LogLevel.Information, "The embedded stream answers at {Url}.")]
    private partial void LogServing(string url);
}
