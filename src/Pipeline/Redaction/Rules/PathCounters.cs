namespace Weir.Pipeline.Redaction.Rules;

/// <summary>What one rule did at one path. <see cref="Hits"/> is always <see cref="Transformed"/> plus <see cref="LeftAlone"/>, the values that were our own tokens.</summary>
public sealed record RuleCount(string Rule, string Path, long Hits, long Transformed, long LeftAlone);

/// <summary>The counts of one path, by rule.</summary>
internal sealed class PathCount(ulong name, string path, int rules)
{
    private readonly long[] _counts = new long[rules * 3];

    public ulong Name { get; } = name;

    public string Path { get; } = path;

    public void Hit(int rule) => Interlocked.Increment(ref _counts[rule * 3]);

    public void Transformed(int rule) => Interlocked.Increment(ref _counts[rule * 3 + 1]);

    public void LeftAlone(int rule) => Interlocked.Increment(ref _counts[rule * 3 + 2]);

    public RuleCount Read(int rule, string id) =>
        new(id, Path, Interlocked.Read(ref _counts[rule * 3]), Interlocked.Read(ref _counts[rule * 3 + 1]), Interlocked.Read(ref _counts[rule * 3 + 2]));
}

/// <summary>Counts by path and rule. Reading never waits; beyond a thousand paths the rest is counted together.</summary>
internal sealed class PathCounters
{
    private const int MostPaths = 1000;

    private readonly string[] _rules;
    private readonly PathCount _others;
    private readonly Lock _adding = new();
    private volatile PathCount?[] _slots = new PathCount?[256];
    private int _count;

    public PathCounters(string[] rules)
    {
        _rules = rules;
        _others = new PathCount(ulong.MaxValue, "(others)", rules.Length);
    }

    /// <summary>The counts of a path; those of all others when it is not known and no more are. Null when it is to be added.</summary>
    public PathCount? Find(ulong name)
    {
        // In this order, for a path is seen before the count that it makes full.
        var full = Volatile.Read(ref _count) == MostPaths;
        var slots = _slots;
        for (var i = (int)(name >> 32) & slots.Length - 1; slots[i] is { } known; i = i + 1 & slots.Length - 1)
        {
            if (known.Name == name)
            {
                return known;
            }
        }

        return full ? _others : null;
    }

    public PathCount Add(ulong name, string path)
    {
        lock (_adding)
        {
            if (Find(name) is { } known)
            {
                return known;
            }

            var copy = new PathCount?[(_count + 1) * 4 > _slots.Length ? _slots.Length * 2 : _slots.Length];
            var added = new PathCount(name, path, _rules.Length);
            foreach (var each in _slots.Append(added))
            {
                if (each is not null)
                {
                    var i = (int)(each.Name >> 32) & copy.Length - 1;
                    while (copy[i] is not null)
                    {
                        i = i + 1 & copy.Length - 1;
                    }

                    copy[i] = each;
                }
            }

            _slots = copy;
            Volatile.Write(ref _count, _count + 1);
            return added;
        }
    }

    /// <summary>All counts that are not zero, by rule and path.</summary>
    public IEnumerable<RuleCount> Read() => _slots.Append(_others).OfType<PathCount>()
        .SelectMany(p => _rules.Select((id, rule) => p.Read(rule, id)))
        .Where(c => c.Hits > 0)
        .OrderBy(c => c.Rule, StringComparer.Ordinal).ThenBy(c => c.Path, StringComparer.Ordinal);
}
