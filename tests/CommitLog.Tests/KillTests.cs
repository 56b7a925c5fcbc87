using System.Diagnostics;
using System.Globalization;
using static Weir.CommitLog.Tests.LogFixture;

namespace Weir.CommitLog.Tests;

public sealed class KillTests
{
    [Fact]
    public async Task Everything_acknowledged_before_kill_9_is_there_and_batches_are_whole()
    {
        using var directory = new TemporaryDirectory();
        var random = new Random(20260101);
        var acknowledged = new Dictionary<long, (int Producer, int Number)>();
        var torn = 0L;
        for (var round = 0; round < 5; round++)
        {
            await RunAndKillAsync(directory.Path, round, random.Next(5, 250), acknowledged);

            await using var log = await OpenAsync(directory.Path, 8 << 20);
            torn += log.OpenReport.TornTailBytes;
            Assert.Empty(log.OpenReport.Quarantined);
            var entries = log.ReadAll();
            var byPosition = entries.ToDictionary(e => e.Position, e => KillChild.Parse(e.Payload));
            foreach (var (position, (producer, number)) in acknowledged)
                Assert.Equal((producer, number, 0), byPosition[position]);
            for (var i = 0; i < entries.Count; i += KillChild.BatchSize)
            {
                var batch = entries.Skip(i).Take(KillChild.BatchSize).Select(e => KillChild.Parse(e.Payload)).ToList();
                Assert.Equal(Enumerable.Range(0, KillChild.BatchSize).Select(part => (batch[0].Producer, batch[0].Number, part)), batch);
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{acknowledged.Count} batches acknowledged, {torn} bytes of torn tail cut off");
    }

    /// <summary>Lets a child append until it has acknowledged so many batches, then kills it in the middle of its work.</summary>
    private static async Task RunAndKillAsync(string directory, int round, int batches, Dictionary<long, (int Producer, int Number)> acknowledged)
    {
        string[] arguments = [KillChild.Verb, directory, round.ToString(CultureInfo.InvariantCulture)];
        var start = new ProcessStartInfo(Environment.ProcessPath!, arguments) { RedirectStandardOutput = true };
        using var child = Process.Start(start)!;
        var count = 0;
        while (await child.StandardOutput.ReadLineAsync().Within("the child to append") is { } line)
        {
            // A line that the kill cut short has no end mark.
            if (line.Split(' ') is [var position, var producer, var number, "."])
                acknowledged.Add(Number(position), ((int)Number(producer), (int)Number(number)));
            if (++count == batches)
                child.Kill();
        }

        await child.WaitForExitAsync().Within("the child to be gone");
        Assert.True(count >= batches, $"The child ended by itself with {child.ExitCode} after {count} lines");
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
