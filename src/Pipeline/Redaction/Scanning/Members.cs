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

    /// <summary>The next entry of the list of bytes that are anchors or special, not before <see cref="At"/>.</summary>
    public ref int Interest;

    /// <summary>How many strings were read.</summary>
    public int Strings;

    /// <summary>The last key that was read.</summary>
    public KeyStep Last;

    /// <summary>Set by <see cref="Skip"/>: the key at <see cref="At"/>, which was foreseen but whose value calls for more; null for any other.</summary>
    public KeyStep? Foreseen;

    /// <summary>
    /// Goes on for as long as members are foreseen and plain. True when the object ended behind one, and <see cref="At"/> is its brace.
    /// No calls stand in this loop, so that what it needs stays in registers.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public bool Skip(ref byte text, int length, CompiledRules rules, BlockMasks masks, int levelState)
    {
        ref var structural = ref Structural;
        ref var interest = ref Interest;
        ref var digits = ref MemoryMarshal.GetArrayDataReference(masks.Digits);
        ref var separators = ref MemoryMarshal.GetArrayDataReference(masks.Separators);
        var looks = rules.Looks;
        var at = At;
        var last = Last;
        var strings = Strings;
        var ended = false;
        KeyStep? key;
        while ((key = last.After(ref text, at, length)) is not null)
        {
            var value = at + key.Length;
            var next = structural;
            if (next >= length || key.Stops || levelState != PathMatcher.Dead && rules.FieldRule(rules.Paths.Next(levelState, key.Symbol)) is not null)
            {
                break;
            }

            var sign = Unsafe.Add(ref text, value);
            var behind = Unsafe.Add(ref text, next);
            if (behind is not ((byte)',' or (byte)'}'))
            {
                break;
            }

            if (sign == (byte)'"')
            {
                // The quote before the comma ends this string or, which the count of quotes tells in the end, one more.
                if (Unsafe.Add(ref text, next - 1) != (byte)'"' || looks != Unanchored.None && MayBeWordy(looks, ref digits, ref separators, value, next))
                {
                    break;
                }

                if (interest < next)
                {
                    // Articles, parcels: a key that names another number, and digits alone.
                    if (!key.OtherNumber || next - value > 64 || BitOperations.TrailingZeroCount(~PlainValue.From(ref digits, value + 1)) != next - value - 2)
                    {
                        break;
                    }

                    do
                    {
                        interest = ref Unsafe.Add(ref interest, 1);
                    }
                    while (interest < next);
                }

                strings++;
            }
            else if (interest < next || looks == Unanchored.Strings || !((uint)(sign - '1') <= 8 ? PlainValue.IsNumber(ref text, ref digits, value, next) : sign >= (byte)'f' && PlainValue.IsWord(ref text, value, next - value)))
            {
                break;
            }

            strings++;
            last = key;
            at = next;
            if (behind == (byte)'}')
            {
                ended = true;
                break;
            }

            at++;
            structural = ref Unsafe.Add(ref structural, 1);
        }

        At = at;
        Structural = ref structural;
        Interest = ref interest;
        Strings = strings;
        Last = last;
        Foreseen = key;
        return ended;
    }

    /// <summary>As far as the masks tell: a string (with its quotes [from, to)) of more than eight bytes with a digit or, where words count, a blank.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool MayBeWordy(Unanchored looks, ref ulong digits, ref ulong separators, int from, int to)
    {
        if (looks == Unanchored.Strings || to - from > 64)
        {
            return true;
        }

        var told = PlainValue.From(ref digits, from) | (looks == Unanchored.Words ? PlainValue.From(ref separators, from) : 0);
        return to - from > 10 && BitOperations.TrailingZeroCount(told) < to - from;
    }
}
