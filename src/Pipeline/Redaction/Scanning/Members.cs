using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Weir.Pipeline.Redaction.Rules;

namespace Weir.Pipeline.Redaction.Scanning;

/// <summary>A place in the walk between two members of an object, and the way on over those that concern nobody: a foreseen key, and a string, number or word without an anchor.</summary>
internal ref struct Members
{
    /// <summary>Behind the brace or comma before a member.</summary>
    public int At;

    /// <summary>The next entry of the list of structural bytes.</summary>
    public ref int Structural;

    /// <summary>The next byte that is an anchor or special, not before <see cref="At"/>.</summary>
    public int Interest;

    /// <summary>How many strings were read.</summary>
    public int Strings;

    /// <summary>The last key that was read.</summary>
    public KeyStep Last;

    /// <summary>
    /// Goes on for as long as members are foreseen, plain and not the last of their object. No calls stand in this loop, so that what it needs stays in registers.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public void Skip(ref byte text, int length, CompiledRules rules, BlockMasks masks, int levelState)
    {
        ref var structural = ref Structural;
        ref var digits = ref MemoryMarshal.GetArrayDataReference(masks.Digits);
        ref var row = ref rules.Paths.Row(levelState);
        ref var fields = ref rules.Fields;
        var looks = rules.Looks;
        // Past neither the next byte of interest nor the last byte.
        var most = Math.Min(Interest, length - 1);
        var at = At;
        var last = Last;
        var strings = Strings;
        while (last.After(ref text, at, length) is { } key)
        {
            var value = at + key.Length;
            var next = structural;
            if (next > most || key.NamesAny || Unsafe.Add(ref text, next) != (byte)',' || Unsafe.Add(ref fields, Unsafe.Add(ref row, key.Symbol)) is not null)
            {
                break;
            }

            if (Unsafe.Add(ref text, value) == (byte)'"')
            {
                // The quote before the comma ends the string, or one more string, which the count of quotes tells in the end.
                if (Unsafe.Add(ref text, next - 1) != (byte)'"' || looks != Unanchored.None && (looks == Unanchored.Strings || AnyDigit(ref digits, value, next)))
                {
                    break;
                }

                strings++;
            }
            else if ((uint)(Unsafe.Add(ref text, value) - '1') > 8 || looks == Unanchored.Strings || !IsPlainNumber(ref text, ref digits, value, next))
            {
                break;
            }

            strings++;
            last = key;
            at = next + 1;
            structural = ref Unsafe.Add(ref structural, 1);
        }

        At = at;
        Structural = ref structural;
        Strings = strings;
        Last = last;
    }

    /// <summary>A digit stands in the bytes [from, to), as far as the 64 from there on tell; true when there are more.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool AnyDigit(ref ulong digits, int from, int to) => to - from > 64 || BitOperations.TrailingZeroCount(From(ref digits, from)) < to - from;

    /// <summary>Digits alone, or with a point between.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsPlainNumber(ref byte text, ref ulong digits, int from, int to)
    {
        var rest = ~From(ref digits, from);
        var end = from + BitOperations.TrailingZeroCount(rest);
        if (end == to)
        {
            return true;
        }

        // Past the point, the run of digits that follows must be the rest.
        return end + 1 < to && to - from < 64 && Unsafe.Add(ref text, end) == (byte)'.' && from + BitOperations.TrailingZeroCount(rest & rest - 1) == to;
    }

    /// <summary>Which of the 64 bytes from a place on are digits. The masks have an empty block behind the text.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong From(ref ulong digits, int position)
    {
        ref var block = ref Unsafe.Add(ref digits, position >> 6);
        // Shifted twice: a shift by 64 would be none.
        return block >> (position & 63) | Unsafe.Add(ref block, 1) << 1 << (63 - (position & 63));
    }
}
