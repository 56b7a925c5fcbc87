using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Xunit.Sdk;
using Record = Weir.Aws.Kinesis.Record;

namespace Weir.Pipeline.Tests.Publishing;

public sealed class KillTests
{
    /// <summary>How often the process is killed; more with <c>WEIR_KILLS</c>.</summary>
    private static readonly int Kills = int.TryParse(Environment.GetEnvironmentVariable("WEIR_KILLS"), CultureInfo.InvariantCulture, out var kills) ? kills : 4;

    [Fact]
    public async Task Every_202_is_in_the_stream_once_and_in_order_whenever_the_process_is_killed()
    {
        var kinesis = new ScriptedKinesis();
        kinesis.Create("orders", 3);
        var random = new Random(11);
        kinesis.Refuse = (_, _) =>
        {
            lock (random)
            {
                return random.Next(20) == 0 ? Aws.Kinesis.KinesisErrorCodes.ProvisionedThroughputExceeded : null;
            }
        };
        kinesis.After = async _ => await Task.Delay(5);
        await using var server = await KinesisServer.StartAsync(kinesis);
        var directory = Directory.CreateTempSubdirectory("weir-kill-").FullName;
        var accepted = new ConcurrentDictionary<string, byte>();
        var sent = new ConcurrentDictionary<string, byte>();
        for (var round = 0; round <= Kills; round++)
        {
            var (process, address) = await KilledIngest.StartAsync(directory, server.Address);
            using (process)
            {
                var senders = Enumerable.Range(0, 4).Select(s => SendAsync(address, round, s, accepted, sent)).ToList();
                if (round < Kills)
                {
                    await Task.Delay(random.Next(300, 1200));
                    process.Kill();
                    await process.WaitForExitAsync();
                    await Task.WhenAll(senders);
                    continue;
                }

                await Task.WhenAll(senders);
                await Ingest.Until.Async("every accepted record in the stream", () => accepted.Keys.ToHashSet().IsSubsetOf(kinesis.All("orders").Select(Text)), 60);
                process.Kill();
                await process.WaitForExitAsync();
            }
        }

        var stream = kinesis.All("orders");
        var once = stream.CountBy(Text).Where(c => c.Value > 1).ToList();
        Assert.True(once.Count == 0, $"{once.Count} of {stream.Count} records stand twice, {once.FirstOrDefault().Key} first.");
        Assert.Empty(stream.Select(Text).Except(sent.Keys));
        foreach (var key in stream.GroupBy(r => r.PartitionKey))
        {
            var numbers = key.Select(Text).ToList();
            Assert.Equal(numbers.Order(StringComparer.Ordinal), numbers);
        }

        Assert.True(accepted.Count > 100, $"Only {accepted.Count} records were accepted.");
        Directory.Delete(directory, recursive: true);
    }

    private static string Text(Record record) => Encoding.UTF8.GetString(record.Data.Span);

    /// <summary>Sends batches one after the other, in the last round 20 of them, else until the process is gone. A record's key is its sender's, so its order is known.</summary>
    private static async Task SendAsync(Uri address, int round, int sender, ConcurrentDictionary<string, byte> accepted, ConcurrentDictionary<string, byte> sent)
    {
        using var client = new HttpClient { BaseAddress = address };
        client.DefaultRequestHeaders.Add("X-Api-Key", "good-key");
        for (var batch = 0; round < Kills || batch < 20; batch++)
        {
            var records = Enumerable.Range(0, 10).Select(i => (Key: $"k{sender}-{i % 5}", Text: string.Create(CultureInfo.InvariantCulture, $"\"{sender}/{round:d4}/{batch:d6}/{i:d2}\""))).ToList();
            foreach (var record in records)
            {
                sent[record.Text] = 0;
            }

            using var content = new StringContent("{\"records\":[" + string.Join(',', records.Select(r => $"{{\"partitionKey\":\"{r.Key}\",\"data\":{r.Text}}}")) + "]}", Encoding.UTF8, "application/json");
            try
            {
                using var response = await client.PostAsync("/v1/streams/orders/records:batch", content);
                if (!response.IsSuccessStatusCode)
                {
                    throw new XunitException($"Answered {(int)response.StatusCode}.");
                }

                foreach (var record in records)
                {
                    accepted[record.Text] = 0;
                }
            }
            catch (HttpRequestException) when (round < Kills)
            {
                return;
            }
        }
    }
}
