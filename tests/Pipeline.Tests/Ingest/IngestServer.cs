using System.Diagnostics;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Weir.Aws.Kinesis;
using Weir.Pipeline.Ingest;
using Weir.Pipeline.Telemetry;

namespace Weir.Pipeline.Tests.Ingest;

/// <summary>Partners in memory, by key.</summary>
internal sealed class KnownPartners : IPartnerDirectory
{
    public Dictionary<string, Partner> ByKey { get; } = new(StringComparer.Ordinal)
    {
        ["good-key"] = new Partner("p1", "Acme"),
        ["narrow-key"] = new Partner("p2", "Narrow", ["other"]),
    };

    public ValueTask<Partner?> FindByKeyAsync(string apiKey, CancellationToken cancellationToken) => new(ByKey.GetValueOrDefault(apiKey));
}

/// <summary>Ingest on a real socket, with a directory of its own that a second server can take over.</summary>
internal sealed class IngestServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly bool _ownsDirectory;

    private IngestServer(WebApplication app, string directory, bool ownsDirectory)
    {
        _app = app;
        _ownsDirectory = ownsDirectory;
        Directory = directory;
        Address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        Client = new HttpClient { BaseAddress = Address, Timeout = TimeSpan.FromSeconds(100) };
        Client.DefaultRequestHeaders.Add("X-Api-Key", "good-key");
    }

    public string Directory { get; }
    public Uri Address { get; }
    public HttpClient Client { get; }
    public IServiceProvider Services => _app.Services;
    public PipelineMetrics Metrics => _app.Services.GetRequiredService<PipelineMetrics>();
    public KnownPartners Partners => (KnownPartners)_app.Services.GetRequiredService<IPartnerDirectory>();

    public static string NewDirectory() => System.IO.Directory.CreateTempSubdirectory("weir-ingest-").FullName;

    public static async Task<IngestServer> StartAsync(IKinesis kinesis, string? directory = null, params (string Key, string Value)[] settings) => await StartAsync(kinesis, directory, TimeProvider.System, settings);

    public static async Task<IngestServer> StartAsync(IKinesis kinesis, string? directory, TimeProvider time, params (string Key, string Value)[] settings)
    {
        var data = directory ?? NewDirectory();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["DataDirectory"] = data,
            ["Publishing:SettleMilliseconds"] = "0",
            ["Publishing:LingerMilliseconds"] = "2",
            ["Publishing:ShardRefreshMilliseconds"] = "100",
            ["Spool:CheckpointSeconds"] = "0.2",
            ["Ingest:GraceSeconds"] = "0",
        });
        builder.Configuration.AddInMemoryCollection(settings.Select(s => KeyValuePair.Create<string, string?>(s.Key, s.Value)));
        builder.WebHost.UseUrls("http://127.0.0.1:0").UseIngestTransport();
        builder.Services.AddSingleton(kinesis);
        builder.Services.AddSingleton(time);
        builder.Services.AddSingleton<IPartnerDirectory, KnownPartners>();
        builder.Services.AddIngest(builder.Configuration);
        var app = builder.Build();
        app.MapIngest();
        await app.StartAsync();
        return new IngestServer(app, data, directory is null);
    }

    public async Task<(int Status, JsonElement Body)> PostAsync(string path, string body, string? contentType, params (string Name, string Value)[] headers) =>
        await PostAsync(path, Encoding.UTF8.GetBytes(body), contentType, headers);

    public async Task<(int Status, JsonElement Body)> PostAsync(string path, byte[] body, string? contentType, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent(body) };
        if (contentType is not null)
        {
            request.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        }

        foreach (var (name, value) in headers)
        {
            if (!request.Headers.TryAddWithoutValidation(name, value))
            {
                request.Content.Headers.TryAddWithoutValidation(name, value);
            }
        }

        using var response = await Client.SendAsync(request);
        return ((int)response.StatusCode, response.Content.Headers.ContentLength > 0 ? await response.Content.ReadFromJsonAsync<JsonElement>() : default);
    }

    public Task StopAsync() => _app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
        if (_ownsDirectory)
        {
            try
            {
                System.IO.Directory.Delete(Directory, recursive: true);
            }
            catch (IOException)
            {
                // Something still writes its last file; the system's clean-up takes what is left.
            }
        }
    }
}

/// <summary>Awaits a condition; the failure says which.</summary>
internal static class Until
{
    public static async Task Async(string what, Func<bool> condition, int seconds = 60)
    {
        var watch = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(watch.Elapsed.TotalSeconds < seconds, $"Waited {seconds} s for: {what}");
            await Task.Delay(10);
        }
    }
}
