using System.Diagnostics;
using System.Net;
using System.Text.Json;
using Weir.LocalKinesis.Tests.Wire;

namespace Weir.LocalKinesis.Tests.Storage;

/// <summary>A real file system that is too small, through the server.</summary>
public sealed class DiskFullTests
{
    private static bool Run(string command, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
            return process.WaitForExit(10_000) && process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    [Fact]
    public async Task Puts_are_refused_in_plain_words_while_the_disk_is_full_and_nothing_acknowledged_is_lost()
    {
        var directory = Directory.CreateTempSubdirectory("weir-full-").FullName;
        if (!Run("mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", directory))
        {
            Directory.Delete(directory);
            Assert.Skip("mounting a small file system is not permitted here");
        }

        try
        {
            var ballast = Path.Combine(directory, "ballast");
            await File.WriteAllBytesAsync(ballast, new byte[2 << 20]);
            var acknowledged = new Dictionary<string, string>();
            await using (var child = await ChildProcess.StartAsync("--port", "0", "--data", Path.Combine(directory, "k"), "--limits", "none", "--init", "orders:1", "--no-warm-up"))
            {
                using var client = new HttpClient { BaseAddress = child.Url };
                var refused = "";
                for (var i = 0; refused.Length == 0; i++)
                {
                    Assert.True(i < 1000, "the disk did not become full");
                    refused = await PutAsync(client, i, acknowledged) is { Status: not HttpStatusCode.OK } answer ? answer.Body : "";
                }

                Assert.Contains("disk is full", refused, StringComparison.Ordinal);
                using var health = await client.GetAsync("/healthz");
                Assert.Equal(HttpStatusCode.OK, health.StatusCode);
                Assert.Equal(acknowledged, await ReadAsync(client));

                File.Delete(ballast);
                Assert.Equal(HttpStatusCode.OK, (await PutAsync(client, 1000, acknowledged)).Status);
                Assert.Equal(acknowledged, await ReadAsync(client));
                await child.KillAsync();
            }

            await using var again = await ChildProcess.StartAsync("--port", "0", "--data", Path.Combine(directory, "k"), "--limits", "none", "--no-warm-up");
            using var reader = new HttpClient { BaseAddress = again.Url };
            Assert.Equal(acknowledged, await ReadAsync(reader));
        }
        finally
        {
            Run("umount", "-l", directory);
            Directory.Delete(directory);
        }
    }

    private static ByteArrayContent Content(object input) => new(JsonSerializer.SerializeToUtf8Bytes(input));

    private static async Task<(HttpStatusCode Status, string Body)> PutAsync(HttpClient client, int i, Dictionary<string, string> acknowledged)
    {
        var data = Convert.ToBase64String(new byte[20_000 + i]);
        using var response = await client.SendAsync(WireServer.Request("PutRecord", Content(new { StreamName = "orders", PartitionKey = "k", Data = data })));
        var body = await response.Content.ReadAsStringAsync();
        if (response.IsSuccessStatusCode)
            acknowledged.Add(JsonDocument.Parse(body).RootElement.GetProperty("SequenceNumber").GetString()!, data);
        return (response.StatusCode, body);
    }

    private static async Task<Dictionary<string, string>> ReadAsync(HttpClient client)
    {
        var records = new Dictionary<string, string>();
        var iterator = (await CallAsync(client, "GetShardIterator", new { StreamName = "orders", ShardId = "shardId-000000000000", ShardIteratorType = "TRIM_HORIZON" })).GetProperty("ShardIterator").GetString();
        while (true)
        {
            var read = await CallAsync(client, "GetRecords", new { ShardIterator = iterator });
            foreach (var record in read.GetProperty("Records").EnumerateArray())
                records.Add(record.GetProperty("SequenceNumber").GetString()!, record.GetProperty("Data").GetString()!);
            if (read.GetProperty("MillisBehindLatest").GetInt64() == 0)
                return records;
            iterator = read.GetProperty("NextShardIterator").GetString();
        }
    }

    private static async Task<JsonElement> CallAsync(HttpClient client, string operation, object input)
    {
        using var response = await client.SendAsync(WireServer.Request(operation, Content(input)));
        var body = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, body);
        return JsonDocument.Parse(body).RootElement;
    }
}
