using System.Buffers;
using System.Collections.Concurrent;
using System.Text;
using Weir.Pipeline.Redaction.Keys;
using Weir.Pipeline.Redaction.Rules;
using Weir.Pipeline.Redaction.Scanning;
using Weir.Pipeline.Redaction.Transforms;

namespace Weir.Pipeline.Redaction;

/// <summary>Anonymizes records with the active rules. Rules and keys are replaced by one reference swap each; a record finishes with those it started with.</summary>
public sealed class Redactor : IRecordRedactor, IRuleSetHolder
{
    private readonly RedactionOptions _options;
    private volatile State _state;

    /// <summary>One rule set and one key ring, and the rules as each stream sees them.</summary>
    private sealed class State(IReadOnlyList<RedactionRule> rules, string hash, Transformer transformer)
    {
        private readonly ConcurrentDictionary<string, CompiledRules> _byStream = new(StringComparer.Ordinal);
        private readonly bool _byStreamMatters = rules.Any(r => r.Streams is not null);

        public string Hash { get; } = hash;

        public IReadOnlyList<RedactionRule> Rules { get; } = rules;

        public Transformer Transformer { get; } = transformer;

        public CompiledRules Everywhere { get; } = CompiledRules.Compile(rules, null, hash);

        public CompiledRules For(string stream) =>
            _byStreamMatters ? _byStream.GetOrAdd(stream, static (s, state) => CompiledRules.Compile(state.Rules, s, state.Hash), this) : Everywhere;
    }

    internal Redactor(RedactionOptions options, KeyRing keys, IReadOnlyList<RedactionRule> rules)
    {
        _options = options;
        CompiledRules.Validate(rules);
        _state = new State(rules, CompiledRules.HashOf(rules), new Transformer(keys, options.TokenMac == TokenMac.HmacSha256));
    }

    public string ActiveHash => _state.Hash;

    /// <summary>The rules in force, enabled or not.</summary>
    public IReadOnlyList<RedactionRule> ActiveRules => _state.Rules;

    public void Activate(IReadOnlyList<RedactionRule> rules)
    {
        RedactionRule[] copy = [.. rules];
        CompiledRules.Validate(copy);
        // Compiled here, on the caller's time; records only ever see a set that is ready.
        _state = new State(copy, CompiledRules.HashOf(copy), _state.Transformer);
    }

    internal CompiledRules RulesFor(string stream) => _state.For(stream);

    public RedactionOutcome Redact(string stream, ReadOnlySpan<byte> record, IBufferWriter<byte> clean)
    {
        var state = _state;
        if (record.Length > _options.MaxRecordBytes)
        {
            return new RedactionOutcome(RedactionStatus.Quarantined, state.Hash, 0, "the record is larger than Redaction:MaxRecordBytes");
        }

        var rules = state.For(stream);
        var scan = RecordScan.ForThread;
        if (scan.Read(record, rules, new ScanLimits(_options.MaxDepth, _options.MaxValuesPerRecord), _options.OnInvalidJson) is { } reason)
        {
            return new RedactionOutcome(RedactionStatus.Quarantined, state.Hash, 0, reason);
        }

        var spans = Splice.Write(record, scan, rules, state.Transformer, clean);
        return new RedactionOutcome(spans == 0 ? RedactionStatus.Clean : RedactionStatus.Redacted, state.Hash, spans);
    }

    public string RedactText(string stream, string text)
    {
        var writer = new ArrayBufferWriter<byte>(Math.Max(16, text.Length * 2));
        var outcome = Redact(stream, Encoding.UTF8.GetBytes(text), writer);
        return outcome.Status switch
        {
            RedactionStatus.Clean => text,
            RedactionStatus.Redacted => Encoding.UTF8.GetString(writer.WrittenSpan),
            _ => "[REDACTED]",
        };
    }
}
