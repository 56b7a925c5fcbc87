using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Weir.Aws.Kinesis;
using Weir.LocalKinesis.Streams;

namespace Weir.LocalKinesis.Tests.Streams;

/// <summary>The system's clock is set while the engine runs, or while it does not.</summary>
public sealed class ClockTests
{
    private const string Shard = "shardId-000000000000";

    [Fact]
    public async Task A_clock_that_leaps_ahead_expires_nothing_until_it_has_stayed_for_an_hour()
    {
        var (clock, log) = (new SetClock(), new Collecting());
        await using var engine = new TestEngine(time: clock, logger: log);
        await engine.CreateAsync("orders", 1);
        await engine.PutAsync("orders", "k", "a");

        clock.Set += TimeSpan.FromDays(10);
        await engine.Kinesis.Engine.TrimAsync();
        Assert.Equal(["a"], (await engine.DrainAsync("orders", Shard)).Select(r => r.Text()));
        Assert.Contains(log.Warnings, w => w.StartsWith("The clock is 10.", StringComparison.Ordinal));

        // Set right again in time: as if nothing had been.
        clock.Advance(TimeSpan.FromMinutes(50));
        await engine.Kinesis.Engine.TrimAsync();
        clock.Set -= TimeSpan.FromDays(10);
        clock.Advance(TimeSpan.FromMinutes(50));
        await engine.Kinesis.Engine.TrimAsync();
        Assert.Equal(["a"], (await engine.DrainAsync("orders", Shard)).Select(r => r.Text()));

        clock.Set += TimeSpan.FromDays(10);
        await engine.Kinesis.Engine.TrimAsync();
        clock.Advance(RetentionClock.Patience + TimeSpan.FromMinutes(1));
        await engine.Kinesis.Engine.TrimAsync();
        Assert.Empty(await engine.DrainAsync("orders", Shard));
    }

    [Fact]
    public async Task A_clock_found_ahead_at_a_start_expires_nothing_until_it_has_stayed_for_an_hour_and_brings_nothing_back()
    {
        var clock = new SetClock();
        string directory;
        await using (var engine = new TestEngine(time: clock) { KeepDirectory = true })
        {
            directory = engine.Directory;
            await engine.CreateAsync("orders", 1);
            Assert.Equal("17723664", (await File.ReadAllTextAsync(Path.Combine(directory, "clock")))[..8]);
            await engine.PutAsync("orders", "k", "old");
            clock.Advance(TimeSpan.FromHours(25));
            await engine.PutAsync("orders", "k", "new");
            Assert.Equal(["new"], (await engine.DrainAsync("orders", Shard)).Select(r => r.Text()));
        }

        clock.Set += TimeSpan.FromDays(10);
        await using var again = new TestEngine(directory: directory, time: clock);
        await again.Kinesis.OpenAsync(default);
        Assert.Equal(["new"], (await again.DrainAsync("orders", Shard)).Select(r => r.Text()));
        clock.Advance(RetentionClock.Patience + TimeSpan.FromMinutes(1));
        Assert.Empty(await again.DrainAsync("orders", Shard));
        Directory.Delete(directory, recursive: true);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_clock_set_back_leaves_numbers_iterators_and_times_that_were_given_in_force(bool restart)
    {
        var clock = new SetClock();
        var directory = Directory.CreateTempSubdirectory("weir-clock-").FullName;
        var engine = new TestEngine(directory: directory, time: clock);
        try
        {
            await engine.CreateAsync("orders", 1);
            var before = await engine.PutAsync("orders", "k", "a");
            var iterator = await engine.IteratorAsync("orders", Shard);
            var arrived = (await engine.DrainAsync("orders", Shard))[0].ApproximateArrivalTimestamp;
            clock.Set -= TimeSpan.FromHours(7);
            if (restart)
            {
                await engine.DisposeAsync();
                engine = new TestEngine(directory: directory, time: clock);
            }

            var after = await engine.Kinesis.PutRecordAsync(new PutRecordRequest("b"u8.ToArray(), "k", "orders", SequenceNumberForOrdering: before.SequenceNumber), default);
            Assert.True(string.CompareOrdinal(before.SequenceNumber, after.SequenceNumber) < 0, "the number did not grow");
            Assert.Equal(["a", "b"], (await engine.DrainAsync(iterator)).Select(r => r.Text()));
            Assert.Equal(["a", "b"], (await engine.DrainAsync(await engine.IteratorAsync("orders", Shard, ShardIteratorTypes.AtTimestamp, time: arrived))).Select(r => r.Text()));
        }
        finally
        {
            await engine.DisposeAsync();
        }

        Directory.Delete(directory, recursive: true);
    }

    [Fact]
    public async Task A_shard_that_a_clock_set_back_closed_stays_as_long_as_its_records()
    {
        var clock = new SetClock();
        await using var engine = new TestEngine(time: clock);
        await engine.CreateAsync("orders", 1);
        await engine.PutAsync("orders", "k", "a");
        clock.Set -= TimeSpan.FromDays(3);
        await engine.Kinesis.UpdateShardCountAsync(new UpdateShardCountRequest(2, StreamName: "orders"), default);
        await engine.SettleAsync("orders");
        clock.Set += TimeSpan.FromDays(3);
        await engine.Kinesis.Engine.TrimAsync();
        clock.Advance(RetentionClock.Patience + TimeSpan.FromMinutes(1));
        await engine.Kinesis.Engine.TrimAsync();
        Assert.Equal(["a"], (await engine.DrainAsync("orders", Shard)).Select(r => r.Text()));
    }

    [Fact]
    public async Task A_clock_set_back_stops_neither_limits_nor_scaling()
    {
        var clock = new SetClock();
        await using var engine = new TestEngine(o => (o.Limits, o.InitialStreams) = (KinesisLimits.Aws, "clicks"), time: clock);
        await engine.CreateAsync("orders", 1);
        var kinesis = engine.Kinesis.Engine;
        var scaling = new OnDemandScaling(kinesis);
        await scaling.LookAsync(default);
        for (var i = 0; i < 4; i++)
            await engine.PutAsync("clicks", i.ToString(CultureInfo.InvariantCulture), "a");
        clock.Set -= TimeSpan.FromDays(2);
        clock.Advance(OnDemandScaling.Interval);
        await scaling.LookAsync(default);
        Assert.Equal(4, kinesis.Find("clicks", null).Routing.Open.Length);
        Assert.Equal(StreamStatuses.Active, kinesis.Find("clicks", null).Document.Status);

        var iterator = await engine.IteratorAsync("orders", Shard);
        for (var i = 0; i < 5; i++)
            await engine.Kinesis.GetRecordsAsync(new GetRecordsRequest(iterator), default);
        await TestEngine.RefusedAsync(KinesisErrorCodes.ProvisionedThroughputExceeded, () => engine.Kinesis.GetRecordsAsync(new GetRecordsRequest(iterator), default));
        clock.Set -= TimeSpan.FromHours(5);
        clock.Advance(TimeSpan.FromSeconds(1));
        await engine.Kinesis.GetRecordsAsync(new GetRecordsRequest(iterator), default);
    }

    /// <summary>A system's clock that somebody sets, beside a steady one.</summary>
    private sealed class SetClock() : FakeTimeProvider(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero))
    {
        public TimeSpan Set { get; set; }

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Set;

        public override long GetTimestamp() => base.GetUtcNow().Ticks;
    }

    private sealed class Collecting : ILogger<LocalKinesisEngine>
    {
        public System.Collections.Concurrent.ConcurrentQueue<string> Warnings { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (logLevel == LogLevel.Warning)
                Warnings.Enqueue(formatter(state, exception));
        }
    }
}
