using System.Buffers;
using System.Text;
using Weir.Pipeline.Redaction.Detection;
using Weir.Pipeline.Redaction.Keys;
using Weir.Pipeline.Redaction.Rules;
using Weir.Pipeline.Redaction.Scanning;
using Weir.Pipeline.Redaction.Transforms;

namespace Weir.Pipeline.Redaction;

public sealed partial class Redactor : IRedactionControl
{
    private readonly string? _dataDirectory;
    private volatile ShadowRules? _shadow;

    /// <summary>States that were replaced: records in flight may still finish with them. Older ones are counted together.</summary>
    private readonly Queue<State> _past = [];
    private readonly Dictionary<(string Set, string Rule, string Path), RuleCount> _folded = [];
    private const int MostPast = 8;

    public IReadOnlyList<RuleCount> Counts() => [.. _state.All.SelectMany(r => r.Counters.Read())
        .GroupBy(c => (c.Rule, c.Path))
        .Select(g => new RuleCount(g.Key.Rule, g.Key.Path, g.Sum(c => c.Hits), g.Sum(c => c.Transformed), g.Sum(c => c.LeftAlone)))];

    public IReadOnlyList<RuleSetCounts> CountsBySet()
    {
        lock (_changing)
        {
            var counts = new Dictionary<(string, string, string), RuleCount>(_folded);
            foreach (var state in _past.Append(_state))
            {
                Fold(state, counts);
            }

            return [.. counts.GroupBy(c => c.Key.Item1, c => c.Value).Select(s => new RuleSetCounts(s.Key, [.. s]))];
        }
    }

    public RedactionTotals Totals() => _tally.Read();

    public string StartShadow(IReadOnlyList<RedactionRule> candidate, double sample = 1)
    {
        if (sample is not (> 0 and <= 1))
        {
            throw new ArgumentException("sample must be above 0 and at most 1", nameof(sample));
        }

        RedactionRule[] copy = [.. candidate];
        CompiledRules.Validate(copy);
        var hash = CompiledRules.HashOf(copy);
        _shadow = new ShadowRules(copy, hash, sample);
        return hash;
    }

    public ShadowReport? Shadow() => _shadow?.Report();

    public void StopShadow() => _shadow = null;

    public IReadOnlyList<string> KeyProofs => [.. _state.Transformer.Keys.Keys.Select(k => k.Proof)];

    public IReadOnlyList<string> KeyIds => [.. _state.Transformer.Keys.Keys.Select(k => k.Id)];

    public string RotateKey()
    {
        if (_dataDirectory is null || !_options.KeyReference.StartsWith("file:", StringComparison.Ordinal))
        {
            throw new InvalidOperationException("The keys are not in a file: add the new key where Redaction:KeyReference points, first, and reload.");
        }

        lock (_changing)
        {
            Use(KeyRing.RotateFile(KeySource.PathOf(_options.KeyReference, _dataDirectory)));
        }

        return KeyIds[0];
    }

    public void ReloadKeys()
    {
        if (_dataDirectory is not null)
        {
            lock (_changing)
            {
                Use(KeySource.Open(_options.KeyReference, _dataDirectory));
            }
        }
    }

    public string? Reveal(string value) => _state.Transformer.Reveal(Encoding.UTF8.GetBytes(value));

    public RedactionPreview Preview(IReadOnlyList<RedactionRule> rules, string stream, string record)
    {
        CompiledRules.Validate(rules);
        var state = new State(rules, CompiledRules.HashOf(rules), _state.Transformer, live: false);
        var compiled = state.For(stream);
        var output = new ArrayBufferWriter<byte>();
        var outcome = Redact(state, compiled, stream, Encoding.UTF8.GetBytes(record), output);
        return outcome.Status == RedactionStatus.Quarantined
            ? new RedactionPreview(outcome, null, [])
            : new RedactionPreview(outcome, Encoding.UTF8.GetString(output.WrittenSpan), Spans.Of(record, compiled));
    }

    private Transformer TransformerOf(KeyRing keys) => new(keys, _options.TokenMac == TokenMac.HmacSha256);

    private void Use(KeyRing keys) => Replace(new State(_state.Rules, _state.Hash, TransformerOf(keys)));

    /// <summary>Swaps what cleans records; the caller holds the lock on changes.</summary>
    private void Replace(State state)
    {
        _past.Enqueue(_state);
        _state = state;
        while (_past.Count > MostPast)
        {
            Fold(_past.Dequeue(), _folded);
        }
    }

    private static void Fold(State state, Dictionary<(string Set, string Rule, string Path), RuleCount> into)
    {
        foreach (var c in state.All.SelectMany(r => r.Counters.Read()))
        {
            var key = (state.Hash, c.Rule, c.Path);
            into[key] = into.TryGetValue(key, out var known) ? new RuleCount(c.Rule, c.Path, known.Hits + c.Hits, known.Transformed + c.Transformed, known.LeftAlone + c.LeftAlone) : c;
        }
    }

    private void Compare(ShadowRules shadow, string stream, ReadOnlySpan<byte> record, Hit[] active, CompiledRules rules)
    {
        // The scan of the active rules is over; its memory serves the candidate.
        var copy = record.ToArray();
        shadow.Compare(stream, copy, active, rules, (candidate, scan) => scan.Read(copy, candidate, Limits, _options.OnInvalidJson));
    }
}
