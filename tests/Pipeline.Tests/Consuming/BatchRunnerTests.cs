using System.Text;
using Weir.Pipeline.Consuming;
using Weir.Pipeline.Consuming.Processing;
using Weir.Pipeline.Sinks;

namespace Weir.Pipeline.Tests.Consuming;

public sealed class BatchRunnerTests
{
    private readonly List<FailedRecord> _failed = [];
    private int _calls;

    [Fact]
    public void One_record_that_fails_goes_aside_and_its_neighbours_go_on_in_order()
    {
        var output = Run(Batch(16), b => b.Any(r => r.SequenceNumber == "105") ? throw new InvalidOperationException("never to be seen") : new(b));

        Assert.Equal(Batch(16).Select(r => r.SequenceNumber).Where(s => s != "105"), output.Select(r => r.SequenceNumber));
        var failed = Assert.Single(_failed);
        Assert.Equal(("105", 3), (failed.Record.SequenceNumber, failed.Attempts));
        Assert.DoesNotContain("never to be seen", failed.Cause, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_bisect_the_whole_batch_goes_aside_after_its_attempts()
    {
        var output = Run(Batch(4), _ => throw new InvalidOperationException(), o => o.Bisect = false);

        Assert.Empty(output);
        Assert.Equal(4, _failed.Count);
        Assert.Equal(3, _calls);
    }

    [Fact]
    public void A_failure_that_passes_costs_nothing()
    {
        var output = Run(Batch(4), b => _calls < 3 ? throw new IOException() : new(b), o => o.Bisect = false);

        Assert.Equal(4, output.Count);
        Assert.Empty(_failed);
    }

    [Fact]
    public void What_stands_before_a_named_failure_is_done_once()
    {
        var given = new List<string>();
        var output = Run(Batch(8), b =>
        {
            given.AddRange(b.Select(r => r.SequenceNumber));
            return b[0].SequenceNumber == "100" ? new([.. b.Take(3)], b[3]) : new(b);
        });

        Assert.Equal(8, output.Count);
        Assert.Equal(1, given.Count(s => s == "102"));
    }

    [Fact]
    public void A_failure_named_outside_the_batch_fails_all_of_it()
    {
        var output = Run(Batch(2), b => new(b, b[0] with { SequenceNumber = "7" }), o => o.Bisect = false);

        Assert.Empty(output);
        Assert.Equal(2, _failed.Count);
    }

    [Fact]
    public void Records_past_their_age_go_aside_at_the_first_failure()
    {
        Run(Batch(2, DateTimeOffset.UnixEpoch), _ => throw new IOException(), o => o.MaxRecordAgeSeconds = 60);

        Assert.Equal(1, _calls);
        Assert.All(_failed, f => Assert.StartsWith("RecordAgeExceeded", f.Cause, StringComparison.Ordinal));
    }

    [Fact]
    public void Lanes_keep_the_order_of_each_key()
    {
        var seen = new List<CleanRecord>();
        var output = Run(Batch(100), b =>
        {
            seen.AddRange(b);
            return new(b);
        }, o => o.Parallelization = 4);

        Assert.True(_calls > 1, "All keys went down one lane.");
        Assert.All(seen.GroupBy(r => r.PartitionKey), g => Assert.Equal(g.Select(r => r.SequenceNumber).Order(StringComparer.Ordinal), g.Select(r => r.SequenceNumber)));
        Assert.Equal(Batch(100).Select(r => r.SequenceNumber), output.Select(r => r.SequenceNumber));
    }

    [Fact]
    public async Task A_failure_in_a_later_stage_takes_back_what_stands_behind_it()
    {
        var batch = Batch(6);
        var chain = new ProcessorChain([new Stage(b => new([.. b.Take(4)], b[4])), new Stage(b => new([.. b.Take(2)], b[2])), new Stage(b => new(b))]);

        var result = await chain.ProcessAsync(batch, default);

        Assert.Equal(batch[2], result.FirstFailed);
        Assert.Equal(batch.Take(2), result.Output);
    }

    private IReadOnlyList<CleanRecord> Run(IReadOnlyList<CleanRecord> batch, Func<IReadOnlyList<CleanRecord>, ProcessingResult> process, Action<ConsumingOptions>? configure = null)
    {
        var options = new ConsumingOptions { MaxAttempts = 3 };
        configure?.Invoke(options);
        var world = new VirtualWorld();
        var stage = new Stage(b =>
        {
            _calls++;
            return process(b);
        });
        IReadOnlyList<CleanRecord> output = [];
        world.Run(async () => output = await new BatchRunner(stage, options, world.Time, new Random(1)).RunAsync(batch, _failed, default), TimeSpan.FromHours(1));
        return output;
    }

    private static CleanRecord[] Batch(int records, DateTimeOffset? arrived = null) =>
        [.. Enumerable.Range(100, records).Select(i => new CleanRecord("orders", "shardId-000000000000", $"{i}", 0, $"k{i % 7}", arrived ?? new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero), Encoding.UTF8.GetBytes("{}"), "rules", 0))];

    private sealed class Stage(Func<IReadOnlyList<CleanRecord>, ProcessingResult> process) : IRecordProcessor
    {
        public Task<ProcessingResult> ProcessAsync(IReadOnlyList<CleanRecord> batch, CancellationToken cancellationToken) => Task.FromResult(process(batch));
    }
}
