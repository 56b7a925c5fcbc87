using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Weir.LocalKinesis.Wire;

namespace Weir.LocalKinesis;

/// <summary>Opens the engine with the host and serves its wire protocol until the host stops.</summary>
public sealed partial class LocalKinesisHost(LocalKinesisEngine engine, ILoggerFactory loggers) : IHostedService, IAsyncDisposable
{
    private readonly ILogger _logger = loggers.CreateLogger<LocalKinesisHost>();
    private HttpListener? _listener;

    /// <summary>Where clients reach the engine; null before the start.</summary>
    public string? Url => _listener?.Url;

    /// <exception cref="InvalidOperationException">The engine cannot be served; the message names the setting.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await engine.OpenAsync(cancellationToken).ConfigureAwait(false);
        _listener = await HttpListener.StartAsync(engine.Engine, loggers, cancellationToken).ConfigureAwait(false);
        LogServing(_listener.Url);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_listener is not null)
            await _listener.DisposeAsync().ConfigureAwait(false);
        _listener = null;
    }

    public async ValueTask DisposeAsync() => await StopAsync(CancellationToken.None).ConfigureAwait(false);

    [LoggerMessage(LogLevel.Information, "The embedded stream answers at {Url}.")]
    private partial void LogServing(string url);
}
