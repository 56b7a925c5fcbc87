using System.Globalization;
using Weir.Aws.Kinesis;
using Weir.ControlPlane.Topology;
using Weir.Pipeline.Telemetry;

namespace Weir.ControlPlane.Resharding;

/// <summary>Plans a uniform reshard within the limits of <c>UpdateShardCount</c>: at most double, at least half of the open shards a call.</summary>
public sealed class ReshardPlanner(IKinesis kinesis, ScalingJournal journal, PipelineMetrics pipeline) : IReshardPlanner
{
    /// <summary>The service's bound for a stream.</summary>
    public const int MaxShards = 10_000;

    public async Task<ReshardPlan> PlanAsync(string stream, int targetShardCount, CancellationToken cancellationToken)
    {
        IReadOnlyList<Shard> shards;
        StreamDescriptionSummary summary;
        try
        {
            summary = (await kinesis.DescribeStreamSummaryAsync(new DescribeStreamSummaryRequest(stream), cancellationToken)).StreamDescriptionSummary;
            shards = await ShardLister.ListAsync(kinesis, stream, cancellationToken);
        }
        catch (KinesisException e) when (e.Code == KinesisErrorCodes.ResourceNotFound)
        {
            return new ReshardPlan(stream, 0, targetShardCount, [], 0, 0, 0, $"There is no stream '{stream}'.", []);
        }

        var open = shards.Where(s => s.SequenceNumberRange.EndingSequenceNumber is null).OrderBy(s => UInt128.Parse(s.HashKeyRange.StartingHashKey, CultureInfo.InvariantCulture)).ToArray();
        var left = journal.LeftToday(stream);
        var steps = Steps(open.Length, targetShardCount);
        if (targetShardCount is < 1 or > MaxShards)
        {
            steps = [];
        }

        return new ReshardPlan(
            stream,
            open.Length,
            targetShardCount,
            steps,
            Operations(open, steps),
            targetShardCount * 1048576.0,
            left,
            Problem(summary, open.Length, targetShardCount, steps, left),
            Notes(stream, open, targetShardCount, steps));
    }

    /// <summary>The shard counts after each call: from 2 to 9 is 4, 8, 9; from 9 to 2 is 5, 3, 2. Half of an odd number is rounded up, because the service does not say how it rounds.</summary>
    public static IReadOnlyList<int> Steps(int current, int target)
    {
        var steps = new List<int>();
        if (target < 1 || current < 1)
        {
            return steps;
        }

        while (current != target)
        {
            current = target > current ? (int)Math.Min(target, current * 2L) : Math.Max(target, (current + 1) / 2);
            steps.Add(current);
        }

        return steps;
    }

    /// <summary>
    /// The least number of splits and merges: every inner boundary of the new even ranges that is not there yet needs a split, every old one that goes needs a merge.
    /// From 100 to 101 that is 199, from 100 to 200 only 100.
    /// </summary>
    public static int Operations(IReadOnlyList<Shard> open, IReadOnlyList<int> steps)
    {
        var borders = open.Select(s => UInt128.Parse(s.HashKeyRange.StartingHashKey, CultureInfo.InvariantCulture)).Where(b => b != UInt128.Zero).Order().ToArray();
        var total = 0;
        foreach (var count in steps)
        {
            var next = Enumerable.Range(1, count - 1).Select(i => Boundary(i, count)).ToArray();
            total += borders.Length + next.Length - (2 * Shared(borders, next));
            borders = next;
        }

        return total;
    }

    /// <summary>How many borders two sorted lists share. Where 2^128 does not divide evenly the same border comes out a few keys apart, never more than there are shards.</summary>
    private static int Shared(UInt128[] one, UInt128[] other)
    {
        var (i, j, shared) = (0, 0, 0);
        while (i < one.Length && j < other.Length)
        {
            var apart = one[i] > other[j] ? one[i] - other[j] : other[j] - one[i];
            if (apart <= MaxShards)
            {
                shared++;
                i++;
                j++;
            }
            else if (one[i] < other[j])
            {
                i++;
            }
            else
            {
                j++;
            }
        }

        return shared;
    }

    /// <summary>Where shard <paramref name="index"/> of <paramref name="count"/> even ones starts: index × ⌊2^128 / count⌋.</summary>
    private static UInt128 Boundary(int index, int count)
    {
        // 2^128 does not fit: ⌊(2^128 - 1) / n⌋, plus one where n divides 2^128 exactly.
        var width = UInt128.MaxValue / (UInt128)count;
        if (UInt128.MaxValue % (UInt128)count == (UInt128)count - 1)
        {
            width++;
        }

        return width * (UInt128)index;
    }

    private static double Width(Shard shard) =>
        (double)(UInt128.Parse(shard.HashKeyRange.EndingHashKey, CultureInfo.InvariantCulture) - UInt128.Parse(shard.HashKeyRange.StartingHashKey, CultureInfo.InvariantCulture)) + 1;

    private string? Problem(StreamDescriptionSummary summary, int current, int target, IReadOnlyList<int> steps, int left)
    {
        var stream = summary.StreamName;
        if (summary.StreamModeDetails?.StreamMode == "ON_DEMAND")
        {
            return "The stream is on demand: the service chooses its number of shards.";
        }

        if (summary.StreamStatus is StreamStatuses.Creating or StreamStatuses.Deleting)
        {
            return $"The stream is {summary.StreamStatus}.";
        }

        if (target is < 1 or > MaxShards)
        {
            return $"A stream has 1 to {MaxShards:N0} shards.";
        }

        if (target == current)
        {
            return $"The stream already has {current} open shards.";
        }

        return steps.Count > left
            ? $"This takes {steps.Count} scalings, and {left} of {ScalingJournal.ScalingsPerDay} are left in these 24 hours{(journal.NextFree(stream) is { } free ? $" (the next comes free at {free:HH:mm} UTC)" : "")}."
            : null;
    }

    private List<string> Notes(string stream, Shard[] open, int target, IReadOnlyList<int> steps)
    {
        var notes = new List<string>();
        if (steps.Count == 0)
        {
            return notes;
        }

        if (steps.Count > 1)
        {
            notes.Add($"The service takes at most double and at least half of the shards a call, so this goes in {steps.Count} steps, each after the one before has ended.");
        }

        notes.Add($"{journal.LeftToday(stream)} of {ScalingJournal.ScalingsPerDay} scalings are left in these 24 hours; this takes {steps.Count}.");
        if (pipeline.Read().Spools.GetValueOrDefault(stream) is { Records: > 0 } spool)
        {
            notes.Add($"{spool.Records:N0} records wait in the spool; they drain into the new shards as soon as these open.");
        }

        notes.Add("Records already in the stream stay on the closed shards and are read there first: resharding adds capacity, it does not shorten a backlog.");
        notes.Add("Writes and reads go on meanwhile, and the order of each partition key is kept.");
        var widths = open.Select(s => Width(s)).ToArray();
        if (widths.Max() > widths.Min() * 1.01)
        {
            notes.Add($"The shards' ranges are uneven now (the widest is {widths.Max() / widths.Min():0.0} times the narrowest); afterwards they are even.");
        }
        else if (target > open.Length && target % open.Length != 0 && Steps(open.Length, (target + open.Length - 1) / open.Length * open.Length) is [.., var multiple] better)
        {
            notes.Add($"An uneven target moves almost every range ({Operations(open, steps)} splits and merges); {multiple} shards would take {Operations(open, better)}.");
        }

        if (target < open.Length)
        {
            notes.Add("Fewer shards carry less: watch throttles afterwards.");
        }

        return notes;
    }
}
