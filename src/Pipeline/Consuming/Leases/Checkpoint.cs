using System.Globalization;

namespace Weir.Pipeline.Consuming.Leases;

/// <summary>Positions that are not sequence numbers, as KCL spells them.</summary>
public static class Checkpoints
{
    public const string TrimHorizon = "TRIM_HORIZON";
    public const string Latest = "LATEST";
    public const string AtTimestamp = "AT_TIMESTAMP";
    public const string ShardEnd = "SHARD_END";
}

/// <summary>
/// The last record that is done with: <see cref="Sequence"/> is a decimal sequence number or one of <see cref="Checkpoints"/>, <see cref="SubSequence"/> the place inside an aggregate.
/// For <c>AT_TIMESTAMP</c> the sub-sequence holds the time in milliseconds since 1970.
/// <code>AT_TIMESTAMP &lt; TRIM_HORIZON &lt; LATEST &lt; any sequence number &lt; SHARD_END</code>
/// </summary>
public readonly record struct Checkpoint(string Sequence, long SubSequence = 0) : IComparable<Checkpoint>
{
    public static Checkpoint TrimHorizon { get; } = new(Checkpoints.TrimHorizon);
    public static Checkpoint Latest { get; } = new(Checkpoints.Latest);
    public static Checkpoint ShardEnd { get; } = new(Checkpoints.ShardEnd);

    /// <summary>Whether a record has been read under it: a sequence number, or the end.</summary>
    public bool HasProgressed => Rank(Sequence) >= 0;

    public bool IsSequence => Rank(Sequence) == 0;

    public static Checkpoint At(DateTimeOffset time) => new(Checkpoints.AtTimestamp, time.ToUnixTimeMilliseconds());

    public int CompareTo(Checkpoint other)
    {
        var rank = Rank(Sequence).CompareTo(Rank(other.Sequence));
        if (rank != 0 || Rank(Sequence) != 0)
            return rank;
        var sequence = CompareSequences(Sequence, other.Sequence);
        return sequence != 0 ? sequence : SubSequence.CompareTo(other.SubSequence);
    }

    public static bool operator <(Checkpoint left, Checkpoint right) => left.CompareTo(right) < 0;
    public static bool operator >(Checkpoint left, Checkpoint right) => left.CompareTo(right) > 0;
    public static bool operator <=(Checkpoint left, Checkpoint right) => left.CompareTo(right) <= 0;
    public static bool operator >=(Checkpoint left, Checkpoint right) => left.CompareTo(right) >= 0;

    public override string ToString() => SubSequence == 0 ? Sequence : string.Create(CultureInfo.InvariantCulture, $"{Sequence}/{SubSequence}");

    /// <summary>Compares decimal numbers without leading zeros and without parsing them: the longer is the larger.</summary>
    public static int CompareSequences(string left, string right) =>
        left.Length != right.Length ? left.Length.CompareTo(right.Length) : string.CompareOrdinal(left, right);

    private static int Rank(string sequence) => sequence switch
    {
        Checkpoints.AtTimestamp => -3,
        Checkpoints.TrimHorizon => -2,
        Checkpoints.Latest => -1,
        Checkpoints.ShardEnd => 1,
        _ => 0,
    };
}
