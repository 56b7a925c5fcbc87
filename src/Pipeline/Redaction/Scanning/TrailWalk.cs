using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
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
}

/// <summary>A place in a record behind one of its values, and the way on over those that concern nobody. What comes between two values is foreseen and compared in one piece.</summary>
internal ref struct TrailWalk
{
    /// <summary>The last value.</summary>
    public TrailStep Last;

    /// <summary>Behind it; at the closing quote of a string.</summary>
    public int At;

    /// <summary>The next entry of the list of bytes that are anchors or special.</summary>
    public ref int Interest;

    /// <summary>How many strings were read.</summary>
    public int Strings;

    /// <summary>The value to look at, its first byte and the byte behind its last, its quotes aside.</summary>
    public TrailStep? Coming;
    public int Start;
    public int End;

    /// <summary>Goes on for as long as values are foreseen and plain. No calls stand in this loop, so that what it needs stays in registers.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public TrailStop Skip(ref byte text, int length, Unanchored looks, BlockMasks masks)
    {
        ref var structure = ref MemoryMarshal.GetArrayDataReference(masks.Structure);
        ref var digits = ref MemoryMarshal.GetArrayDataReference(masks.Digits);
        ref var interest = ref Interest;
        var last = Last;
        int at = At, strings = Strings;
        int start = 0, end = 0;
        TrailStep? coming;
        var stop = TrailStop.Unforeseen;
        while ((coming = last.After(ref text, at, length)) is not null)
        {
            start = at + coming.Length;
            end = EndFrom(ref structure, start);
            if (coming.IsString)
            {
                // The quote before the comma ends this string or, which the count of quotes tells in the end, one more.
                end--;
                if (end < start || Unsafe.Add(ref text, end) != (byte)'"')
                {
                    break;
                }

                while (interest < start)
                {
                    interest = ref Unsafe.Add(ref interest, 1);
                }

                if (interest < end)
                {
                    // Articles, parcels: a key that names another number, and digits alone.
                    if (!coming.OtherNumber || coming.Called || end - start > 63 || BitOperations.TrailingZeroCount(~PlainValue.From(ref digits, start)) != end - start)
                    {
                        stop = TrailStop.Value;
                        break;
                    }
                }
                else if (coming.Called || looks != Unanchored.None && end - start > 8 && MayBeWordy(looks, ref digits, masks, start, end))
                {
                    stop = TrailStop.Value;
                    break;
                }
            }
            else if (coming.Container is not null)
            {
                while (interest < start)
                {
                    interest = ref Unsafe.Add(ref interest, 1);
                }

                if (end <= start)
                {
                    break;
                }

                var sign = Unsafe.Add(ref text, start);
                if (interest < end || coming.Called || !((uint)(sign - '1') <= 8 ? PlainValue.IsNumber(ref text, ref digits, start, end) : sign >= (byte)'f' && PlainValue.IsWord(ref text, start, end - start)))
                {
                    stop = TrailStop.Value;
                    break;
                }
            }
            else
            {
                if (start == length)
                {
                    // The keys of empty containers, if it ends with such.
                    strings += coming.Strings;
                    stop = TrailStop.End;
                }

                break;
            }

            strings += coming.Strings;
            at = end;
            last = coming;
        }

        (Last, At, Strings) = (last, at, strings);
        Interest = ref interest;
        (Coming, Start, End) = (coming, start, end);
        return stop;
    }

    /// <summary>Past the value to look at.</summary>
    public void Pass()
    {
        Strings += Coming!.Strings;
        At = End;
        Last = Coming;
    }

    /// <summary>The first structural byte from a place on, or the end of the text.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int EndFrom(ref ulong structure, int position)
    {
        var block = position >> 6;
        var bits = Unsafe.Add(ref structure, block) >> (position & 63) << (position & 63);
        while (bits == 0)
        {
            bits = Unsafe.Add(ref structure, ++block);
        }

        return (block << 6) + BitOperations.TrailingZeroCount(bits);
    }

    /// <summary>As far as the masks tell: a string with a digit or, where words count, a blank.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool MayBeWordy(Unanchored looks, ref ulong digits, BlockMasks masks, int from, int to)
    {
        if (looks == Unanchored.Strings || to - from > 64)
        {
            return true;
        }

        var told = PlainValue.From(ref digits, from) | (looks == Unanchored.Words ? PlainValue.From(ref MemoryMarshal.GetArrayDataReference(masks.Separators), from) : 0);
        return BitOperations.TrailingZeroCount(told) < to - from;
    }
}
