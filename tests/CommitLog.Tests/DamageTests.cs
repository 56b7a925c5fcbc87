using static Weir.CommitLog.Tests.LogFixture;

namespace Weir.CommitLog.Tests;

/// <summary>Torn ends are cut off without a word lost; damage to what was flushed is set aside and skipped.</summary>
public sealed class DamageTests
{
    private const int HeaderBytes = 32;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_last_batch_torn_at_any_byte_is_gone_whole_and_everything_before_it_is_there(bool restIsZero)
    {
        var (name, bytes, batchStart) = await CrashedAsync();
        for (var cut = batchStart; cut < bytes.Length; cut++)
        {
            var disk = new MemoryDisk();
            disk.Put(name, restIsZero ? [.. bytes[..cut], .. new byte[bytes.Length - cut]] : bytes[..cut]);

            await using var log = Open(disk);

            Assert.Equal([Payload(1, 50), Payload(2, 60)], log.ReadAll().Select(e => e.Payload));
            Assert.Equal(batchStart - HeaderBytes, log.End.Offset);
            Assert.Equal(restIsZero ? bytes.Length - batchStart : cut - batchStart, log.OpenReport.TornTailBytes);
            Assert.Empty(log.OpenReport.Quarantined);
            Assert.Equal(log.End, new LogPosition(batchStart - HeaderBytes));
            await log.AppendAsync(Payload(9, 10), default);
            Assert.Equal(Payload(9, 10), log.ReadAll()[^1].Payload);
        }
    }

    [Fact]
    public async Task A_flipped_bit_anywhere_in_what_was_flushed_costs_that_entry_only_and_a_copy_is_kept()
    {
        var (name, bytes, batchStart) = await CrashedAsync();
        var second = HeaderBytes + HeaderBytes + 50;
        for (var at = HeaderBytes; at < batchStart; at++)
        {
            var damaged = bytes.ToArray();
            damaged[at] ^= (byte)(1 << (at % 8));
            var disk = new MemoryDisk();
            disk.Put(name, damaged);

            await using var log = Open(disk);

            var hit = at < second ? 0 : 1;
            byte[][] expected = [.. new[] { Payload(1, 50), Payload(2, 60) }.Where((_, i) => i != hit), Payload(3, 70), Payload(4, 80)];
            Assert.Equal(expected, log.ReadAll().Select(e => e.Payload));
            Assert.Equal(0, log.OpenReport.TornTailBytes);
            var range = Assert.Single(log.OpenReport.Quarantined);
            var (from, length) = hit == 0 ? (0, HeaderBytes + 50) : (second - HeaderBytes, HeaderBytes + 60);
            Assert.Equal((from, length), (range.From.Offset, range.Length));
            Assert.Equal(damaged[(from + HeaderBytes)..(from + HeaderBytes + length)], disk.Files[range.File]);
            Assert.Throws<InvalidDataException>(() => log.Read(range.From));
        }
    }

    [Fact]
    public async Task Damage_to_the_last_entry_of_a_log_closed_in_good_order_is_damage_and_its_position_is_never_given_again()
    {
        var disk = new MemoryDisk();
        LogPosition last, end;
        await using (var log = Open(disk))
        {
            await log.AppendAsync(Payload(1, 50), default);
            last = await log.AppendAsync(Payload(2, 60), default);
            end = log.End;
        }

        var (name, bytes) = disk.Files.Single(f => f.Key.EndsWith(".segment", StringComparison.Ordinal));
        bytes[^1] ^= 1;
        disk.Put(name, bytes);
        await using (var log = Open(disk))
        {
            Assert.Equal(last, Assert.Single(log.OpenReport.Quarantined).From);
            Assert.Equal(end, log.End);
            Assert.Equal(end, await log.AppendAsync(Payload(3, 10), default));
            Assert.Equal([Payload(1, 50), Payload(3, 10)], log.ReadAll().Select(e => e.Payload));
        }

        // A file cut short is the same loss.
        disk.Put(name, disk.Files[name][..(HeaderBytes + HeaderBytes + 20)]);
        await using (var log = Open(disk))
        {
            Assert.Equal(end.Offset + HeaderBytes + 10, log.End.Offset);
            Assert.NotEmpty(log.OpenReport.Quarantined);
            var position = await log.AppendAsync(Payload(4, 10), default);
            Assert.Equal([Payload(4, 10)], log.ReadAll().Select(e => e.Payload));
            Assert.Equal(Payload(4, 10), log.Read(position).Payload.ToArray());
        }
    }

    [Fact]
    public async Task Damage_in_an_earlier_segment_is_found_by_its_reader_reported_and_skipped()
    {
        using var directory = new TemporaryDirectory();
        await using (var log = await OpenAsync(directory.Path))
        {
            for (var i = 0; i < 60; i++)
                await log.AppendAsync(Payload(i, 50_000), default);
        }

        var first = Directory.GetFiles(directory.Path, "*.segment").Order().First();
        var bytes = await File.ReadAllBytesAsync(first);
        // The headers of the third and fourth frames: no length to go by, the next frame has to be found.
        bytes[HeaderBytes + 2 * 50_032 + 5] ^= 0x10;
        bytes[HeaderBytes + 3 * 50_032 + 5] ^= 0x10;
        await File.WriteAllBytesAsync(first, bytes);

        await using var again = await OpenAsync(directory.Path);
        Assert.Empty(again.OpenReport.Quarantined);
        Assert.Equal(Enumerable.Range(0, 60).Where(i => i is not (2 or 3)).Select(i => Payload(i, 50_000)), again.ReadAll().Select(e => e.Payload));
        var range = Assert.Single(again.OpenReport.Quarantined);
        Assert.Equal((2 * 50_032, 2 * 50_032), (range.From.Offset, range.Length));
        Assert.Equal(bytes[(HeaderBytes + 2 * 50_032)..(HeaderBytes + 4 * 50_032)], await File.ReadAllBytesAsync(range.File));
        _ = again.ReadAll();
        Assert.Single(again.OpenReport.Quarantined);
    }

    [Fact]
    public async Task A_missing_segment_and_a_damaged_segment_header_are_survived()
    {
        using var directory = new TemporaryDirectory();
        await using (var log = await OpenAsync(directory.Path))
        {
            for (var i = 0; i < 60; i++)
                await log.AppendAsync(Payload(i, 50_000), default);
        }

        var files = Directory.GetFiles(directory.Path, "*.segment").Order().ToList();
        Assert.Equal(3, files.Count);
        File.Delete(files[1]);
        foreach (var file in new[] { files[0], files[2] })
        {
            await using var stream = File.OpenWrite(file);
            stream.Write(new byte[HeaderBytes]);
        }

        await using var again = await OpenAsync(directory.Path);
        Assert.Equal(Enumerable.Range(0, 60).Where(i => i is < 20 or >= 40).Select(i => Payload(i, 50_000)), again.ReadAll().Select(e => e.Payload));
        Assert.Equal((20 * 50_032, 20 * 50_032, ""), Assert.Single(again.OpenReport.Quarantined) is var r ? (r.From.Offset, r.Length, r.File) : default);
        Assert.Throws<InvalidDataException>(() => again.Read(new LogPosition(20 * 50_032)));
    }

    [Fact]
    public async Task Bytes_of_an_older_life_of_the_file_never_pass_for_entries()
    {
        var (name, bytes, batchStart) = await CrashedAsync();
        var disk = new MemoryDisk();
        // Frames that are valid in themselves but stand in the wrong place, behind the true end.
        disk.Put(name, [.. bytes, .. bytes[HeaderBytes..batchStart]]);

        await using var log = Open(disk);

        Assert.Equal(4, log.ReadAll().Count);
        Assert.Equal(batchStart - HeaderBytes, log.OpenReport.TornTailBytes);
    }

    [Fact]
    public void A_log_of_another_version_is_refused_untouched()
    {
        var header = Format.SegmentHeader.For(0);
        header[7] = (byte)'2';
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(28), Format.Crc32C.Of(header.AsSpan(0, 28)));
        var disk = new MemoryDisk();
        disk.Put(Format.SegmentHeader.FileName(0), header);

        Assert.Throws<InvalidDataException>(() => Open(disk));
        Assert.Equal(header, disk.Files.Single().Value);
    }

    /// <summary>A segment as a crash leaves it: entries of 50 and 60 bytes in two commits, then a batch of 70 and 80 that begins at the third value.</summary>
    private static async Task<(string Name, byte[] Bytes, int BatchStart)> CrashedAsync()
    {
        var disk = new MemoryDisk();
        await using var log = Open(disk);
        await log.AppendAsync(Payload(1, 50), default);
        await log.AppendAsync(Payload(2, 60), default);
        await log.AppendAsync(Batch(Payload(3, 70), Payload(4, 80)), default);
        var (name, bytes) = disk.Files.Single();
        return (name, bytes, HeaderBytes + 2 * HeaderBytes + 110);
    }
}
