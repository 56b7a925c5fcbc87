using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Weir.CommitLog;

namespace Weir.IngestBench;

/// <summary>The group-commit log against the disk itself, in the same run: both write 1 MiB and more at a time and fsync each.</summary>
internal static class DiskMeasurement
{
    public static async Task<object> RunAsync(string directory, int seconds)
    {
        Directory.CreateDirectory(directory);
        var raw = Raw(Path.Combine(directory, "raw"), seconds / 2.0);
        var log = await LogAsync(Path.Combine(directory, "log"), seconds / 2.0);
        return new { rawMegabytesPerSecond = Math.Round(raw / 1e6), logMegabytesPerSecond = Math.Round(log / 1e6), ratio = Math.Round(log / raw, 2) };
    }

    private static double Raw(string path, double seconds)
    {
        using var file = File.OpenHandle(path, FileMode.Create, FileAccess.Write);
        var block = new byte[1 << 20];
        new Random(1).NextBytes(block);
        var watch = Stopwatch.StartNew();
        var written = 0L;
        while (watch.Elapsed.TotalSeconds < seconds)
        {
            RandomAccess.Write(file, block, written);
            RandomAccess.FlushToDisk(file);
            written += block.Length;
        }

        return written / watch.Elapsed.TotalSeconds;
    }

    private static async Task<double> LogAsync(string directory, double seconds)
    {
        await using var log = await CommitLog.CommitLog.OpenAsync(new CommitLogOptions { Directory = directory }, NullLogger.Instance, CancellationToken.None);
        var record = new byte[1024];
        new Random(1).NextBytes(record);
        var batch = Enumerable.Repeat((ReadOnlyMemory<byte>)record, 500).ToArray();
        var watch = Stopwatch.StartNew();
        var written = 0L;
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            while (watch.Elapsed.TotalSeconds < seconds)
            {
                await log.AppendAsync(batch, CancellationToken.None);
                Interlocked.Add(ref written, 500 * 1024);
            }
        })));
        return written / watch.Elapsed.TotalSeconds;
    }
}
