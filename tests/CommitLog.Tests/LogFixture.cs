using Microsoft.Extensions.Logging.Abstractions;

namespace Weir.CommitLog.Tests;

/// <summary>What the tests share: opening, small payloads, reading everything back.</summary>
internal static class LogFixture
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static CommitLogOptions Options(string directory = "memory", long segmentBytes = 1 << 20) => new() { Directory = directory, SegmentBytes = segmentBytes };

    public static CommitLog Open(MemoryDisk disk, long segmentBytes = 1 << 20, bool durable = true, int writeAhead = 0, int spares = 1) =>
        CommitLog.Open(disk, Options(segmentBytes: segmentBytes) with { Durable = durable, WriteAheadBytes = writeAhead, SpareSegments = spares }, NullLogger.Instance, default);

    public static Task<CommitLog> OpenAsync(string directory, long segmentBytes = 1 << 20) => CommitLog.OpenAsync(Options(directory, segmentBytes), NullLogger.Instance, default);

    public static byte[] Payload(int seed, int length)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    public static ReadOnlyMemory<byte>[] Batch(params byte[][] entries) => [.. entries.Select(e => (ReadOnlyMemory<byte>)e)];

    public static List<(long Position, byte[] Payload)> ReadAll(this CommitLog log, long from = 0) =>
        [.. log.Scan(new LogPosition(from)).Select(e => (e.Position.Offset, e.Payload.ToArray()))];

    /// <summary>Waits, but not for ever, and says what for.</summary>
    public static async Task<T> Within<T>(this Task<T> task, string what)
    {
        await ((Task)task).Within(what);
        return await task;
    }

    public static async Task Within(this Task task, string what)
    {
        try
        {
            await task.WaitAsync(Patience);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"Waited {Patience} for {what}");
        }
    }
}

/// <summary>A directory that goes with the test.</summary>
internal sealed class TemporaryDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("weir-log-").FullName;

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public string OnlySegment => Directory.GetFiles(Path, "*.segment").Single();

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
