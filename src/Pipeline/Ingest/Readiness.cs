using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Weir.Pipeline.Spool;
using Weir.Pipeline.Telemetry;

namespace Weir.Pipeline.Ingest;

/// <summary>
/// Whether a balancer should send requests here. At the end it says no first, and requests are still taken for a grace period; only then the listener closes.
/// This is the one place where a 503 is given.
/// </summary>
internal sealed class Readiness(SpoolHost spool, PipelineMetrics metrics, IOptions<IngestOptions> options, TimeProvider time) : IHostedLifecycleService
{
    private volatile bool _stopping;

    public bool IsReady => !_stopping && spool.IsReady;

    /// <summary><c>/readyz</c>: 200 or 503.</summary>
    public Task ReadyAsync(HttpContext context)
    {
        if (!IsReady)
        {
            metrics.NotReady();
        }

        context.Response.StatusCode = IsReady ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        return context.Response.WriteAsync(IsReady ? "ready\n" : _stopping ? "stopping\n" : "starting\n", context.RequestAborted);
    }

    /// <summary><c>/healthz</c>: 200, or 500 when the disk takes no more records and only a restart may help.</summary>
    public Task HealthAsync(HttpContext context)
    {
        var failed = spool.HasFailed;
        context.Response.StatusCode = failed ? StatusCodes.Status500InternalServerError : StatusCodes.Status200OK;
        return context.Response.WriteAsync(failed ? "the spool's disk failed\n" : "healthy\n", context.RequestAborted);
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Comes before anything stops.</summary>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        _stopping = true;
        await Task.Delay(TimeSpan.FromSeconds(options.Value.GraceSeconds), time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
