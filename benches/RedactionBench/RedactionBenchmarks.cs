using System.Buffers;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Weir.Pipeline.Redaction;
using Weir.Pipeline.Redaction.Keys;
using Weir.Pipeline.Redaction.Scanning;

namespace Weir.RedactionBench;

/// <summary>The main cases under BenchmarkDotNet, per record: <c>dotnet run -c Release --project benches/RedactionBench -- bdn</c>.</summary>
[MemoryDiagnoser]
[Config(typeof(InThisProcess))]
public class RedactionBenchmarks
{
    private const int Records = 1000;

    private readonly byte[][] _records = Orders.Make(Records, seed: 1);
    private readonly RecordScan _scan = RecordScan.ForThread;
    private readonly Sink _output = new(1 << 16);
    private readonly char[] _chars = new char[1 << 16];
    private readonly Pipeline.Redaction.Rules.CompiledRules _twelve = Pipeline.Redaction.Rules.CompiledRules.Compile(RuleSets.Twelve, null, "");
    private readonly Pipeline.Redaction.Rules.CompiledRules _all = Pipeline.Redaction.Rules.CompiledRules.Compile(RuleSets.All, null, "");
    private readonly Redactor _redactor = new(new RedactionOptions { PostScanEvery = 0 }, KeyRing.Parse(Convert.ToBase64String(new byte[32])), RuleSets.Typical);

    [Benchmark(OperationsPerInvoke = Records)]
    public int Detect() => Each(r => _scan.Json(r, _twelve, RuleSets.Limits) is null ? _scan.Hits.Count : -1);

    [Benchmark(OperationsPerInvoke = Records)]
    public int DetectAllKinds() => Each(r => _scan.Json(r, _all, RuleSets.Limits) is null ? _scan.Hits.Count : -1);

    [Benchmark(OperationsPerInvoke = Records)]
    public int RedactWithPathsAndTokens() => Each(r =>
    {
        _output.Clear();
        return _redactor.Redact("orders", r, _output).Spans;
    });

    [Benchmark(Baseline = true, OperationsPerInvoke = Records)]
    public int CompiledRegexes() => Each(r => Peers.Count(Peers.Compiled, r, _chars));

    [Benchmark(OperationsPerInvoke = Records)]
    public int GeneratedRegexes() => Each(r => Peers.Count(Peers.Generated, r, _chars));

    private int Each(Func<byte[], int> run)
    {
        var found = 0;
        foreach (var record in _records)
        {
            found += run(record);
        }

        return found;
    }

    private sealed class InThisProcess : ManualConfig
    {
        public InThisProcess() => AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance));
    }
}
