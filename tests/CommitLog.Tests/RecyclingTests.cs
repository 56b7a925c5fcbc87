using static Weir.CommitLog.Tests.LogFixture;

namespace Weir.CommitLog.Tests;

public sealed class RecyclingTests
{
    private const long SegmentBytes = 8 << 10;

    [Fact]
    public async Task A_released_file_becomes_the_next_segment_and_nothing_of_its_past_is_read()
    {
        var disk = new MemoryDisk();
        var kept = new List<byte[]>();
        await using (var log = Open(disk, SegmentBytes))
        {
            for (var i = 0; i < 200; i++)
            {
                kept.Add(Payload(i, 500));
                log.ReleaseBefore(await log.AppendAsync(kept[^1], default));
                var there = log.ReadAll().ConvertAll(e => e.Payload);
                Assert.Equal(kept.TakeLast(there.Count), there);
            }

            Assert.InRange(disk.Files.Count, 1, 3);
            Assert.Equal(disk.Files.Values.Sum(f => f.Length), log.SizeBytes);
        }

        await using var again = Open(disk, SegmentBytes);
        Assert.Equal((0L, 0), (again.OpenReport.TornTailBytes, again.OpenReport.Quarantined.Count));
        Assert.Equal(kept.TakeLast(again.ReadAll().Count), again.ReadAll().Select(e => e.Payload));
    }

    [Fact]
    public async Task After_a_crash_in_a_recycled_file_only_the_new_life_is_there_and_only_its_torn_end_is_reported()
    {
        var disk = new MemoryDisk();
        var log = Open(disk, SegmentBytes);
        for (var i = 0; i < 40; i++)
            log.ReleaseBefore(await log.AppendAsync(Payload(i, 500), default));
        var segment = disk.Files.Where(f => f.Key.EndsWith(".segment", StringComparison.Ordinal)).MaxBy(f => f.Key, StringComparer.Ordinal);
        var end = (int)(log.End.Offset - long.Parse(segment.Key[..20], System.Globalization.CultureInfo.InvariantCulture)) + 32;
        Assert.True(segment.Value.Length > end, "the file is no longer than what was written to it: not recycled");
        var before = log.ReadAll().ConvertAll(e => e.Payload);

        foreach (var cut in new[] { 0, 1, 31, 33, 200 })
        {
            var crashed = new MemoryDisk();
            foreach (var (name, bytes) in disk.Files)
                crashed.Put(name, bytes);
            var torn = segment.Value.ToArray();
            // The last frame of 532 bytes reached the disk in part; behind it lies the older life.
            torn.AsSpan(end - cut, cut).Fill(0xEE);
            crashed.Put(segment.Key, torn);

            await using var again = Open(crashed, SegmentBytes);

            Assert.Equal(cut == 0 ? before : before[..^1], again.ReadAll().Select(e => e.Payload));
            Assert.Empty(again.OpenReport.Quarantined);
            Assert.Equal(cut == 0 ? 0 : 532, again.OpenReport.TornTailBytes);
            await again.AppendAsync(Payload(99, 10), default);
            Assert.Equal(Payload(99, 10), again.ReadAll()[^1].Payload);
        }
    }

    [Fact]
    public async Task A_file_that_is_being_read_is_not_written_over()
    {
        var disk = new MemoryDisk();
        await using var log = Open(disk, SegmentBytes);
        for (var i = 0; i < 20; i++)
            await log.AppendAsync(Payload(i, 500), default);
        using var reader = log.Scan(log.Start).GetEnumerator();
        Assert.True(reader.MoveNext());

        for (var i = 20; i < 80; i++)
            log.ReleaseBefore(await log.AppendAsync(Payload(i, 500), default));

        Assert.Equal(Payload(0, 500), reader.Current.Payload.ToArray());
        Assert.True(reader.MoveNext());
        Assert.Equal(Payload(1, 500), reader.Current.Payload.ToArray());
        Assert.Empty(log.OpenReport.Quarantined);
    }

    [Fact]
    public async Task Several_released_files_are_kept_written_over_and_given_back_when_the_log_rests()
    {
        var disk = new MemoryDisk();
        await using (var log = Open(disk, SegmentBytes, spares: 3))
        {
            await FillAsync(log, 0, 120);
            log.ReleaseBefore(log.End);
            Assert.Equal(3, Spares(disk));
            await FillAsync(log, 120, 30);
            Assert.True(Spares(disk) < 3);
            log.ReleaseBefore(log.End);
        }

        var kept = Spares(disk);
        Assert.InRange(kept, 1, 3);
        await using var again = Open(disk, SegmentBytes, spares: 3);
        Assert.Equal(kept, Spares(disk));
        Assert.Empty(again.OpenReport.Quarantined);
        await FillAsync(again, 150, 30);
        Assert.Equal(Payload(179, 500), again.ReadAll()[^1].Payload);
        again.ReleaseBefore(again.End);
        again.GiveBackSpares();
        Assert.Equal(1, Spares(disk));
    }

    [Fact]
    public async Task A_full_disk_takes_the_kept_files_back_before_anything_is_refused()
    {
        var disk = new MemoryDisk();
        await using var log = Open(disk, SegmentBytes, spares: 3);
        await FillAsync(log, 0, 120);
        log.ReleaseBefore(log.End);
        await log.AppendAsync(Payload(1, 10), default);
        disk.Capacity = disk.Files.Values.Sum(f => (long)f.Length);
        await log.AppendAsync(Payload(2, 400), default);
        Assert.True(Spares(disk) < 3);
        Assert.Equal(Payload(2, 400), log.ReadAll()[^1].Payload);
    }

    private static int Spares(MemoryDisk disk) => disk.Files.Keys.Count(name => name.StartsWith("spare", StringComparison.Ordinal));

    private static async Task FillAsync(CommitLog log, int from, int count)
    {
        for (var i = from; i < from + count; i++)
            await log.AppendAsync(Payload(i, 500), default);
    }
}
