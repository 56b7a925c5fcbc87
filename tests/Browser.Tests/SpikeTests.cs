using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Weir.Browser.Tests;

/// <summary>Ten times what the stream takes, and kill -9 in the middle of it.</summary>
public sealed class SpikeTests
{
    private const int RecordsPerSecond = 10_000, Senders = 20, RecordsPerRequest = 20;

    /// <summary>How long the spike lasts; longer with <c>WEIR_SPIKE_SECONDS</c>.</summary>
    private static readonly int Seconds = int.TryParse(Environment.GetEnvironmentVariable("WEIR_SPIKE_SECONDS"), CultureInfo.InvariantCulture, out var seconds) ? seconds : 4;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(180 + (15 * Seconds));

    [Fact]
    public async Task Every_202_of_a_tenfold_spike_with_kill_9_in_its_middle_is_stored_once_and_in_order_and_nobody_sees_a_503()
    {
        var data = Directory.CreateTempSubdirectory("weir-spike-").FullName;
        try
        {
            var spike = new Spike();
            var first = await StartAsync(data);
            var secrets = await WeirVerbs.SecretsAsync(first, "acme");
            spike.Aim(first.Address, secrets.Key);
            var senders = Enumerable.Range(0, Senders).Select(n => Task.Run(() => spike.SendAsync(n))).ToArray();
            await Task.Delay(TimeSpan.FromSeconds(Seconds / 2.0));
            await first.KillAsync();
            await using var again = await StartAsync(data);
            spike.Aim(again.Address, secrets.Key);
            await Task.WhenAll(senders);

            Assert.Equal([202], spike.Statuses.Keys.Order());
            using var operate = WeirClient.With(again.Address, secrets);
            foreach (var shards in (int[])[2, 4, 8])
            {
                var id = (await operate.PostAsync("streams/orders/reshard", new { targetShardCount = shards })).GetProperty("operationId").GetString();
                await Eventually.SeeAsync("the reshard's end", () => operate.GetAsync($"operations/{id}"), o => o.GetProperty("state").GetString() == "Succeeded", Patience);
            }

            await Eventually.SeeAsync("an empty spool", () => operate.GetAsync("metrics"), s => s.GetProperty("ingest").GetProperty("spoolRecords").GetDouble() == 0, Patience);
            await Eventually.SeeAsync($"{spike.Accepted.Count} stored records", () => operate.StoredAsync(), n => n >= spike.Accepted.Count, Patience);
            var end = (await operate.GetAsync("metrics")).GetProperty("ingest");
            Assert.Equal(0, end.GetProperty("serviceUnavailableTotal").GetDouble());

            var stored = Read(Path.Combine(data, "data", "records.db"));
            var lost = spike.Accepted.Keys.Except(stored).Count();
            TestContext.Current.SendDiagnosticMessage($"{spike.Accepted.Count} records accepted in {Seconds} s, {stored.Count} stored, {lost} lost, {stored.Count - stored.Distinct().Count()} doubled, {spike.Retries} requests sent again.");
            Assert.Equal(0, lost);
            Assert.Equal(stored.Count, stored.Distinct().Count());
            foreach (var key in stored.GroupBy(id => id.Split('-')[0]))
            {
                var order = key.Select(id => int.Parse(id.Split('-')[1], CultureInfo.InvariantCulture)).ToArray();
                Assert.Equal(order.Order(), order);
            }
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }

    private static Task<WeirProcess> StartAsync(string data) =>
        WeirProcess.StartAsync(new Dictionary<string, string> { ["LocalKinesis:InitialStreams"] = "orders:1" }, data, TestContext.Current.CancellationToken);

    /// <summary>The ids of the stored records, a key's in the order of the stream: a shard's number is higher than its parent's.</summary>
    private static List<string> Read(string path)
    {
        using var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={path};Mode=ReadOnly");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT r.data FROM records r JOIN record_shards s ON s.id = r.shard ORDER BY s.name, length(r.sequence), r.sequence";
        using var reader = command.ExecuteReader();
        var stored = new List<string>();
        while (reader.Read())
        {
            using var document = JsonDocument.Parse((byte[])reader.GetValue(0));
            stored.Add(document.RootElement.GetProperty("id").GetString()!);
        }

        return stored;
    }

    /// <summary>Partners that send at a fixed rate, one partition key each, and send again what was not answered, with the same idempotency key.</summary>
    private sealed class Spike
    {
        private volatile HttpClient _client = new();

        public ConcurrentDictionary<string, byte> Accepted { get; } = new();

        public ConcurrentDictionary<int, int> Statuses { get; } = new();

        public int Retries;

        public void Aim(Uri address, string key) => _client = new HttpClient { BaseAddress = address, DefaultRequestHeaders = { { "X-Api-Key", key } } };

        public async Task SendAsync(int sender)
        {
            var gap = TimeSpan.FromSeconds((double)Senders * RecordsPerRequest / RecordsPerSecond);
            var clock = Stopwatch.StartNew();
            for (var request = 0; request * gap < TimeSpan.FromSeconds(Seconds); request++)
            {
                if (request * gap - clock.Elapsed is { } early && early > TimeSpan.Zero)
                {
                    await Task.Delay(early);
                }

                var ids = Enumerable.Range(request * RecordsPerRequest, RecordsPerRequest).Select(n => $"k{sender}-{n}").ToArray();
                while (!await TryAsync(sender, request, ids))
                {
                    Interlocked.Increment(ref Retries);
                    await Task.Delay(100);
                }
            }
        }

        private async Task<bool> TryAsync(int sender, int request, string[] ids)
        {
            using var content = new StringContent(string.Join('\n', ids.Select(id => $$"""{"id":"{{id}}"}""")), Encoding.UTF8, "application/x-ndjson");
            content.Headers.Add("X-Partition-Key", $"k{sender}");
            content.Headers.Add("Idempotency-Key", $"{sender}-{request}");
            try
            {
                using var answer = await _client.PostAsync("/v1/streams/orders/records", content);
                Statuses.AddOrUpdate((int)answer.StatusCode, 1, (_, n) => n + 1);
                foreach (var id in (int)answer.StatusCode == 202 ? ids : [])
                {
                    Accepted.TryAdd(id, 0);
                }

                return true;
            }
            catch (HttpRequestException)
            {
                // The process is gone, or not yet back.
                return false;
            }
        }
    }
}
