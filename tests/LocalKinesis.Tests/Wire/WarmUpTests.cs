using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Weir.LocalKinesis.Wire;

namespace Weir.LocalKinesis.Tests.Wire;

public sealed class WarmUpTests
{
    [Fact]
    public async Task It_leaves_nothing_behind()
    {
        await using var engine = new TestEngine(o => o.InitialStreams = "orders:1");
        await engine.Kinesis.OpenAsync(default);
        var logger = new FakeLogger();
        await WarmUp.RunAsync(engine.Options, logger, default);
        Assert.Empty(logger.Collector.GetSnapshot());
        Assert.Empty(Directory.GetDirectories(engine.Directory));
        Assert.Equal(["orders"], engine.Kinesis.Engine.Streams.Select(s => s.Name));
        Assert.Empty(engine.Kinesis.Engine.Metrics.Keys);
    }

    [Fact]
    public async Task What_an_earlier_process_left_is_taken_away()
    {
        await using var engine = new TestEngine();
        var left = Directory.CreateDirectory(Path.Combine(engine.Directory, "warm-up", "more")).FullName;
        await WarmUp.RunAsync(engine.Options, new FakeLogger(), new CancellationToken(canceled: true));
        Assert.False(Directory.Exists(left));
    }

    [Fact]
    public async Task Where_it_cannot_be_the_engine_serves_all_the_same()
    {
        // Longer than the path of a socket may be.
        var directory = Directory.CreateTempSubdirectory("weir-kinesis-").FullName;
        await using var engine = new TestEngine(o => o.InitialStreams = "orders:1", directory: Path.Combine(directory, new string('d', 120)));
        var logger = new FakeLogger();
        await engine.Kinesis.OpenAsync(default);
        await WarmUp.RunAsync(engine.Options, logger, default);
        Assert.Equal(LogLevel.Information, Assert.Single(logger.Collector.GetSnapshot()).Level);
        await engine.PutAsync("orders", "k", "still");
        await engine.DisposeAsync();
        Directory.Delete(directory, recursive: true);
    }
}
