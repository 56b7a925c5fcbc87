using System.Text;
using static Weir.CommitLog.Tests.LogFixture;

namespace Weir.CommitLog.Tests;

public sealed class AppendAndReadTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void The_checksum_is_castagnolis()
    {
        Assert.Equal(0xE3069283u, Format.Crc32C.Of(Encoding.ASCII.GetBytes("123456789")));
        Assert.Equal(0u, Format.Crc32C.Of([]));
        Assert.Equal(0x8A9136AAu, Format.Crc32C.Of(new byte[32]));
    }

    [Fact]
    public async Task What_is_appended_is_read_back_in_order_by_scan_and_by_position()
    {
        await using var log = await OpenAsync(_directory.Path);
        byte[][] entries = [Payload(1, 0), Payload(2, 1), Payload(3, 5_000), Payload(4, 300_000)];

        var first = await log.AppendAsync(entries[0], default);
        var rest = await log.AppendAsync(Batch(entries[1..]), default);

        LogPosition[] positions = [first, .. rest];
        Assert.Equal(log.Start, first);
        Assert.Equal(entries, log.Scan(log.Start).Select(e => e.Payload.ToArray()));
        Assert.Equal(positions, log.Scan(log.Start).Select(e => e.Position));
        Assert.Equal([.. positions[1..], log.End], log.Scan(log.Start).Select(e => e.Next));
        for (var i = 0; i < entries.Length; i++)
            Assert.Equal(entries[i], log.Read(positions[i]).Payload.ToArray());
        Assert.Equal(entries[2..], log.Scan(positions[2]).Select(e => e.Payload.ToArray()));
    }

    [Fact]
    public async Task Positions_and_entries_survive_closing_and_opening()
    {
        LogPosition end, kept;
        await using (var log = await OpenAsync(_directory.Path))
        {
            kept = await log.AppendAsync(Payload(1, 100), default);
            end = log.End;
        }

        await using var again = await OpenAsync(_directory.Path);
        Assert.Equal(end, again.End);
        Assert.Equal(0, again.OpenReport.TornTailBytes);
        Assert.Empty(again.OpenReport.Quarantined);
        Assert.Equal(Payload(1, 100), again.Read(kept).Payload.ToArray());
        Assert.Equal(end, await again.AppendAsync(Payload(2, 10), default));
    }

    [Fact]
    public async Task A_second_opening_is_refused_while_the_log_is_held()
    {
        await using (await OpenAsync(_directory.Path))
        {
            var refusal = await Assert.ThrowsAsync<IOException>(() => OpenAsync(_directory.Path));
            Assert.Contains(_directory.Path, refusal.Message, StringComparison.Ordinal);
        }

        await (await OpenAsync(_directory.Path)).DisposeAsync();
    }

    [Fact]
    public async Task Released_segments_leave_the_disk_and_the_rest_stays_readable_also_after_opening_again()
    {
        var positions = new List<LogPosition>();
        LogPosition start;
        await using (var log = await OpenAsync(_directory.Path))
        {
            for (var i = 0; i < 100; i++)
                positions.Add(await log.AppendAsync(Payload(i, 50_000), default));
            var before = log.SizeBytes;

            log.ReleaseBefore(positions[60]);

            start = log.Start;
            Assert.InRange(start.Offset, 1, positions[60].Offset);
            Assert.InRange(log.SizeBytes, 1, before - (1 << 20));
            Assert.Equal(log.SizeBytes, Directory.GetFiles(_directory.Path).Where(f => !f.EndsWith("lock", StringComparison.Ordinal)).Sum(f => new FileInfo(f).Length));
            Assert.Throws<ArgumentOutOfRangeException>(() => log.Read(positions[0]));
            log.ReleaseBefore(log.End);
            Assert.NotEmpty(log.ReadAll());
            start = log.Start;
        }

        await using var again = await OpenAsync(_directory.Path);
        Assert.Equal(start, again.Start);
        Assert.Equal(positions.Where(p => p >= start), again.Scan(new LogPosition(0)).Select(e => e.Position));
    }

    [Fact]
    public async Task A_reader_inside_a_released_segment_finishes_it()
    {
        await using var log = await OpenAsync(_directory.Path);
        for (var i = 0; i < 60; i++)
            await log.AppendAsync(Payload(i, 50_000), default);
        using var reader = log.Scan(log.Start).GetEnumerator();
        Assert.True(reader.MoveNext());

        log.ReleaseBefore(log.End);

        var read = new List<long> { reader.Current.Position.Offset };
        while (reader.MoveNext())
            read.Add(reader.Current.Position.Offset);
        Assert.Equal(0, read[0]);
        Assert.Contains(read, p => p > 0 && p < log.Start.Offset);
        Assert.Equal(log.ReadAll().Select(e => e.Position), read.Where(p => p >= log.Start.Offset));
    }

    [Fact]
    public async Task A_batch_larger_than_a_segment_gets_one_of_its_own()
    {
        await using var log = await OpenAsync(_directory.Path);
        await log.AppendAsync(Payload(1, 10), default);
        var large = Enumerable.Range(0, 5).Select(i => Payload(i, 700_000)).ToArray();

        await log.AppendAsync(Batch(large), default);
        await log.AppendAsync(Payload(2, 10), default);

        Assert.Equal([Payload(1, 10), .. large, Payload(2, 10)], log.ReadAll().Select(e => e.Payload));
        Assert.Equal(3, Directory.GetFiles(_directory.Path, "*.segment").Length);
    }

    [Fact]
    public async Task Waiting_beyond_the_end_ends_with_the_next_append_with_cancellation_or_with_the_log()
    {
        var log = await OpenAsync(_directory.Path);
        var next = log.WaitBeyondAsync(log.End, default);
        using var cancelling = new CancellationTokenSource();
        var cancelled = log.WaitBeyondAsync(new LogPosition(long.MaxValue), cancelling.Token);
        var forEver = log.WaitBeyondAsync(new LogPosition(long.MaxValue), default);
        Assert.False(next.IsCompleted);

        await log.AppendAsync(Payload(1, 1), default);
        await next.Within("the append to be seen");
        await cancelling.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        Assert.False(forEver.IsCompleted);
        await log.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => forEver.Within("the wait to end with the log"));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await log.AppendAsync(Payload(1, 1), default));
    }

    [Fact]
    public async Task A_position_between_entries_is_refused_and_nothing_is_called_damaged()
    {
        await using var log = await OpenAsync(_directory.Path);
        var position = await log.AppendAsync(Payload(1, 100), default);

        Assert.Throws<InvalidDataException>(() => log.Read(new LogPosition(position.Offset + 1)));
        Assert.Throws<InvalidDataException>(() => log.ReadAll(position.Offset + 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => log.Read(log.End));
        Assert.Empty(log.OpenReport.Quarantined);
    }

    [Fact]
    public async Task An_empty_batch_and_a_batch_too_large_do_nothing()
    {
        await using var log = await OpenAsync(_directory.Path);
        var half = new byte[CommitLog.MaxBatchBytes / 2];

        Assert.Empty(await log.AppendAsync([], default));
        await Assert.ThrowsAsync<ArgumentException>(async () => await log.AppendAsync(Batch(half, half), default));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await log.AppendAsync(Payload(1, 1), new CancellationToken(canceled: true)));
        Assert.Equal(log.Start, log.End);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData((1 << 20) - 1, 0)]
    [InlineData((1L << 30) + 1, 0)]
    [InlineData(1 << 20, -1)]
    [InlineData(1 << 20, 1001)]
    public async Task Options_out_of_range_are_refused(long segmentBytes, int delayMilliseconds)
    {
        var options = Options(_directory.Path, segmentBytes) with { MaxCommitDelay = TimeSpan.FromMilliseconds(delayMilliseconds) };
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => CommitLog.OpenAsync(options, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance, default));
    }
}
