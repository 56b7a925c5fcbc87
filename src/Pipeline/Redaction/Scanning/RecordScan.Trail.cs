using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.Unicode;
using Weir.Pipeline.Redaction.Rules;

namespace Weir.Pipeline.Redaction.Scanning;

/// <summary>
/// Records that go as earlier ones went are read along their trail, without masks of the whole: what stands between the values and the shapes of most of them are known, and the others are looked at one by one,
/// each as a text of its own. Where the trail ends, the record is read on the long way, from behind the last value.
/// Nothing is taken on trust: all bytes are compared, or looked at, or the record is not read here.
/// </summary>
internal sealed partial class RecordScan
{
    /// <summary>The rest of a record that is too short for whole registers, and blanks of no meaning behind it.</summary>
    private readonly byte[] _rest = new byte[512];

    /// <summary>A value that stands as near to the end.</summary>
    private readonly byte[] _value = new byte[ValueShape.Lengths];

    /// <summary>The value on the trail that is being looked at: the levels are only filled for it when they are asked for. Null when the walk goes by them.</summary>
    private TrailStep? _along;

    /// <summary>Goes along the trail of earlier records for as far as it leads: to the end, which gives true, or behind a value from where <see cref="Step"/> goes on.</summary>
    private bool Along(ReadOnlySpan<byte> text, Frame frame, ref TrailWalk walk)
    {
        ref var first = ref MemoryMarshal.GetReference(text);
        int from = 0, brink = text.Length - TrailWalk.Reach;
        TrailStop stop;
        while (true)
        {
            stop = walk.Skip(ref first, from, text.Length, brink);
            if (stop == TrailStop.Value)
            {
                if (!(walk.Coming!.IsString ? LookAtString(text, frame, ref walk) : LookAtScalar(text, frame, ref walk)))
                {
                    stop = TrailStop.Unforeseen;
                    break;
                }
            }
            else if (stop == TrailStop.Brink)
            {
                // At most what is read before a value, and the value.
                from = walk.At;
                brink = text.Length;
                var rest = text[from..];
                rest.CopyTo(_rest);
                _rest.AsSpan(rest.Length, TrailWalk.Reach).Clear();
                first = ref MemoryMarshal.GetArrayDataReference(_rest);
            }
            else
            {
                break;
            }
        }

        _along = null;
        _depth = 0;
        frame.Base = 0;
        return stop == TrailStop.End;
    }

    /// <summary>False for a string that is none, or that the long way has to tell about.</summary>
    private bool LookAtString(ReadOnlySpan<byte> text, Frame frame, ref TrailWalk walk)
    {
        var step = walk.Coming!;
        var masks = frame.Masks;
        var end = walk.Quote;
        if (!step.Called && Commonplace.Is(text[walk.Start..Math.Min(end, text.Length)]) && end - walk.Start < ValueShape.Lengths)
        {
            walk.Pass(end);
            return true;
        }

        var near = end - walk.Start < ValueShape.Lengths && end > walk.Start;
        if (near)
        {
            if (step.Wholes != WholeKinds.None && Whole(text, walk.Start, end - walk.Start, frame, step))
            {
                walk.Pass(end);
                return true;
            }

            masks.ScanPart(text, walk.Start, end - walk.Start);
        }

        // The first quote may stand behind a backslash.
        if (!near || masks.AnySpecial)
        {
            end = End(text, walk.Start);
            if (end < 0)
            {
                return false;
            }
        }

        var value = text[walk.Start..end];
        if (value.Length > 0)
        {
            if (!near || end != walk.Quote)
            {
                masks.ScanPart(text, walk.Start, value.Length);
            }

            if (masks.AnyControl || masks.AnyNonAscii && !Utf8.IsValid(value))
            {
                return false;
            }

            var anchored = masks.AnyInterest;
            if (step.Called || (anchored ? !step.OtherNumber || masks.DigitRun(0) != value.Length : Wordy(value, 0, value.Length, masks)))
            {
                Enter(step, frame, walk.Start);
                String(value, 0, value.Length, anchored, frame, step.State, step.Key.Depends ? InItsRole(text, walk.Start, end, step.State, step.Key) : step.Key, step.Field, escapes: 1);
                walk.Pass(end);
                return true;
            }
        }
        else if (step.Field is not null)
        {
            Enter(step, frame, walk.Start);
            masks.Scan(value, json: false);
            Field(value, 0, 0, frame, step.Field, step.Key, escapes: 1);
            walk.Pass(end);
            return true;
        }

        // Nothing but where small letters, capitals, digits and signs stand has told that it needs no look.
        if (value.Length < ValueShape.Lengths && !step.Called && step.LearnsShapes)
        {
            _rules.Trail.Learn(step, value);
        }

        walk.Pass(end);
        return true;
    }

    /// <summary>True for a string that is one personal value as a whole, which then is a hit.</summary>
    private bool Whole(ReadOnlySpan<byte> text, int start, int length, Frame frame, TrailStep step)
    {
        ref var first = ref Unsafe.Add(ref MemoryMarshal.GetReference(text), start);
        if (text.Length - start < ValueShape.Lengths)
        {
            text[start..].CopyTo(_value);
            first = ref MemoryMarshal.GetArrayDataReference(_value);
        }

        var entity = WholeValue.Entity(ref first, length, step.Wholes);
        if (entity < 0)
        {
            return false;
        }

        Enter(step, frame, start);
        var hit = new Hit { Rule = _rules.RuleFor(entity, step.State)!.Index, Entity = entity, Place = HitPlace.WholeString, Escapes = 1, Path = Here(step.Key) };
        (hit.Start, hit.TextStart) = (start, start);
        (hit.End, hit.TextLength) = (start + length, length);
        hit.Quotes = (start - 1, start + length + 1);
        Hits.Add(hit);
        return true;
    }

    /// <summary>False for a value that is none, or that the long way has to tell about.</summary>
    private bool LookAtScalar(ReadOnlySpan<byte> text, Frame frame, ref TrailWalk walk)
    {
        var step = walk.Coming!;
        var end = walk.Start;
        while (end < text.Length && text[end] is not ((byte)',' or (byte)']' or (byte)'}') && text[end] > (byte)' ')
        {
            end++;
        }

        if (end == walk.Start || !IsWordOrNumber(text[walk.Start..end]))
        {
            return false;
        }

        var value = text[walk.Start..end];
        frame.Masks.ScanPart(text, walk.Start, value.Length);
        var anchored = frame.Masks.AnyInterest;
        if (anchored || step.Called)
        {
            Enter(step, frame, walk.Start);
            Scalar(value, 0, value.Length, anchored, frame, step.State, step.Key.Depends ? InItsRole(text, walk.Start, end, step.State, step.Key) : step.Key, step.Field, escapes: 1);
        }

        walk.Pass(end);
        return true;
    }

    /// <summary>The closing quote of the string whose first byte is at <paramref name="start"/>; -1 for none.</summary>
    private static int End(ReadOnlySpan<byte> text, int start)
    {
        for (var at = start; ;)
        {
            var length = text[at..].IndexOfAny((byte)'"', (byte)'\\');
            if (length < 0)
            {
                return -1;
            }

            at += length;
            if (text[at] == (byte)'"')
            {
                return at;
            }

            if ((at += 2) > text.Length)
            {
                return -1;
            }
        }
    }

    /// <summary>Before a value on the trail is looked at, as a text of its own.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Enter(TrailStep step, Frame frame, int start)
    {
        frame.Base = start;
        _along = step;
        _depth = step.Container!.Depth;
        _levels[_depth].Whole = false;
    }

    /// <summary>Fills the levels for what stands in a container, with what has been told so far. No rule takes one that a trail leads into.</summary>
    private void Fill(TrailContainer container)
    {
        for (var each = container; each is not null; each = each.Outer)
        {
            ref var level = ref _levels[each.Depth];
            level.State = each.State;
            level.IsArray = each.IsArray;
            level.Inherited = null;
            level.Whole = false;
            level.Key = each.Key;
            level.IsPerson = each.IsPerson;
            level.Name = null;
        }
    }
}
