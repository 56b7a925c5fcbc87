using System.Globalization;

namespace Weir.CommitLog.Tests;

/// <summary>The victim: this same program, started with a directory, appends for ever and prints what was acknowledged.</summary>
internal static class KillChild
{
    public const string Verb = "append-for-ever";
    public const int BatchSize = 4;

    /// <summary>Producer, number of the batch and part of it: the first 12 bytes; the rest must be what the three foretell.</summary>
    public static (int Producer, int Number, int Part) Parse(byte[] payload)
    {
        var (producer, number, part) = (BitConverter.ToInt32(payload), BitConverter.ToInt32(payload, 4), BitConverter.ToInt32(payload, 8));
        Assert.Equal(Entry(producer, number, part), payload);
        return (producer, number, part);
    }

    private static byte[] Entry(int producer, int number, int part)
    {
        var size = 20 + new Random(producer * 31 + number * 7 + part).Next(number % 3 == 0 ? 100_000 : 2_000);
        var entry = new byte[size];
        Array.Fill(entry, (byte)(producer + number + part));
        BitConverter.TryWriteBytes(entry, producer);
        BitConverter.TryWriteBytes(entry.AsSpan(4), number);
        BitConverter.TryWriteBytes(entry.AsSpan(8), part);
        return entry;
    }

    public static async Task<int> AppendForEverAsync(string directory, int round)
    {
        var output = new StreamWriter(Console.OpenStandardOutput()) { AutoFlush = true };
        var log = await LogFixture.OpenAsync(directory, 8 << 20);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(i => Task.Run(async () =>
        {
            var producer = round * 100 + i;
            for (var number = 0; ; number++)
            {
                var entries = Enumerable.Range(0, BatchSize).Select(part => (ReadOnlyMemory<byte>)Entry(producer, number, part)).ToArray();
                var positions = await log.AppendAsync(entries, default);
                lock (output)
                    output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{positions[0].Offset} {producer} {number} ."));
            }
        })));
        return 1;
    }
}
