using CsCheck;
using static Weir.CommitLog.Tests.LogFixture;

namespace Weir.CommitLog.Tests;

/// <summary>The promise of the log, tried against a disk that forgets whatever was not flushed.</summary>
public sealed class PowerLossTests
{
    [Fact]
    public void Whatever_was_acknowledged_survives_power_loss_and_batches_survive_whole_or_not_at_all() =>
        Gen.Select(Gen.Int[0, int.MaxValue - 1], Gen.Int[1, 60]).Sample(
            (seed, operations) => SurvivesAsync(seed, operations).GetAwaiter().GetResult(),
            iter: long.Parse(Environment.GetEnvironmentVariable("WEIR_LOG_POWERLOSS_RUNS") ?? "300", System.Globalization.CultureInfo.InvariantCulture),
            threads: 2);

    [Fact]
    public void Without_fsync_power_loss_costs_the_end_of_the_log_and_nothing_before_it() =>
        Gen.Int[0, int.MaxValue - 1].Sample(seed => KeepsAPrefixAsync(seed).GetAwaiter().GetResult(), iter: 100, threads: 2);

    private static async Task KeepsAPrefixAsync(int seed)
    {
        var random = new Random(seed);
        var disk = new MemoryDisk();
        var appended = new List<byte[]>();
        for (var round = 0; round < 3; round++)
        {
            var log = Open(disk, segmentBytes: 16 << 10, durable: false);
            for (var batch = random.Next(1, 60); batch > 0; batch--)
            {
                byte[][] entries = [Tagged(round, batch, 0, random.Next(2_000)), Tagged(round, batch, 1, random.Next(20))];
                await log.AppendAsync(Batch(entries), default);
                appended.AddRange(entries);
            }

            disk.LosePower(random);
            await log.DisposeAsync();
            await using var after = Open(disk, segmentBytes: 16 << 10, durable: false);
            Assert.Empty(after.OpenReport.Quarantined);
            var there = after.ReadAll().ConvertAll(e => e.Payload);
            Assert.Equal(0, there.Count % 2);
            Assert.Equal(appended.Take(there.Count), there);
            appended = there;
        }
    }

    private static async Task SurvivesAsync(int seed, int operations)
    {
        var random = new Random(seed);
        var disk = new MemoryDisk();
        var acknowledged = new SortedDictionary<long, byte[]>();
        var released = 0L;
        for (var round = 0; round < 4; round++)
        {
            var log = OpenUnderPowerLoss(disk, random);
            disk.OperationsUntilPowerLoss = random.Next(operations);
            var batches = new List<(Task<LogPosition[]> Done, byte[][] Entries)>();
            while (!disk.IsPoweredOff && batches.Count < 200)
            {
                var entries = Enumerable.Range(0, random.Next(1, 6)).Select(i => Tagged(round, batches.Count, i, random.Next(random.Next(2) == 0 ? 40 : 3_000))).ToArray();
                var done = log.AppendAsync(Batch(entries), default).AsTask();
                batches.Add((done, entries));
                if (random.Next(6) == 0 && acknowledged.Count > 0)
                    released = Math.Max(released, Release(log, acknowledged.Keys.ElementAt(random.Next(acknowledged.Count))));
                if (random.Next(3) == 0)
                    await ((Task)done.ContinueWith(_ => { }, TaskScheduler.Default)).Within("an append to end");
            }

            foreach (var (done, entries) in batches)
            {
                try
                {
                    var positions = await done.Within("an append to end");
                    for (var i = 0; i < entries.Length; i++)
                        acknowledged.Add(positions[i].Offset, entries[i]);
                }
                catch (LogFailedException)
                {
                    // Not promised: it may be there or not, but whole.
                }
            }

            await log.DisposeAsync();
            disk.LosePower(random);

            await using var after = OpenUnderPowerLoss(disk, random);
            Assert.Empty(after.OpenReport.Quarantined);
            var there = after.ReadAll();
            var byPosition = there.ToDictionary(e => e.Position, e => e.Payload);
            foreach (var (position, payload) in acknowledged.Where(a => a.Key >= released))
                Assert.Equal(payload, byPosition[position]);
            foreach (var (_, entries) in batches)
            {
                var found = entries.Count(e => there.Any(t => t.Payload.AsSpan().SequenceEqual(e)));
                Assert.True(found == 0 || found == entries.Length, $"{found} of a batch of {entries.Length} are there");
            }

            // What has been shown to a reader is a promise too.
            acknowledged.Clear();
            foreach (var (position, payload) in there)
                acknowledged[position] = payload;
        }
    }

    /// <summary>Gives up what is before a position; the power may go meanwhile.</summary>
    private static long Release(CommitLog log, long position)
    {
        try
        {
            log.ReleaseBefore(new LogPosition(position));
        }
        catch (IOException)
        {
            // Some of it may be gone all the same.
        }

        return position;
    }

    /// <summary>Opening itself may lose power any number of times; the log must still open in the end.</summary>
    private static CommitLog OpenUnderPowerLoss(MemoryDisk disk, Random random)
    {
        while (random.Next(3) == 0)
        {
            disk.OperationsUntilPowerLoss = random.Next(12);
            try
            {
                var log = Open(disk, segmentBytes: 16 << 10, writeAhead: random.Next(2) * (8 << 10), spares: random.Next(1, 4));
                disk.OperationsUntilPowerLoss = -1;
                return log;
            }
            catch (IOException)
            {
                disk.LosePower(random);
            }
        }

        disk.OperationsUntilPowerLoss = -1;
        return Open(disk, segmentBytes: 16 << 10, writeAhead: random.Next(2) * (8 << 10), spares: random.Next(1, 4));
    }

    private static byte[] Tagged(int round, int batch, int entry, int extra) =>
        [.. BitConverter.GetBytes(round), .. BitConverter.GetBytes(batch), .. BitConverter.GetBytes(entry), .. Payload(round * 7919 + batch * 31 + entry, extra)];
}
