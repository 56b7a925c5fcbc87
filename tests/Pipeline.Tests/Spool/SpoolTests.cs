using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Weir.CommitLog;
using Weir.CommitLog.Tests;
using Weir.Pipeline.Spool;
using Weir.Pipeline.Tests.Ingest;

namespace Weir.Pipeline.Tests.Spool;

public sealed class SpoolTests : IDisposable
{
    private readonly string _directory = IngestServer.NewDirectory();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));

    [Fact]
    public async Task A_records_id_is_free_again_after_the_window_though_nothing_else_was_sent_meanwhile()
    {
        await using var spool = await OpenAsync(new DedupeOptions { WindowMinutes = 60 });
        await AppendAsync(spool, id: 7);

        _time.Advance(TimeSpan.FromMinutes(59));
        Assert.Equal(1, (await AppendAsync(spool, id: 7)).Duplicates);

        _time.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(0, (await AppendAsync(spool, id: 7)).Duplicates);
    }

    [Fact]
    public async Task A_request_that_cannot_be_laid_out_fails_alone_and_the_spool_goes_on()
    {
        await using var spool = await OpenAsync(new DedupeOptions());
        await spool.Indexed;
        using var broken = Batch(spool, id: 0);
        (broken.IdempotencyKey, broken.Answer) = (1, () => throw new InvalidOperationException("broken"));
        using var beside = Batch(spool, id: 0);
        var (failing, kept) = (spool.AppendAsync(broken).AsTask(), spool.AppendAsync(beside).AsTask());

        Assert.Equal("broken", (await Assert.ThrowsAsync<InvalidOperationException>(() => failing)).Message);
        await kept;
        await AppendAsync(spool, id: 0);

        Assert.Equal(2, spool.Streams.Single().Records);
    }

    [Fact]
    public async Task What_a_full_disk_refused_to_remember_is_written_once_there_is_room()
    {
        var disk = new MemoryDisk();
        var options = new DedupeOptions();
        await using (var window = DedupeWindow.Of(Open(disk), options, _time))
        {
            window.Remember(Marker(id: 1));
            await window.FlushAsync();
            disk.Capacity = disk.Files.Values.Sum(f => f.Length);
            window.Remember(Marker(id: 2));
            await Assert.ThrowsAsync<LogFullException>(window.FlushAsync);
            Assert.True(window.HasSeen(2));

            disk.Capacity = long.MaxValue;
            await window.FlushAsync();
        }

        await using var again = DedupeWindow.Of(Open(disk), options, _time);
        Assert.True(again.HasSeen(1) && again.HasSeen(2));
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private static CommitLog.CommitLog Open(MemoryDisk disk) => CommitLog.CommitLog.Open(disk, new CommitLogOptions { Directory = "dedupe" }, NullLogger.Instance, default);

    private byte[] Marker(UInt128 id) => SpoolMarker.Write(_time.GetUtcNow().ToUnixTimeMilliseconds(), [id], null, 0, []);

    private Task<Pipeline.Spool.Spool> OpenAsync(DedupeOptions dedupe) =>
        Pipeline.Spool.Spool.OpenAsync(_directory, new SpoolOptions(), dedupe, _time, NullLogger<Pipeline.Spool.Spool>.Instance, TestContext.Current.CancellationToken);

    private SpoolBatch Batch(Pipeline.Spool.Spool spool, UInt128 id)
    {
        var batch = new SpoolBatch("orders", _time.GetUtcNow(), 256, spool.Seal);
        batch.Add("key"u8, 0, hasExplicitHashKey: false, "data"u8, id);
        return batch;
    }

    private async Task<SpoolBatch> AppendAsync(Pipeline.Spool.Spool spool, UInt128 id)
    {
        using var batch = Batch(spool, id);
        await spool.AppendAsync(batch);
        return batch;
    }
}
