using System.Text.RegularExpressions;
using System.Text.Unicode;
using Weir.Pipeline.Redaction.Detection;
using Weir.Pipeline.Redaction.Rules;

namespace Weir.Pipeline.Redaction.Scanning;

/// <summary>Bounds on what is read from one record.</summary>
internal readonly record struct ScanLimits(int MaxDepth, int MaxHits);

/// <summary>
/// Finds what the rules say in one record and leaves it as disjoint hits in order. Keeps its memory between records; one thread at a time.
/// <code>
/// record ─► masks ─► JSON walk ─► strings, numbers, keys ─► detectors at anchors ─► hits ─► disjoint
///                                      └─ escapes, look-alikes, encodings: the same on a decoded view
/// </code>
/// </summary>
internal sealed partial class RecordScan
{
    /// <summary>Views made from views: JSON in a string, escaped percent signs, base64. What lies deeper is not followed.</summary>
    private const int MostFrames = 16;

    /// <summary>Before each text of a JSON text sequence.</summary>
    public const byte RecordSeparator = 0x1E;

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    private static ReadOnlySpan<byte> NoBreakSpace => [0xC2, 0xA0];

    [ThreadStatic]
    private static RecordScan? t_instance;

    private readonly List<Frame> _frames = [];
    private int _framesUsed;
    private CompiledRules _rules = null!;

    /// <summary>Where the string that is read begins and ends in the record, with its quotes; for rules that make it null.</summary>
    private (int Start, int End) _quotes;
    private ScanLimits _limits;

    public static RecordScan ForThread => t_instance ??= new RecordScan();

    public Pool<Hit> Hits { get; } = new();

    /// <summary>Clear values that do not stand in the record as they are.</summary>
    public Pool<byte> Arena { get; } = new();

    /// <summary>The clear value of a hit in the record.</summary>
    public ReadOnlySpan<byte> ValueOf(in Hit hit, ReadOnlySpan<byte> record) =>
        hit.InArena ? Arena.Items.Slice(hit.TextStart, hit.TextLength) : record.Slice(hit.TextStart, hit.TextLength);

    /// <summary>Reads a record of whatever kind. Null when all went well, else why it must not pass.</summary>
    public string? Read(ReadOnlySpan<byte> record, CompiledRules rules, ScanLimits limits, InvalidJsonPolicy policy)
    {
        var body = record[Lead(record)..];
        if (body.Length > 0 && body[0] is (byte)'{' or (byte)'[' or (byte)'"' or (byte)'-' or (>= (byte)'0' and <= (byte)'9'))
        {
            var reason = Json(record, rules, limits);
            // What merely begins with a digit or a quote is text until it proves otherwise; lines of JSON are read each for itself.
            if (reason is null || body[0] is (byte)'{' or (byte)'[' && (policy == InvalidJsonPolicy.Quarantine || LooksLikeLines(record)))
            {
                return reason;
            }
        }

        if (Payload.IsBinary(record))
        {
            return "the record is neither text nor JSON";
        }

        var separator = Payload.TableSeparator(record) is var proved and not 0 ? proved : SeparatorByName(record, rules);
        return separator == 0 || Table(record, separator, rules, limits) is var result && result == Ragged && policy == InvalidJsonPolicy.Text ? Text(record, rules, limits) : result;
    }

    /// <summary>Bytes before the first that a reader sees: blanks and control signs, byte order marks, no-break spaces. Readers of JSON differ in which of them they pass over.</summary>
    private static int Lead(ReadOnlySpan<byte> record)
    {
        var at = 0;
        while (at < record.Length)
        {
            if (record[at] is > 0 and <= (byte)' ')
            {
                at++;
            }
            else if (record[at..].StartsWith(ByteOrderMark))
            {
                at += ByteOrderMark.Length;
            }
            else if (record[at..].StartsWith(NoBreakSpace))
            {
                at += NoBreakSpace.Length;
            }
            else
            {
                break;
            }
        }

        return at;
    }

    /// <summary>More than one line, each of which begins as JSON does; behind a record separator one is enough (RFC 7464).</summary>
    public static bool LooksLikeLines(ReadOnlySpan<byte> record)
    {
        record = record[(record.StartsWith(ByteOrderMark) ? ByteOrderMark.Length : 0)..];
        var lines = record.Length > 0 && record[0] == RecordSeparator ? 1 : 0;
        foreach (var range in record.Split((byte)'\n'))
        {
            var line = record[range].Trim(" \t\r\u001E"u8);
            if (line.Length > 0 && line[0] is not ((byte)'{' or (byte)'['))
            {
                return false;
            }

            lines += line.Length > 0 ? 1 : 0;
        }

        return lines > 1;
    }

    /// <summary>Reads a JSON value. Null when all went well, else why it cannot be read safely; the hits are then worth nothing.</summary>
    public string? Json(ReadOnlySpan<byte> record, CompiledRules rules, ScanLimits limits)
    {
        Begin(rules, limits);
        var frame = Take(null);
        var trail = new TrailWalk(rules.Trail.First);
        if (limits.MaxDepth >= Trail.Deepest && Along(record, frame, ref trail))
        {
            return Settle();
        }

        if (trail.Last.Container is { AwaitsPerson: true })
        {
            // Whether a name that was passed is a person's is told by what follows: once more, all of it the long way.
            trail = default;
            Hits.Clear();
            Arena.Clear();
            _tooSlow = null;
            _malformed = false;
        }

        frame.Masks.Scan(record, json: true);
        var bom = record.StartsWith(ByteOrderMark) ? 3 : 0;
        if (frame.Masks.AnyNonAscii && !Utf8.IsValid(record))
        {
            return "the record is not UTF-8";
        }

        return Walk(record, frame, rules.Paths.Start, escapes: 1, KeyMeaning.None, bom, trail) ?? Settle();
    }

    /// <summary>Reads plain text. Null when all went well, else why it cannot be read safely.</summary>
    public string? Text(ReadOnlySpan<byte> text, CompiledRules rules, ScanLimits limits, KeyMeaning? key = null)
    {
        Begin(rules, limits);
        var frame = Take(null);
        frame.Masks.Scan(text, json: false);
        if (frame.Masks.AnyNonAscii && !Utf8.IsValid(text))
        {
            return "the record is not UTF-8";
        }

        Value(text, 0, text.Length, frame, PathMatcher.Dead, key ?? KeyMeaning.None, HitPlace.Text, escapes: 0);
        return Settle();
    }

    /// <summary>Some rule looks for an entity that words must name.</summary>
    public bool LooksByWords => _rules.LooksByWords;

    /// <summary>How the words begin that may name such an entity.</summary>
    public NameStarts NameStarts => _rules.NameStarts;

    /// <summary>Some rule looks for names or addresses in running text.</summary>
    public bool LooksInProse => _rules.LooksInProse && !_isThing;

    private void Begin(CompiledRules rules, ScanLimits limits)
    {
        _rules = rules;
        _limits = limits;
        _framesUsed = 0;
        _depth = 0;
        _along = null;
        _isThing = false;
        _malformed = false;
        _tooSlow = null;
        Separator = 0;
        Hits.Clear();
        Arena.Clear();
    }

    private Frame Take(Frame? parent)
    {
        if (_framesUsed == _frames.Count)
        {
            _frames.Add(new Frame(this));
        }

        var frame = _frames[_framesUsed++];
        frame.Parent = parent;
        frame.HasView = parent is not null;
        frame.Base = 0;
        frame.Findings.Clear();
        return frame;
    }

    private void Return() => _framesUsed--;

    /// <summary>Detects in [start, end) of a text whose masks are made. A value that is not plain ASCII is read in its decoded view.</summary>
    private void Value(ReadOnlySpan<byte> text, int start, int end, Frame frame, int state, KeyMeaning key, HitPlace place, int escapes)
    {
        if (place == HitPlace.WholeString && _rules.MakesNulls)
        {
            _quotes = (frame.ToRecord(start - 1), frame.ToRecord(end + 1));
        }

        if (frame.Masks.AnySpecial && BlockMasks.Any(frame.Masks.Special, start, end))
        {
            Decoded(text, start, end, frame, state, key, place, escapes);
            return;
        }

        if (place == HitPlace.WholeString && LooksLikeJson(text, start, end) && Nested(text, start, end, frame, state, key, escapes))
        {
            return;
        }

        frame.Findings.Clear();
        Detectors.Run(text, start, end, frame, key, _rules.Looked, this);
        Report(text, frame, state, key, place, escapes, start, end);
        if (_rules.Patterns.Length > 0)
        {
            OwnPatterns(text, start, end, frame, state, key, place, escapes);
        }
    }

    private void Report(ReadOnlySpan<byte> text, Frame frame, int state, KeyMeaning key, HitPlace place, int escapes, int start, int end)
    {
        foreach (ref readonly var found in frame.Findings.Items)
        {
            var rule = _rules.RuleFor(found.Entity, state);
            if (rule is null)
            {
                continue;
            }

            var (from, to) = place == HitPlace.Scalar ? (start, end) : (found.Start, found.End);
            Add(text, frame, from, to, rule, found.Entity, key, place == HitPlace.WholeString && (from != start || to != end) ? HitPlace.Text : place, escapes);
        }
    }

    private void Add(ReadOnlySpan<byte> text, Frame frame, int start, int end, CompiledRule rule, int entity, KeyMeaning key, HitPlace place, int escapes)
    {
        var hit = new Hit { Rule = rule.Index, Entity = entity, Place = place, Escapes = (byte)escapes, Path = Here(key), TextLength = end - start };
        if (frame.HasView)
        {
            hit.Start = frame.ToRecord(start);
            hit.End = frame.ToRecord(end);
            hit.TextStart = Arena.AddRange(text[start..end]);
            hit.InArena = true;
        }
        else
        {
            hit.Start = hit.TextStart = frame.Base + start;
            hit.End = frame.Base + end;
        }

        if (place == HitPlace.WholeString)
        {
            hit.Quotes = _quotes;
        }

        Hits.Add(hit);
    }

    /// <summary>Patterns of the rules' own authors: only values that hold the anchor are tried.</summary>
    private void OwnPatterns(ReadOnlySpan<byte> text, int start, int end, Frame frame, int state, KeyMeaning key, HitPlace place, int escapes)
    {
        foreach (var rule in _rules.Patterns)
        {
            if (!rule.Pattern!.MayMatch(text[start..end]) || rule.Path >= 0 && !_rules.Paths.Accepts(state).Contains(rule.Path))
            {
                continue;
            }

            try
            {
                foreach (var (from, to) in rule.Pattern.Matches(text[start..end]))
                {
                    var whole = place == HitPlace.Scalar || from == 0 && to == end - start;
                    Add(text, frame, whole ? start : start + from, whole ? end : start + to, rule, -1, key, whole || place != HitPlace.WholeString ? place : HitPlace.Text, escapes);
                }
            }
            catch (RegexMatchTimeoutException)
            {
                _tooSlow = rule.Rule.Id;
            }
        }
    }
}
