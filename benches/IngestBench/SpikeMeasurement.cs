using System.Diagnostics;

namespace Weir.IngestBench;

/// <summary>Ten times what the stream takes, at a fixed rate whatever the answers: once to Weir, once to the naive endpoint.</summary>
internal static class SpikeMeasurement
{
    private const int Shards = 1, Factor = 10;

    public static async Task<object> RunAsync(string directory, int seconds)
    {
        await using var server = await BenchServer.StartAsync(directory, Shards, "Aws");
        var weir = await SendAsync(server, "/v1/streams/bench/records", seconds);
        var naive = await SendAsync(server, "/naive", seconds);

        // Every accepted record must come out of the stream's own count, once: the spool is given the time to drain.
        var draining = Stopwatch.StartNew();
        while (server.Metrics.Read().Spools["bench"].Records > 0 && draining.Elapsed < TimeSpan.FromMinutes(5))
        {
            await Task.Delay(500);
        }

        var accepted = server.Metrics.Read().RecordsAccepted;
        var inStream = server.Meters.Read("bench").Sum(s => s.IncomingRecords);
        return new
        {
            shards = Shards,
            offeredPerSecond = Shards * 1000 * Factor,
            seconds,
            weir,
            naive,
            weirAccepted = accepted,
            weirInStream = inStream,
            weirLostOrDoubled = accepted - inStream,
            drainedAfterSeconds = Math.Round(draining.Elapsed.TotalSeconds, 1),
        };
    }

    /// <summary>An open loop: what is due is sent, however long the earlier requests take.</summary>
    private static async Task<object> SendAsync(BenchServer server, string path, int seconds)
    {
        using var client = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 256 }) { BaseAddress = server.Address };
        client.DefaultRequestHeaders.Add("X-Api-Key", "bench");
        var body = new byte[1024];
        var due = Shards * 1000L * Factor * seconds;
        long sent = 0, ok = 0, unavailable = 0, other = 0;
        var watch = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, 256).Select(worker => Task.Run(async () =>
        {
            while (true)
            {
                var mine = Interlocked.Increment(ref sent);
                if (mine > due)
                {
                    return;
                }

                var wait = TimeSpan.FromSeconds(mine / (double)(Shards * 1000 * Factor)) - watch.Elapsed;
                if (wait > TimeSpan.FromMilliseconds(1))
                {
                    await Task.Delay(wait);
                }

                using var content = new ByteArrayContent(body);
                content.Headers.ContentType = new("application/octet-stream");
                using var response = await client.PostAsync(path, content);
                _ = response.IsSuccessStatusCode ? Interlocked.Increment(ref ok) : (int)response.StatusCode == 503 ? Interlocked.Increment(ref unavailable) : Interlocked.Increment(ref other);
            }
        })));
        return new { took = Math.Round(watch.Elapsed.TotalSeconds, 1), ok, unavailable503 = unavailable, other };
    }
}
