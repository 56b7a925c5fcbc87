// Ingest on one machine, load generator included: single requests, batches, the log against the disk, and a spike beside a naive endpoint.
// Single requests and batches go to the program as it ships. Prints one JSON line per measurement; see docs/performance.md for the command.
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Weir.IngestBench;

var seconds = Number("--seconds", 10);
var connections = Number("--connections", 64);
var warmUp = Number("--warm-up", 15);
var only = Text("--only");
(string, string)[] settings = Text("--set")?.Split('=') is [var name, var value] ? [(name, value)] : [];
var directory = Directory.CreateTempSubdirectory("weir-ingestbench-").FullName;
try
{
    await RunAsync("disk", () => DiskMeasurement.RunAsync(Path.Combine(directory, "disk"), seconds));
    await RunAsync("singles", async () =>
    {
        await using var server = await WholeWeir.StartAsync(Path.Combine(directory, "singles"), settings);
        return await Wrk.RunAsync(server, "/v1/streams/orders/records", connections, warmUp, seconds, records: 1, "application/octet-stream", new string('x', 1024));
    });
    await RunAsync("batches", async () =>
    {
        await using var server = await WholeWeir.StartAsync(Path.Combine(directory, "batches"), settings);
        var record = "{\"text\":\"" + new string('x', 1024 - 11) + "\"}";
        return await Wrk.RunAsync(server, "/v1/streams/orders/records", Math.Min(connections, 16), warmUp, seconds, records: 500, "application/x-ndjson", string.Join('\n', Enumerable.Repeat(record, 500)));
    });
    await RunAsync("spike", () => SpikeMeasurement.RunAsync(Path.Combine(directory, "spike"), seconds));
    if (Number("--fill-gb", 0) is > 0 and var gigabytes)
    {
        await RunAsync("fill", () => FillMeasurement.RunAsync(Path.Combine(directory, "fill"), gigabytes));
    }
}
finally
{
    Directory.Delete(directory, recursive: true);
}

async Task RunAsync(string name, Func<Task<object>> measure)
{
    if (only is not null && only != name)
    {
        return;
    }

    var result = await measure();
    using var process = Process.GetCurrentProcess();
    Console.WriteLine(JsonSerializer.Serialize(new { measurement = name, result, rssMiB = process.WorkingSet64 >> 20 }));
}

int Number(string name, int otherwise) => Text(name) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;

string? Text(string name) => Array.IndexOf(args, name) is >= 0 and var at && at + 1 < args.Length ? args[at + 1] : null;
