using System.Numerics;
using System.Text.RegularExpressions;
using Weir.Aws.Kinesis;
using Weir.Peers.Tests.Running;

namespace Weir.Peers.Tests.Differential;

/// <summary>Where a peer is known to answer otherwise than AWS documents, and our engine follows AWS.</summary>
/// <param name="Peer">Which.</param>
/// <param name="Why">What it does instead.</param>
/// <param name="Covers">Whether this step, with these two outcomes, is that.</param>
/// <param name="Diverges">Whether the two services hold different state afterwards, so that the run ends there.</param>
internal sealed partial record ExplainedDifference(string Peer, string Why, Func<Step, string, string, bool> Covers, bool Diverges = false)
{
    /// <summary>The table. Arguments of <see cref="Covers"/>: the step, our outcome, the peer's.</summary>
    public static IReadOnlyList<ExplainedDifference> All { get; } =
    [
        new(KinesisPeer.KinesisLocal, "Divides the hash space one too low: two shards meet at 2^127-2 and not at 2^127-1.", (step, our, their) => OffByOne(our, their)),
        new(
            KinesisPeer.KinesisLocal,
            "Refuses to split or merge a closed shard as ResourceInUseException; AWS as InvalidArgumentException.",
            (step, our, their) => step.Operation is Operation.Split or Operation.Merge && (our, their) == (KinesisErrorCodes.InvalidArgument, KinesisErrorCodes.ResourceInUse)),
        new(
            KinesisPeer.KinesisLocal,
            "Refuses to more than double or halve as InvalidArgumentException; the engine as LimitExceededException. AWS documents both for the operation.",
            (step, our, their) => step.Operation is Operation.Scale && (our, their) == (KinesisErrorCodes.LimitExceeded, KinesisErrorCodes.InvalidArgument)),
        new(
            KinesisPeer.KinesisLocal,
            "Counts other open shards after scaling down a stream that was split or merged by hand, and lists the old ones as open.",
            (step, our, their) => step.Operation is Operation.Scale && !their.EndsWith("Exception", StringComparison.Ordinal) && our.Split(' ')[0] != their.Split(' ')[0],
            Diverges: true),
        new(
            KinesisPeer.Kinesalite,
            "Splits and merges shards that are closed already; AWS refuses as InvalidArgumentException.",
            (step, our, their) => step.Operation is Operation.Split or Operation.Merge && (our, their) == (KinesisErrorCodes.InvalidArgument, "ok"),
            Diverges: true),
    ];

    /// <summary>Whether two texts are the same but for long numbers that differ by one.</summary>
    private static bool OffByOne(string our, string their)
    {
        var (ours, theirs) = (LongNumber().Matches(our), LongNumber().Matches(their));
        return ours.Count > 0
            && LongNumber().Replace(our, "#") == LongNumber().Replace(their, "#")
            && ours.Zip(theirs).All(pair => BigInteger.Abs(BigInteger.Parse(pair.First.Value) - BigInteger.Parse(pair.Second.Value)) <= 1);
    }

    [GeneratedRegex("[0-9]{30,}")]
    private static partial Regex LongNumber();
}
