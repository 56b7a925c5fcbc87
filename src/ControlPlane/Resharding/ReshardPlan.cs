namespace Weir.ControlPlane.Resharding;

/// <summary>What a reshard will do, shown before it is confirmed and carried out exactly so.</summary>
/// <param name="Steps">Shard counts after each <c>UpdateShardCount</c> call: 2 to 8 is 4, 8.</param>
/// <param name="SplitsAndMerges">How many pairwise operations the service will need, at least.</param>
/// <param name="Problem">Why it cannot be done, in words, null when it can.</param>
/// <param name="Notes">What the operator should know: a backlog stays on the parents, uneven ranges, the daily budget.</param>
public sealed record ReshardPlan(
    string Stream,
    int CurrentShardCount,
    int TargetShardCount,
    IReadOnlyList<int> Steps,
    int SplitsAndMerges,
    double CapacityBytesPerSecondAfter,
    int ScalingsLeftToday,
    string? Problem,
    IReadOnlyList<string> Notes);

/// <summary>Plans reshards from the live topology and the journal of past ones.</summary>
public interface IReshardPlanner
{
    Task<ReshardPlan> PlanAsync(string stream, int targetShardCount, CancellationToken cancellationToken);
}
