using System.Diagnostics;

namespace Weir.IngestBench;

/// <summary>Memory of the program as it ships while the spool takes far more than would fit in it: 1 KiB records in batches of 500.</summary>
internal static class FillMeasurement
{
    public static async Task<object> RunAsync(string directory, int gigabytes)
    {
        await using var server = await WholeWeir.StartAsync(directory);
        using var client = new HttpClient { BaseAddress = server.Address };
        client.DefaultRequestHeaders.Add("X-Api-Key", server.Key);
        var body = System.Text.Encoding.UTF8.GetBytes(string.Join('\n', Enumerable.Repeat("\"" + new string('x', 1021) + "\"", 500)));
        var requests = (long)gigabytes * 1_000_000_000 / body.Length;
        long sent = 0, refused = 0, peak = 0, middle = 0;
        var watch = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            while (Interlocked.Increment(ref sent) is var mine && mine <= requests)
            {
                using var content = new ByteArrayContent(body);
                content.Headers.ContentType = new("application/x-ndjson");
                using var response = await client.PostAsync("/v1/streams/orders/records", content);
                if (!response.IsSuccessStatusCode)
                {
                    Interlocked.Increment(ref refused);
                }

                if (mine % 100 == 0)
                {
                    lock (client)
                    {
                        var now = server.Memory;
                        peak = Math.Max(peak, now);
                        middle = mine <= requests / 2 ? now : middle;
                    }
                }
            }
        })));
        return new { gigabytes, seconds = Math.Round(watch.Elapsed.TotalSeconds), megabytesPerSecond = Math.Round(requests * body.Length / 1e6 / watch.Elapsed.TotalSeconds), refused, halfWayRssMiB = middle >> 20, endRssMiB = server.Memory >> 20, peakRssMiB = peak >> 20 };
    }
}
