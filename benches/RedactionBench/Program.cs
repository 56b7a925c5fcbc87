using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Compliance.Classification;
using Microsoft.Extensions.Compliance.Redaction;
using Microsoft.Extensions.DependencyInjection;
using Weir.Pipeline.Redaction;
using Weir.Pipeline.Redaction.Detection;
using Weir.Pipeline.Redaction.Keys;
using Weir.Pipeline.Redaction.Rules;
using Weir.Pipeline.Redaction.Scanning;
using Redactor = Weir.Pipeline.Redaction.Redactor;

namespace Weir.RedactionBench;

/// <summary>
/// Redaction on one core against what one would write without it, in the same run on the same records.
/// <c>dotnet run -c Release --project benches/RedactionBench [-- SECONDS-PER-CASE [PART-OF-A-CASE'S-NAME]]</c>
/// </summary>
internal static partial class Program
{
    private static void Main(string[] args)
    {
        if (args is ["bdn", ..])
        {
            BenchmarkDotNet.Running.BenchmarkRunner.Run<RedactionBenchmarks>();
            return;
        }

        var seconds = args.Length > 0 ? double.Parse(args[0], CultureInfo.InvariantCulture) : 1.0;
        s_only = args.Length > 1 ? args[1] : "";
        var records = Orders.Make(4000, seed: 1);
        var bytes = records.Sum(r => (long)r.Length);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{records.Length} order events, {bytes / (double)records.Length:0} bytes on average, 3 personal values each; one thread, its processor time, best of 5"));
        Console.WriteLine($"{"case",-46}{"MB/s",8}{"ns/record",11}{"B/record",10}{"values",8}");

        var limits = RuleSets.Limits;
        var (twelve, all, typical) = (RuleSets.Twelve, RuleSets.All, RuleSets.Typical);
        var masks = new BlockMasks();
        Measure("mask stage alone", seconds, records, r =>
        {
            masks.Scan(r, json: true);
            return 0;
        });
        var scan = RecordScan.ForThread;
        var none = CompiledRules.Compile([], null, "");
        Measure("masks and JSON walk, no rule", seconds, records, r => Found(scan.Json(r, none, limits), scan));
        var twelveCompiled = CompiledRules.Compile(twelve, null, "");
        Measure("detect, 12 kinds, as text", seconds, records, r => Found(scan.Text(r, twelveCompiled, limits), scan));
        Measure("detect, 12 kinds, JSON with keys and paths", seconds, records, r => Found(scan.Json(r, twelveCompiled, limits), scan));
        var allCompiled = CompiledRules.Compile(all, null, "");
        Measure($"detect, all {all.Length} kinds, JSON", seconds, records, r => Found(scan.Json(r, allCompiled, limits), scan));

        var output = new Sink(1 << 16);
        foreach (var (name, mac, rules) in new[]
        {
            ("redact: paths, tokens by AES-CMAC", TokenMac.AesCmac, typical), ("redact: the same, tokens by HMAC-SHA-256", TokenMac.HmacSha256, typical), ($"redact: all {all.Length} kinds, constants", TokenMac.AesCmac, all),
        })
        {
            var redactor = new Redactor(new RedactionOptions { TokenMac = mac, PostScanEvery = 0 }, KeyRing.Parse(Convert.ToBase64String(new byte[32])), rules);
            Measure(name, seconds, records, r =>
            {
                output.Clear();
                return redactor.Redact("orders", r, output).Spans;
            });
        }

        var chars = new char[1 << 16];
        Measure("peer: 12 compiled regexes, detect only", seconds, records, r => Peers.Count(Peers.Compiled, r, chars));
        Measure("peer: 12 source-generated regexes, detect only", seconds, records, r => Peers.Count(Peers.Generated, r, chars));

        using var services = new ServiceCollection().AddRedaction(b => b.SetHmacRedactor(o => { o.Key = Convert.ToBase64String(new byte[64]); o.KeyId = 7; }, new DataClassificationSet(new DataClassification("bench", "personal")))).BuildServiceProvider();
        var hmac = services.GetRequiredService<IRedactorProvider>().GetRedactor(new DataClassificationSet(new DataClassification("bench", "personal")));
        string[] values = ["stone.17@mail3.example.com", "+1 415-555-0132", "4111111111111111"];
        Measure("peer: HmacRedactor on 3 values, no detection", seconds, records, _ =>
        {
            foreach (var value in values)
            {
                hmac.Redact(value, chars);
            }

            return 3;
        });

        Swap(records, typical, all);
    }

    /// <summary>How long a record waits at most while rule sets are swapped under it.</summary>
    private static void Swap(byte[][] records, RedactionRule[] a, RedactionRule[] b)
    {
        var redactor = new Redactor(new RedactionOptions { PostScanEvery = 0 }, KeyRing.Parse(Convert.ToBase64String(new byte[32])), a);
        var times = new List<double>();
        for (var i = 0; i < 50; i++)
        {
            var start = Stopwatch.GetTimestamp();
            redactor.Activate(i % 2 == 0 ? b : a);
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            redactor.Redact("orders", records[i], new ArrayBufferWriter<byte>());
        }

        times.Sort();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"activation: median {times[25]:0.00} ms on the caller's thread; readers see one volatile reference change"));
    }

    private static int Found(string? reason, RecordScan scan) => reason is null ? scan.Hits.Count : throw new InvalidOperationException(reason);

    private static string s_only = "";

    private static void Measure(string name, double seconds, byte[][] records, Func<byte[], int> run)
    {
        if (!name.Contains(s_only, StringComparison.Ordinal))
        {
            return;
        }

        long values = 0, bytes = records.Sum(r => (long)r.Length);
        for (var warm = 0; warm < 3; warm++)
        {
            values = 0;
            foreach (var record in records)
            {
                values += run(record);
            }
        }

        // Tier 1 is compiled in the background; give it its moment on the same work.
        var until = Stopwatch.GetTimestamp() + (long)(Stopwatch.Frequency * Math.Min(0.5, seconds));
        while (Stopwatch.GetTimestamp() < until)
        {
            run(records[values % records.Length]);
        }

        var best = double.MaxValue;
        var allocated = long.MaxValue;
        for (var round = 0; round < 5; round++)
        {
            var passes = 0;
            var before = GC.GetAllocatedBytesForCurrentThread();
            var start = Cpu.Seconds();
            do
            {
                foreach (var record in records)
                {
                    run(record);
                }

                passes++;
            }
            while (Cpu.Seconds() - start < seconds / 5);
            best = Math.Min(best, (Cpu.Seconds() - start) / passes);
            allocated = Math.Min(allocated, (GC.GetAllocatedBytesForCurrentThread() - before) / passes / records.Length);
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-46}{bytes / best / 1e6,8:0}{best / records.Length * 1e9,11:0}{allocated,10}{values / (double)records.Length,8:0.00}"));
    }

    /// <summary>The processor time of this thread where the system tells it, so that neighbours do not count; else the wall clock.</summary>
    private static partial class Cpu
    {
        private const int ThreadCpuTime = 3;

        public static double Seconds() =>
            OperatingSystem.IsLinux() && GetTime(ThreadCpuTime, out var time) == 0 ? time.Seconds + time.Nanoseconds / 1e9 : Stopwatch.GetTimestamp() / (double)Stopwatch.Frequency;

        [System.Runtime.InteropServices.LibraryImport("libc", EntryPoint = "clock_gettime")]
        private static partial int GetTime(int clock, out TimeSpec time);
    }

    [System.Runtime.InteropServices.StructLayout(System.Runtime.InteropServices.LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
