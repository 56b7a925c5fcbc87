using Weir.Pipeline.Redaction.Detection;
using Weir.Pipeline.Redaction.Rules;

namespace Weir.Pipeline.Redaction.Scanning;

/// <summary>Values that are not what they seem: escapes, look-alikes, JSON in a string, percent signs and references, base64, hexadecimal. Each is read in a view that knows the way back.</summary>
internal sealed partial class RecordScan
{
    /// <summary>
    /// The base64 or base32 run around a place holds personal data: the whole run becomes a finding of the first entity in it. Returns its end, or 0.
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
        var run = text[start..end];
        var length = Base64Text.Decode(run, ref inner.Buffer);
        return length > 0 ? Hidden(start, end, inner, length, frame) : Hidden(start, end, inner, HiddenText.OfBase32(run.TrimEnd((byte)'='), ref inner.Buffer), frame);
    }

    /// <summary>As <see cref="InEncoded"/> for pairs of hexadecimal digits in [start, end), with or without signs between them.</summary>
    public int InHexadecimal(ReadOnlySpan<byte> text, int start, int end, Frame frame)
    {
        if (_framesUsed >= MostFrames)
        {
            return 0;
        }

        var inner = Take(null);
        return Hidden(start, end, inner, HiddenText.OfHexadecimal(text[start..end], ref inner.Buffer), frame);
    }

    /// <summary>The run [start, end) becomes a finding of the first entity in its decoded bytes, the first of the frame's buffer. Gives the frame back.</summary>
    private int Hidden(int start, int end, Frame inner, int length, Frame frame)
    {
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

            if (_rules.PatternsAsWritten && frame.View.Read(text, start, end, json, exact: true))
            {
                var first = Hits.Count;
                OwnPatterns(frame.View.Text, 0, frame.View.Length, frame, state, key, place, escapes);
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

        if (_along is not null)
        {
            Fill(_along.Container!);
        }

        var hits = Hits.Count;
        var arena = Arena.Count;
        var quotes = _quotes;
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
            _quotes = quotes;
        }

        Return();
        return read;
    }
}
