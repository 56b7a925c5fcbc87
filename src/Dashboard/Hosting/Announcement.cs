using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Weir.Dashboard.Hosting;

/// <summary>Says where to go once everything runs.</summary>
internal sealed partial class Announcement(IServer server, IHostApplicationLifetime lifetime, ILogger<Announcement> logger) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        lifetime.ApplicationStarted.Register(() =>
        {
            foreach (var address in server.Features.Get<IServerAddressesFeature>()?.Addresses ?? [])
            {
                LogReady(logger, address);
            }
        });
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(LogLevel.Information, "Weir is ready. Open {Address} in a browser.")]
    private static partial void LogReady(ILogger logger, string address);
}
