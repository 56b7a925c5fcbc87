using System.Diagnostics.Metrics;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Weir.Pipeline.Consuming;
using Weir.Pipeline.Consuming.DeadLetters;
using Weir.Pipeline.Consuming.Leases;
using Weir.Pipeline.Consuming.Processing;
using Weir.Pipeline.Consuming.Reading;
using Weir.Pipeline.Redaction;
using Weir.Pipeline.Redaction.Detection;
using Weir.Pipeline.Sinks;
using Weir.Pipeline.Sinks.Sqlite;
using Weir.Pipeline.Telemetry;
using Weir.Pipeline.Tests.Consuming;

namespace Weir.Pipeline.Tests.Redaction;

/// <summary>Made-up values planted in records of every kind, then looked for in everything that the consumer leaves behind: files, dead letters, processors, log lines, metrics.</summary>
public sealed class CanaryTests : IDisposable
{
    private readonly VirtualWorld _world = new();
    private readonly string _directory = Directory.CreateTempSubdirectory("weir-canary-").FullName;
    private readonly StringBuilder _left = new();
    private readonly MeterListener _listener = new();
    private readonly IMeterFactory _meters = new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>();
    private readonly PipelineMetrics _metrics;

    public CanaryTests() => _metrics = new PipelineMetrics(_meters);

    [Fact]
    public void No_planted_value_is_found_in_anything_that_is_left_behind()
    {
        var values = new MadeValues(99);
        var canaries = new List<string>();
        var kinesis = new MemoryKinesis(_world.Time);
        kinesis.Create("orders", 1);
        var database = new PipelineDatabase(Path.Combine(_directory, "records.db"));
        using var store = new SqliteRecordStore(database, _world.Time);
        var letters = new SqliteDeadLetters(database);
        var leases = new SqliteLeaseStore(database);
        var options = new ConsumingOptions();
        var redactor = new TestRedactor([.. EntityCatalogue.All.Where(e => e.Name != "LUHN").Select(e => TestRedactor.Rule(e.Name, TransformKind.Redact, id: e.Name.ToLowerInvariant()))], o => o.PostScanEvery = 1);
        ListenToMetrics();
        using var logs = LoggerFactory.Create(b => b.SetMinimumLevel(LogLevel.Trace).AddProvider(new Lines(_left)));
        var records = 0;
        _world.Run(
            async () =>
            {
                using var stop = new CancellationTokenSource();
                var refinery = new RecordRefinery(redactor.Redactor, _metrics, options, _world.Time);
                var parts = new ReaderParts(
                    new PollingFeeds(kinesis, _metrics, options, _world.Time, new Random(1)), refinery, [new Witness(_left)], [], [store], letters, _metrics, new ByteBudget(options.PrefetchBytes), options, _world.Time, new Random(1), logs.CreateLogger("consumer"));
                var running = new ConsumerWorker("embedded", leases, new ShardSync("embedded", kinesis, leases, options, _world.Time), parts, options, _world.Time, logs.CreateLogger("worker")).RunAsync(stop.Token);
                foreach (var kind in MadeValues.Kinds)
                {
                    // As a value, escaped, as a key, in text, in the partition key; and in records that cannot be read at all.
                    Plant(kind, v => $$$"""{"a":{"b":["{{{v}}}"]}}""");
                    Plant(kind, v => $$"""{"a":"{{string.Concat(v.Select(c => $"\\u{(int)c:x4}"))}}"}""");
                    Plant(kind, v => $$"""{"{{v}}":1}""");
                    Plant(kind, v => $"{v} came by", key: true);
                    records += 4;
                    Plant(kind, v => $$"""{"a":"{{v}}",}""");
                    Plant(kind, v => $"\u0001\u0002{v}");
                }

                await UntilAsync(() => store.CountAsync("orders", default), records);
                await UntilAsync(() => letters.CountWaitingAsync(default), 2 * MadeValues.Kinds.Length);
                await Task.Delay(TimeSpan.FromMilliseconds(100), _world.Time);
                stop.Cancel();
                await running;
            },
            TimeSpan.FromHours(1));
        foreach (var letter in Letters(letters))
        {
            _left.AppendLine($"{letter}");
        }

        foreach (var count in redactor.Redactor.Counts())
        {
            _left.AppendLine($"{count}");
        }

        _listener.RecordObservableInstruments();
        var left = _left.ToString();
        Assert.NotEmpty(canaries);
        Assert.Contains("[EMAIL_ADDRESS]", left, StringComparison.Ordinal);
        Assert.Contains("weir.", left, StringComparison.Ordinal);
        foreach (var canary in canaries)
        {
            Assert.False(left.Contains(canary, StringComparison.OrdinalIgnoreCase), $"{canary} is in a log line, a metric, a dead letter or a processor's batch");
        }

        foreach (var file in Directory.GetFiles(_directory))
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var content = new MemoryStream();
            stream.CopyTo(content);
            foreach (var canary in canaries)
            {
                Assert.True(content.GetBuffer().AsSpan(0, (int)content.Length).IndexOf(Encoding.UTF8.GetBytes(canary)) < 0, $"{canary} is in {Path.GetFileName(file)}");
            }
        }

        void Plant(string kind, Func<string, string> record, bool key = false)
        {
            var canary = values.Next(kind);
            canaries.Add(canary);
            kinesis.Put("orders", key ? $"k {canary}" : "k", record(canary));
        }

        async Task UntilAsync(Func<Task<long>> count, long wanted)
        {
            var deadline = _world.Time.Elapsed + TimeSpan.FromMinutes(2);
            while (await count() < wanted)
            {
                Assert.True(_world.Time.Elapsed < deadline, $"waited for {wanted}, there are {await count()}");
                await Task.Delay(TimeSpan.FromMilliseconds(20), _world.Time);
            }
        }
    }

    private static IReadOnlyList<DeadLetter> Letters(SqliteDeadLetters letters) => letters.ListAsync(null, null, 1000, default).Result;

    public void Dispose()
    {
        _listener.Dispose();
        _metrics.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private void ListenToMetrics()
    {
        // Those of this test only: others measure at the same time in this process.
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Scope == _meters)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, _, tags, _) => Tags(instrument, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, _, tags, _) => Tags(instrument, tags));
        _listener.Start();

        void Tags(Instrument instrument, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            lock (_left)
            {
                _left.Append(instrument.Name);
                foreach (var (name, value) in tags)
                {
                    _left.Append(' ').Append(name).Append('=').Append(value);
                }

                _left.AppendLine();
            }
        }
    }

    /// <summary>A processor that notes all it is given.</summary>
    private sealed class Witness(StringBuilder left) : IRecordProcessor
    {
        public Task<ProcessingResult> ProcessAsync(IReadOnlyList<CleanRecord> batch, CancellationToken cancellationToken)
        {
            lock (left)
            {
                foreach (var record in batch)
                {
                    left.AppendLine($"{record.PartitionKey} {Encoding.UTF8.GetString(record.Data.Span)}");
                }
            }

            return Task.FromResult(new ProcessingResult(batch));
        }
    }

    private sealed class Lines(StringBuilder left) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (left)
            {
                left.AppendLine($"{formatter(state, exception)} {exception}");
            }
        }

        public void Dispose()
        {
        }
    }
}
