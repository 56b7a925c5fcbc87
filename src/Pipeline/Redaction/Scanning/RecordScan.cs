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

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    [ThreadStatic]
    private static RecordScan? t_instance;

    private readonly List<Frame> _frames = [];
    private int _framesUsed;
    private CompiledRules _rules = null!;
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
        var body = record[(record.StartsWith(ByteOrderMark) ? 3 : 0)..].TrimStart(" \t\r\n"u8);
        if (body.Length > 0 && body[0] is (byte)'{' or (byte)'[' or (byte)'"' or (byte)'-' or (>= (byte)'0' and <= (byte)'9'))
        {
            var reason = Json(record, rules, limits);
            // What merely begins with a digit or a quote is text until it proves otherwise.
            if (reason is null || body[0] is (byte)'{' or (byte)'[' && policy == InvalidJsonPolicy.Quarantine)
            {
                return reason;
            }
        }

        if (Payload.IsBinary(record))
        {
            return "the record is neither text nor JSON";
        }

        return Payload.TableSeparator(record) is var separator and not 0 ? Table(record, separator, rules, limits) : Text(record, rules, limits);
    }

    /// <summary>More than one line, each of which begins as JSON does.</summary>
    public static bool LooksLikeLines(ReadOnlySpan<byte> record)
    {
        var lines = 0;
        foreach (var range in record.Split((byte)'\n'))
        {
            var line = record[range].Trim(" \t\r"u8);
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
        frame.Masks.Scan(record, json: true);
        var bom = record.StartsWith(ByteOrderMark) ? 3 : 0;
        if (frame.Masks.AnyNonAscii && !Utf8.IsValid(record))
        {
            return "the record is not UTF-8";
        }

        return Walk(record, frame, rules.Paths.Start, escapes: 1, KeyMeaning.None, bom) ?? Settle();
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

    /// <summary>Some rule looks for names or addresses in running text.</summary>
    public bool LooksInProse => _rules.LooksInProse;

    /// <summary>
    /// The base64 run around a place holds personal data: the whole run becomes a finding of the first entity in it. Returns its end, or 0.
    /// </summary>
    public int InEncoded(ReadOnlySpan<byte> text, int at, int from, int to, Frame frame)
    {
        if (_framesUsed >= MostFrames)
        {
            return 0;
        }

        int start = at, end = at;
        while (start > from && (Base64Text.Belongs(text[start - 1]) || Base64Text.IsBreak(text, start - 1, from, to)))
        {
            start--;
        }

        while (end < to && (Base64Text.Belongs(text[end]) || Base64Text.IsBreak(text, end, from, to)))
        {
            end++;
        }

        while (end < to && text[end] == (byte)'=')
        {
            end++;
        }

        var inner = Take(null);
        var length = Base64Text.Decode(text[start..end], ref inner.Buffer);
        var entity = length > 0 ? FirstIn(inner, length) : -1;
        Return();
        if (entity < 0)
        {
            return 0;
        }

        frame.Findings.Add(new Finding(start, end, entity));
        return end;
    }

    /// <summary>As <see cref="InEncoded"/> for pairs of hexadecimal digits in [start, end).</summary>
    public int InHexadecimal(ReadOnlySpan<byte> text, int start, int end, Frame frame)
    {
        if (_framesUsed >= MostFrames || (end - start) % 2 != 0)
        {
            return 0;
        }

        var inner = Take(null);
        var length = Base64Text.DecodeHexadecimal(text[start..end], ref inner.Buffer);
        var entity = length > 0 ? FirstIn(inner, length) : -1;
        Return();
        if (entity < 0)
        {
            return 0;
        }

        frame.Findings.Add(new Finding(start, end, entity));
        return end;
    }

    /// <summary>The entity of the first find in the decoded bytes of a frame's buffer, read as they are, then with escapes and look-alikes, then with percent and HTML references resolved; -1 for none.</summary>
    private int FirstIn(Frame inner, int length)
    {
        var decoded = inner.Buffer.AsSpan(0, length);
        inner.Masks.Scan(decoded, json: false);
        if (!inner.Masks.AnySpecial)
        {
            Detectors.Run(decoded, 0, length, inner, KeyMeaning.None, _rules.Looked, this);
            return inner.Findings.Count > 0 ? inner.Findings[0].Entity : -1;
        }

        inner.View.Read(decoded, 0, length, json: false);
        inner.Masks.Scan(inner.View.Text, json: false);
        Detectors.Run(inner.View.Text, 0, inner.View.Length, inner, KeyMeaning.None, _rules.Looked, this);
        if (inner.Findings.Count > 0 || _framesUsed >= MostFrames)
        {
            return inner.Findings.Count > 0 ? inner.Findings[0].Entity : -1;
        }

        var below = Take(null);
        var entity = -1;
        if (below.View.ReadEncoded(inner.View.Text))
        {
            below.Masks.Scan(below.View.Text, json: false);
            Detectors.Run(below.View.Text, 0, below.View.Length, below, KeyMeaning.None, _rules.Looked, this);
            entity = below.Findings.Count > 0 ? below.Findings[0].Entity : -1;
        }

        Return();
        return entity;
    }

    private void Begin(CompiledRules rules, ScanLimits limits)
    {
        _rules = rules;
        _limits = limits;
        _framesUsed = 0;
        _depth = 0;
        _malformed = false;
        _tooSlow = null;
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
        frame.Findings.Clear();
        return frame;
    }

    private void Return() => _framesUsed--;

    /// <summary>Detects in [start, end) of a text whose masks are made. A value that is not plain ASCII is read in its decoded view.</summary>
    private void Value(ReadOnlySpan<byte> text, int start, int end, Frame frame, int state, KeyMeaning key, HitPlace place, int escapes)
    {
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

    /// <summary>Detects in the decoded view of [start, end), and in the views below it.</summary>
    private void Decoded(ReadOnlySpan<byte> text, int start, int end, Frame parent, int state, KeyMeaning key, HitPlace place, int escapes)
    {
        if (_framesUsed >= MostFrames)
        {
            return;
        }

        var frame = Take(parent);
        var json = escapes > 0 && place is not HitPlace.Scalar;
        var before = Hits.Count;
        if (frame.View.Read(text, start, end, json))
        {
            InView(frame, state, key, place, escapes);
            if (frame.View.Hidden && frame.View.Read(text, start, end, json, hiddenAsSpace: true))
            {
                var first = Hits.Count;
                InView(frame, state, key, place, escapes);
                WithoutDoubles(before, first);
            }
        }
        else
        {
            _malformed = true;
        }

        Return();
    }

    /// <summary>Of the hits from <paramref name="second"/> on, removes those that say the same as one of [first, second), a bracket aside: a text read in two ways tells its values once.</summary>
    private void WithoutDoubles(int first, int second)
    {
        var kept = second;
        for (var i = second; i < Hits.Count; i++)
        {
            var found = false;
            for (var j = first; j < second && !found; j++)
            {
                found = Hits[j].Start <= Hits[i].Start + 1 && Hits[j].End >= Hits[i].End - 1;
            }

            if (!found)
            {
                Hits[kept++] = Hits[i];
            }
        }

        Hits.Cut(kept);
    }

    private void InView(Frame frame, int state, KeyMeaning key, HitPlace place, int escapes)
    {
        var text = frame.View.Text;
        if (place is HitPlace.WholeString && LooksLikeJson(text, 0, text.Length) && Nested(text, 0, text.Length, frame, state, key, escapes))
        {
            return;
        }

        frame.Masks.Scan(text, json: false);
        frame.Findings.Clear();
        Detectors.Run(text, 0, text.Length, frame, key, _rules.Looked, this);
        Report(text, frame, state, key, place, escapes, 0, text.Length);
        if (_rules.Patterns.Length > 0)
        {
            OwnPatterns(text, 0, text.Length, frame, state, key, place, escapes);
        }

        if (!frame.Masks.AnySpecial || _framesUsed >= MostFrames)
        {
            return;
        }

        var below = Take(frame);
        if (below.View.ReadEncoded(text) || text.Contains((byte)'\\') && below.View.Read(text, 0, text.Length, json: false) && below.View.Length != text.Length)
        {
            InView(below, state, key, place == HitPlace.WholeString ? HitPlace.Text : place, escapes);
        }

        Return();
    }

    private static bool LooksLikeJson(ReadOnlySpan<byte> text, int start, int end)
    {
        if (end - start < 2 || text[start] is not ((byte)'{' or (byte)'[' or (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n'))
        {
            return false;
        }

        var trimmed = text[start..end].Trim(" \t\r\n"u8);
        return trimmed.Length >= 2 && (trimmed[0] == (byte)'{' && trimmed[^1] == (byte)'}' || trimmed[0] == (byte)'[' && trimmed[^1] == (byte)']');
    }

    /// <summary>JSON inside a string: the paths go on in it. False when it is none after all; then nothing was reported.</summary>
    private bool Nested(ReadOnlySpan<byte> text, int start, int end, Frame parent, int state, KeyMeaning key, int escapes)
    {
        if (_framesUsed >= MostFrames || escapes > 6)
        {
            return false;
        }

        var hits = Hits.Count;
        var arena = Arena.Count;
        var frame = Take(parent);
        // A copy as it is: every frame has the same kind of way back.
        frame.View.Copy(text, start, end);
        frame.Masks.Scan(frame.View.Text, json: true);
        var malformed = _malformed;
        var read = Walk(frame.View.Text, frame, state, escapes + 1, key) is null && _malformed == malformed;
        _malformed = malformed;
        if (!read)
        {
            Hits.Cut(hits);
            Arena.Cut(arena);
        }

        Return();
        return read;
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
        var hit = new Hit { Rule = rule.Index, Entity = entity, Place = place, Escapes = (byte)escapes, Path = Here(key), TextStart = start, TextLength = end - start };
        if (frame.HasView)
        {
            hit.Start = frame.ToRecord(start);
            hit.End = frame.ToRecord(end);
            hit.TextStart = Arena.AddRange(text[start..end]);
            hit.InArena = true;
        }
        else
        {
            hit.Start = start;
            hit.End = end;
        }

        Hits.Add(hit);
    }

    /// <summary>Patterns of the rules' own authors: only values that hold the anchor are tried.</summary>
    private void OwnPatterns(ReadOnlySpan<byte> text, int start, int end, Frame frame, int state, KeyMeaning key, HitPlace place, int escapes)
    {
        foreach (var rule in _rules.Patterns)
        {
            if (text[start..end].IndexOf(rule.Pattern!.Anchor) < 0 || rule.Path >= 0 && !_rules.Paths.Accepts(state).Contains(rule.Path))
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

    private string? _tooSlow;

    /// <summary>Makes the hits disjoint and puts them in order.</summary>
    private string? Settle()
    {
        if (_malformed)
        {
            return "the record holds an escape that JSON does not know";
        }

        if (_tooSlow is not null)
        {
            return $"the pattern of rule '{_tooSlow}' took too long";
        }

        if (Hits.Count > _limits.MaxHits)
        {
            return "the record holds more values to transform than allowed";
        }

        Disjoint(Hits);
        return null;
    }

    /// <summary>A field first, then what chance makes more rarely, then the first rule.</summary>
    private static bool Surer(in Hit a, in Hit b)
    {
        var (chanceA, chanceB) = (a.Entity < 0 ? -1 : EntityCatalogue.All[a.Entity].ChanceRate ?? 0, b.Entity < 0 ? -1 : EntityCatalogue.All[b.Entity].ChanceRate ?? 0);
        return chanceA < chanceB || chanceA == chanceB && a.Rule < b.Rule;
    }

    /// <summary>
    /// Of hits that overlap, the longest stands, then the surest. It grows over what the others covered, so that no piece of theirs stays in clear.
    /// </summary>
    internal static void Disjoint(Pool<Hit> hits)
    {
        var items = hits.Items;
        if (items.Length < 2)
        {
            return;
        }

        var sorted = true;
        for (var i = 1; i < items.Length && sorted; i++)
        {
            sorted = items[i].Start >= items[i - 1].End;
        }

        if (sorted)
        {
            return;
        }

        items.Sort(static (a, b) => a.Start != b.Start ? a.Start.CompareTo(b.Start) : b.End.CompareTo(a.End));
        var kept = 0;
        for (var i = 1; i < items.Length; i++)
        {
            ref var last = ref items[kept];
            ref readonly var next = ref items[i];
            if (next.Start >= last.End)
            {
                items[++kept] = next;
                continue;
            }

            int start = Math.Min(last.Start, next.Start), end = Math.Max(last.End, next.End);
            int lastLength = last.End - last.Start, nextLength = next.End - next.Start;
            if (nextLength > lastLength || nextLength == lastLength && Surer(next, last))
            {
                last = next;
            }

            // The value that the transform sees stays the winner's own.
            last.Start = start;
            last.End = end;
        }

        hits.Cut(kept + 1);
    }
}
