using System.Numerics;
using System.Runtime.CompilerServices;
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
        public KeyContext Context;

        /// <summary>Objects: the key whose value is being read.</summary>
        public KeyMeaning? Key;
    }

    private Level[] _levels = new Level[72];

    private ref struct Cursor(ulong[] masks, int blocks)
    {
        private readonly ulong[] _masks = masks;
        private readonly int _blocks = blocks;
        private int _block;
        private ulong _bits = blocks > 0 ? masks[0] : 0;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public int Next()
        {
            while (_bits == 0)
            {
                if (++_block >= _blocks)
                {
                    return -1;
                }

                _bits = _masks[_block];
            }

            var at = _block * 64 + BitOperations.TrailingZeroCount(_bits);
            _bits &= _bits - 1;
            return at;
        }
    }

    /// <summary>Null when the text is one JSON value and was read; else what is wrong with it.</summary>
    private string? Walk(ReadOnlySpan<byte> text, Frame frame, int state, int escapes, int done = 0)
    {
        const string Broken = "the record is not valid JSON";
        if (frame.Masks.Malformed)
        {
            return Broken;
        }

        // A nested walk uses the levels above those in use.
        var floor = _depth;
        var mostDepth = _limits.MaxDepth;
        var cursor = new Cursor(frame.Masks.Structural, frame.Masks.Blocks);
        var rules = _rules;
        var context = KeyContext.None;
        CompiledRule? field = null;
        var at = cursor.Next();
        try
        {
        value:
            // Here a value begins in (done, at].
            if (at < 0)
            {
                // A bare number or word as the whole text.
                var (bareStart, bareEnd) = Trim(text, done, text.Length);
                return _depth == floor && bareStart < bareEnd && Scalar(text, bareStart, bareEnd, frame, state, context, field, escapes) ? null : Broken;
            }

            var b = text[at];
            if (b == (byte)'"')
            {
                var close = cursor.Next();
                if (close < 0 || !Blank(text, done, at))
                {
                    return Broken;
                }

                if (field is not null)
                {
                    Field(text, at + 1, close, frame, field, escapes);
                }
                else
                {
                    StringValue(text, at + 1, close, frame, state, context, escapes);
                }

                done = close + 1;
                at = cursor.Next();
                goto after;
            }

            if (b is (byte)'{' or (byte)'[')
            {
                if (!Blank(text, done, at))
                {
                    return Broken;
                }

                if (_depth - floor == mostDepth || _depth + 1 >= 2 * mostDepth)
                {
                    return "the record is nested deeper than allowed";
                }

                if (_depth + 1 >= _levels.Length)
                {
                    Array.Resize(ref _levels, _levels.Length * 2);
                }

                ref var level = ref _levels[++_depth];
                level.IsArray = b == (byte)'[';
                level.State = state;
                level.Index = 0;
                level.Start = at;
                level.Inherited = field;
                level.Whole = field is { Rule.Transform.Kind: TransformKind.Redact or TransformKind.Fixed or TransformKind.Null };
                level.Context = context;
                level.Key = null;
                done = at + 1;
                at = cursor.Next();
                if (at >= 0 && text[at] == (level.IsArray ? (byte)']' : (byte)'}') && Blank(text, done, at))
                {
                    goto close;
                }

                goto member;
            }

            // A number or word, up to the sign that ends it.
            {
                var (start, end) = Trim(text, done, at);
                if (start == end || !Scalar(text, start, end, frame, state, context, field, escapes))
                {
                    return Broken;
                }

                done = at;
                goto after;
            }

        member:
            // Inside a container, before a key or an element.
            {
                ref var level = ref _levels[_depth];
                if (level.IsArray)
                {
                    state = rules.AnyFieldRule ? ElementState(level.State, level.Index++) : PathMatcher.Dead;
                    field = level.Inherited ?? (state == PathMatcher.Dead ? null : rules.FieldRule(state));
                    context = level.Context;
                    goto value;
                }

                if (at < 0 || text[at] != (byte)'"' || !Blank(text, done, at))
                {
                    return Broken;
                }

                var close = cursor.Next();
                var colon = cursor.Next();
                if (close < 0 || colon < 0 || text[colon] != (byte)':' || !Blank(text, close + 1, colon))
                {
                    return Broken;
                }

                var meaning = Key(text, at + 1, close, frame, escapes);
                state = level.State == PathMatcher.Dead ? PathMatcher.Dead : rules.Paths.Next(level.State, meaning.Symbol);
                field = level.Inherited ?? (state == PathMatcher.Dead ? null : rules.FieldRule(state));
                context = meaning.Context;
                level.Key = meaning;
                done = colon + 1;
                at = cursor.Next();
                goto value;
            }

        after:
            // A value has ended before 'done'; 'at' is the next structural byte.
            if (_depth == floor)
            {
                return at < 0 && Blank(text, done, text.Length) ? null : Broken;
            }

            if (at < 0 || !Blank(text, done, at))
            {
                return Broken;
            }

            done = at + 1;
            if (text[at] == (byte)',')
            {
                at = cursor.Next();
                goto member;
            }

            if (text[at] != (_levels[_depth].IsArray ? (byte)']' : (byte)'}'))
            {
                return Broken;
            }

        close:
            {
                ref var level = ref _levels[_depth--];
                if (level.Whole && (_depth == floor || !_levels[_depth].Whole))
                {
                    Add(text, frame, level.Start, at + 1, level.Inherited!, -1, HitPlace.Container, escapes);
                }

                done = at + 1;
                at = cursor.Next();
                goto after;
            }
        }
        finally
        {
            _depth = floor;
        }
    }

    private int _depth;

    /// <summary>The counters of the place that is being read.</summary>
    private PathCount Here()
    {
        ulong name = 0;
        for (var i = 1; i <= _depth; i++)
        {
            name = BitOperations.RotateLeft(name ^ (_levels[i].IsArray ? 1UL : _levels[i].Key is { } key ? (ulong)key.Id + 2 : 0), 17) * 0x9E3779B97F4A7C15 + 1;
        }

        return _rules.Counters.Find(name) ?? _rules.Counters.Add(name, Spelled());
    }

    private string Spelled()
    {
        var path = new System.Text.StringBuilder();
        for (var i = 1; i <= _depth; i++)
        {
            path.Append('/').Append(_levels[i].IsArray ? "[]" : _levels[i].Key?.Shown ?? "*");
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

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void StringValue(ReadOnlySpan<byte> text, int start, int end, Frame frame, int state, KeyContext context, int escapes)
    {
        // Nothing to look at: no anchor, nothing encoded, no key that says otherwise, and too short for JSON in a string.
        var masks = frame.Masks;
        if (context.Entities.Length == 0 && _rules.Patterns.Length == 0 && !BlockMasks.Any(masks.Anchors, start, end) && !(masks.AnySpecial && BlockMasks.Any(masks.Special, start, end)))
        {
            return;
        }

        if (start < end)
        {
            Value(text, start, end, frame, state, context, HitPlace.WholeString, escapes);
        }
    }

    private KeyMeaning Key(ReadOnlySpan<byte> text, int start, int end, Frame frame, int escapes)
    {
        var masks = frame.Masks;
        var special = masks.AnySpecial && BlockMasks.Any(masks.Special, start, end);
        if (special || BlockMasks.Any(masks.Anchors, start, end))
        {
            Value(text, start, end, frame, PathMatcher.Dead, KeyContext.None, HitPlace.Key, escapes);
        }

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

    private void Field(ReadOnlySpan<byte> text, int start, int end, Frame frame, CompiledRule rule, int escapes)
    {
        if (_levels[_depth].Whole)
        {
            return;
        }

        if (!frame.Masks.AnySpecial || !BlockMasks.Any(frame.Masks.Special, start, end))
        {
            Add(text, frame, start, end, rule, -1, HitPlace.WholeString, escapes);
            return;
        }

        var view = Take(frame);
        if (view.View.Read(text, start, end, json: true))
        {
            Add(view.View.Text, view, 0, view.View.Length, rule, -1, HitPlace.WholeString, escapes);
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

    private bool Scalar(ReadOnlySpan<byte> text, int start, int end, Frame frame, int state, KeyContext context, CompiledRule? field, int escapes)
    {
        var value = text[start..end];
        if (value.SequenceEqual("null"u8))
        {
            return true;
        }

        var word = value.SequenceEqual("true"u8) || value.SequenceEqual("false"u8);
        if (!word && !IsNumber(value))
        {
            return false;
        }

        if (field is not null)
        {
            if (!_levels[_depth].Whole)
            {
                Add(text, frame, start, end, field, -1, HitPlace.Scalar, escapes);
            }
        }
        else if (!word && value.Length >= 4)
        {
            Value(text, start, end, frame, state, context, HitPlace.Scalar, escapes);
        }

        return true;
    }

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
    private static bool Blank(ReadOnlySpan<byte> text, int start, int end) => start == end || BlankSlow(text, start, end);

    private static bool BlankSlow(ReadOnlySpan<byte> text, int start, int end) => !text[start..end].ContainsAnyExcept(" \t\r\n"u8);

    private static (int Start, int End) Trim(ReadOnlySpan<byte> text, int start, int end)
    {
        while (start < end && text[start] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
        {
            start++;
        }

        while (end > start && text[end - 1] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
        {
            end--;
        }

        return (start, end);
    }
}
