// The log beside what the disk can do, in the same run:
//   dotnet run -c Release --project benches/CommitLogBench -- [--seconds 2] [--rounds 3] [--directory DIR]
// Serial: one commit after the other, against a bare write + fsync of the same bytes to a growing file; each figure is the best of its rounds, taken in turns.
// Group: many appenders that each wait for their own record.
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Weir.CommitLog;
using Weir.CommitLogBench;

var seconds = Number("--seconds", 2);
var rounds = Number("--rounds", 3);
var parent = Text("--directory") ?? Path.GetTempPath();
var work = Directory.CreateDirectory(Path.Combine(parent, $"weir-log-bench-{Environment.ProcessId}")).FullName;
var span = TimeSpan.FromSeconds(seconds);
try
{
    Console.WriteLine($"Best of {rounds} rounds of {seconds} s, {Environment.ProcessorCount} cores, in {parent}");
    Console.WriteLine();
    Console.WriteLine("| commit | log, commits/s | log, MB/s | p50 ms | p99 ms | bare write+fsync, commits/s | MB/s | ratio |");
    Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- | --- |");
    foreach (var (name, entries, size) in new[] { ("1 x 1 KiB", 1, 1 << 10), ("100 x 1 KiB", 100, 1 << 10), ("500 x 1 KiB", 500, 1 << 10), ("1 x 512 KiB", 1, 512 << 10), ("4 x 1 MiB", 4, 1 << 20) })
    {
        var (log, bare) = (Rate.None, Rate.None);
        for (var round = 0; round < rounds; round++)
        {
            bare = Rate.Best(bare, Serial.Bare(work, entries * size, span));
            log = Rate.Best(log, await Serial.LogAsync(work, entries, size, span));
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {name} | {log.PerSecond:N0} | {log.PerSecond * entries * size / 1e6:N1} | {log.P50:N2} | {log.P99:N2} | {bare.PerSecond:N0} | {bare.PerSecond * entries * size / 1e6:N1} | {log.PerSecond / bare.PerSecond:P0} |"));
    }

    Console.WriteLine();
    Console.WriteLine("| appenders, record | records/s | MB/s | records per fsync | p50 ms | p99 ms |");
    Console.WriteLine("| --- | --- | --- | --- | --- | --- |");
    foreach (var (appenders, size) in new[] { (1, 1024), (16, 1024), (256, 1024), (1024, 1024), (1024, 100), (4096, 100) })
    {
        var best = Rate.None;
        for (var round = 0; round < rounds; round++)
            best = Rate.Best(best, await Group.RunAsync(work, appenders, size, span));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {appenders}, {size} B | {best.PerSecond:N0} | {best.PerSecond * size / 1e6:N1} | {best.PerFlush:N0} | {best.P50:N2} | {best.P99:N2} |"));
    }

    Console.WriteLine();
    Console.WriteLine(await Reading.RunAsync(work));
}
finally
{
    Directory.Delete(work, recursive: true);
}

string? Text(string name) => Array.IndexOf(args, name) is >= 0 and var i && i + 1 < args.Length ? args[i + 1] : null;

int Number(string name, int otherwise) => Text(name) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
