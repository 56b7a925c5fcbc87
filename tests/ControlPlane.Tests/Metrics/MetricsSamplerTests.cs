using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Weir.Aws.Kinesis;
using Weir.ControlPlane.Fleet;
using Weir.ControlPlane.Live;
using Weir.ControlPlane.Metrics;
using Weir.ControlPlane.Topology;
using Weir.Pipeline.Sinks;
using Weir.Pipeline.Telemetry;

namespace Weir.ControlPlane.Tests.Metrics;

public sealed class MetricsSamplerTests : IDisposable
{
    private const string Shard0 = "shardId-000000000000";
    private const string Shard1 = "shardId-000000000001";

    private readonly TestState _state = new();
    private readonly ScriptedStreams _streams = new();
    private readonly PipelineMetrics _pipeline = new(new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>());
    private readonly MetricHistory _history = new();
    private readonly Feed<SystemSnapshot> _feed = new();
    private readonly Feed<FleetSnapshot> _fleet = new();
    private readonly Store _store = new();

    [Fact]
    public async Task Rates_are_differences_over_the_time_that_really_passed()
    {
        var sampler = Create([]);
        await TickAsync(sampler, 0);
        _pipeline.Accepted(100, 50_000);
        _pipeline.Answered(202, TimeSpan.FromMilliseconds(3));
        _pipeline.Answered(202, TimeSpan.FromMilliseconds(5));
        _pipeline.Answered(429, TimeSpan.FromMilliseconds(1));
        _pipeline.Stored(40);
        _pipeline.RedactedSpans(80);

        var snapshot = await TickAsync(sampler, 2);

        Assert.Equal((50, 25_000), (snapshot.Ingest.RecordsPerSecond, snapshot.Ingest.BytesPerSecond));
        Assert.Equal((1, 0.5), (snapshot.Ingest.RequestsPerSecond[202], snapshot.Ingest.RequestsPerSecond[429]));
        Assert.Equal((20, 40), (snapshot.Store.RecordsPerSecond, snapshot.Store.RedactedValuesPerSecond));
        Assert.Equal((100, 5.0), (snapshot.Ingest.RecordsAcceptedTotal, snapshot.Ingest.P99Milliseconds));
        Assert.Equal(2, snapshot.Sequence);

        var still = await TickAsync(sampler, 1);
        Assert.Equal((0, 0), (still.Ingest.RecordsPerSecond, still.Ingest.RequestsPerSecond[202]));
    }

    [Fact]
    public async Task The_first_sample_shows_no_rate_for_what_happened_before_it()
    {
        _pipeline.Accepted(1_000_000, 1);

        Assert.Equal(0, (await TickAsync(Create([]), 0)).Ingest.RecordsPerSecond);
    }

    [Fact]
    public async Task Without_meters_of_the_service_shards_show_what_this_process_sent_and_read()
    {
        _streams.Add("orders", 2);
        var sampler = Create([]);
        await TickAsync(sampler, 0);
        _pipeline.Published("orders", Shard0, 500, 524_288);
        _pipeline.WriteThrottled("orders", Shard0, 7);
        _pipeline.Consumed("orders", Shard0, 200, 1000, 1500);

        var stream = (await TickAsync(sampler, 1)).Find("orders")!;

        var shard = stream.Shards[0];
        Assert.Equal((500, 524_288, 7, 200), (shard.IncomingRecordsPerSecond, shard.IncomingBytesPerSecond, shard.WriteThrottlesPerSecond, shard.OutgoingRecordsPerSecond));
        Assert.Equal((0.5, 1500L, "reading"), (shard.Utilization, shard.IteratorAgeMilliseconds, shard.ReaderState));
        Assert.Equal((0.25, 1500L), (stream.Utilization, stream.IteratorAgeMilliseconds));
        Assert.Null(stream.Shards[1].IteratorAgeMilliseconds);
    }

    [Fact]
    public async Task Meters_of_the_service_come_first_where_it_runs_here()
    {
        _streams.Add("orders", 1);
        var meters = new Meters { Counters = [new ShardCounters(Shard0, 0, 0, 0, 0, 0, 0)] };
        var sampler = Create([meters]);
        await TickAsync(sampler, 0);
        _pipeline.Published("orders", Shard0, 1, 1);
        meters.Counters = [new ShardCounters(Shard0, 2_097_152, 300, 10, 20, 30, 40)];

        var shard = (await TickAsync(sampler, 1)).Find("orders")!.Shards[0];

        Assert.Equal((2_097_152, 300, 10, 20, 30, 40), (shard.IncomingBytesPerSecond, shard.IncomingRecordsPerSecond, shard.OutgoingBytesPerSecond, shard.OutgoingRecordsPerSecond, shard.WriteThrottlesPerSecond, shard.ReadThrottlesPerSecond));
        Assert.Equal(2, shard.Utilization);
    }

    [Fact]
    public async Task A_shard_born_since_the_last_sample_shows_its_first_second()
    {
        _streams.Add("orders", 1);
        var meters = new Meters { Counters = [new ShardCounters(Shard0, 0, 100, 0, 0, 0, 0)] };
        var sampler = Create([meters]);
        Assert.Equal(0, (await TickAsync(sampler, 0)).Find("orders")!.IncomingRecordsPerSecond);
        await _streams.UpdateShardCountAsync(new UpdateShardCountRequest(2, StreamName: "orders"), CancellationToken.None);
        meters.Counters = [.. meters.Counters, new ShardCounters(Shard1, 0, 60, 0, 0, 0, 0)];

        var stream = (await TickAsync(sampler, 1)).Find("orders")!;

        Assert.Equal((60, 2, 3), (stream.IncomingRecordsPerSecond, stream.OpenShards, stream.Shards.Count));
    }

    [Fact]
    public async Task A_stream_made_again_under_its_name_never_shows_a_negative_rate()
    {
        _streams.Add("orders", 1);
        var meters = new Meters { Counters = [new ShardCounters(Shard0, 9_000, 900, 0, 0, 0, 0)] };
        var sampler = Create([meters]);
        await TickAsync(sampler, 0);
        meters.Counters = [new ShardCounters(Shard0, 50, 5, 0, 0, 0, 0)];

        Assert.Equal(5, (await TickAsync(sampler, 1)).Find("orders")!.IncomingRecordsPerSecond);
    }

    [Fact]
    public async Task A_reader_that_stops_telling_falls_behind_on_the_chart()
    {
        _streams.Add("orders", 1);
        var sampler = Create([]);
        _pipeline.Consumed("orders", Shard0, 10, 10, 2_000);
        Assert.Equal(2_000, (await TickAsync(sampler, 0)).Find("orders")!.IteratorAgeMilliseconds);
        Assert.Equal(7_000, (await TickAsync(sampler, 5)).Find("orders")!.IteratorAgeMilliseconds);

        _pipeline.Consumed("orders", Shard0, 10, 10, 500);
        Assert.Equal(500, (await TickAsync(sampler, 1)).Find("orders")!.IteratorAgeMilliseconds);

        _pipeline.ReaderStopped("orders", Shard0);
        Assert.Null((await TickAsync(sampler, 1)).Find("orders")!.IteratorAgeMilliseconds);
    }

    [Fact]
    public async Task A_reader_at_the_tip_stays_at_zero()
    {
        _streams.Add("orders", 1);
        var sampler = Create([]);
        _pipeline.Consumed("orders", Shard0, 0, 0, 0);
        await TickAsync(sampler, 0);

        Assert.Equal(0, (await TickAsync(sampler, 30)).Find("orders")!.IteratorAgeMilliseconds);
    }

    [Fact]
    public async Task A_service_that_does_not_answer_leaves_what_was_known_and_a_problem()
    {
        _streams.Add("orders", 2);
        var sampler = Create([]);
        await TickAsync(sampler, 0);
        _streams.Failures.Enqueue(("ListStreams", new KinesisException(KinesisErrorCodes.Unreachable, "no route", 503)));

        var blind = await TickAsync(sampler, 1);
        Assert.Contains("no route", blind.Problem);
        Assert.Equal(2, blind.Find("orders")!.OpenShards);

        Assert.Null((await TickAsync(sampler, 1)).Problem);
    }

    [Fact]
    public async Task A_store_that_does_not_answer_leaves_its_last_count_while_the_rest_goes_on()
    {
        var sampler = Create([]);
        _store.Count = 5;
        await TickAsync(sampler, 0);
        _store.Error = new IOException("disk gone");
        _pipeline.Accepted(10, 10);

        var snapshot = await TickAsync(sampler, 1);

        Assert.Contains("disk gone", snapshot.Problem);
        Assert.Equal((5, 10), (snapshot.Store.RecordsTotal, snapshot.Ingest.RecordsPerSecond));
    }

    [Theory]
    [InlineData(2, 3)]
    [InlineData(3, 4)]
    [InlineData(4, 2)]
    public async Task A_sample_that_comes_a_little_late_stands_for_the_seconds_since_the_last_one(int late, int points)
    {
        var sampler = Create([]);
        await TickAsync(sampler, 0);
        _pipeline.Accepted(100, 100);
        await TickAsync(sampler, late);

        var values = _history.Window(new SeriesKey(SeriesKind.IngestRecords), TimeSpan.FromMinutes(1)).Values;
        Assert.Equal(points, values.Count(v => !float.IsNaN(v)));
        Assert.All(values[1..].Where(v => !float.IsNaN(v)), v => Assert.Equal(100f / late, v));
    }

    [Fact]
    public async Task A_spool_tells_how_fast_it_grows_over_the_last_seconds()
    {
        _streams.Add("orders", 1);
        var sampler = Create([]);
        _pipeline.SpoolHolds("orders", 0, 0, null);
        Assert.Null((await TickAsync(sampler, 0)).Find("orders")!.SpoolGrowthPerSecond);

        _pipeline.SpoolHolds("orders", 500, 1, null);
        Assert.Equal(100, (await TickAsync(sampler, 5)).Find("orders")!.SpoolGrowthPerSecond);

        _pipeline.SpoolHolds("orders", 100, 1, null);
        Assert.Equal(10, (await TickAsync(sampler, 5)).Find("orders")!.SpoolGrowthPerSecond);

        _pipeline.SpoolHolds("orders", 0, 0, null);
        Assert.InRange((await TickAsync(sampler, 5)).Find("orders")!.SpoolGrowthPerSecond!.Value, -51, -49);
    }

    [Fact]
    public async Task A_spool_that_is_still_being_found_after_a_start_does_not_grow()
    {
        _streams.Add("orders", 1);
        var sampler = Create([]);
        foreach (var found in (long[])[1_000, 500_000, 900_000])
        {
            _pipeline.SpoolHolds("orders", found, found, null, isWhole: false);
            var stream = (await TickAsync(sampler, 1)).Find("orders")!;
            Assert.Equal((found, null), (stream.SpoolRecords, stream.SpoolGrowthPerSecond));
        }

        _pipeline.SpoolHolds("orders", 1_000_000, 1, null);
        Assert.Null((await TickAsync(sampler, 1)).Find("orders")!.SpoolGrowthPerSecond);
        _pipeline.SpoolHolds("orders", 999_000, 1, null);
        Assert.Equal(-1_000, (await TickAsync(sampler, 1)).Find("orders")!.SpoolGrowthPerSecond);
    }

    [Fact]
    public async Task The_host_samples_each_second_and_publishes()
    {
        _streams.Add("orders", 1);
        var topology = new TopologyWatcher(_streams, [], _state.Time, NullLogger<TopologyWatcher>.Instance);
        using var sampler = new MetricsSampler(_pipeline, topology, [], [_store], new WaitingDeadLetters([], _state.Time), _history, new FleetNumbers(_fleet), _feed, _state.Time, NullLogger<MetricsSampler>.Instance);
        await sampler.StartAsync(CancellationToken.None);

        await Eventually.AdvancesAsync(_state.Time, TimeSpan.FromSeconds(1), () => _feed.Latest is not null, "the first sample");
        for (var sample = 2; sample <= 3; sample++)
        {
            // Its clock runs now and keeps a tick: moved on further while it samples, it would leave a gap as long as a minute.
            _state.Time.Advance(TimeSpan.FromSeconds(1));
            await Eventually.SeesAsync(_feed, s => s.Sequence >= sample, $"sample {sample}");
        }

        await sampler.StopAsync(CancellationToken.None);

        Assert.True(_history.Window(new SeriesKey(SeriesKind.IngestRecords), TimeSpan.FromMinutes(1)).Times.Length >= 2);
    }

    [Fact]
    public async Task The_history_of_a_shard_that_has_gone_is_forgotten()
    {
        _streams.Add("orders", 1);
        var sampler = Create([]);
        await TickAsync(sampler, 0);
        var key = new SeriesKey(SeriesKind.ShardIncomingBytes, "orders", Shard0);
        Assert.NotEmpty(_history.Window(key, TimeSpan.FromMinutes(1)).Times);

        await _streams.DeleteStreamAsync(new DeleteStreamRequest("orders"), CancellationToken.None);
        for (var i = 0; i < 60; i++)
        {
            await TickAsync(sampler, 1);
        }

        Assert.Empty(_history.Window(key, TimeSpan.FromMinutes(1)).Times);
    }

    public void Dispose()
    {
        _pipeline.Dispose();
        _state.Dispose();
    }

    private (MetricsSampler, TopologyWatcher) Create(IShardMeters[] meters)
    {
        var topology = new TopologyWatcher(_streams, meters, _state.Time, NullLogger<TopologyWatcher>.Instance);
        return (new MetricsSampler(_pipeline, topology, meters, [_store], new WaitingDeadLetters([], _state.Time), _history, new FleetNumbers(_fleet), _feed, _state.Time, NullLogger<MetricsSampler>.Instance), topology);
    }

    private async Task<SystemSnapshot> TickAsync((MetricsSampler Sampler, TopologyWatcher Topology) from, int seconds)
    {
        _state.Time.Advance(TimeSpan.FromSeconds(seconds));
        await from.Topology.RefreshAsync(CancellationToken.None);
        await from.Sampler.SampleAsync(CancellationToken.None);
        return _feed.Latest!;
    }

    private sealed class Meters : IShardMeters
    {
        public IReadOnlyList<ShardCounters> Counters { get; set; } = [];

        public IReadOnlyList<ShardCounters> Read(string streamName) => Counters;
    }

    private sealed class Store : IRecordStore
    {
        public long Count { get; set; }

        public Exception? Error { get; set; }

        public Task<RecordPage> ReadAsync(RecordQuery query, CancellationToken cancellationToken) => Task.FromResult(new RecordPage([], null));

        public Task<long> CountAsync(string? stream, CancellationToken cancellationToken) => Error is null ? Task.FromResult(Count) : throw Error;
    }
}
