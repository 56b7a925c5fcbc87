using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Weir.Pipeline.Redaction.Detection;
using Weir.Pipeline.Redaction.Rules;

namespace Weir.Pipeline.Redaction.Scanning;

/// <summary>The walk over JSON (RFC 8259): from one structural byte to the next, with the path automaton one step a level.</summary>
internal sealed partial class RecordScan
{
    private bool _malformed;

    private struct Level
    {
        public int State;
        public int Index;
        public int Start;
        public bool IsArray;
        public CompiledRule? Inherited;
        public bool Whole;

        /// <summary>The key whose value this container is, or whose value the arrays around it are.</summary>
        public KeyMeaning Key;
    }

    private Level[] _levels = new Level[72];

    /// <summary>
    /// Null when the text is one JSON value and was read; else what is wrong with it. Goes from one structural byte to the next: a string or scalar is all that stands between two of them.
    /// That each string is one string shows at the end, in the count of all quotes.
    /// </summary>
    private string? Walk(ReadOnlySpan<byte> text, Frame frame, int state, int escapes, KeyMeaning key, int start = 0)
    {
        if (frame.Masks.Malformed)
        {
            return Broken;
        }

        // A nested walk uses the levels above those in use.
        var floor = _depth;
        try
        {
            return Step(text, frame, state, escapes, key, start, floor);
        }
        finally
        {
            _depth = floor;
        }
    }

    /// <summary>The walk itself. It is the inner loop of all redaction: places come from the lists of the masks, so they lie inside the text, and are read without a second check.</summary>
    private string? Step(ReadOnlySpan<byte> text, Frame frame, int state, int escapes, KeyMeaning key, int at, int floor)
    {
        var rules = _rules;
        var masks = frame.Masks;
        var every = rules.Patterns.Length > 0;
        var words = rules.LooksByWords || rules.LooksInProse;
        ref var first = ref MemoryMarshal.GetReference(text);
        ref var structural = ref MemoryMarshal.GetArrayDataReference(masks.Structural);
        ref var interest = ref MemoryMarshal.GetArrayDataReference(masks.Interests);
        var strings = 0;

        // The container that is being read, as locals; the levels hold those around it.
        var inArray = false;
        var levelState = PathMatcher.Dead;
        CompiledRule? field = null, inherited = null;
        int next, close;

    value:
        // A value begins at the next byte that is not blank; the next structural byte ends it, or is it.
        if (at >= text.Length || Unsafe.Add(ref first, at) <= ' ' && (at = SkipBlank(text, at)) >= text.Length)
        {
            return Broken;
        }

        next = structural;
        if (Unsafe.Add(ref first, at) == (byte)'"')
        {
            close = next - 1;
            if (Unsafe.Add(ref first, close) != (byte)'"')
            {
                close = LastBefore(text, next);
            }

            if (close <= at || Unsafe.Add(ref first, close) != (byte)'"')
            {
                return Broken;
            }

            strings++;
            while (interest <= at)
            {
                interest = ref Unsafe.Add(ref interest, 1);
            }

            if (field is not null)
            {
                Field(text, at + 1, close, frame, field, key, escapes);
            }
            else if (interest < close ? every || key.NamesAny || !key.OtherNumber || masks.DigitRun(at + 1) != close - at - 1
                : close > at + 1 && (key.NamesAny || every || words && Wordy(text, at + 1, close, masks)))
            {
                Value(text, at + 1, close, frame, state, key, HitPlace.WholeString, escapes);
            }

            at = next;
            goto after;
        }

        if (Unsafe.Add(ref first, at) is (byte)'{' or (byte)'[')
        {
            if (!Push(at, text[at] == (byte)'[', state, field, key, floor))
            {
                return "the record is nested deeper than allowed";
            }

            structural = ref Unsafe.Add(ref structural, 1);
            (inArray, levelState, inherited) = (text[at] == (byte)'[', state, field);
            at = SkipBlank(text, at + 1);
            if (at < text.Length && text[at] == (inArray ? (byte)']' : (byte)'}'))
            {
                goto leave;
            }

            goto member;
        }

        // A number or word, up to the sign that ends it.
        close = next - 1;
        if (close >= 0 && Unsafe.Add(ref first, close) <= ' ')
        {
            close = LastBefore(text, next);
        }

        while (interest < at)
        {
            interest = ref Unsafe.Add(ref interest, 1);
        }

        if (close < at || !Scalar(text, at, close + 1, interest <= close || every, frame, state, key, field, escapes))
        {
            return Broken;
        }

        at = next;
        goto after;

    member:
        // Inside a container, before a key or an element.
        if (inArray)
        {
            ref var level = ref _levels[_depth];
            state = rules.AnyFieldRule ? ElementState(levelState, level.Index++) : PathMatcher.Dead;
            field = inherited ?? rules.FieldRule(state);
            key = level.Key;
            goto value;
        }

        next = structural;
        if (next >= text.Length || Unsafe.Add(ref first, at) <= ' ' && (at = SkipBlank(text, at)) >= next)
        {
            return Broken;
        }

        close = next - 1;
        if (Unsafe.Add(ref first, close) != (byte)'"')
        {
            close = LastBefore(text, next);
        }

        if (close <= at || Unsafe.Add(ref first, at) != (byte)'"' || Unsafe.Add(ref first, close) != (byte)'"' || Unsafe.Add(ref first, next) != (byte)':')
        {
            return Broken;
        }

        strings++;
        structural = ref Unsafe.Add(ref structural, 1);
        while (interest <= at)
        {
            interest = ref Unsafe.Add(ref interest, 1);
        }

        key = interest < close ? Key(text, at + 1, close, frame, escapes) : rules.Key(text, at + 1, close);
        field = inherited;
        state = PathMatcher.Dead;
        if (levelState != PathMatcher.Dead)
        {
            state = rules.Paths.Next(levelState, key.Symbol);
            field ??= rules.FieldRule(state);
        }

        at = next + 1;
        goto value;

    after:
        // A value has ended; 'at' is the next structural byte or the end.
        if (_depth == floor)
        {
            return at == text.Length && masks.Quotes == 2 * strings ? null : Broken;
        }

        if (at >= text.Length)
        {
            return Broken;
        }

        if (Unsafe.Add(ref first, at) == (byte)',')
        {
            structural = ref Unsafe.Add(ref structural, 1);
            at++;
            goto member;
        }

        if (Unsafe.Add(ref first, at) != (inArray ? (byte)']' : (byte)'}'))
        {
            return Broken;
        }

    leave:
        structural = ref Unsafe.Add(ref structural, 1);
        Pop(text, frame, at, escapes, floor);
        ref readonly var outer = ref _levels[_depth];
        (inArray, levelState, inherited) = (outer.IsArray, outer.State, outer.Inherited);
        at = SkipBlank(text, at + 1);
        if (at != structural)
        {
            return Broken;
        }

        goto after;
    }

    private const string Broken = "the record is not valid JSON";

    /// <summary>Goes into a container; false when that is deeper than allowed.</summary>
    private bool Push(int start, bool isArray, int state, CompiledRule? field, KeyMeaning key, int floor)
    {
        if (_depth - floor == _limits.MaxDepth || _depth + 1 >= 2 * _limits.MaxDepth)
        {
            return false;
        }

        if (_depth + 1 >= _levels.Length)
        {
            Array.Resize(ref _levels, _levels.Length * 2);
        }

        ref var level = ref _levels[++_depth];
        level.IsArray = isArray;
        level.State = state;
        level.Index = 0;
        level.Start = start;
        level.Inherited = field;
        level.Whole = field is { Rule.Transform.Kind: TransformKind.Redact or TransformKind.Fixed or TransformKind.Null };
        level.Key = key;
        return true;
    }

    /// <summary>Leaves the container that ends at <paramref name="end"/>; one that a rule takes as a whole becomes a hit.</summary>
    private void Pop(ReadOnlySpan<byte> text, Frame frame, int end, int escapes, int floor)
    {
        ref var level = ref _levels[_depth--];
        if (level.Whole && (_depth == floor || !_levels[_depth].Whole))
        {
            Add(text, frame, level.Start, end + 1, level.Inherited!, -1, level.Key, HitPlace.Container, escapes);
        }
    }

    /// <summary>Several words, which may name a number that has no anchor of its own, or a person.</summary>
    private bool Wordy(ReadOnlySpan<byte> text, int start, int end, BlockMasks masks) =>
        end - start > 8 && (_rules.LooksInProse || BlockMasks.Any(masks.Digits, start, end)) && Detectors.HasWords(text[start..end]);

    private int _depth;

    /// <summary>The counters of the place that is being read: of the value of <paramref name="key"/>, or of an element.</summary>
    private PathCount Here(KeyMeaning key)
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
        Value(text, start, end, frame, PathMatcher.Dead, KeyMeaning.None, HitPlace.Key, escapes);

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

    /// <param name="look">A detector has to look at it.</param>
    private bool Scalar(ReadOnlySpan<byte> text, int start, int end, bool look, Frame frame, int state, KeyMeaning key, CompiledRule? field, int escapes)
    {
        var value = text[start..end];
        var word = value[0] >= (byte)'f';
        if (word)
        {
            if (value.SequenceEqual("null"u8))
            {
                return true;
            }

            if (!value.SequenceEqual("true"u8) && !value.SequenceEqual("false"u8))
            {
                return false;
            }
        }
        else if (!IsNumber(value))
        {
            return false;
        }

        if (field is not null)
        {
            if (_depth == 0 || !_levels[_depth].Whole)
            {
                Add(text, frame, start, end, field, -1, key, HitPlace.Scalar, escapes);
            }
        }
        else if (!word && value.Length >= 4 && (look || key.NamesAny))
        {
            Value(text, start, end, frame, state, key, HitPlace.Scalar, escapes);
        }

        return true;
    }

    /// <summary>The number grammar of RFC 8259, section 6.</summary>
    private static bool IsNumber(ReadOnlySpan<byte> value)
    {
        var i = 0;
        if (value[0] is >= (byte)'1' and <= (byte)'9')
        {
            // Digits alone, as most numbers are.
            while ((uint)i < (uint)value.Length && (uint)(value[i] - '0') <= 9)
            {
                i++;
            }

            if (i == value.Length)
            {
                return true;
            }

            i = 0;
        }

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
