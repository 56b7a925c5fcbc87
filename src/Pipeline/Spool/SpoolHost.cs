using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Weir.Pipeline.Spool;

/// <summary>Opens the spool before anything uses it and closes it last.</summary>
internal sealed class SpoolHost(IOptions<SpoolOptions> options, IConfiguration configuration, ILogger<Spool> logger) : IHostedService
{
    private Spool? _spool;

    /// <summary>The open spool. Throws before the host has started.</summary>
    public Spool Spool => _spool ?? throw new InvalidOperationException("The spool is not open yet.");

    public async Task StartAsync(CancellationToken cancellationToken) =>
        _spool = await Spool.OpenAsync(Path.Combine(configuration["DataDirectory"] ?? "data", options.Value.Directory), options.Value, logger, cancellationToken);

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_spool is { } spool)
        {
            await spool.CheckpointAsync(cancellationToken);
            await spool.DisposeAsync();
        }
    }
}
