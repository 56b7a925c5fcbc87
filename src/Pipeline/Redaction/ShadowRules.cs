using System.Collections.Concurrent;
using System.Text;
using Weir.Pipeline.Redaction.Rules;
using Weir.Pipeline.Redaction.Scanning;

namespace Weir.Pipeline.Redaction;

/// <summary>What a candidate rule set would change at one path. <see cref="Samples"/> show shapes only: letters as a, digits as 9.</summary>
public sealed record ShadowDifference(string Rule, string Path, bool NewlyRedacted, long Count, IReadOnlyList<string> Samples);

/// <summary>A candidate beside the active rules. <see cref="Differences"/> are empty while both do the same.</summary>
public sealed record ShadowReport(string CandidateHash, long RecordsCompared, long RecordsUnreadable, IReadOnlyList<ShadowDifference> Differences);

/// <summary>Runs candidate rules on live records after the active ones and keeps what differs: counts and shapes, never values.</summary>
internal sealed class ShadowRules(IReadOnlyList<RedactionRule> rules, string hash, double sample)
{
    private const int MostDifferences = 2000;
    private const int MostSamples = 5;

    private readonly ConcurrentDictionary<string, CompiledRules> _byStream = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(string Rule, string Path, bool Newly), Tally> _tallies = new();
    private readonly long _every = Math.Max(1, (long)Math.Round(1 / sample));
    private long _seen, _compared, _unreadable;

    public bool Wants() => Interlocked.Increment(ref _seen) % _every == 0;

    /// <summary>Compares on one record. <paramref name="active"/> are the hits of the active rules.</summary>
    public void Compare(string stream, ReadOnlySpan<byte> record, ReadOnlySpan<Hit> active, CompiledRules activeRules, Func<CompiledRules, RecordScan, string?> scanAgain)
    {
        var candidate = _byStream.GetOrAdd(stream, s => CompiledRules.Compile(rules, s, hash));
        var scan = RecordScan.ForThread;
        Interlocked.Increment(ref _compared);
        if (scanAgain(candidate, scan) is not null)
        {
            Interlocked.Increment(ref _unreadable);
            return;
        }

        Unmatched(record, scan.Hits.Items, active, candidate, newly: true);
        Unmatched(record, active, scan.Hits.Items, activeRules, newly: false);
    }

    public ShadowReport Report() => new(hash, Interlocked.Read(ref _compared), Interlocked.Read(ref _unreadable), [.. _tallies
        .Select(t => new ShadowDifference(t.Key.Rule, t.Key.Path, t.Key.Newly, Interlocked.Read(ref t.Value.Count), [.. t.Value.Samples]))
        .OrderBy(d => d.Rule, StringComparer.Ordinal).ThenBy(d => d.Path, StringComparer.Ordinal)]);

    /// <summary>Counts the hits of one side of which any byte lies outside those of the other. Both are disjoint and in order.</summary>
    private void Unmatched(ReadOnlySpan<byte> record, ReadOnlySpan<Hit> mine, ReadOnlySpan<Hit> others, CompiledRules owner, bool newly)
    {
        var other = 0;
        foreach (ref readonly var hit in mine)
        {
            while (other < others.Length && others[other].End <= hit.Start)
            {
                other++;
            }

            if (other < others.Length && others[other].Start <= hit.Start && others[other].End >= hit.End)
            {
                continue;
            }

            var key = (owner.Rules[hit.Rule].Rule.Id, hit.Path.Path, newly);
            if (!_tallies.TryGetValue(key, out var tally))
            {
                if (_tallies.Count >= MostDifferences)
                {
                    continue;
                }

                tally = _tallies.GetOrAdd(key, _ => new Tally());
            }

            Interlocked.Increment(ref tally.Count);
            if (tally.Samples.Count < MostSamples)
            {
                tally.Samples.Enqueue(Shape(record[hit.Start..hit.End]));
            }
        }
    }

    private static string Shape(ReadOnlySpan<byte> value)
    {
        var shape = new StringBuilder();
        foreach (var b in value[..Math.Min(value.Length, 40)])
        {
            shape.Append(char.IsAsciiDigit((char)b) ? '9' : b >= 0x80 || char.IsAsciiLetter((char)b) ? 'a' : (char)b);
        }

        return shape.Append(value.Length > 40 ? "..." : "").ToString();
    }

    private sealed class Tally
    {
        public long Count;

        public ConcurrentQueue<string> Samples { get; } = new();
    }
}
