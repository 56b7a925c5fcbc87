using System.Net.Http.Headers;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;
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
        catch (IOException)
        {
            // Something still writes its last file; the system's clean-up takes what is left.
        }
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
        foreach (var (key, value) in Settings)
        {
            builder.UseSetting(key, value);
        }
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
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static async Task<T> GetAsync<T>(Func<Task<T>> look, Func<T, bool> fits, string what)
    {
        using var timeout = new CancellationTokenSource(Patience);
        T last = default!;
        while (!timeout.IsCancellationRequested)
        {
            last = await look();
            if (fits(last))
            {
                return last;
            }

            await Task.Delay(50, CancellationToken.None);
        }

        throw new TimeoutException($"Waited {Patience.TotalSeconds} s for: {what}. Last seen: {last}");
    }
}
