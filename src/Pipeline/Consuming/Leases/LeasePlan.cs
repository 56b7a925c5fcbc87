namespace Weir.Pipeline.Consuming.Leases;

/// <summary>Leases to try in this order, until <see cref="Wanted"/> of them are taken.</summary>
internal readonly record struct LeaseChoice(IReadOnlyList<Lease> Candidates, int Wanted);

/// <summary>
/// Which leases a worker takes. There is no leader: every worker that sees the same leases works out the same division and takes its own part of it;
/// where two see different leases, the conditional write lets one of them win and the next look mends the rest.
/// Loads end within one of each other, and only what an owner has too much of is moved.
/// </summary>
internal static class LeasePlan
{
    /// <param name="me">This worker.</param>
    /// <param name="leases">Every lease, in one order for all workers.</param>
    /// <param name="isFree">Whether nobody owns it, or its owner gave no sign for the failover time.</param>
    /// <param name="announce">
    /// A worker without a lease is unknown to the others, who would divide without it: it first takes a single one. Pass false where no other worker can be.
    /// </param>
    /// <param name="maxSteals">How many may be taken from living owners at once.</param>
    public static LeaseChoice For(string me, IReadOnlyList<Lease> leases, Func<Lease, bool> isFree, bool announce, int maxSteals)
    {
        var free = new List<Lease>();
        var owned = new Dictionary<string, List<Lease>>(StringComparer.Ordinal) { [me] = [] };
        foreach (var lease in leases)
        {
            if (lease.IsEnded)
                continue;
            if (isFree(lease))
            {
                free.Add(lease);
                continue;
            }

            if (!owned.TryGetValue(lease.Owner!, out var held))
                owned[lease.Owner!] = held = [];
            held.Add(lease);
        }

        if (announce && owned[me].Count == 0)
            return Announce(me, free, owned);

        // Who has most keeps the ceiling, so that equal loads stay where they are.
        var workers = owned.OrderByDescending(w => w.Value.Count).ThenBy(w => w.Key, StringComparer.Ordinal).ToArray();
        var total = free.Count + workers.Sum(w => w.Value.Count);
        var (floor, extra) = Math.DivRem(total, workers.Length);
        var pool = free.Count;
        foreach (var (index, worker) in workers.Index())
        {
            var quota = floor + (index < extra ? 1 : 0);
            if (worker.Value.Count > quota)
                free.AddRange(worker.Value.Skip(quota));
        }

        var next = 0;
        foreach (var (index, worker) in workers.Index())
        {
            var wanted = Math.Max(0, floor + (index < extra ? 1 : 0) - worker.Value.Count);
            if (worker.Key != me)
            {
                next += wanted;
                continue;
            }

            var mine = free.GetRange(next, wanted);
            var steals = mine.Count - Math.Max(0, Math.Min(pool - next, mine.Count));
            return All(steals <= maxSteals ? mine : mine[..^(steals - maxSteals)]);
        }

        return All([]);
    }

    private static LeaseChoice All(List<Lease> leases) => new(leases, leases.Count);

    private static LeaseChoice Announce(string me, List<Lease> free, Dictionary<string, List<Lease>> owned)
    {
        var from = free.Count > 0 ? free : owned.MaxBy(w => (w.Value.Count, w.Key)).Value;
        if (from.Count < (free.Count > 0 ? 1 : 2))
            return All([]);

        // Other newcomers choose too: several places to try, so that all but a few find one at the first look.
        var (start, step) = ((int)(Hash(me) % (uint)from.Count), 1 + (from.Count / 16));
        return new([.. Enumerable.Range(0, Math.Min(16, from.Count)).Select(i => from[(int)((start + ((long)i * step)) % from.Count)]).Distinct()], 1);
    }

    /// <summary>FNV-1a: spreads workers over leases, the same in every process.</summary>
    private static uint Hash(string text)
    {
        var hash = 2166136261u;
        foreach (var c in text)
            hash = (hash ^ c) * 16777619;
        return hash ^ (hash >> 15);
    }
}
