using System.Globalization;

namespace Weir.Pipeline.Tests.Consuming;

public sealed class SimulationTests
{
    /// <summary>More seeds by <c>WEIR_SIMULATIONS=5000</c>; one again by <c>WEIR_SIMULATION_SEED=123</c>.</summary>
    [Fact]
    public void Order_and_completeness_hold_under_crashes_freezes_reshards_and_throttles()
    {
        var one = Environment.GetEnvironmentVariable("WEIR_SIMULATION_SEED");
        var many = int.Parse(Environment.GetEnvironmentVariable("WEIR_SIMULATIONS") ?? "200", CultureInfo.InvariantCulture);
        var (resharded, failedOver) = (0, 0);
        foreach (var seed in one is null ? Enumerable.Range(1, many) : [int.Parse(one, CultureInfo.InvariantCulture)])
        {
            var simulation = new Simulation(seed);
            var broken = simulation.Run(TimeSpan.FromSeconds(30));
            Assert.True(broken.Count == 0, $"Seed {seed}: {string.Join("; ", broken.Take(10))}");
            resharded += simulation.Resharded;
            failedOver += simulation.FailedOver;
        }

        // A simulation in which nothing happens proves nothing.
        Assert.True(resharded > 0, "Nothing was resharded.");
        Assert.True(failedOver > 0, "No lease changed hands.");
    }

    /// <summary>Virtual time: what is asserted is what the workers decide, not how fast the machine is.</summary>
    [Fact]
    public void After_a_kill_of_one_of_three_workers_nothing_is_older_than_a_second_within_the_failover_time_and_two()
    {
        var ages = Enumerable.Range(1, 20).Select(seed => new Simulation(seed).AgeAfterKill()).ToArray();

        Assert.All(ages, a => Assert.InRange(a, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(12)));
    }

    [Fact]
    public void The_same_seed_gives_the_same_run()
    {
        var runs = Enumerable.Range(0, 2).Select(_ => new Simulation(7)).ToArray();
        var broken = runs.Select(r => r.Run(TimeSpan.FromSeconds(20))).ToArray();

        Assert.Equal(broken[0], broken[1]);
        Assert.Equal((runs[0].Resharded, runs[0].FailedOver), (runs[1].Resharded, runs[1].FailedOver));
    }
}
