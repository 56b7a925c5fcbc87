using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;

namespace Weir.Browser.Tests;

/// <summary>The whole loop over real sockets, files and processes, driven as scripts drive it.</summary>
public sealed class MainJobTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_record_is_stored_without_its_personal_data()
    {
        await using var weir = await StartAsync("orders:1");
        using var client = await WeirClient.ForAsync(weir, "acme");

        using var answer = await client.SendAsync("orders", ["""{"orderId":"4711","customer":{"name":"Quirina Example","email":"quirina\u0040example.org"},"card":"4111 1111 1111 1111"}"""], Cancel);

        Assert.Equal(202, (int)answer.StatusCode);
        var data = await Eventually.SeeAsync("the stored record", async () => (await client.GetAsync("records?contains=4711")).EnumerateArray().FirstOrDefault(), r => r.ValueKind == JsonValueKind.Object, Soon);
        var stored = data.GetProperty("data").GetString()!;
        Assert.Contains("\"orderId\":\"4711\"", stored, StringComparison.Ordinal);
        Assert.DoesNotContain("Quirina", stored, StringComparison.Ordinal);
        Assert.DoesNotContain("example.org", stored, StringComparison.Ordinal);
        Assert.DoesNotContain("4111", stored, StringComparison.Ordinal);
        Assert.DoesNotContain("quirina", weir.Output, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_spike_beyond_the_stream_is_spooled_and_a_reshard_drains_it_without_a_loss_or_a_double()
    {
        await using var weir = await StartAsync("orders:1");
        using var client = await WeirClient.ForAsync(weir, "acme");
        await client.PutAsync("sample-traffic", new { stream = "orders", recordsPerSecond = 3000 });

        await Eventually.SeeAsync("a spool and throttles", () => client.GetAsync("metrics"), s => Ingest(s, "spoolRecords") > 2000 && s.GetProperty("streams")[0].GetProperty("writeThrottlesPerSecond").GetDouble() > 0, Patience);
        var reshard = await client.PostAsync("streams/orders/reshard", new { targetShardCount = 4 });
        var id = reshard.GetProperty("operationId").GetString();
        await Eventually.SeeAsync("the reshard's end", () => client.GetAsync($"operations/{id}"), o => o.GetProperty("state").GetString() == "Succeeded", Patience);
        await client.DeleteAsync("sample-traffic");
        await Eventually.SeeAsync("an empty spool", () => client.GetAsync("metrics"), s => Ingest(s, "spoolRecords") == 0, Patience);

        var accepted = Ingest(await client.GetAsync("metrics"), "recordsAcceptedTotal");
        await Eventually.SeeAsync($"{accepted} stored records", () => client.StoredAsync(), n => n >= accepted, Patience);
        var end = await client.GetAsync("metrics");
        Assert.Equal(Ingest(end, "recordsAcceptedTotal"), await client.StoredAsync());
        Assert.Equal(0, Ingest(end, "serviceUnavailableTotal"));
        Assert.Equal(4, end.GetProperty("streams")[0].GetProperty("openShards").GetInt32());
    }

    [Fact]
    public async Task A_rule_switched_off_and_on_takes_effect_on_the_next_records()
    {
        await using var weir = await StartAsync("orders:1");
        using var client = await WeirClient.ForAsync(weir, "acme");

        await client.PutAsync("rules/email/enabled", new { enabled = false, reason = "test" });
        await StoresAsync(client, "off", clear: true);
        await client.PutAsync("rules/email/enabled", new { enabled = true, reason = "test" });
        await StoresAsync(client, "on", clear: false);

        var audit = await client.GetAsync("audit?action=set-rule-enabled&outcome=done");
        Assert.Equal(2, audit.GetArrayLength());
        Assert.Equal(JsonValueKind.Null, (await client.GetAsync("audit/verify")).GetProperty("firstBrokenId").ValueKind);
    }

    [Fact]
    public async Task After_kill_9_every_record_that_got_a_202_is_stored_once_and_in_the_order_of_its_key()
    {
        var data = Directory.CreateTempSubdirectory("weir-kill-").FullName;
        try
        {
            var accepted = new ConcurrentDictionary<string, byte>();
            (string Key, string Token) secrets;
            await using (var weir = await StartAsync("orders:2", data))
            {
                secrets = await WeirVerbs.SecretsAsync(weir, "acme");
                using var client = WeirClient.With(weir.Address, secrets);
                var senders = Enumerable.Range(0, 3).Select(n => SendUntilItDiesAsync(client, n, accepted)).ToArray();
                await Eventually.SeeAsync("accepted records", () => Task.FromResult(accepted.Count), n => n > 3000, Patience);
                await weir.KillAsync();
                await Task.WhenAll(senders);
            }

            await using var again = await StartAsync("orders:2", data);
            using var reader = WeirClient.With(again.Address, secrets);
            await Eventually.SeeAsync("an empty spool", () => reader.GetAsync("metrics"), s => s.ValueKind == JsonValueKind.Object && Ingest(s, "spoolRecords") == 0 && s.GetProperty("sequence").GetInt64() > 3, Patience);
            await Eventually.SeeAsync($"at least {accepted.Count} stored records", () => reader.StoredAsync(), n => n >= accepted.Count, Patience);

            var stored = ReadStored(Path.Combine(data, "data", "records.db"));
            Assert.Empty(accepted.Keys.Except(stored.Select(s => s.Id)));
            Assert.Equal(stored.Count, stored.Select(s => s.Id).Distinct().Count());
            foreach (var key in stored.GroupBy(s => s.Id.Split('-')[0]))
            {
                var order = key.Select(s => int.Parse(s.Id.Split('-')[1], CultureInfo.InvariantCulture)).ToArray();
                Assert.Equal(order.Order(), order);
            }
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }

    [Fact]
    public async Task A_reshard_goes_on_after_kill_9_to_the_number_that_was_asked_for()
    {
        var data = Directory.CreateTempSubdirectory("weir-reshard-").FullName;
        try
        {
            (string Key, string Token) secrets;
            string id;
            await using (var weir = await StartAsync("orders:1", data))
            {
                secrets = await WeirVerbs.SecretsAsync(weir, "acme");
                using var client = WeirClient.With(weir.Address, secrets);
                id = (await client.PostAsync("streams/orders/reshard", new { targetShardCount = 32, fromShardCount = 1 })).GetProperty("operationId").GetString()!;
                await Eventually.SeeAsync("a step to be done", () => client.GetAsync($"operations/{id}"), o => o.GetProperty("stepsDone").GetInt32() >= 1, Patience);
                await weir.KillAsync();
            }

            await using var again = await StartAsync("orders:1", data);
            using var reader = WeirClient.With(again.Address, secrets);
            var ended = await Eventually.SeeAsync("the reshard's end", () => reader.GetAsync($"operations/{id}"), o => o.GetProperty("state").GetString() != "Running", Patience);

            Assert.Equal("Succeeded", ended.GetProperty("state").GetString());
            await Eventually.SeeAsync("32 open shards", () => reader.GetAsync("streams/orders"), s => s.GetProperty("openShards").GetInt32() == 32, Patience);
            Assert.Equal(1, (await reader.GetAsync("audit?action=end-reshard&outcome=done")).GetArrayLength());
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }

    private static Task<WeirProcess> StartAsync(string streams, string? data = null) =>
        WeirProcess.StartAsync(new Dictionary<string, string> { ["LocalKinesis:InitialStreams"] = streams }, data, Cancel);

    private static double Ingest(JsonElement snapshot, string member) => snapshot.GetProperty("ingest").GetProperty(member).GetDouble();

    /// <summary>One partition key a sender, its records numbered; what got a 202 is noted.</summary>
    private static async Task SendUntilItDiesAsync(WeirClient client, int sender, ConcurrentDictionary<string, byte> accepted)
    {
        try
        {
            for (var i = 0; ; i += 20)
            {
                var ids = Enumerable.Range(i, 20).Select(n => $"k{sender}-{n}").ToArray();
                using var answer = await client.SendAsync("orders", ids.Select(id => $$"""{"id":"{{id}}"}"""), CancellationToken.None, $"k{sender}");
                foreach (var id in (int)answer.StatusCode == 202 ? ids : [])
                {
                    accepted.TryAdd(id, 0);
                }
            }
        }
        catch (HttpRequestException)
        {
            // The process was killed; what it had not answered may be there or not.
        }
    }

    private static async Task StoresAsync(WeirClient client, string marker, bool clear)
    {
        using var answer = await client.SendAsync("orders", [$$"""{"marker":"{{marker}}","mail":"grace@example.org"}"""], Cancel);
        Assert.Equal(202, (int)answer.StatusCode);
        var record = await Eventually.SeeAsync("the stored record", async () => (await client.GetAsync($"records?contains=%22{marker}%22")).EnumerateArray().FirstOrDefault(), r => r.ValueKind == JsonValueKind.Object, Soon);
        Assert.Equal(clear, record.GetProperty("data").GetString()!.Contains("grace@example.org", StringComparison.Ordinal));
    }

    private static List<(string Shard, string Sequence, string Id)> ReadStored(string path)
    {
        using var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={path};Mode=ReadOnly");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT s.name, r.sequence, r.data FROM records r JOIN record_shards s ON s.id = r.shard ORDER BY s.name, length(r.sequence), r.sequence";
        using var reader = command.ExecuteReader();
        var stored = new List<(string, string, string)>();
        while (reader.Read())
        {
            stored.Add((reader.GetString(0), reader.GetString(1), JsonDocument.Parse((byte[])reader.GetValue(2)).RootElement.GetProperty("id").GetString()!));
        }

        return stored;
    }
}
