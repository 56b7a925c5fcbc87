using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Weir.ControlPlane.Resharding;
using Weir.Pipeline.Telemetry;

namespace Weir.ControlPlane.Tests.Resharding;

public sealed class ReshardPlannerTests : IDisposable
{
    private readonly TestState _state = new();
    private readonly ScriptedStreams _streams = new();
    private readonly ScalingJournal _journal;
    private readonly PipelineMetrics _metrics = new(new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>());
    private readonly ReshardPlanner _planner;

    public ReshardPlannerTests()
    {
        _journal = new ScalingJournal(_state.Database, _state.Time);
        _planner = new ReshardPlanner(_streams, _journal, _metrics);
    }

    [Theory]
    [InlineData(2, 4, "4")]
    [InlineData(2, 8, "4 8")]
    [InlineData(2, 9, "4 8 9")]
    [InlineData(1, 3, "2 3")]
    [InlineData(9, 2, "5 3 2")]
    [InlineData(8, 2, "4 2")]
    [InlineData(3, 1, "2 1")]
    [InlineData(5, 5, "")]
    [InlineData(5000, 10000, "10000")]
    public void Steps_double_at_most_and_halve_at_most(int current, int target, string steps) =>
        Assert.Equal(steps.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse), ReshardPlanner.Steps(current, target));

    [Theory]
    [InlineData(100, 101, 199)]
    [InlineData(100, 125, 175)]
    [InlineData(100, 200, 100)]
    [InlineData(4, 3, 5)]
    [InlineData(2, 8, 6)]
    [InlineData(8, 2, 6)]
    public async Task Splits_and_merges_are_the_borders_that_come_and_go(int current, int target, int atLeast)
    {
        _streams.Add("orders", current);

        Assert.Equal(atLeast, (await _planner.PlanAsync("orders", target, CancellationToken.None)).SplitsAndMerges);
    }

    [Theory]
    [InlineData(0, "1 to 10,000")]
    [InlineData(-5, "1 to 10,000")]
    [InlineData(10_001, "1 to 10,000")]
    [InlineData(int.MaxValue, "1 to 10,000")]
    [InlineData(2, "already has 2")]
    public async Task A_target_that_cannot_be_says_why(int target, string why)
    {
        _streams.Add("orders", 2);

        var plan = await _planner.PlanAsync("orders", target, CancellationToken.None);

        Assert.Contains(why, plan.Problem);
        Assert.Empty(plan.Steps);
    }

    [Fact]
    public async Task An_unknown_stream_is_a_problem_and_not_an_exception() =>
        Assert.Contains("no stream 'nowhere'", (await _planner.PlanAsync("nowhere", 4, CancellationToken.None)).Problem);

    [Fact]
    public async Task A_stream_on_demand_is_left_to_the_service()
    {
        _streams.Add("orders", 2);
        _streams.Mode = "ON_DEMAND";

        Assert.Contains("on demand", (await _planner.PlanAsync("orders", 4, CancellationToken.None)).Problem);
    }

    [Fact]
    public async Task Ten_scalings_a_rolling_day_are_the_budget()
    {
        _streams.Add("orders", 2);
        for (var i = 0; i < 9; i++)
        {
            _journal.Write("orders", 2, 4);
            _state.Time.Advance(TimeSpan.FromHours(1));
        }

        var two = await _planner.PlanAsync("orders", 8, CancellationToken.None);
        Assert.Equal(1, two.ScalingsLeftToday);
        Assert.Contains("takes 2 scalings, and 1 of 10", two.Problem);
        Assert.Null((await _planner.PlanAsync("orders", 4, CancellationToken.None)).Problem);

        _journal.Write("orders", 2, 4);
        Assert.Contains("08:00 UTC", (await _planner.PlanAsync("orders", 4, CancellationToken.None)).Problem);

        _state.Time.Advance(TimeSpan.FromHours(15) + TimeSpan.FromSeconds(1));
        Assert.Null((await _planner.PlanAsync("orders", 4, CancellationToken.None)).Problem);
        Assert.Equal(10, _journal.LeftToday("returns"));
    }

    [Fact]
    public async Task A_plan_says_what_it_will_not_do()
    {
        _streams.Add("orders", 2);
        _metrics.SpoolHolds("orders", 12_000, 1_000_000, _state.Time.GetUtcNow());

        var plan = await _planner.PlanAsync("orders", 4, CancellationToken.None);

        Assert.Contains(plan.Notes, n => n.Contains("12,000 records wait", StringComparison.Ordinal));
        Assert.Contains(plan.Notes, n => n.Contains("does not shorten a backlog", StringComparison.Ordinal));
        Assert.Equal(4 * 1048576.0, plan.CapacityBytesPerSecondAfter);
    }

    [Fact]
    public async Task An_uneven_target_is_compared_with_the_next_multiple()
    {
        _streams.Add("orders", 100);

        Assert.Contains((await _planner.PlanAsync("orders", 101, CancellationToken.None)).Notes, n => n.Contains("(199 splits and merges); 200 shards would take 100", StringComparison.Ordinal));
        Assert.DoesNotContain((await _planner.PlanAsync("orders", 200, CancellationToken.None)).Notes, n => n.Contains("uneven", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Uneven_ranges_of_now_are_told()
    {
        _streams.Add("orders", ("0", "9999"), ("10000", "340282366920938463463374607431768211455"));

        Assert.Contains((await _planner.PlanAsync("orders", 4, CancellationToken.None)).Notes, n => n.Contains("uneven now", StringComparison.Ordinal));
    }

    public void Dispose()
    {
        _metrics.Dispose();
        _state.Dispose();
    }
}
