// Consumers alone: records of 1 KiB that lie in the embedded engine → shard readers, redaction off → a sink that does nothing, or SQLite.
// Beside it, in the same run, what nobody can beat: bare reads of the same records from the engine, with plain prepared inserts of them into SQLite when that is the sink.
// dotnet run -c Release --project benches/ConsumeBench -- [--records 200000] [--shards 4] [--sink none|sqlite]
using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Weir.Aws.Kinesis;
using Weir.LocalKinesis;
using Weir.Pipeline.Consuming;
using Weir.Pipeline.Redaction;
using Weir.Pipeline.Sinks;
using Weir.Pipeline.Telemetry;

var records = int.Parse(Option("--records", "200000"), CultureInfo.InvariantCulture);
var shards = int.Parse(Option("--shards", "4"), CultureInfo.InvariantCulture);
var sinkName = Option("--sink", "none");
var directory = Directory.CreateTempSubdirectory("weir-consume-bench-").FullName;
try
{
    await using var engine = new LocalKinesisEngine(
        new LocalKinesisOptions { Directory = Path.Combine(directory, "kinesis"), Port = 0, Limits = KinesisLimits.None, Durable = false, InitialStreams = $"bench:{shards}" },
        TimeProvider.System,
        NullLogger<LocalKinesisEngine>.Instance);
    await engine.OpenAsync(default);
    await FillAsync(engine);

    var counted = new CountingSink();
    var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
    {
        ["DataDirectory"] = directory,
        ["Consuming:BehindMilliseconds"] = "0",
        ["Consuming:ShardBytesPerSecond"] = "0",
        ["Consuming:Streams:0"] = "bench",
    }).Build();
    var services = new ServiceCollection()
        .AddLogging(l => l.SetMinimumLevel(LogLevel.Warning))
        .AddMetrics()
        .AddSingleton<PipelineMetrics>()
        .AddSingleton<IKinesis>(engine)
        .AddSingleton<IRecordRedactor, NoRedaction>()
        .AddSinks(configuration)
        .AddConsuming(configuration);
    if (sinkName == "none")
        services.RemoveAll<ISink>().AddSingleton<ISink>(counted);
    await using var provider = services.BuildServiceProvider();
    var metrics = provider.GetRequiredService<PipelineMetrics>();
    var host = provider.GetServices<IHostedService>().Single();

    var watch = Stopwatch.StartNew();
    await host.StartAsync(default);
    while (metrics.Read().RecordsStored < records)
    {
        if (watch.Elapsed > TimeSpan.FromMinutes(2))
            throw new TimeoutException($"{metrics.Read().RecordsStored} of {records} records after two minutes.");
        await Task.Delay(5);
    }

    var seconds = watch.Elapsed.TotalSeconds;
    await host.StopAsync(default);
    var peak = Process.GetCurrentProcess().PeakWorkingSet64 >> 20;
    var bare = await Bare.RunAsync(engine, "bench", sinkName == "sqlite" ? Path.Combine(directory, "bare.db") : null);
    Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{{\"sink\":\"{sinkName}\",\"records\":{records},\"shards\":{shards},\"seconds\":{seconds:0.00},\"recordsPerSecond\":{records / seconds:0},\"bareRecordsPerSecond\":{records / bare.TotalSeconds:0},\"ratio\":{bare.TotalSeconds / seconds:0.00},\"peakMiB\":{peak}}}"));
}
finally
{
    Directory.Delete(directory, recursive: true);
}

async Task FillAsync(LocalKinesisEngine engine)
{
    while ((await engine.DescribeStreamSummaryAsync(new DescribeStreamSummaryRequest("bench"), default)).StreamDescriptionSummary.StreamStatus != StreamStatuses.Active)
        await Task.Delay(50);
    var data = new byte[1024];
    new Random(1).NextBytes(data);
    for (var put = 0; put < records;)
    {
        var batch = Enumerable.Range(put, Math.Min(500, records - put)).Select(i => new PutRecordsRequestEntry(data, string.Create(CultureInfo.InvariantCulture, $"key-{i % 10_000}"))).ToArray();
        var answer = await engine.PutRecordsAsync(new PutRecordsRequest(batch, "bench"), default);
        if (answer.FailedRecordCount > 0)
            throw new InvalidOperationException($"{answer.FailedRecordCount} records were refused: {answer.Records.First(r => r.ErrorCode is not null).ErrorMessage}");
        put += batch.Length;
    }
}

string Option(string name, string otherwise) => Array.IndexOf(args, name) is >= 0 and var at && at + 1 < args.Length ? args[at + 1] : otherwise;

/// <summary>Takes everything at once.</summary>
internal sealed class CountingSink : ISink
{
    public string Name => "none";

    public Task WriteAsync(IReadOnlyList<CleanRecord> records, CancellationToken cancellationToken) => Task.CompletedTask;
}

/// <summary>Redaction that is switched off.</summary>
internal sealed class NoRedaction : IRecordRedactor
{
    public RedactionOutcome Redact(string stream, ReadOnlySpan<byte> record, IBufferWriter<byte> clean)
    {
        clean.Write(record);
        return new RedactionOutcome(RedactionStatus.Clean, "", 0);
    }

    public string RedactText(string stream, string text) => text;
}
