using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using Weir.Aws.Kinesis;
using Weir.Aws.Protocol;

namespace Weir.LocalKinesis.Tests.Storage;

/// <summary>kill -9 at random moments under load, the process started again on the same directory each time.</summary>
public sealed class KillTests
{
    /// <summary>How often; <c>WEIR_KILLS=200</c> for a long run.</summary>
    private static readonly int Kills = int.Parse(Environment.GetEnvironmentVariable("WEIR_KILLS") ?? "3", CultureInfo.InvariantCulture);

    [Fact]
    public async Task Every_acknowledged_record_and_change_survives_in_order_and_once()
    {
        var random = new Random(20261123);
        var directory = Directory.CreateTempSubdirectory("weir-kill-").FullName;
        var acknowledged = new ConcurrentDictionary<string, (string Shard, string Data)>();
        var history = new ChangeHistory(random);
        for (var round = 0; round < Kills; round++)
        {
            await using var child = await ChildProcess.StartAsync("--port", "0", "--data", directory, "--limits", "none", "--state-delay", "20", "--init", $"orders:2,{ChangeHistory.Stream}:{ChangeHistory.FewestShards}");
            using var client = new HttpClient { BaseAddress = child.Url };
            await history.CheckAsync(client);
            using var stop = new CancellationTokenSource();
            var writers = Enumerable.Range(0, 6).Select(w => WriteAsync(client, $"{round}-{w}", acknowledged, stop.Token)).ToList();
            var changer = history.RunAsync(client, stop.Token);
            var scaler = ScaleAsync(client, stop.Token);
            // Under load of others the first answers may take their time: the moment is random once there is something to lose.
            var before = acknowledged.Count;
            for (var waited = 0; acknowledged.Count < before + 200; waited++)
            {
                Assert.True(waited < 3000, "no records were acknowledged within 60 seconds");
                await Task.Delay(20);
            }

            await Task.Delay(random.Next(0, 300));
            await child.KillAsync();
            await stop.CancelAsync();
            await Task.WhenAll([.. writers, changer, scaler]);
        }

        await using var last = await ChildProcess.StartAsync("--port", "0", "--data", directory, "--limits", "none");
        using var reader = new HttpClient { BaseAddress = last.Url };
        await history.CheckAsync(reader);
        var read = await ReadAllAsync(reader);

        Assert.True(acknowledged.Count > 100, $"only {acknowledged.Count} records were acknowledged");
        foreach (var (number, record) in acknowledged)
        {
            Assert.True(read.TryGetValue(number, out var found), $"{number} was acknowledged and is gone");
            Assert.Equal(record, found);
        }

        Directory.Delete(directory, recursive: true);
    }

    private static async Task WriteAsync(HttpClient client, string name, ConcurrentDictionary<string, (string, string)> acknowledged, CancellationToken stop)
    {
        for (var i = 0; !stop.IsCancellationRequested; i++)
        {
            try
            {
                var entries = Enumerable.Range(0, 1 + (i % 20)).Select(e => $"{name}-{i}-{e}").ToList();
                var answer = await CallAsync(client, KinesisOperations.PutRecords, new PutRecordsRequest([.. entries.Select(e => new PutRecordsRequestEntry(System.Text.Encoding.UTF8.GetBytes(e), e))], "orders"));
                foreach (var (entry, result) in entries.Zip(answer.Records))
                    Assert.True(acknowledged.TryAdd(result.SequenceNumber!, (result.ShardId!, entry)), "a sequence number was given twice");
            }
            catch (Exception e) when (e is HttpRequestException or IOException or TaskCanceledException)
            {
                return;
            }
        }
    }

    /// <summary>Reshards what is written to all the time.</summary>
    private static async Task ScaleAsync(HttpClient client, CancellationToken stop)
    {
        for (var i = 0; !stop.IsCancellationRequested; i++)
        {
            try
            {
                await CallAsync(client, KinesisOperations.UpdateShardCount, new UpdateShardCountRequest(2 + (i % 3), StreamName: "orders"));
            }
            catch (KinesisException e) when (e.Code is KinesisErrorCodes.ResourceInUse or KinesisErrorCodes.LimitExceeded)
            {
                // Still busy with the change before.
                await Task.Delay(5, CancellationToken.None);
            }
            catch (Exception e) when (e is HttpRequestException or IOException or TaskCanceledException)
            {
                return;
            }
        }
    }

    private static async Task<Dictionary<string, (string Shard, string Data)>> ReadAllAsync(HttpClient client)
    {
        var read = new Dictionary<string, (string, string)>();
        string? token = null;
        do
        {
            var shards = await CallAsync(client, KinesisOperations.ListShards, token is null ? new ListShardsRequest("orders") : new ListShardsRequest(NextToken: token));
            token = shards.NextToken;
            foreach (var shard in shards.Shards)
            {
                var iterator = (await CallAsync(client, KinesisOperations.GetShardIterator, new GetShardIteratorRequest(shard.ShardId, ShardIteratorTypes.TrimHorizon, "orders"))).ShardIterator;
                var before = "";
                while (iterator is not null)
                {
                    var page = await CallAsync(client, KinesisOperations.GetRecords, new GetRecordsRequest(iterator));
                    foreach (var record in page.Records)
                    {
                        Assert.True(string.CompareOrdinal(before, record.SequenceNumber) < 0, "records are out of order");
                        before = record.SequenceNumber;
                        Assert.True(read.TryAdd(record.SequenceNumber, (shard.ShardId, record.Text())), "a record came twice");
                    }

                    iterator = page.MillisBehindLatest == 0 && page.Records.Count == 0 ? null : page.NextShardIterator;
                }
            }
        }
        while (token is not null);
        return read;
    }

    private static async Task<TOutput> CallAsync<TInput, TOutput>(HttpClient client, AwsJsonOperation<TInput, TOutput> operation, TInput input)
    {
        using var request = Wire.WireServer.Request(operation.Name, new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(input, operation.Input)));
        using var response = await client.SendAsync(request);
        var body = await response.Content.ReadAsByteArrayAsync();
        if (!response.IsSuccessStatusCode)
        {
            using var error = JsonDocument.Parse(body);
            throw new KinesisException(error.RootElement.GetProperty("__type").GetString()!, System.Text.Encoding.UTF8.GetString(body), (int)response.StatusCode);
        }

        return body.Length == 0 ? default! : JsonSerializer.Deserialize(body, operation.Output)!;
    }
}
