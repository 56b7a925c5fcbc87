using Weir.Peers.Tests.Running;

namespace Weir.Peers.Tests.Differential;

/// <summary>Where a peer is known to answer otherwise than AWS documents, and our engine follows AWS.</summary>
/// <param name="Peer">Which.</param>
/// <param name="Why">What it does instead.</param>
/// <param name="Covers">Whether this step, with these two outcomes, is that.</param>
/// <param name="Diverges">Whether the two services hold different state afterwards, so that the run ends there.</param>
internal sealed record ExplainedDifference(string Peer, string Why, Func<Step, string, string, bool> Covers, bool Diverges = false)
{
    /// <summary>The table. Arguments of <see cref="Covers"/>: the step, our outcome, the peer's.</summary>
    public static IReadOnlyList<ExplainedDifference> All { get; } =
    [
    ];
}
