using System.Diagnostics.Metrics;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Weir.Aws.Kinesis;
using Weir.Pipeline.Consuming;
using Weir.Pipeline.Consuming.DeadLetters;
using Weir.Pipeline.Consuming.Leases;
using Weir.Pipeline.Consuming.Processing;
using Weir.Pipeline.Consuming.Reading;
using Weir.Pipeline.Sinks;
using Weir.Pipeline.Sinks.Sqlite;
using Weir.Pipeline.Telemetry;

namespace Weir.Pipeline.Tests.Consuming;

/// <summary>One worker on a stream in memory, with the real store, leases and dead letters on SQLite, under virtual time.</summary>
public sealed class ConsumerTests : IDisposable
{
    private readonly VirtualWorld _world = new();
    private readonly string _directory = Directory.CreateTempSubdirectory("weir-consume-").FullName;
    private readonly PipelineMetrics _metrics = new(new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>());
    private readonly ConsumingOptions _options = new();
    private readonly MemoryKinesis _kinesis;
    private readonly PipelineDatabase _database;
    private readonly SqliteRecordStore _store;
    private readonly SqliteDeadLetters _letters;
    private readonly SqliteLeaseStore _leases;
    private readonly RecordRefinery _refinery;
    private readonly List<IRecordProcessor> _processors = [];
    private readonly List<ISink> _sinks = [];

    public ConsumerTests()
    {
        _kinesis = new MemoryKinesis(_world.Time);
        _kinesis.Create("orders", 1);
        _database = new PipelineDatabase(Path.Combine(_directory, "records.db"));
        _store = new SqliteRecordStore(_database, _world.Time);
        _letters = new SqliteDeadLetters(_database);
        _leases = new SqliteLeaseStore(_database);
        _refinery = new RecordRefinery(new PlainRedactor(), _metrics, _options, _world.Time);
        _sinks.Add(_store);
    }

    private ConsumerControl Control => new(_kinesis, _leases, _letters, _refinery, _processors, _sinks, _world.Time);

    public void Dispose()
    {
        _store.Dispose();
        _metrics.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public void A_record_is_stored_clean_within_a_second_of_its_arrival()
    {
        Consume(async () =>
        {
            await CountAsync(0);
            await Task.Delay(TimeSpan.FromSeconds(10), _world.Time);
            var put = _world.Time.GetUtcNow();
            _kinesis.Put("orders", "secret-key", """{"card":"secret"}""");
            await CountAsync(1);
            Assert.True(_world.Time.GetUtcNow() - put < TimeSpan.FromSeconds(1));
        });

        var stored = Assert.Single(Latest());
        Assert.Equal(("******-key", """{"card":"******"}""", 1), (stored.PartitionKey, stored.Data, stored.RedactedSpans));
        Assert.Equal((1L, 1L), (_metrics.Read().RecordsStored, _metrics.Read().RedactedSpans));
    }

    [Fact]
    public void A_record_that_cannot_be_read_safely_goes_to_the_dead_letter_without_its_text()
    {
        Consume(async () =>
        {
            _kinesis.Put("orders", "k", "good");
            _kinesis.Put("orders", "k", "bad");
            _kinesis.Put("orders", "k", "good");
            await CountAsync(2);
        });

        var letter = Assert.Single(Letters());
        Assert.Equal(("Not readable.", null, DeadLetterState.Waiting), (letter.Cause, letter.Data, letter.State));
        Assert.Equal((1L, 1L), (_metrics.Read().Quarantined, _metrics.Read().DeadLetters));
    }

    [Fact]
    public void User_records_of_an_aggregate_are_stored_one_by_one()
    {
        var golden = Convert.FromHexString(
            "f3899ac20a026b310a026b3212273137303134313138333436303436393233313733313638373330333731353838343130353732381a0908001a0568656c6c6f1a0b080110001a05776f726c641a0508001a01214a8ee1dab3dd7ead1fb9deccc3455248");
        Consume(async () =>
        {
            _kinesis.Put("orders", "a", golden);
            await CountAsync(3);
        });

        Assert.Equal([(0L, "k1", "hello"), (1L, "k2", "world"), (2L, "k1", "!")], Latest().OrderBy(r => r.SubSequenceNumber).Select(r => (r.SubSequenceNumber, r.PartitionKey, r.Data)));
        Assert.Equal(2, Lease().Checkpoint.SubSequence);
    }

    [Fact]
    public void A_restarted_worker_goes_on_from_its_checkpoint_without_waiting()
    {
        Consume(async () =>
        {
            _kinesis.Put("orders", "k", "1");
            await CountAsync(1);
        });
        var reads = 0;
        _kinesis.OnRead = (_, at) => reads += at == 0 && reads == 0 && Lease().Checkpoint == Checkpoint.TrimHorizon ? 1 : 0;
        var before = _world.Time.Elapsed;
        Consume(async () =>
        {
            _kinesis.Put("orders", "k", "2");
            await CountAsync(2);
        });

        Assert.Equal(0, reads);
        Assert.True(_world.Time.Elapsed - before < TimeSpan.FromSeconds(2), $"took {_world.Time.Elapsed - before}");
    }

    [Fact]
    public void Throttled_reads_are_counted_and_an_expired_iterator_is_found_again()
    {
        var refusals = new Queue<string>([KinesisErrorCodes.ProvisionedThroughputExceeded, KinesisErrorCodes.ExpiredIterator, KinesisErrorCodes.ProvisionedThroughputExceeded]);
        _kinesis.OnRead = (_, _) =>
        {
            if (refusals.TryDequeue(out var code))
                throw new KinesisException(code, "no");
        };
        Consume(async () =>
        {
            _kinesis.Put("orders", "k", "1");
            await CountAsync(1);
        });

        Assert.Equal(2, _metrics.Read().Shards.Sum(s => s.ReadThrottled));
    }

    [Fact]
    public void A_shard_at_rest_is_read_no_more_than_five_times_a_second()
    {
        var reads = 0;
        _kinesis.OnRead = (_, _) => reads++;
        Consume(() => Task.Delay(TimeSpan.FromSeconds(20), _world.Time));

        Assert.InRange(reads, 20, 100);
    }

    [Fact]
    public void A_stream_that_is_made_again_under_its_name_is_read_from_its_start()
    {
        Consume(async () =>
        {
            _kinesis.Put("orders", "k", "old");
            await CountAsync(1);
            _kinesis.Delete("orders");
            await Task.Delay(TimeSpan.FromSeconds(2), _world.Time);
            _kinesis.Create("orders", 1);
            _kinesis.Put("orders", "k", "new");
            await CountAsync(2);
        });

        Assert.Contains(Latest(), r => r.Data == "new");
    }

    [Fact]
    public void A_store_that_is_down_is_waited_for_and_nothing_is_lost()
    {
        var sink = new FailingSink(_store) { Failures = 5 };
        _sinks[0] = sink;
        Consume(async () =>
        {
            for (var i = 0; i < 10; i++)
                _kinesis.Put("orders", "k", $"{i}");
            await Task.Delay(TimeSpan.FromMilliseconds(500), _world.Time);
            Assert.Equal(Checkpoint.TrimHorizon, Lease().Checkpoint);
            await CountAsync(10);
        });

        Assert.Empty(Letters());
    }

    [Fact]
    public void A_record_that_a_store_refuses_goes_to_the_dead_letter_anonymized_and_can_be_replayed()
    {
        var sink = new FailingSink(_store) { Refused = "too ****** large" };
        _sinks[0] = sink;
        Consume(async () =>
        {
            _kinesis.Put("orders", "k", "fine");
            _kinesis.Put("orders", "k", "too secret large");
            await CountAsync(1);
            await Task.Delay(TimeSpan.FromSeconds(2), _world.Time);
            var letter = Assert.Single(Letters());
            Assert.Equal("too ****** large", (await _letters.FindAsync(letter.Key, default))!.Data);
            Assert.False((await Control.ReplayAsync(letter.Key, default)).Done);

            sink.Refused = null;
            Assert.True((await Control.ReplayAsync(letter.Key, default)).Done);
            Assert.False((await Control.ReplayAsync(letter.Key, default)).Done);
        });

        Assert.Equal(2, Latest().Count);
        Assert.Equal(DeadLetterState.Replayed, Letters().Single().State);
    }

    [Fact]
    public void A_record_that_a_processor_failed_on_passes_the_processors_again_when_it_is_replayed()
    {
        var processor = new Picky();
        _processors.Add(processor);
        _options.MaxAttempts = 2;
        Consume(async () =>
        {
            _kinesis.Put("orders", "k", "fine");
            _kinesis.Put("orders", "k", "odd");
            await CountAsync(1);
            await Task.Delay(TimeSpan.FromSeconds(2), _world.Time);
            var letter = Assert.Single(Letters());
            Assert.Equal(("FormatException in the processor.", 2), (letter.Cause, letter.Attempts));
            Assert.Contains("FormatException", (await Control.ReplayAsync(letter.Key, default)).Message, StringComparison.Ordinal);

            processor.Accepts = true;
            Assert.True((await Control.ReplayAsync(letter.Key, default)).Done);
        });

        Assert.Equal(["FINE", "ODD"], Latest().Select(r => r.Data).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_dead_letter_is_dropped_only_with_a_reason()
    {
        Consume(async () =>
        {
            _kinesis.Put("orders", "k", "bad");
            _kinesis.Put("orders", "k", "good");
            await CountAsync(1);
        });
        var key = Letters().Single().Key;

        Assert.False((await Control.DropAsync(key, " ", default)).Done);
        Assert.True((await Control.DropAsync(key, "A test record.", default)).Done);
        Assert.Equal(("A test record.", 0L), (Letters().Single().Reason, await _letters.CountWaitingAsync(default)));
    }

    [Fact]
    public void A_rewound_consumer_reads_again_from_the_time_and_stores_nothing_twice()
    {
        var seen = new List<string>();
        _processors.Add(new Seer(seen));
        Consume(async () =>
        {
            _kinesis.Put("orders", "k", "early");
            await Task.Delay(TimeSpan.FromSeconds(10), _world.Time);
            var time = _world.Time.GetUtcNow();
            _kinesis.Put("orders", "k", "late");
            await CountAsync(2);
            seen.Clear();
            Assert.True((await Control.RewindAsync("orders", null, Checkpoint.At(time), default)).Done);
            await Task.Delay(TimeSpan.FromSeconds(20), _world.Time);
        });

        Assert.Equal(["late"], seen);
        Assert.Equal(2, Latest().Count);
    }

    [Fact]
    public void After_reshards_parents_leases_are_cleaned_up_and_never_come_back()
    {
        Consume(async () =>
        {
            _kinesis.Put("orders", "a", "1");
            await CountAsync(1);
            _kinesis.Split("orders", _kinesis.Open("orders")[0]);
            for (var i = 0; i < 20; i++)
                _kinesis.Put("orders", $"k{i}", "2");
            await CountAsync(21);
            await Task.Delay(TimeSpan.FromSeconds(10), _world.Time);
        });

        Assert.Equal(["shardId-000000000001", "shardId-000000000002"], Leases().Select(l => l.ShardId));
        Assert.Equal(21, Latest().Count);
    }

    private void Consume(Func<Task> scenario) => _world.Run(
        async () =>
        {
            using var stop = new CancellationTokenSource();
            var parts = new ReaderParts(new PollingFeeds(_kinesis, _metrics, _options, _world.Time, new Random(1)), _refinery, _processors, [], _sinks, _letters, _metrics, new ByteBudget(_options.PrefetchBytes), _options, _world.Time, new Random(1), NullLogger.Instance);
            var running = new ConsumerWorker("embedded", _leases, new ShardSync("embedded", _kinesis, _leases, _options, _world.Time), parts, _options, _world.Time, NullLogger.Instance).RunAsync(stop.Token);
            await scenario();

            // What was just stored is checkpointed next.
            await Task.Delay(TimeSpan.FromMilliseconds(100), _world.Time);
            stop.Cancel();
            await running;
        },
        TimeSpan.FromHours(1));

    private async Task CountAsync(long records)
    {
        var deadline = _world.Time.Elapsed + TimeSpan.FromMinutes(2);
        while (await _store.CountAsync("orders", default) < records)
        {
            Assert.True(_world.Time.Elapsed < deadline, $"Waited for {records} records; {await _store.CountAsync("orders", default)} are stored.");
            await Task.Delay(TimeSpan.FromMilliseconds(20), _world.Time);
        }
    }

    private IReadOnlyList<StoredRecord> Latest() => _store.ReadAsync(new RecordQuery(), default).Result.Records;

    private IReadOnlyList<DeadLetter> Letters() => _letters.ListAsync(null, null, 10, default).Result;

    private IReadOnlyList<Lease> Leases() => _leases.ListAsync(default).Result;

    private Lease Lease() => Leases().Single();

    private sealed class Seer(List<string> seen) : IRecordProcessor
    {
        public Task<ProcessingResult> ProcessAsync(IReadOnlyList<CleanRecord> batch, CancellationToken cancellationToken)
        {
            seen.AddRange(batch.Select(r => Encoding.UTF8.GetString(r.Data.Span)));
            return Task.FromResult(new ProcessingResult(batch));
        }
    }

    private sealed class Picky : IRecordProcessor
    {
        public bool Accepts { get; set; }

        public Task<ProcessingResult> ProcessAsync(IReadOnlyList<CleanRecord> batch, CancellationToken cancellationToken) => !Accepts && batch.Any(r => r.Data.Span.SequenceEqual("odd"u8))
            ? throw new FormatException("never to be seen")
            : Task.FromResult(new ProcessingResult([.. batch.Select(r => r with { Data = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(r.Data.Span).ToUpperInvariant()) })]));
    }

    private sealed class FailingSink(ISink inner) : ISink
    {
        public int Failures { get; set; }
        public string? Refused { get; set; }
        public string Name => "failing";

        public Task WriteAsync(IReadOnlyList<CleanRecord> records, CancellationToken cancellationToken)
        {
            if (Failures-- > 0)
                throw new IOException("The store is down.");
            var refused = records.Where(r => Encoding.UTF8.GetString(r.Data.Span) == Refused).ToArray();
            return refused.Length > 0 ? throw new RecordsRefusedException("Too large.", refused) : inner.WriteAsync(records, cancellationToken);
        }
    }
}
