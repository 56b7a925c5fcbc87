using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Weir.LocalKinesis.Wire;

/// <summary>The engine's own HTTP server, apart from the console's: its port, its limits.</summary>
internal sealed class HttpListener : IAsyncDisposable
{
    /// <summary>10 MiB of records as base64, with keys and room.</summary>
    public const long MostBodyBytes = 32L << 20;

    /// <summary>
    /// What a body has to come at, over its first ten seconds and after: slower than any line that carries records, and enough that what waits in memory goes
    /// or is given up. A slower one is answered with status 408.
    /// </summary>
    private static readonly MinDataRate SlowestBody = new(1024, TimeSpan.FromSeconds(10));

    private readonly WebApplication _app;
    private readonly IServer _server;

    private HttpListener(WebApplication app, IServer server) => (_app, _server, Url) = (app, server, server.Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First());

    /// <summary>Where clients reach it: <c>http://127.0.0.1:4567</c>.</summary>
    public string Url { get; }

    /// <summary>Serves the engine where its options say.</summary>
    /// <exception cref="InvalidOperationException">The port is taken or the certificate unusable; the message names the setting.</exception>
    public static Task<HttpListener> StartAsync(Engine engine, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        var options = engine.Options;
        if (!IPAddress.TryParse(options.Address == "localhost" ? "127.0.0.1" : options.Address, out var address))
            throw new InvalidOperationException($"LocalKinesis:Address: '{options.Address}' is not an IP address.");
        if (!IPAddress.IsLoopback(address) && options.CertificatePath is null && !options.AllowPlaintext)
            throw new InvalidOperationException($"LocalKinesis:Address: '{options.Address}' would serve records in clear beyond this machine. Set LocalKinesis:CertificatePath, or LocalKinesis:AllowPlaintext to true.");
        var certificate = Load(options);
        return StartAsync(engine, loggers, Listen, cancellationToken);

        void Listen(KestrelServerOptions kestrel) => kestrel.Listen(address, options.Port, listen =>
        {
            if (certificate is not null)
                listen.UseHttps(certificate);
            else
                listen.UseHttp2PriorKnowledge();
        });
    }

    /// <summary>Serves the engine at a socket of the file system, for this process.</summary>
    public static Task<HttpListener> StartAsync(Engine engine, string socket, CancellationToken cancellationToken) =>
        StartAsync(engine, NullLoggerFactory.Instance, kestrel => kestrel.ListenUnixSocket(socket, listen => listen.UseHttp2PriorKnowledge()), cancellationToken);

    private static async Task<HttpListener> StartAsync(Engine engine, ILoggerFactory loggers, Action<KestrelServerOptions> listen, CancellationToken cancellationToken)
    {
        // An empty builder: neither environment nor command line of the host may move this server.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(loggers);
        // Sockets complete on the thread pool already; a second hop from there to the pool would only cost.
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().UseSockets(sockets => sockets.UnsafePreferInlineScheduling = true).ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.AllowAlternateSchemes = true;
            kestrel.Limits.MaxRequestBodySize = MostBodyBytes;
            kestrel.Limits.MaxRequestBufferSize = 4 << 20;
            kestrel.Limits.MinRequestBodyDataRate = SlowestBody;
            // Subscribers may take their time over an event; other answers have a deadline of their own.
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Limits.Http2.InitialConnectionWindowSize = 16 << 20;
            kestrel.Limits.Http2.InitialStreamWindowSize = 8 << 20;
            kestrel.Limits.Http2.MaxStreamsPerConnection = 1000;
            listen(kestrel);
        });
        builder.Services.AddSingleton<IMemoryPoolFactory<byte>, ConnectionMemory>();
        var app = builder.Build();
        var server = app.Services.GetRequiredService<IServer>();
        try
        {
            await server.StartAsync(new Requests(new KinesisEndpoint(engine, new AnswerSending(engine.Time), loggers.CreateLogger("Weir.LocalKinesis.Wire"))), cancellationToken).ConfigureAwait(false);
        }
        catch (IOException e) when (e.InnerException is AddressInUseException)
        {
            await app.DisposeAsync().ConfigureAwait(false);
            throw new InvalidOperationException($"LocalKinesis:Port: port {engine.Options.Port} of {engine.Options.Address} is already in use. Stop what listens there, or set another port (0 takes a free one).", e);
        }
        catch
        {
            await app.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        return new HttpListener(app, server);
    }

    public async ValueTask DisposeAsync()
    {
        using var hurry = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        await _server.StopAsync(hurry.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _app.DisposeAsync().ConfigureAwait(false);
    }

    private static X509Certificate2? Load(LocalKinesisOptions options)
    {
        if (options.CertificatePath is not { } path)
            return null;
        try
        {
            return X509CertificateLoader.LoadPkcs12FromFile(path, options.CertificatePassword);
        }
        catch (Exception e) when (e is System.Security.Cryptography.CryptographicException or IOException)
        {
            throw new InvalidOperationException($"LocalKinesis:CertificatePath: '{path}' cannot be read as a PKCS#12 file: {e.Message}", e);
        }
    }

    /// <summary>Hands requests to the endpoint as the server has them: the host's own context, activity and log scope cost a tenth of a put and nobody reads them.</summary>
    private sealed class Requests(KinesisEndpoint endpoint) : IHttpApplication<IFeatureCollection>
    {
        public IFeatureCollection CreateContext(IFeatureCollection contextFeatures) => contextFeatures;

        public Task ProcessRequestAsync(IFeatureCollection context) => endpoint.HandleAsync(context);

        public void DisposeContext(IFeatureCollection context, Exception? exception)
        {
        }
    }
}
