using Microsoft.Extensions.Logging.Abstractions;
using Weir.Aws.Kinesis;
using Weir.LocalKinesis;

namespace Weir.Peers.Tests.Running;

/// <summary>Our engine on a free loopback port, with a directory of its own that goes with it.</summary>
internal sealed class WeirEngine : IAsyncDisposable
{
    public const string Region = "us-east-1";
    private readonly DirectoryInfo _directory;
    private readonly LocalKinesisEngine _engine;
    private readonly LocalKinesisHost _host;

    private WeirEngine(DirectoryInfo directory, LocalKinesisEngine engine, LocalKinesisHost host) => (_directory, _engine, _host) = (directory, engine, host);

    public Uri Address => new(_host.Url!);

    /// <summary>What any AWS client needs in its environment to come here and nowhere else.</summary>
    public IReadOnlyDictionary<string, string> ClientEnvironment => new Dictionary<string, string>
    {
        ["AWS_ACCESS_KEY_ID"] = "123456789012",
        ["AWS_SECRET_ACCESS_KEY"] = "secret",
        ["AWS_DEFAULT_REGION"] = Region,
        ["AWS_REGION"] = Region,
        ["AWS_CONFIG_FILE"] = "/dev/null",
        ["AWS_SHARED_CREDENTIALS_FILE"] = "/dev/null",
        ["AWS_EC2_METADATA_DISABLED"] = "true",
        ["NODE_NO_WARNINGS"] = "1",
        ["WEIR_ENDPOINT"] = Address.AbsoluteUri,
    };

    public static async Task<WeirEngine> StartAsync(int stateChangeMilliseconds = 20)
    {
        var directory = Directory.CreateTempSubdirectory("weir-engine-");
        var options = new LocalKinesisOptions
        {
            Directory = directory.FullName,
            Port = 0,
            Region = Region,
            Limits = KinesisLimits.None,
            StateChangeMilliseconds = stateChangeMilliseconds,
            // Every client's signatures are verified, not only looked for.
            Keys = { ["123456789012"] = "secret" },
        };
        var engine = new LocalKinesisEngine(options, TimeProvider.System, NullLogger<LocalKinesisEngine>.Instance);
        var host = new LocalKinesisHost(engine, NullLoggerFactory.Instance);
        await host.StartAsync(CancellationToken.None);
        return new WeirEngine(directory, engine, host);
    }

    public KinesisClient Connect() => new(KinesisPeer.EndpointAt(Address));

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await _engine.DisposeAsync();
        _directory.Delete(recursive: true);
    }
}
