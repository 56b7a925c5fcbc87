using Amazon.Runtime;
using Weir.Aws.Kinesis;
using Weir.Aws.Protocol;
using Record = Weir.Aws.Kinesis.Record;

namespace Weir.Peers.Tests.Running;

/// <summary>An emulator of Kinesis, or our own engine over the wire, with our client on it.</summary>
internal sealed class KinesisPeer : IAsyncDisposable
{
    public const string KinesisLocal = "kinesis-local";
    public const string Kinesalite = "kinesalite";
    public const string Weir = "weir";
    private const int Port = 4567, TlsPort = 4568;
    private readonly IAsyncDisposable _peer;

    private KinesisPeer(IAsyncDisposable peer, Uri address)
    {
        _peer = peer;
        Address = address;
        Client = new KinesisClient(EndpointAt(address));
    }

    public Uri Address { get; }

    public KinesisClient Client { get; }

    public static AwsEndpoint EndpointAt(Uri address) => new()
    {
        Region = "us-east-1",
        ServiceUrl = address,
        Credentials = new BasicAWSCredentials("123456789012", "secret"),
        // A test wants to see the first error.
        MaxAttempts = 1,
    };

    public static async Task<KinesisPeer> StartAsync(string name)
    {
        if (name == Weir)
        {
            var engine = await WeirEngine.StartAsync();
            return new KinesisPeer(engine, engine.Address);
        }

        Npm.Require(name);
        var peer = name switch
        {
            Kinesalite => NodePeer.Start(
                Path.Combine(Npm.Package(Kinesalite), "cli.js"),
                ["--port", $"{Port}", "--createStreamMs", "20", "--deleteStreamMs", "20", "--updateStreamMs", "20", "--shardLimit", "100"]),
            KinesisLocal => NodePeer.Start(
                Path.Combine(Npm.Package(KinesisLocal), "main.js"),
                [],
                new Dictionary<string, string>
                {
                    ["KINESIS_MOCK_PLAIN_PORT"] = $"{Port}",
                    ["KINESIS_MOCK_TLS_PORT"] = $"{TlsPort}",
                    ["KINESIS_MOCK_CERT_PATH"] = Path.Combine(Npm.Package(KinesisLocal), "server.json"),
                    ["SHARD_LIMIT"] = "1000",
                    ["LOG_LEVEL"] = "ERROR",
                    ["CREATE_STREAM_DURATION"] = "20ms",
                    ["DELETE_STREAM_DURATION"] = "20ms",
                    ["UPDATE_SHARD_COUNT_DURATION"] = "20ms",
                    ["SPLIT_SHARD_DURATION"] = "20ms",
                    ["MERGE_SHARDS_DURATION"] = "20ms",
                }),
            _ => throw new ArgumentOutOfRangeException(nameof(name), name, "no such peer"),
        };
        try
        {
            return new KinesisPeer(peer, await peer.AddressOfAsync(Port));
        }
        catch
        {
            await peer.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _peer.DisposeAsync();
    }
}

/// <summary>What any implementation of <see cref="IKinesis"/> is asked in these tests.</summary>
internal static class KinesisCalls
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    /// <summary>Polls until the stream is ACTIVE and returns its description.</summary>
    public static async Task<StreamDescription> ActiveAsync(this IKinesis kinesis, string stream)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            var description = (await kinesis.DescribeStreamAsync(new DescribeStreamRequest(stream), default)).StreamDescription;
            if (description.StreamStatus == StreamStatuses.Active)
                return description;
            if (patience.IsCancellationRequested)
                throw new TimeoutException($"Waited {Patience} for {stream} to be ACTIVE; it is {description.StreamStatus}");
            await Task.Delay(20, CancellationToken.None);
        }
    }

    /// <summary>Everything a shard holds from its trim horizon on.</summary>
    public static async Task<List<Record>> ReadAllAsync(this IKinesis kinesis, string stream, string shardId)
    {
        var iterator = (await kinesis.GetShardIteratorAsync(new GetShardIteratorRequest(shardId, ShardIteratorTypes.TrimHorizon, stream), default)).ShardIterator;
        var records = new List<Record>();
        for (var empty = 0; iterator is not null && empty < 2;)
        {
            var answer = await kinesis.GetRecordsAsync(new GetRecordsRequest(iterator), default);
            records.AddRange(answer.Records);
            empty = answer.Records.Count == 0 ? empty + 1 : 0;
            iterator = answer.NextShardIterator;
        }

        return records;
    }
}
