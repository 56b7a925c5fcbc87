using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Weir.CommitLog;
using Log = Weir.CommitLog.CommitLog;

namespace Weir.CommitLogBench;

/// <summary>Operations per second and the latency of one, in milliseconds.</summary>
internal readonly record struct Rate(double PerSecond, double P50, double P99, double PerFlush = 0)
{
    public static Rate None => default;

    public static Rate Best(Rate a, Rate b) => a.PerSecond >= b.PerSecond ? a : b;

    public static Rate Of(List<double> milliseconds, TimeSpan took, double perFlush = 0)
    {
        milliseconds.Sort();
        return new Rate(milliseconds.Count / took.TotalSeconds, milliseconds[milliseconds.Count / 2], milliseconds[(int)(milliseconds.Count * 0.99)], perFlush);
    }
}

internal static class Serial
{
    /// <summary>What the disk itself does: write at the end of a growing file, fsync, again.</summary>
    public static Rate Bare(string directory, int bytes, TimeSpan span)
    {
        var path = Path.Combine(directory, "bare");
        var buffer = new byte[bytes];
        Random.Shared.NextBytes(buffer);
        var took = new List<double>(1 << 16);
        var clock = Stopwatch.StartNew();
        using (var handle = File.OpenHandle(path, FileMode.Create, FileAccess.ReadWrite))
        {
            for (long offset = 0; clock.Elapsed < span; offset += bytes)
            {
                var before = clock.Elapsed;
                RandomAccess.Write(handle, buffer, offset);
                RandomAccess.FlushToDisk(handle);
                took.Add((clock.Elapsed - before).TotalMilliseconds);
            }
        }

        var result = Rate.Of(took, clock.Elapsed);
        File.Delete(path);
        return result;
    }

    public static async Task<Rate> LogAsync(string directory, int entries, int size, TimeSpan span)
    {
        var path = Path.Combine(directory, "log");
        var batch = Enumerable.Range(0, entries).Select(_ => (ReadOnlyMemory<byte>)new byte[size]).ToArray();
        var took = new List<double>(1 << 16);
        var clock = new Stopwatch();
        await using (var log = await Log.OpenAsync(new CommitLogOptions { Directory = path }, NullLogger.Instance, default))
        {
            clock.Start();
            while (clock.Elapsed < span)
            {
                var before = clock.Elapsed;
                await log.AppendAsync(batch, default);
                took.Add((clock.Elapsed - before).TotalMilliseconds);
            }

            clock.Stop();
        }

        Directory.Delete(path, recursive: true);
        return Rate.Of(took, clock.Elapsed);
    }
}

internal static class Group
{
    public static async Task<Rate> RunAsync(string directory, int appenders, int size, TimeSpan span)
    {
        var path = Path.Combine(directory, "log");
        var clock = new Stopwatch();
        List<double>[] took;
        long flushes;
        await using (var log = await Log.OpenAsync(new CommitLogOptions { Directory = path }, NullLogger.Instance, default))
        {
            clock.Start();
            took = await Task.WhenAll(Enumerable.Range(0, appenders).Select(_ => Task.Run(async () =>
            {
                var entry = new byte[size];
                var mine = new List<double>(1 << 10);
                while (clock.Elapsed < span)
                {
                    var before = clock.Elapsed;
                    await log.AppendAsync(entry, default);
                    mine.Add((clock.Elapsed - before).TotalMilliseconds);
                }

                return mine;
            })));
            clock.Stop();
            flushes = log.Commits;
        }

        Directory.Delete(path, recursive: true);
        var all = took.SelectMany(t => t).ToList();
        return Rate.Of(all, clock.Elapsed, all.Count / (double)flushes);
    }
}

internal static class Reading
{
    private const int Entries = 400_000, Size = 1024, Batch = 1_000;

    /// <summary>Scans and opens a log that the page cache holds.</summary>
    public static async Task<string> RunAsync(string directory)
    {
        var options = new CommitLogOptions { Directory = Path.Combine(directory, "log") };
        await using (var log = await Log.OpenAsync(options, NullLogger.Instance, default))
        {
            var batch = Enumerable.Range(0, Batch).Select(_ => (ReadOnlyMemory<byte>)new byte[Size]).ToArray();
            for (var i = 0; i < Entries / Batch; i++)
                await log.AppendAsync(batch, default);
        }

        var opening = Stopwatch.StartNew();
        await using var again = await Log.OpenAsync(options, NullLogger.Instance, default);
        opening.Stop();
        var scanning = Stopwatch.StartNew();
        var read = again.Scan(again.Start).Count();
        scanning.Stop();
        return string.Create(CultureInfo.InvariantCulture,
            $"Reading back {read} records of {Size} B from the page cache, checksums verified: {read / scanning.Elapsed.TotalSeconds:N0} records/s, {read * (double)Size / scanning.Elapsed.TotalSeconds / 1e6:N0} MB/s. Opening that log ({again.SizeBytes / 1e6:N0} MB): {opening.ElapsedMilliseconds} ms.");
    }
}
