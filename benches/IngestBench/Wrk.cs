using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Weir.IngestBench;

/// <summary>Runs wrk (from the distribution) and reads its report.</summary>
internal static partial class Wrk
{
    public static async Task<object> RunAsync(WholeWeir server, string path, int connections, int warmUp, int seconds, int records, string contentType, string body)
    {
        var folder = Directory.CreateTempSubdirectory("weir-wrk-").FullName;
        var (script, payload) = (Path.Combine(folder, "post.lua"), Path.Combine(folder, "body"));
        await File.WriteAllTextAsync(payload, body);
        await File.WriteAllTextAsync(
            script,
            $"""
            wrk.method = "POST"
            local file = io.open("{payload}", "rb")
            wrk.body = file:read("*all")
            wrk.headers["Content-Type"] = "{contentType}"
            wrk.headers["X-Api-Key"] = "{server.Key}"
            """);

        // The first seconds compile the hot path.
        await ReportAsync(script, server, path, connections, warmUp);
        var cpu = server.Cpu;
        var report = await ReportAsync(script, server, path, connections, seconds);
        var microseconds = (server.Cpu - cpu).TotalMicroseconds / Math.Max(1, long.Parse(Count().Match(report).Groups[1].Value, CultureInfo.InvariantCulture));
        Directory.Delete(folder, recursive: true);
        var perSecond = double.Parse(Rate().Match(report).Groups[1].Value, CultureInfo.InvariantCulture);
        return new
        {
            connections,
            requestsPerSecond = Math.Round(perSecond),
            recordsPerSecond = Math.Round(perSecond * records),
            megabytesPerSecond = Math.Round(perSecond * body.Length / 1e6, 1),
            serverCpuMicrosecondsPerRequest = Math.Round(microseconds),
            p50 = Latency(report, "50"),
            p99 = Latency(report, "99"),
            not2xx = Errors().Match(report) is { Success: true } errors ? long.Parse(errors.Groups[1].Value, CultureInfo.InvariantCulture) : 0,
            serverRssMiB = server.Memory >> 20,
        };
    }

    private static async Task<string> ReportAsync(string script, WholeWeir server, string path, int connections, int seconds)
    {
        var start = new ProcessStartInfo("wrk") { RedirectStandardOutput = true };
        foreach (var argument in (string[])["-t1", $"-c{connections}", $"-d{seconds}s", "--timeout", "10s", "--latency", "-s", script, new Uri(server.Address, path).ToString()])
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        var report = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return report;
    }

    private static string Latency(string report, string percent) => Regex.Match(report, $@"^\s+{percent}%\s+(\S+)", RegexOptions.Multiline).Groups[1].Value;

    [GeneratedRegex(@"Requests/sec:\s+([\d.]+)")]
    private static partial Regex Rate();

    [GeneratedRegex(@"(\d+) requests in")]
    private static partial Regex Count();

    [GeneratedRegex(@"Non-2xx or 3xx responses: (\d+)")]
    private static partial Regex Errors();
}
