using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Weir.Aws.Kinesis;
using Weir.LocalKinesis;
using Weir.Pipeline.Ingest;
using Weir.Pipeline.Telemetry;

namespace Weir.IngestBench;

/// <summary>Weir's ingest with the embedded engine behind it, and beside it the naive endpoint: PutRecord first, then the answer.</summary>
internal sealed class BenchServer : IAsyncDisposable, IPartnerDirectory
{
    private static readonly Partner Sender = new("bench", "Bench");
    private WebApplication _app = null!;

    public Uri Address { get; private set; } = null!;

    public PipelineMetrics Metrics => _app.Services.GetRequiredService<PipelineMetrics>();

    public IShardMeters Meters => _app.Services.GetRequiredService<IShardMeters>();

    public static async Task<BenchServer> StartAsync(string directory, int shards, string limits, params (string Key, string Value)[] settings)
    {
        var server = new BenchServer();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["DataDirectory"] = directory,
            ["LocalKinesis:Port"] = "0",
            ["LocalKinesis:Limits"] = limits,
            ["LocalKinesis:InitialStreams"] = $"bench:{shards},naive:{shards}",
            ["Spool:MaxBytes"] = (64L << 30).ToString(System.Globalization.CultureInfo.InvariantCulture),
            ["Publishing:DrainSeconds"] = "0",
            ["Ingest:GraceSeconds"] = "0",
        });
        builder.Configuration.AddInMemoryCollection(settings.Select(s => KeyValuePair.Create<string, string?>(s.Key, s.Value)));
        builder.WebHost.UseUrls("http://127.0.0.1:0").UseIngestTransport();
        builder.Services.AddLocalKinesis(builder.Configuration);
        builder.Services.AddSingleton<IPartnerDirectory>(server);
        builder.Services.AddIngest(builder.Configuration);
        server._app = builder.Build();
        server._app.MapIngest();
        server._app.MapPost("/naive", NaiveAsync);
        await server._app.StartAsync();
        server.Address = new Uri(server._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        return server;
    }

    public ValueTask<Partner?> FindByKeyAsync(string apiKey, CancellationToken cancellationToken) => new(Sender);

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    /// <summary>What most collectors do: the stream's answer is the partner's answer.</summary>
    private static async Task NaiveAsync(HttpContext context, IKinesis kinesis)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        try
        {
            await kinesis.PutRecordAsync(new PutRecordRequest(body.GetBuffer().AsMemory(0, (int)body.Length), Guid.NewGuid().ToString("N"), "naive"), context.RequestAborted);
            context.Response.StatusCode = StatusCodes.Status200OK;
        }
        catch (KinesisException)
        {
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        }
    }
}
