using System.Buffers.Binary;
using static Weir.CommitLog.Tests.LogFixture;

namespace Weir.CommitLog.Tests;

public sealed class ConcurrencyTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public async Task Many_appenders_and_readers_see_each_entry_once_in_their_own_order(int delayMilliseconds)
    {
        const int Appenders = 32, Each = 300;
        await using var log = await CommitLog.OpenAsync(
            Options(_directory.Path) with { MaxCommitDelay = TimeSpan.FromMilliseconds(delayMilliseconds) },
            Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance,
            default);

        var readers = Enumerable.Range(0, 3).Select(_ => Task.Run(async () =>
        {
            var (read, position) = (new List<(int Appender, int Number)>(), log.Start);
            while (read.Count < Appenders * Each)
            {
                await log.WaitBeyondAsync(position, default).Within("more entries");
                foreach (var entry in log.Scan(position))
                {
                    read.Add((BinaryPrimitives.ReadInt32LittleEndian(entry.Payload.Span), BinaryPrimitives.ReadInt32LittleEndian(entry.Payload.Span[4..])));
                    position = entry.Next;
                }
            }

            return read;
        })).ToList();
        var appenders = Enumerable.Range(0, Appenders).Select(appender => Task.Run(async () =>
        {
            var buffer = new byte[8 + appender * 20];
            BinaryPrimitives.WriteInt32LittleEndian(buffer, appender);
            for (var number = 0; number < Each; number++)
            {
                // One buffer for all: it is free again once the append is done.
                BinaryPrimitives.WriteInt32LittleEndian(buffer.AsSpan(4), number);
                var position = await log.AppendAsync(buffer, default);
                Assert.True(log.End > position);
                Assert.Equal(buffer, log.Read(position).Payload.ToArray());
            }
        }));

        await Task.WhenAll(appenders).Within("all appends");
        foreach (var read in await Task.WhenAll(readers).Within("all readers"))
        {
            Assert.Equal(Appenders * Each, read.Count);
            Assert.All(read.GroupBy(r => r.Appender), g => Assert.Equal(Enumerable.Range(0, Each), g.Select(r => r.Number)));
        }
    }

    [Fact]
    public async Task Appends_that_wait_share_one_flush()
    {
        using var slow = new ManualResetEventSlim();
        var disk = new MemoryDisk();
        await using var log = Open(disk);
        var before = disk.Flushes;
        disk.FlushesWaitFor = slow;

        // All but those of the first commit gather while that one is in its flush.
        var appends = Enumerable.Range(0, 2_000).Select(i => log.AppendAsync(Payload(i, 10), default).AsTask()).ToList();
        slow.Set();
        await Task.WhenAll(appends).Within("all appends");

        Assert.InRange(disk.Flushes - before, 1, 2);
    }

    [Fact]
    public async Task Closing_commits_what_waits()
    {
        var disk = new MemoryDisk();
        var log = Open(disk);
        var waiting = Enumerable.Range(0, 500).Select(i => log.AppendAsync(Payload(i, 10), default).AsTask()).ToList();

        await log.DisposeAsync();

        await Task.WhenAll(waiting).Within("the appends made before closing");
        await using var again = Open(disk);
        Assert.Equal(500, again.ReadAll().Count);
    }
}
