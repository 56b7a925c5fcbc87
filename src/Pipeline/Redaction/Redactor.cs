using System.Buffers;
using System.Collections.Concurrent;
using System.Text;
using Weir.Pipeline.Redaction.Detection;
using Weir.Pipeline.Redaction.Keys;
using Weir.Pipeline.Redaction.Rules;
using Weir.Pipeline.Redaction.Scanning;
using Weir.Pipeline.Redaction.Transforms;

namespace Weir.Pipeline.Redaction;

/// <summary>Anonymizes records with the active rules. Rules and keys are replaced by one reference swap each; a record finishes with those it started with.</summary>
public sealed partial class Redactor : IRecordRedactor, IRuleSetHolder
{
    private readonly RedactionOptions _options;
    private readonly Lock _changing = new();
    private volatile State _state;
    private readonly RedactionTally _tally = new();
    private long _records;

    /// <summary>One rule set and one key ring, and the rules as each stream sees them: those of the streams that rules name are ready before the first record.</summary>
    private sealed class State(IReadOnlyList<RedactionRule> rules, string hash, Transformer transformer, bool live = true)
    {
        private readonly ConcurrentDictionary<string, CompiledRules> _byStream = new(
            rules.SelectMany(r => r.Streams ?? []).Distinct(StringComparer.Ordinal).Select(s => KeyValuePair.Create(s, CompiledRules.Compile(rules, s, hash))), StringComparer.Ordinal);

        private readonly bool _byStreamMatters = rules.Any(r => r.Streams is { Count: > 0 });

        public string Hash { get; } = hash;

        /// <summary>Whether it cleans records; a preview takes no part in samples and the shadow.</summary>
        public bool Live { get; } = live;

        public IReadOnlyList<RedactionRule> Rules { get; } = rules;

        public Transformer Transformer { get; } = transformer;

        public CompiledRules Everywhere { get; } = CompiledRules.Compile(rules, null, hash);

        public IEnumerable<CompiledRules> All => _byStream.Values.Append(Everywhere);

        public CompiledRules For(string stream) =>
            _byStreamMatters ? _byStream.GetOrAdd(stream, static (s, state) => CompiledRules.Compile(state.Rules, s, state.Hash), this) : Everywhere;
    }

    internal Redactor(RedactionOptions options, KeyRing keys, IReadOnlyList<RedactionRule> rules, string? dataDirectory = null)
    {
        _options = options;
        _dataDirectory = dataDirectory;
        CompiledRules.Validate(rules);
        _state = new State(rules, CompiledRules.HashOf(rules), TransformerOf(keys));
    }

    public string ActiveHash => _state.Hash;

    /// <summary>The rules in force, enabled or not.</summary>
    public IReadOnlyList<RedactionRule> ActiveRules => _state.Rules;

    public void Activate(IReadOnlyList<RedactionRule> rules)
    {
        RedactionRule[] copy = [.. rules];
        CompiledRules.Validate(copy);
        lock (_changing)
        {
            // Compiled here, on the caller's time; records only ever see a set that is ready.
            Replace(new State(copy, CompiledRules.HashOf(copy), _state.Transformer));
        }
    }

    public string HashOf(IReadOnlyList<RedactionRule> rules)
    {
        CompiledRules.Validate(rules);
        return new State(rules, CompiledRules.HashOf(rules), _state.Transformer, live: false).Hash;
    }

    internal CompiledRules RulesFor(string stream) => _state.For(stream);

    public RedactionOutcome Redact(string stream, ReadOnlySpan<byte> record, IBufferWriter<byte> clean)
    {
        var outcome = Once(stream, record, clean);
        _tally.Add(outcome.Status);
        return outcome;
    }

    public string RedactText(string stream, string text)
    {
        var writer = new ArrayBufferWriter<byte>(Math.Max(16, text.Length * 2));
        var outcome = Once(stream, Encoding.UTF8.GetBytes(text), writer);
        return outcome.Status switch
        {
            RedactionStatus.Clean => text,
            RedactionStatus.Redacted => Encoding.UTF8.GetString(writer.WrittenSpan),
            _ => "[REDACTED]",
        };
    }

    private RedactionOutcome Once(string stream, ReadOnlySpan<byte> record, IBufferWriter<byte> clean)
    {
        var state = _state;
        return Redact(state, state.For(stream), stream, record, clean);
    }

    private RedactionOutcome Redact(State state, CompiledRules rules, string stream, ReadOnlySpan<byte> record, IBufferWriter<byte> clean)
    {
        if (record.Length > _options.MaxRecordBytes)
        {
            return Quarantined(state, "the record is larger than Redaction:MaxRecordBytes");
        }

        if (Payload.IsGzip(record))
        {
            return Packed(state, rules, stream, record, clean);
        }

        var scan = RecordScan.ForThread;
        if (scan.Read(record, rules, Limits, _options.OnInvalidJson) is { } reason)
        {
            return RecordScan.LooksLikeLines(record) ? Lines(state, rules, record, clean) : Quarantined(state, reason);
        }

        if (state.Live && Sampled())
        {
            return Checked(state, rules, record, scan, clean);
        }

        var shadow = state.Live ? _shadow : null;
        var hits = shadow is not null && shadow.Wants() ? scan.Hits.Items.ToArray() : null;
        var spans = Splice.Write(record, scan, rules, state.Transformer, clean);
        if (hits is not null)
        {
            Compare(shadow!, stream, record, hits, rules);
        }

        return Outcome(state, spans);
    }

    private ScanLimits Limits => new(_options.MaxDepth, _options.MaxValuesPerRecord);

    /// <summary>A record of JSON lines: all of them are read before any is written. A line that is no JSON is read as text where the options say so.</summary>
    private RedactionOutcome Lines(State state, CompiledRules rules, ReadOnlySpan<byte> record, IBufferWriter<byte> clean)
    {
        var output = new ArrayBufferWriter<byte>(record.Length + 256);
        var spans = 0;
        for (var start = 0; start < record.Length;)
        {
            var length = record[start..].IndexOf((byte)'\n') is var end and >= 0 ? end + 1 : record.Length - start;
            var line = record.Slice(start, length);
            start += length;
            var body = line.TrimEnd("\r\n"u8);
            if (body.Length > 0 && body[0] == RecordScan.RecordSeparator)
            {
                output.Write(body[..1]);
                body = body[1..];
                line = line[1..];
            }

            if (!body.ContainsAnyExcept(" \t"u8))
            {
                output.Write(line);
                continue;
            }

            var scan = RecordScan.ForThread;
            if (scan.Json(body, rules, Limits) is { } reason && (_options.OnInvalidJson == InvalidJsonPolicy.Quarantine || (reason = scan.Text(body, rules, Limits)) is not null))
            {
                return Quarantined(state, reason);
            }

            spans += Splice.Write(body, scan, rules, state.Transformer, output);
            output.Write(line[body.Length..]);
        }

        clean.Write(output.WrittenSpan);
        return Outcome(state, spans);
    }

    /// <summary>Gzip is unpacked, redacted and packed again; what nothing was found in, and has no file name or comment in its header, stays as it is.</summary>
    private RedactionOutcome Packed(State state, CompiledRules rules, string stream, ReadOnlySpan<byte> record, IBufferWriter<byte> clean)
    {
        if (Payload.Unzip(record, _options.MaxRecordBytes, out var bare) is not { } text)
        {
            return Quarantined(state, "the record's gzip data is broken, is followed by something else, or is larger than Redaction:MaxRecordBytes");
        }

        if (Payload.IsGzip(text))
        {
            return Quarantined(state, "the record is packed more than once");
        }

        var output = new ArrayBufferWriter<byte>(text.Length + 256);
        var outcome = Redact(state, rules, stream, text, output);
        if (outcome.Status == RedactionStatus.Redacted)
        {
            Payload.Zip(output.WrittenSpan, clean);
        }
        else if (outcome.Status == RedactionStatus.Clean && !bare)
        {
            // The name of a file, or a comment, that nobody has looked at.
            Payload.Zip(text, clean);
            return outcome with { Status = RedactionStatus.Redacted };
        }
        else if (outcome.Status == RedactionStatus.Clean)
        {
            clean.Write(record);
        }

        return outcome;
    }

    private bool Sampled() => _options.PostScanEvery > 0 && (_options.PostScanEvery == 1 || Interlocked.Increment(ref _records) % _options.PostScanEvery == 0);

    /// <summary>Writes only after a second, independent look at the result.</summary>
    private RedactionOutcome Checked(State state, CompiledRules rules, ReadOnlySpan<byte> record, RecordScan scan, IBufferWriter<byte> clean)
    {
        var output = new ArrayBufferWriter<byte>(record.Length + 256);
        var spans = Splice.Write(record, scan, rules, state.Transformer, output);
        _tally.Checked();
        if (rules.LookedEverywhere is { } looked && PostScan.Leak(output.WrittenSpan, looked) is { } entity && !(Imitates(scan, rules) && PostScan.Leak(Blank(record, scan), looked) is null))
        {
            _tally.Leak();
            return Quarantined(state, $"the clean record still held a value that looks like {entity}");
        }

        clean.Write(output.WrittenSpan);
        return Outcome(state, spans);
    }

    /// <summary>A rule wrote what may itself look like somebody's: other digits, a text of its own, a part of the value.</summary>
    private static bool Imitates(RecordScan scan, CompiledRules rules)
    {
        foreach (ref readonly var hit in scan.Hits.Items)
        {
            if (rules.Rules[hit.Rule].Rule.Transform.Kind is not (TransformKind.Redact or TransformKind.Token or TransformKind.Encrypt or TransformKind.Null))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The record with a star in place of each value found.</summary>
    private static byte[] Blank(ReadOnlySpan<byte> record, RecordScan scan)
    {
        var blank = new ArrayBufferWriter<byte>(record.Length + scan.Hits.Count);
        var copied = 0;
        foreach (ref readonly var hit in scan.Hits.Items)
        {
            blank.Write(record[copied..hit.Start]);
            blank.Write("*"u8);
            copied = hit.End;
        }

        blank.Write(record[copied..]);
        return blank.WrittenSpan.ToArray();
    }

    private static RedactionOutcome Outcome(State state, int spans) => new(spans == 0 ? RedactionStatus.Clean : RedactionStatus.Redacted, state.Hash, spans);

    private static RedactionOutcome Quarantined(State state, string reason) => new(RedactionStatus.Quarantined, state.Hash, 0, reason);
}
