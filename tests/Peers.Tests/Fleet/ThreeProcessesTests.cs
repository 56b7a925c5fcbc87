using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Weir.Aws.Kinesis;
using Weir.Browser.Tests;
using Weir.Peers.Tests.Running;

namespace Weir.Peers.Tests.Fleet;

/// <summary>
/// Three processes of the real binary share a stream of kinesis-local through leases in dynalite and store into it, while they are killed and the stream is resharded.
/// 15 seconds of trouble by default, more by <c>WEIR_KILL_SECONDS=120</c>.
/// </summary>
public sealed class ThreeProcessesTests : IAsyncLifetime
{
    private const string Stream = "orders";
    private const int Keys = 10;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);
    private readonly Random _random = new(1);
    private readonly List<WeirProcess?> _processes = [];
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("weir-fleet-");
    private readonly string _redactionKey = $"k1 {Convert.ToBase64String(RandomNumberGenerator.GetBytes(32))}";
    private readonly int[] _put = new int[Keys];
    private KinesisPeer _kinesis = null!;
    private Dynalite _dynamo = null!;

    public async ValueTask InitializeAsync()
    {
        _dynamo = await Dynalite.StartAsync();
        _kinesis = await KinesisPeer.StartAsync(KinesisPeer.KinesisLocal);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes.OfType<WeirProcess>())
            await process.DisposeAsync();
        if (_kinesis is not null)
            await _kinesis.DisposeAsync();
        if (_dynamo is not null)
            await _dynamo.DisposeAsync();
        _directory.Delete(recursive: true);
    }

    [Fact]
    public async Task Processes_that_are_killed_while_the_stream_is_resharded_store_every_record_once()
    {
        var trouble = TimeSpan.FromSeconds(int.Parse(Environment.GetEnvironmentVariable("WEIR_KILL_SECONDS") ?? "15", CultureInfo.InvariantCulture));
        await _kinesis.Client.CreateStreamAsync(new CreateStreamRequest(Stream, 2), default);
        await _kinesis.Client.ActiveAsync(Stream);
        _processes.AddRange(await Task.WhenAll(Enumerable.Range(0, 3).Select(StartAsync)));
        var watch = Stopwatch.StartNew();
        var (kills, reshards) = (0, 0);
        while (watch.Elapsed < trouble || kills < 2 || reshards < 2)
        {
            await PutAsync();
            if (kills * 4 < watch.Elapsed.TotalSeconds - 2)
            {
                // One dies in the middle of its work; another takes its place.
                var victim = _random.Next(3);
                await _processes[victim]!.KillAsync();
                await _processes[victim]!.DisposeAsync();
                _processes[victim] = null;
                var another = StartAsync(victim);
                while (!another.IsCompleted)
                    await PutAsync();
                _processes[victim] = await another;
                kills++;
            }

            if (reshards * 6 < watch.Elapsed.TotalSeconds - 4)
            {
                await _kinesis.Client.UpdateShardCountAsync(new UpdateShardCountRequest(reshards++ % 2 == 0 ? 4 : 2, StreamName: Stream), default);
                await _kinesis.Client.ActiveAsync(Stream);
            }
        }

        var total = _put.Sum();
        await UntilAsync(async () => await CountAsync("counts") == total, async () => $"{await CountAsync("counts")} of {total} records counted");

        var rows = (await RowsAsync("weir-records")).Where(r => r["pk"].S.StartsWith(Stream, StringComparison.Ordinal)).Select(r => r["data"].S).ToArray();
        Assert.Equal(total, rows.Length);
        Assert.Equal(total, rows.Distinct().Count());
        var latest = (await RowsAsync("newest")).ToDictionary(r => r["key"].S, r => JsonDocument.Parse(r["data"].S).RootElement.GetProperty("n").GetInt32());
        Assert.Equal(Enumerable.Range(0, Keys).ToDictionary(k => $"k{k}", k => _put[k]), latest);
        var counts = (await RowsAsync("counts")).ToDictionary(r => r["key"].S, r => (int.Parse(r["count"].N, CultureInfo.InvariantCulture), long.Parse(r["sum"].N, CultureInfo.InvariantCulture)));
        Assert.Equal(Enumerable.Range(0, Keys).ToDictionary(k => $"k{k}", k => (_put[k], (long)_put[k] * (_put[k] + 1) / 2)), counts);
        await OneConsoleShowsTheFleetAsync();
    }

    private async Task OneConsoleShowsTheFleetAsync()
    {
        using var console = new HttpClient { BaseAddress = _processes[0]!.Address };
        console.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await TokenAsync());
        var members = Array.Empty<string?>();
        await UntilAsync(
            async () =>
            {
                var answer = await console.GetAsync("/api/v1/fleet");
                if (!answer.IsSuccessStatusCode)
                    return false;
                using var fleet = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
                members = [.. fleet.RootElement.GetProperty("members").EnumerateArray().Where(m => !m.GetProperty("isGone").GetBoolean()).Select(m => string.Join('+', m.GetProperty("instance").GetProperty("roles").EnumerateArray().Select(r => r.GetString())))];
                return members.Length == 3;
            },
            () => Task.FromResult($"the fleet is {string.Join(", ", members)}"));
        Assert.Equal(["consumer", "consumer", "consumer+console"], members.Order(StringComparer.Ordinal));
    }

    /// <summary>Made by the verb in the data directory of the console, as an operator does.</summary>
    private async Task<string> TokenAsync()
    {
        var ran = await Tool.RunAsync("dotnet", [WeirProcess.Binary, "tokens", "create", "--name", "test", "--role", "admin", "--quiet", "--data", Path.Combine(_processes[0]!.DataDirectory, "data")]);
        Assert.True(ran.ExitCode == 0, ran.Error);
        return ran.Output.Trim();
    }

    private Task<WeirProcess> StartAsync(int number) => WeirProcess.StartAsync(
        new Dictionary<string, string>
        {
            ["Mode"] = "Aws",
            ["Roles"] = number == 0 ? "consumer,console" : "consumer",
            ["Aws:Region"] = "us-east-1",
            ["Aws:AccessKeyId"] = "123456789012",
            ["Aws:SecretAccessKey"] = "secret",
            ["Aws:Kinesis:ServiceUrl"] = _kinesis.Address.ToString(),
            ["Aws:DynamoDb:ServiceUrl"] = _dynamo.Address.ToString(),
            ["Consuming:Streams:0"] = Stream,
            ["Consuming:FailoverMilliseconds"] = "2000",
            ["Consuming:DiscoveryMilliseconds"] = "500",
            ["Fleet:ReportSeconds"] = "1",
            ["Fleet:SilentSeconds"] = "5",
            ["Sinks:LatestState:0:Table"] = "newest",
            ["Sinks:LatestState:0:Key"] = "key",
            ["Sinks:Counters:0:Table"] = "counts",
            ["Sinks:Counters:0:Key"] = "key",
            ["Sinks:Counters:0:Value"] = "n",
            ["Redaction:KeyReference"] = "env:WEIR_TEST_REDACTION_KEY",
            ["WEIR_TEST_REDACTION_KEY"] = _redactionKey,
            ["Logging:LogLevel:Default"] = "Information",
        },
        Directory.CreateDirectory(Path.Combine(_directory.FullName, $"{number}")).FullName,
        default);

    /// <summary>A hundred records a second: the emulator of DynamoDB is one thread of Node, and what it cannot take keeps processes from starting.</summary>
    private async Task PutAsync()
    {
        var batch = new List<PutRecordsRequestEntry>();
        for (var i = 0; i < 10; i++)
        {
            var key = _random.Next(Keys);
            batch.Add(new PutRecordsRequestEntry(Encoding.UTF8.GetBytes($$"""{"key":"k{{key}}","n":{{++_put[key]}}}"""), $"k{key}"));
        }

        // Order within a key needs each key's records in calls of their own order; the emulator takes a whole call at once.
        var answer = await _kinesis.Client.PutRecordsAsync(new PutRecordsRequest(batch, Stream), default);
        Assert.Equal(0, answer.FailedRecordCount);
        await Task.Delay(100);
    }

    private async Task<int> CountAsync(string table)
    {
        try
        {
            return (await RowsAsync(table)).Sum(r => int.Parse(r["count"].N, CultureInfo.InvariantCulture));
        }
        catch (ResourceNotFoundException)
        {
            return 0;
        }
    }

    private async Task<List<Dictionary<string, AttributeValue>>> RowsAsync(string table)
    {
        var rows = new List<Dictionary<string, AttributeValue>>();
        var request = new ScanRequest(table) { ConsistentRead = true };
        ScanResponse page;
        do
        {
            page = await _dynamo.Client.ScanAsync(request);
            rows.AddRange(page.Items);
            request.ExclusiveStartKey = page.LastEvaluatedKey;
        }
        while (page.LastEvaluatedKey is { Count: > 0 });
        return rows;
    }

    private async Task UntilAsync(Func<Task<bool>> isSo, Func<Task<string>> seen)
    {
        var watch = Stopwatch.StartNew();
        while (!await isSo())
        {
            if (watch.Elapsed > Patience)
                throw new TimeoutException($"Waited {Patience}: {await seen()}. The first process said:\n{string.Join('\n', _processes[0]!.Output.Split('\n').TakeLast(40))}");
            await Task.Delay(200);
        }
    }
}
