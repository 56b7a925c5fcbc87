using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.SignalR;
using Weir.ControlPlane.Access;
using Weir.ControlPlane.Live;
using Weir.ControlPlane.Metrics;

namespace Weir.Dashboard.Live;

/// <summary>
/// The snapshots of the console for clients that are not Blazor: <c>connection.on("snapshot", …)</c> gets where things stand at once and then each second,
/// <c>connection.stream("Snapshots")</c> the same as a stream. Either way a client that is slow skips to the newest and holds nobody back.
/// </summary>
[Authorize(Permissions.View)]
public sealed class MetricsHub(Feed<SystemSnapshot> feed, MetricsPush push) : Hub
{
    public const string Path = "/hubs/metrics";

    public async IAsyncEnumerable<SystemSnapshot> Snapshots([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var snapshot in feed.WatchAsync(cancellationToken))
        {
            yield return snapshot;
        }
    }

    public override Task OnConnectedAsync()
    {
        push.Follow(Context.ConnectionId, Context.ConnectionAborted);
        return base.OnConnectedAsync();
    }
}

/// <summary>Sends snapshots to connections, a loop each: sending to all at once would go at the pace of the slowest.</summary>
public sealed partial class MetricsPush(Feed<SystemSnapshot> feed, IHubContext<MetricsHub> hub, ILogger<MetricsPush> logger)
{
    /// <summary>Sends until the connection ends.</summary>
    internal void Follow(string connectionId, CancellationToken aborted) => _ = Task.Run(
        async () =>
        {
            try
            {
                await foreach (var snapshot in feed.WatchAsync(aborted))
                {
                    await hub.Clients.Client(connectionId).SendAsync("snapshot", snapshot, aborted);
                }
            }
            catch (OperationCanceledException) when (aborted.IsCancellationRequested)
            {
                // The client has gone.
            }
            catch (Exception e)
            {
                LogPushEnded(logger, connectionId, e);
            }
        },
        CancellationToken.None);

    [LoggerMessage(LogLevel.Warning, "Snapshots no longer reach connection {ConnectionId}.")]
    private static partial void LogPushEnded(ILogger logger, string connectionId, Exception e);
}
