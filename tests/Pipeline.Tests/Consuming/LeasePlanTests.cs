using System.Globalization;
using Weir.Pipeline.Consuming.Leases;

namespace Weir.Pipeline.Tests.Consuming;

public sealed class LeasePlanTests
{
    [Theory]
    [InlineData(10, 4)]
    [InlineData(3, 5)]
    [InlineData(100, 7)]
    [InlineData(1, 1)]
    public void Loads_end_within_one_of_each_other(int leases, int workers)
    {
        var table = Table(leases);
        var names = Names(workers);

        Settle(table, names, periods: 3);

        var loads = names.Select(n => table.Count(l => l.Owner == n)).ToArray();
        Assert.True(loads.Max() - loads.Min() <= 1, string.Join(',', loads));
        Assert.Equal(leases, loads.Sum());
    }

    [Fact]
    public void A_balanced_table_is_left_alone()
    {
        var table = Table(10);
        var names = Names(4);
        Settle(table, names, periods: 3);

        Assert.Equal(0, Settle(table, names, periods: 3));
    }

    [Fact]
    public void A_newcomer_takes_only_what_others_have_too_much_of()
    {
        var table = Table(12);
        Settle(table, Names(3), periods: 3);

        Assert.Equal(3, Settle(table, Names(4), periods: 3));
    }

    [Fact]
    public void The_leases_of_a_dead_worker_are_divided_and_no_other_moves()
    {
        var table = Table(12);
        Settle(table, Names(4), periods: 3);
        var dead = table.Count(l => l.Owner == "w0003");

        Assert.Equal(dead, Settle(table, Names(3), periods: 3, isDead: o => o == "w0003"));
    }

    [Fact]
    public void Ended_leases_count_for_nothing()
    {
        var leases = new[] { Lease(0) with { Checkpoint = Checkpoint.ShardEnd, Owner = "other" }, Lease(1) };

        Assert.Equal([leases[1]], LeasePlan.For("me", leases, l => l.Owner is null, announce: false, 1).Candidates);
    }

    [Fact]
    public void Stealing_keeps_to_its_bound()
    {
        var leases = Enumerable.Range(0, 10).Select(i => Lease(i) with { Owner = i == 0 ? "me" : "other" }).ToArray();

        Assert.Equal(2, LeasePlan.For("me", leases, _ => false, announce: true, maxSteals: 2).Wanted);
        Assert.Equal(4, LeasePlan.For("me", leases, _ => false, announce: true, maxSteals: 100).Wanted);
    }

    /// <summary>The whole size, 1,000 workers and 100,000 shards, by <c>WEIR_LEASES=1000x100000</c>.</summary>
    [Fact]
    public void A_large_fleet_settles_within_three_periods_and_moves_no_lease_twice()
    {
        var size = (Environment.GetEnvironmentVariable("WEIR_LEASES") ?? "100x5000").Split('x').Select(s => int.Parse(s, CultureInfo.InvariantCulture)).ToArray();
        var table = Table(size[1]);
        var names = Names(size[0]);

        // Everybody takes one to be known, then its part.
        var taken = Settle(table, names, periods: 3);

        var loads = names.Select(n => table.Count(l => l.Owner == n)).ToArray();
        Assert.True(loads.Max() - loads.Min() <= 1, $"{loads.Min()} to {loads.Max()}");
        Assert.Equal(size[1], taken);
    }

    /// <summary>Periods in which every worker looks once, all at the same table, and then writes; answers how many leases changed hands.</summary>
    private static int Settle(Lease[] table, string[] workers, int periods, Func<string, bool>? isDead = null)
    {
        var changed = 0;
        for (var period = 0; period < periods; period++)
        {
            var seen = table.ToArray();
            foreach (var worker in workers)
            {
                var choice = LeasePlan.For(worker, seen, l => l.Owner is null || isDead?.Invoke(l.Owner) == true, announce: true, int.MaxValue);
                var wanted = choice.Wanted;
                foreach (var lease in choice.Candidates)
                {
                    var at = int.Parse(lease.ShardId, CultureInfo.InvariantCulture);
                    if (wanted == 0 || table[at].Counter != lease.Counter)
                        continue;
                    table[at] = lease with { Owner = worker, Counter = lease.Counter + 1 };
                    changed++;
                    wanted--;
                }
            }
        }

        return changed;
    }

    private static Lease[] Table(int leases) => [.. Enumerable.Range(0, leases).Select(Lease)];

    private static Lease Lease(int number) => new("orders", 1, number.ToString("D6", CultureInfo.InvariantCulture), null, 0, Checkpoint.TrimHorizon, []);

    private static string[] Names(int workers) => [.. Enumerable.Range(0, workers).Select(i => string.Create(CultureInfo.InvariantCulture, $"w{i:D4}"))];
}
