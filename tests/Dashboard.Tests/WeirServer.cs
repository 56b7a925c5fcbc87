using System.Net.Http.Headers;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Weir.ControlPlane.Access;

namespace Weir.Dashboard.Tests;

/// <summary>The whole program on a free loopback port, with a data directory of its own.</summary>
public class WeirServer : WebApplicationFactory<Program>
{
    public const string Email = "ada@example.org";
    public const string Password = "correct horse battery";

    private readonly string _data = Directory.CreateTempSubdirectory("weir-dashboard-").FullName;

    public WeirServer() => UseKestrel(0);

    /// <summary>Configuration keys and values, set before the server is used.</summary>
    public Dictionary<string, string> Settings { get; init; } = [];

    /// <summary>What changes where the log goes to; by default only warnings are printed.</summary>
    public Action<ILoggingBuilder> Logging { get; init; } = _ => { };

    public Uri Address
    {
        get
        {
            StartServer();
            return ClientOptions.BaseAddress;
        }
    }

    /// <summary>A client that neither follows redirects nor keeps cookies of its own.</summary>
    public HttpClient Client(string? role = null)
    {
        var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false }) { BaseAddress = Address };
        if (role is not null)
        {
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token(role));
        }

        return client;
    }

    /// <summary>A new token with this role.</summary>
    public string Token(string role)
    {
        StartServer();
        return Services.GetRequiredService<ApiTokens>().Create($"{role} of a test", role, Actor.System).Secret;
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        GC.SuppressFinalize(this);
        try
        {
            Directory.Delete(_data, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Something still writes its last file; the system's clean-up takes what is left.
        }
    }

    protected override IHost CreateHost(IHostBuilder builder)
    {
        var end = new ProgramEnd();
        builder.ConfigureServices(services => services.Insert(0, ServiceDescriptor.Singleton<IHostedService>(_ => end.Watch())));
        return new RunningProgram(base.CreateHost(builder), end);
    }

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseEnvironment("Production");
        builder.UseSetting("DataDirectory", _data);
        builder.UseSetting("Urls", "http://127.0.0.1:0");
        builder.UseSetting("LocalKinesis:Port", "0");
        builder.UseSetting("LocalKinesis:StateChangeMilliseconds", "50");
        builder.UseSetting("LocalKinesis:InitialStreams", "orders:2");
        builder.UseSetting("Logging:LogLevel:Default", "Warning");
        builder.ConfigureLogging(Logging);
        foreach (var (key, value) in Settings)
        {
            builder.UseSetting(key, value);
        }
    }
}

/// <summary>
/// The program as its own main function runs it. It is asked to stop, stops and disposes what it made as after a signal, and that is waited for; the factory alone would stop
/// every service a second time beside it, and some after they had been disposed of.
/// </summary>
internal sealed class RunningProgram(IHost host, ProgramEnd end) : IHost
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    public IServiceProvider Services => host.Services;

    public Task StartAsync(CancellationToken cancellationToken = default) => host.StartAsync(cancellationToken);

    public async Task StopAsync(CancellationToken cancellationToken = default)
    {
        if (end.Reached.IsCompleted)
        {
            return;
        }

        host.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
        try
        {
            await end.Reached.WaitAsync(Patience, cancellationToken);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"Waited {Patience.TotalSeconds} s for the program to end.");
        }
    }

    public void Dispose()
    {
    }
}

/// <summary>Tells when the program has disposed of its services: of this one last, because it was made first.</summary>
internal sealed class ProgramEnd
{
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Reached => _reached.Task;

    public IHostedService Watch() => new First(_reached);

    private sealed class First(TaskCompletionSource reached) : IHostedService, IDisposable
    {
        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public void Dispose() => reached.TrySetResult();
    }
}

/// <summary>A server whose first administrator came from the settings.</summary>
public sealed class BootstrappedServer : WeirServer
{
    public BootstrappedServer()
    {
        Settings["Access:Bootstrap:Email"] = Email;
        Settings["Access:Bootstrap:Password"] = Password;
    }
}

/// <summary>Waits for something to become true, and says what it was when it does not.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static async Task<T> GetAsync<T>(Func<Task<T>> look, Func<T, bool> fits, string what)
    {
        using var timeout = new CancellationTokenSource(Patience);
        T last = default!;
        HttpRequestException? refused = null;
        while (!timeout.IsCancellationRequested)
        {
            try
            {
                last = await look();
                if (fits(last))
                {
                    return last;
                }
            }
            catch (HttpRequestException e)
            {
                // Such as 503 while no sample has been taken yet.
                refused = e;
            }

            await Task.Delay(50, CancellationToken.None);
        }

        throw new TimeoutException($"Waited {Patience.TotalSeconds} s for: {what}. Last seen: {last}", refused);
    }
}
