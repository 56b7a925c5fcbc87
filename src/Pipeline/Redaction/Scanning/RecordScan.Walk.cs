using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Weir.Pipeline.Redaction.Detection;
using Weir.Pipeline.Redaction.Rules;

namespace Weir.Pipeline.Redaction.Scanning;

/// <summary>The walk over JSON (RFC 8259): from one structural byte to the next, with the path automaton one step a level.</summary>
internal sealed partial class RecordScan
{
    private const string Broken = "the record is not valid JSON";

    private Level[] _levels = new Level[72];
    private int _depth;

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

        /// <summary>It is about a person: its key says so, or one that stood in it.</summary>
        public bool IsPerson;

        /// <summary>A value that is a person's name if it is.</summary>
        public KeyMeaning? Name;
        public int NameStart;
        public int NameEnd;
        public int NameState;
    }

    /// <summary>
    /// Null when the text is one JSON value and was read; else what is wrong with it. Goes from one structural byte to the next: a string or scalar is all that stands between two of them.
    /// That each string is one string shows at the end, in the count of all quotes.
    /// </summary>
    private string? Walk(ReadOnlySpan<byte> text, Frame frame, int state, int escapes, KeyMeaning key, int start = 0, TrailWalk trail = default)
    {
        if (frame.Masks.Malformed)
        {
            return Broken;
        }

        // A nested walk uses the levels above those in use.
        var floor = _depth;
        try
        {
            if (Step(text, frame, state, escapes, key, start, floor, trail) is { } reason)
            {
                return reason;
            }

            if (!frame.HasView && start == 0 && floor == 0 && _limits.MaxDepth >= Trail.Deepest && _rules.Trail.Learns)
            {
                _rules.Trail.Learn(text, frame.Masks);
            }

            return null;
        }
        finally
        {
            _depth = floor;
        }
    }

    /// <summary>
    /// The walk itself, the inner loop of all redaction: places come from the lists of the masks, so they lie inside the text, and are read without a second check.
    /// A key is mostly one that has followed the key before it in an earlier record; then one comparison of 32 bytes is all that it takes.
    /// </summary>
    [SkipLocalsInit]
    private string? Step(ReadOnlySpan<byte> text, Frame frame, int state, int escapes, KeyMeaning key, int at, int floor, in TrailWalk trail)
    {
        var rules = _rules;
        var masks = frame.Masks;
        ref var first = ref MemoryMarshal.GetReference(text);
        var length = text.Length;
        masks.ListStructural(trail.At);
        ref var structural = ref MemoryMarshal.GetArrayDataReference(masks.Structural);
        ref var interest = ref MemoryMarshal.GetArrayDataReference(masks.Interests);
        var every = rules.Looks != Unanchored.None;
        var last = rules.FirstKey;
        var strings = 0;

        // The container that is being read, as locals; the levels hold those around it.
        var inArray = false;
        var levelState = PathMatcher.Dead;
        CompiledRule? field = null, inherited = null;

        if (trail.Last is { Container: { } container } step)
        {
            // Behind a value, from where on nothing was foreseen.
            Fill(container);
            _along = null;
            _depth = container.Depth;
            (inArray, levelState) = (container.IsArray, container.State);
            last = step.Key.Step ?? last;
            strings = trail.Strings;
            at = SkipBlank(text, step.IsString ? trail.At + 1 : trail.At);
            if (at != structural)
            {
                return Broken;
            }

            goto after;
        }

    value:
        // A value begins at the next byte that is not blank; the next structural byte ends it, or is it.
        if (at >= length || Unsafe.Add(ref first, at) <= ' ' && (at = SkipBlank(text, at)) >= length)
        {
            return Broken;
        }

        var next = structural;
        if (Unsafe.Add(ref first, at) == (byte)'"')
        {
            var close = next - 1;
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

            if (interest < close || every || key.Stops || field is not null)
            {
                String(text, at + 1, close, interest < close, frame, state, key, field, escapes);
            }

            at = next;
        }
        else if (Unsafe.Add(ref first, at) is (byte)'{' or (byte)'[')
        {
            inArray = Unsafe.Add(ref first, at) == (byte)'[';
            if (!Push(at, inArray, state, field, key, floor))
            {
                return "the record is nested deeper than allowed";
            }

            structural = ref Unsafe.Add(ref structural, 1);
            (levelState, inherited) = (state, field);
            at++;
            if (at < length && (Unsafe.Add(ref first, at) > ' ' || (at = SkipBlank(text, at)) < length) && Unsafe.Add(ref first, at) == (inArray ? (byte)']' : (byte)'}'))
            {
                goto leave;
            }

            goto member;
        }
        else
        {
            // A number or word, up to the sign that ends it.
            var close = next - 1;
            if (close >= 0 && Unsafe.Add(ref first, close) <= ' ')
            {
                close = LastBefore(text, next);
            }

            while (interest < at)
            {
                interest = ref Unsafe.Add(ref interest, 1);
            }

            if (close < at || !IsScalar(text, at, close + 1, masks))
            {
                return Broken;
            }

            if (interest <= close || every || key.Stops || field is not null)
            {
                Scalar(text, at, close + 1, interest <= close, frame, state, key, field, escapes);
            }

            at = next;
        }

        if (_depth == floor)
        {
            return at == length && masks.Quotes == 2 * strings ? null : Broken;
        }

    after:
        // Inside a container a value has ended; 'at' is the next structural byte or the end.
        if (at >= length)
        {
            return Broken;
        }

        if (Unsafe.Add(ref first, at) != (byte)',')
        {
            if (Unsafe.Add(ref first, at) != (inArray ? (byte)']' : (byte)'}'))
            {
                return Broken;
            }

            goto leave;
        }

        structural = ref Unsafe.Add(ref structural, 1);
        at++;

    member:
        // Before a key or an element.
        if (inArray)
        {
            ref var level = ref _levels[_depth];
            state = rules.AnyFieldRule ? ElementState(levelState, level.Index++) : PathMatcher.Dead;
            field = rules.FieldRule(state, inherited);
            key = level.Key;
            goto value;
        }

        while (interest < at)
        {
            interest = ref Unsafe.Add(ref interest, 1);
        }

        KeyStep? foreseen;
        if (inherited is null)
        {
            var members = new Members { At = at, Structural = ref structural, Interest = ref interest, Strings = strings, Last = last };
            var ended = members.Skip(ref first, length, rules, masks, levelState);
            structural = ref members.Structural;
            interest = ref members.Interest;
            (at, strings, last) = (members.At, members.Strings, members.Last);
            if (ended)
            {
                goto leave;
            }

            foreseen = members.Foreseen;
        }
        else
        {
            foreseen = last.After(ref first, at, length);
        }

        // A member to look at, or one whose key was not foreseen.
        if (foreseen is not null)
        {
            last = foreseen;
            key = foreseen.Meaning;
            at += foreseen.Length;
        }
        else if (!Unforeseen(text, frame, structural, interest, escapes, ref at, ref key, ref last))
        {
            return Broken;
        }

        strings++;
        _levels[_depth].IsPerson |= (key.Role & KeyRole.Contact) != 0;
        field = inherited;
        state = PathMatcher.Dead;
        if (levelState != PathMatcher.Dead)
        {
            state = rules.Paths.Next(levelState, key.Symbol);
            field = rules.FieldRule(state, inherited);
        }

        goto value;

    leave:
        structural = ref Unsafe.Add(ref structural, 1);
        Pop(text, frame, at, escapes, floor);
        ref readonly var outer = ref _levels[_depth];
        (inArray, levelState, inherited) = (outer.IsArray, outer.State, outer.Inherited);
        at++;
        if (at < length && Unsafe.Add(ref first, at) <= ' ')
        {
            at = SkipBlank(text, at);
        }

        if (at != structural)
        {
            return Broken;
        }

        if (_depth == floor)
        {
            return at == length && masks.Quotes == 2 * strings ? null : Broken;
        }

        goto after;
    }

    /// <summary>Reads a key that the one before did not foresee; false when none stands at <paramref name="at"/>. It is foreseen the next time if it can be.</summary>
    /// <param name="next">The next structural byte, which must stand behind the key.</param>
    /// <param name="interest">The next byte that a detector or the decoding has to look at.</param>
    /// <param name="at">Where the key, or the blanks before it, begin; then where its value, or the blanks before it, begin.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool Unforeseen(ReadOnlySpan<byte> text, Frame frame, int next, int interest, int escapes, ref int at, ref KeyMeaning key, ref KeyStep last)
    {
        var open = SkipBlank(text, at);
        if (open >= next || text[open] != (byte)'"')
        {
            return false;
        }

        var close = open;
        do
        {
            var length = text[(close + 1)..next].IndexOf((byte)'"');
            if (length < 0)
            {
                return false;
            }

            close += length + 1;
        }
        while (IsEscaped(text, close));

        var colon = SkipBlank(text, close + 1);
        if (colon >= next || text[colon] != (byte)':')
        {
            return false;
        }

        var value = SkipBlank(text, colon + 1);
        if (interest < close)
        {
            key = Key(text, open + 1, close, frame, escapes);
        }
        else
        {
            key = _rules.Key(text[(open + 1)..close]);
            last = last.Follow(key, text[at..value]);
        }

        at = value;
        return true;
    }

    /// <summary>An odd number of backslashes stands before a place.</summary>
    private static bool IsEscaped(ReadOnlySpan<byte> text, int at)
    {
        var first = at;
        while (first > 0 && text[first - 1] == (byte)'\\')
        {
            first--;
        }

        return (at - first) % 2 != 0;
    }

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
        level.Whole = field is { TakesWhole: true };
        level.Key = key;
        level.IsPerson = (key.Role & KeyRole.Person) != 0 || isArray && _depth - 1 > floor && _levels[_depth - 1].IsPerson;
        level.Name = null;
        return true;
    }

    /// <summary>Leaves the container that ends at <paramref name="end"/>; one that a rule takes as a whole becomes a hit.</summary>
    private void Pop(ReadOnlySpan<byte> text, Frame frame, int end, int escapes, int floor)
    {
        ref var level = ref _levels[_depth];
        if (level.Name is { } name && level.IsPerson)
        {
            // What told that it is a person's stood behind it.
            Value(text, level.NameStart, level.NameEnd, frame, level.NameState, name, HitPlace.WholeString, escapes);
            level = ref _levels[_depth];
        }

        _depth--;
        if (level.Whole && (_depth == floor || !_levels[_depth].Whole))
        {
            Add(text, frame, level.Start, end + 1, level.Inherited!, -1, level.Key, HitPlace.Container, escapes);
        }
    }
}
