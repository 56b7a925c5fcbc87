using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Weir.Pipeline.Spool;

/// <summary>Opens the spool before anything uses it and closes it last.</summary>
internal sealed class SpoolHost(IOptions<SpoolOptions> options, IOptions<DedupeOptions> dedupe, IConfiguration configuration, TimeProvider time, ILogger<Spool> logger) : IHostedService
{
    private Spool? _spool;
    private readonly Lock _gate = new();
    private Task? _stopped;

    /// <summary>Whether the spool is open and has indexed what earlier runs left.</summary>
    public bool IsReady => _spool is { Indexed.IsCompletedSuccessfully: true, Failure: null };

    /// <summary>Whether the disk takes no more records.</summary>
    public bool HasFailed => _spool?.Failure is not null;

    /// <summary>The open spool. Throws before the host has started.</summary>
    public Spool Spool => _spool ?? throw new InvalidOperationException("The spool is not open yet.");

    public async Task StartAsync(CancellationToken cancellationToken) =>
        _spool = await Spool.OpenAsync(Path.Combine(configuration["DataDirectory"] ?? "data", options.Value.Directory), options.Value, dedupe.Value, time, logger, cancellationToken);

    /// <summary>Whoever stops later waits for the same stop.</summary>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return _stopped ??= StopOnceAsync(cancellationToken);
        }
    }

    private async Task StopOnceAsync(CancellationToken cancellationToken)
    {
        if (_spool is { } spool)
        {
            await spool.CheckpointAsync(cancellationToken);
            await spool.DisposeAsync();
        }
    }
}
