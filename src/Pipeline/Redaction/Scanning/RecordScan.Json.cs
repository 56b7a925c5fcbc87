using System.Numerics;
using System.Runtime.CompilerServices;
using Weir.Pipeline.Redaction.Detection;
using Weir.Pipeline.Redaction.Rules;

namespace Weir.Pipeline.Redaction.Scanning;

/// <summary>What the walk over JSON does with the strings, scalars and keys that it meets.</summary>
internal sealed partial class RecordScan
{
    private bool _malformed;

    /// <summary>Several words, which may name a number that has no anchor of its own, or a person.</summary>
    private bool Wordy(ReadOnlySpan<byte> text, int start, int end, BlockMasks masks) =>
        end - start > 8 && (_rules.LooksByWords && BlockMasks.Any(masks.Digits, start, end) && Detectors.HasWords(text[start..end]) || _rules.LooksInProse && ProseDetector.MayHold(text, start, end));

    /// <summary>The counters of the place that is being read: of the value of <paramref name="key"/>, or of an element.</summary>
    private PathCount Here(KeyMeaning key)
    {
        // Inside the value there may be more JSON, which is deeper.
        if (_along is not { } step || _depth != step.Container!.Depth)
        {
            return ByLevels(key);
        }

        if (step.Count is null)
        {
            Fill(step.Container);
            step.Count = ByLevels(key);
        }

        return step.Count;
    }

    private PathCount ByLevels(KeyMeaning key)
    {
        ulong name = 0;
        for (var i = 2; i <= _depth + 1; i++)
        {
            var element = _levels[i - 1].IsArray;
            name = BitOperations.RotateLeft(name ^ (element ? 1UL : (ulong)(i > _depth ? key : _levels[i].Key).Id + 2), 17) * 0x9E3779B97F4A7C15 + 1;
        }

        return _rules.Counters.Find(name) ?? _rules.Counters.Add(name, Spelled(key));
    }

    private string Spelled(KeyMeaning key)
    {
        var path = new System.Text.StringBuilder();
        for (var i = 2; i <= _depth + 1; i++)
        {
            path.Append('/').Append(_levels[i - 1].IsArray ? "[]" : (i > _depth ? key : _levels[i].Key).Shown);
        }

        return path.ToString();
    }

    private int ElementState(int state, int index)
    {
        if (state == PathMatcher.Dead)
        {
            return state;
        }

        var paths = _rules.Paths;
        if (paths.NamesIndexes && paths.Symbol(index.ToString()) is var named and not PathMatcher.OtherKey)
        {
            return paths.Next(state, named);
        }

        return paths.Next(state, PathMatcher.Element);
    }

    private KeyMeaning Key(ReadOnlySpan<byte> text, int start, int end, Frame frame, int escapes)
    {
        var masks = frame.Masks;
        var special = masks.AnySpecial && BlockMasks.Any(masks.Special, start, end);
        Value(text, start, end, frame, _levels[_depth].State, KeyMeaning.None, HitPlace.Key, escapes);

        if (!special)
        {
            return _rules.Key(text[start..end]);
        }

        var view = Take(frame);
        if (!view.View.Read(text, start, end, json: true))
        {
            _malformed = true;
        }

        var meaning = _rules.Key(view.View.Text);
        Return();
        return meaning;
    }

    private void Field(ReadOnlySpan<byte> text, int start, int end, Frame frame, CompiledRule rule, KeyMeaning key, int escapes)
    {
        if (_levels[_depth].Whole)
        {
            return;
        }

        if (_rules.MakesNulls)
        {
            _quotes = (frame.ToRecord(start - 1), frame.ToRecord(end + 1));
        }

        if (!frame.Masks.AnySpecial || !BlockMasks.Any(frame.Masks.Special, start, end))
        {
            Add(text, frame, start, end, rule, -1, key, HitPlace.WholeString, escapes);
            return;
        }

        var view = Take(frame);
        if (view.View.Read(text, start, end, json: true, exact: true))
        {
            Add(view.View.Text, view, 0, view.View.Length, rule, -1, key, HitPlace.WholeString, escapes);
            // An empty view (only invisible characters) still covers the whole string.
            Hits[Hits.Count - 1].Start = frame.ToRecord(start);
            Hits[Hits.Count - 1].End = frame.ToRecord(end);
        }
        else
        {
            _malformed = true;
        }

        Return();
    }

    /// <summary>A string that a detector, a field rule or words may concern.</summary>
    /// <param name="anchored">An anchor or a special byte stands in it.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void String(ReadOnlySpan<byte> text, int start, int end, bool anchored, Frame frame, int state, KeyMeaning key, CompiledRule? field, int escapes)
    {
        if (field is not null)
        {
            Field(text, start, end, frame, field, key, escapes);
            return;
        }

        var masks = frame.Masks;
        if (key.Depends && OnTrail is null)
        {
            key = InItsRole(text, start, end, state, key);
        }

        if (_rules.Patterns.Length == 0 && !key.NamesAny
            && (anchored ? key.OtherNumber && masks.DigitRun(start) == end - start || Commonplace.Is(text[start..end]) : !Wordy(text, start, end, masks)))
        {
            return;
        }

        if (end > start)
        {
            // "Thomas Cook Voucher": a thing's name that begins as a person's.
            _isThing = key.Role != KeyRole.None && IsThing(key);
            Value(text, start, end, frame, state, key, HitPlace.WholeString, escapes);
            _isThing = false;
        }
    }

    /// <summary>A scalar that a detector or a field rule may concern.</summary>
    /// <param name="anchored">An anchor stands in it.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Scalar(ReadOnlySpan<byte> text, int start, int end, bool anchored, Frame frame, int state, KeyMeaning key, CompiledRule? field, int escapes)
    {
        if (text[start] == (byte)'n')
        {
            return;
        }

        if (field is not null)
        {
            if (_depth == 0 || !_levels[_depth].Whole)
            {
                Add(text, frame, start, end, field, -1, key, HitPlace.Scalar, escapes);
            }
        }
        else if (text[start] < (byte)'f' && end - start >= 4 && (anchored || key.NamesAny || key.Depends || _rules.Patterns.Length > 0))
        {
            Value(text, start, end, frame, state, key.Depends && OnTrail is null ? InItsRole(text, start, end, state, key) : key, HitPlace.Scalar, escapes);
        }
    }

    /// <summary>A number or one of the three words.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsScalar(ReadOnlySpan<byte> text, int start, int end, BlockMasks masks)
    {
        // Most: a positive number without a leading zero, digits alone or with a point between.
        if ((uint)(text[start] - '1') <= 8)
        {
            var to = start + masks.DigitRun(start);
            if (to == end || to + 1 < end && text[to] == (byte)'.' && to + 1 + masks.DigitRun(to + 1) == end)
            {
                return true;
            }
        }

        return IsWordOrNumber(text[start..end]);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool IsWordOrNumber(ReadOnlySpan<byte> value) =>
        value[0] >= (byte)'f' ? value.SequenceEqual("null"u8) || value.SequenceEqual("true"u8) || value.SequenceEqual("false"u8) : IsNumber(value);

    /// <summary>The number grammar of RFC 8259, section 6.</summary>
    private static bool IsNumber(ReadOnlySpan<byte> value)
    {
        var i = 0;
        if (i < value.Length && value[i] == (byte)'-')
        {
            i++;
        }

        var digits = Digits(value, ref i);
        if (digits == 0 || digits > 1 && value[i - digits] == (byte)'0')
        {
            return false;
        }

        if (i < value.Length && value[i] == (byte)'.')
        {
            i++;
            if (Digits(value, ref i) == 0)
            {
                return false;
            }
        }

        if (i < value.Length && (value[i] | 0x20) == 'e')
        {
            i++;
            if (i < value.Length && value[i] is (byte)'+' or (byte)'-')
            {
                i++;
            }

            if (Digits(value, ref i) == 0)
            {
                return false;
            }
        }

        return i == value.Length;

        static int Digits(ReadOnlySpan<byte> value, ref int i)
        {
            var start = i;
            while (i < value.Length && (uint)(value[i] - '0') <= 9)
            {
                i++;
            }

            return i - start;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int SkipBlank(ReadOnlySpan<byte> text, int at)
    {
        while ((uint)at < (uint)text.Length && text[at] <= ' ' && text[at] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
        {
            at++;
        }

        return at;
    }

    /// <summary>The last byte before <paramref name="end"/> that is not blank; -1 for none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int LastBefore(ReadOnlySpan<byte> text, int end)
    {
        var at = end - 1;
        while ((uint)at < (uint)text.Length && text[at] <= ' ' && text[at] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
        {
            at--;
        }

        return at;
    }
}
