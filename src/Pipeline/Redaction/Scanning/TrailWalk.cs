using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Weir.Pipeline.Redaction.Rules;

namespace Weir.Pipeline.Redaction.Scanning;

/// <summary>Where a walk along a trail stopped.</summary>
internal enum TrailStop
{
    /// <summary>At the end of the record.</summary>
    End,

    /// <summary>Behind a value after which something came that was not foreseen.</summary>
    Unforeseen,

    /// <summary>Before a value to look at.</summary>
    Value,

    /// <summary>So near the text's end that whole registers can no longer be read.</summary>
    Brink,
}

/// <summary>
/// A place in a record behind one of its values, and the way on over those that concern nobody. What comes between two values is foreseen and compared in one piece, and so is the shape of a string.
/// It reads the bytes themselves: the record's masks are not made before something comes that is not known.
/// </summary>
internal ref struct TrailWalk(TrailStep first)
{
    /// <summary>How many bytes the text must hold from a place on that is read in whole registers: what stands before a value, and the value.</summary>
    public const int Reach = TrailStep.Piece + ValueShape.Lengths;

    /// <summary>Numbers shorter than that have no anchor.</summary>
    private const int ShortNumber = BlockMasks.NumberLead + 1;

    /// <summary>The last value; null where there is no trail.</summary>
    public TrailStep Last = first;

    /// <summary>Behind it; at the closing quote of a string.</summary>
    public int At;

    /// <summary>How many strings were read.</summary>
    public int Strings;

    /// <summary>The value to look at, and its first byte, its quote aside.</summary>
    public TrailStep? Coming;
    public int Start;

    /// <summary>The first quote behind <see cref="Start"/> if it is less than 64 bytes away; else that place.</summary>
    public int Quote;

    /// <summary>Goes on for as long as values are foreseen and plain. No calls stand in this loop, so that what it needs stays in registers.</summary>
    /// <param name="text">The text, or its rest.</param>
    /// <param name="from">Where that begins; all places of the walk are of the whole text.</param>
    /// <param name="length">Of the whole text.</param>
    /// <param name="brink">The last place from where <see cref="Reach"/> bytes can be read.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public TrailStop Skip(ref byte text, int from, int length, int brink)
    {
        var last = Last;
        int at = At - from, strings = Strings, start = 0, end = 0;
        length -= from;
        brink -= from;
        TrailStep? coming = null;
        TrailStop stop;
        while (true)
        {
            if (at > brink)
            {
                stop = TrailStop.Brink;
                break;
            }

            if ((coming = last.After(ref text, at, length)) is null)
            {
                stop = TrailStop.Unforeseen;
                break;
            }

            start = at + coming.Length;
            end = ValueShape.Lengths;
            if (coming.Length > TrailStep.Piece && (start > brink + TrailStep.Piece || !coming.Stands(ref text, at, length)))
            {
                stop = coming.Stands(ref text, at, length) ? TrailStop.Brink : TrailStop.Unforeseen;
                break;
            }

            ref var value = ref Unsafe.Add(ref text, start);
            if (coming.Kind == TrailValue.String)
            {
                var bytes = Vector256.LoadUnsafe(ref value);
                if (coming.OnlyShape is { } only && only.Is(bytes, ref value))
                {
                    // Without a search for its end, on which all that follows would have to wait.
                    at = start + only.Length;
                    strings += coming.Strings;
                    last = coming;
                    continue;
                }

                end = BitOperations.TrailingZeroCount(Vector256.Equals(bytes, Vector256.Create((byte)'"')).ExtractMostSignificantBits());
                if (end == ValueShape.Piece)
                {
                    end += BitOperations.TrailingZeroCount(Vector256.Equals(Vector256.LoadUnsafe(ref value, ValueShape.Piece), Vector256.Create((byte)'"')).ExtractMostSignificantBits());
                }

                // A quote behind a backslash ends no string; but no shape holds a backslash.
                var shape = coming.ShapeOf(end);
                while (shape is not null && !shape.Is(bytes, ref value))
                {
                    shape = shape.Next;
                }

                if (shape is null)
                {
                    stop = TrailStop.Value;
                    break;
                }

                at = start + end;
            }
            else if (coming.Kind == TrailValue.Scalar)
            {
                end = PlainNumber(ref value, coming.OtherNumber);
                if (end == 0)
                {
                    end = PlainWord(ref value);
                }

                // What may follow a number or word, blanks aside: ',', ']' and '}'.
                var sign = Unsafe.Add(ref value, end);
                if (end == 0 || sign != (byte)',' && (sign | 0x20) != '}')
                {
                    stop = TrailStop.Value;
                    break;
                }

                at = start + end;
            }
            else
            {
                if (coming.Kind == TrailValue.Looked)
                {
                    stop = TrailStop.Value;
                    break;
                }

                // The keys of empty containers, if it ends with such.
                stop = start == length ? TrailStop.End : TrailStop.Unforeseen;
                break;
            }

            strings += coming.Strings;
            last = coming;
        }

        (Last, At, Strings) = (last, at + from, strings);
        (Coming, Start, Quote) = (coming, start + from, start + end + from);
        return stop;
    }

    /// <summary>Past the value to look at, which ends, without its quote, before a place.</summary>
    public void Pass(int end)
    {
        Strings += Coming!.Strings;
        At = end;
        Last = Coming;
    }

    /// <summary>The length of a number that needs no look: digits alone, or with a point between, without a sign; 0 for another. Too short for an anchor, or digits alone where the key names a number that is nobody's.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int PlainNumber(ref byte value, bool otherNumber)
    {
        var bytes = Vector128.LoadUnsafe(ref value);
        var rest = ~Vector128.LessThan((bytes + Vector128.Create((byte)(0x80 - '0'))).AsSByte(), Vector128.Create((sbyte)(-128 + 10))).AsByte().ExtractMostSignificantBits();
        var length = BitOperations.TrailingZeroCount(rest);
        if (length == 0 || length >= 16 || value == (byte)'0' && length > 1)
        {
            return 0;
        }

        if (Unsafe.Add(ref value, length) == (byte)'.')
        {
            // Past the point, the run of digits that follows.
            var point = length + 1;
            length = BitOperations.TrailingZeroCount(rest & rest - 1);
            return length > point && length < ShortNumber ? length : 0;
        }

        return length < ShortNumber || otherNumber ? length : 0;
    }

    /// <summary>The length of one of the three words of JSON; 0 for none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int PlainWord(ref byte value) => PlainValue.IsWord(ref value, 0, 4) ? 4 : PlainValue.IsWord(ref value, 0, 5) ? 5 : 0;
}
