using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.SignalR;
using Weir.ControlPlane.Access;
using Weir.ControlPlane.Live;
using Weir.ControlPlane.Metrics;

namespace Weir.Dashboard.Live;

/// <summary>
/// The snapshots of the console for clients that are not Blazor: <c>connection.on("snapshot", …)</c> gets each as it is published,
/// <c>connection.stream("Snapshots")</c> gets the newest that the client is fast enough for.
/// </summary>
[Authorize(Permissions.View)]
public sealed class MetricsHub(Feed<SystemSnapshot> feed) : Hub
{
    public const string Path = "/hubs/metrics";

    public async IAsyncEnumerable<SystemSnapshot> Snapshots([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var snapshot in feed.WatchAsync(cancellationToken))
        {
            yield return snapshot;
        }
    }

    /// <summary>A new client sees where things stand at once, not a second later.</summary>
    public override async Task OnConnectedAsync()
    {
        if (feed.Latest is { } latest)
        {
            await Clients.Caller.SendAsync("snapshot", latest, Context.ConnectionAborted);
        }

        await base.OnConnectedAsync();
    }
}

/// <summary>Sends every snapshot to everybody who is connected to the hub.</summary>
internal sealed class MetricsBroadcast(Feed<SystemSnapshot> feed, IHubContext<MetricsHub> hub) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var snapshot in feed.WatchAsync(stoppingToken))
        {
            await hub.Clients.All.SendAsync("snapshot", snapshot, stoppingToken);
        }
    }
}
