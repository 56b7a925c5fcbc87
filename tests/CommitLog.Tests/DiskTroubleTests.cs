using Weir.CommitLog.Disk;
using static Weir.CommitLog.Tests.LogFixture;

namespace Weir.CommitLog.Tests;

public sealed class DiskTroubleTests
{
    [Fact]
    public async Task A_full_disk_refuses_the_batch_leaves_nothing_of_it_and_goes_on_when_there_is_room()
    {
        var disk = new MemoryDisk();
        await using (var log = Open(disk))
        {
            await log.AppendAsync(Payload(1, 1_000), default);
            disk.Capacity = 3_000;
            var length = disk.Files.Values.Single().Length;

            await Assert.ThrowsAsync<LogFullException>(async () => await log.AppendAsync(Batch(Payload(2, 1_500), Payload(3, 1_500)), default));
            Assert.Equal(length, disk.Files.Values.Single().Length);
            Assert.Null(log.Failure);
            await log.AppendAsync(Payload(4, 500), default);
            await Assert.ThrowsAsync<LogFullException>(async () => await log.AppendAsync(Payload(5, 5_000), default));
            disk.Capacity = long.MaxValue;
            await log.AppendAsync(Payload(6, 5_000), default);
            Assert.Equal([Payload(1, 1_000), Payload(4, 500), Payload(6, 5_000)], log.ReadAll().Select(e => e.Payload));
        }

        await using var again = Open(disk);
        Assert.Equal(3, again.ReadAll().Count);
        Assert.Equal(0, again.OpenReport.TornTailBytes);
    }

    [Fact]
    public async Task Zeros_written_ahead_make_room_for_small_entries_and_are_nobodys_entry()
    {
        var disk = new MemoryDisk();
        var log = Open(disk, writeAhead: 64 << 10);
        await log.AppendAsync(Payload(1, 100), default);
        var length = disk.Files.Values.Single().Length;
        Assert.InRange(length, 64 << 10, 65 << 10);
        for (var i = 0; i < 100; i++)
            log.Append(Batch(Payload(i, 100)));
        Assert.Equal(length, disk.Files.Values.Single().Length);
        log.Append(Batch(Payload(7, 20_000)));
        Assert.Equal(length, disk.Files.Values.Single().Length);

        // The process dies: nothing is trimmed.
        disk.LosePower(new Random(1));
        await using var again = Open(disk, writeAhead: 64 << 10);
        Assert.Equal((102, 0), (again.ReadAll().Count, again.OpenReport.TornTailBytes));
        disk.Capacity = disk.Files.Values.Sum(f => f.Length) + 2_000;
        again.Append(Batch(Payload(8, 100)));
        Assert.Equal(103, again.ReadAll().Count);
        Assert.Null(again.Failure);
    }

    [Fact]
    public async Task A_disk_that_is_full_when_a_new_segment_is_due_leaves_no_stray_file()
    {
        var disk = new MemoryDisk();
        await using var log = Open(disk, segmentBytes: 4_096);
        await log.AppendAsync(Payload(1, 3_500), default);
        disk.Capacity = disk.Files.Values.Sum(f => f.Length) + 10;

        await Assert.ThrowsAsync<LogFullException>(async () => await log.AppendAsync(Payload(2, 3_500), default));
        Assert.Single(disk.Files);
        disk.Capacity = long.MaxValue;
        await log.AppendAsync(Payload(3, 3_500), default);
        Assert.Equal([Payload(1, 3_500), Payload(3, 3_500)], log.ReadAll().Select(e => e.Payload));
    }

    [Fact]
    public async Task A_failed_flush_fails_whoever_waits_and_everyone_after_but_reading_goes_on()
    {
        var disk = new MemoryDisk();
        var log = Open(disk);
        await log.AppendAsync(Payload(1, 100), default);
        var waiter = log.WaitBeyondAsync(log.End, default);
        disk.FailFlush = true;

        await Assert.ThrowsAsync<LogFailedException>(async () => await log.AppendAsync(Payload(2, 100), default));
        disk.FailFlush = false;
        await Assert.ThrowsAsync<LogFailedException>(async () => await log.AppendAsync(Payload(3, 100), default));
        await Assert.ThrowsAsync<LogFailedException>(() => waiter.Within("the waiting reader to hear of it"));
        Assert.NotNull(log.Failure);
        Assert.Equal([Payload(1, 100)], log.ReadAll().Select(e => e.Payload));
        await log.DisposeAsync();

        await using var again = Open(disk);
        Assert.Equal(Payload(1, 100), again.ReadAll()[0].Payload);
        await again.AppendAsync(Payload(4, 100), default);
    }

    [Fact]
    public void The_systems_own_words_for_a_full_disk_are_understood()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "no /dev/full here");
        using var full = File.OpenHandle("/dev/full", FileMode.Open, FileAccess.Write);

        var e = Assert.Throws<IOException>(() => RandomAccess.Write(full, [1], 0));

        Assert.True(DiskErrors.IsFull(e), e.ToString());
        Assert.False(DiskErrors.IsFull(new IOException("other")));
    }
}
