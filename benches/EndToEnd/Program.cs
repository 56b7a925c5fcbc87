// End to end: HTTP ingest of 1 KiB records in batches of 100 → spool → stream → redaction → SQLite.
// Starts the real binary as its own process and prints one JSON line; see docs/performance.md for the command.
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Weir.Browser.Tests;
using Weir.EndToEnd;

var seconds = Option("--seconds", 15);
var connections = Option("--connections", 4);
var batch = Option("--batch", 100);
var shards = Option("--shards", 8);
var cancel = CancellationToken.None;

await using var weir = await WeirProcess.StartAsync(
    new Dictionary<string, string>
    {
        ["LocalKinesis:Limits"] = "None",
        ["Publishing:RateLimitPercent"] = "0",
        ["LocalKinesis:InitialStreams"] = $"bench:{shards}",
        ["Logging:LogLevel:Default"] = "Warning",
        ["Logging:LogLevel:Weir.Dashboard.Hosting"] = "Information",
    },
    data: null,
    cancel);

var secrets = await WeirVerbs.SecretsAsync(weir, "bench");
using var client = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = connections + 1 }) { BaseAddress = weir.Address };
using var console = new HttpClient { BaseAddress = weir.Address };
console.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", secrets.Token);
client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", secrets.Key);

var bodies = Enumerable.Range(0, 32).Select(i => Orders.Batch(new Random(i), batch)).ToArray();
var latencies = new ConcurrentBag<double>();
long accepted = 0, refused = 0, unavailable = 0;

async Task PostAsync(byte[] body, bool count)
{
    using var content = new ByteArrayContent(body);
    content.Headers.ContentType = new MediaTypeHeaderValue("application/x-ndjson");
    var started = Stopwatch.GetTimestamp();
    using var response = await client.PostAsync("/v1/streams/bench/records", content, cancel);
    await response.Content.CopyToAsync(Stream.Null, cancel);
    if (count)
    {
        latencies.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
    }

    Interlocked.Add(ref accepted, (int)response.StatusCode == 202 ? batch : 0);
    Interlocked.Add(ref refused, (int)response.StatusCode == 202 ? 0 : 1);
    Interlocked.Add(ref unavailable, (int)response.StatusCode == 503 ? 1 : 0);
}

// The first requests compile the hot path; they are stored like the rest but their latency is not counted.
for (var i = 0; i < 50; i++)
{
    await PostAsync(bodies[i % bodies.Length], count: false);
}

var before = accepted;
var clock = Stopwatch.StartNew();
await Task.WhenAll(Enumerable.Range(0, connections).Select(async n =>
{
    for (var i = n; clock.Elapsed.TotalSeconds < seconds; i++)
    {
        await PostAsync(bodies[i % bodies.Length], count: true);
    }
}));
var sending = clock.Elapsed.TotalSeconds;
var sent = accepted - before;
var stored = await Eventually.SeeAsync(
    $"{accepted} stored records",
    async () => JsonDocument.Parse(await console.GetStringAsync("/api/v1/records/count", cancel)).RootElement.GetProperty("count").GetInt64(),
    n => n >= accepted,
    TimeSpan.FromSeconds(120));
var drained = clock.Elapsed.TotalSeconds;

var sorted = latencies.Order().ToArray();
Console.WriteLine(JsonSerializer.Serialize(new
{
    records = sent,
    accepted_per_s = Math.Round(sent / sending),
    stored_per_s = Math.Round(sent / drained),
    ms_p50 = Math.Round(sorted[sorted.Length / 2], 2),
    ms_p99 = Math.Round(sorted[(int)(sorted.Length * 0.99)], 2),
    not_202 = refused,
    http_503 = unavailable,
    stored_exactly = stored == accepted,
    peak_memory_mb = weir.PeakMemory / 1_000_000,
    connections,
    batch,
    shards,
}));
return stored == accepted && unavailable == 0 ? 0 : 1;

int Option(string name, int otherwise) =>
    Array.IndexOf(args, name) is var at and >= 0 && at + 1 < args.Length ? int.Parse(args[at + 1], CultureInfo.InvariantCulture) : otherwise;
