using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Weir.Pipeline.Redaction.Scanning;

/// <summary>From the classes of bytes to the places where a detector has to look.</summary>
internal sealed partial class BlockMasks
{
    // A rule looks back at most 13 bytes, so the upper half of what it gives is right without the block before.

    /// <summary>Each bit one byte further: an addition, of which processors do more at once than of shifts.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> Next(Vector256<ulong> mask) => mask + mask;

    /// <summary>The seventh of seven bytes of digits and what people put between them, of which the first is a digit that continues no word.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> SeventhOfNumber(Vector256<ulong> digit, Vector256<ulong> word, Vector256<ulong> separator)
    {
        var numeric = digit | separator;
        var two = numeric & Next(numeric);
        var four = two & two << 2;
        return four & four << 3 & Vector256.AndNot(digit, Next(word)) << NumberLead;
    }

    /// <summary>The anchors of letters, dashes and dots.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> Lettered(Vector256<ulong> digit, Vector256<ulong> word, Vector256<ulong> alpha, Vector256<ulong> separator, Vector256<ulong> sign)
    {
        var wordBefore = Next(word);
        var digit2 = digit & Next(digit);
        var digit4 = digit2 & digit2 << 2;

        // The letter of 131052A308T.
        var lettered = alpha & Next(digit4 & digit2 << 4) & Vector256.AndNot(digit, wordBefore) << 6;

        // "GB42" after something that is not a word: the bit stands on the last of the four.
        var pair = (alpha & Next(alpha)) << 2;
        var iban = Vector256.AndNot(digit2 & pair, word << 4);

        // The second sign of 00-1A-2B, 001a.2b3c.4d5e and bob_at_example, and two dashes in a row (the frame of a private key).
        var signs = sign & (Next(sign) | (sign << 3 | sign << 5) & wordBefore);

        // The twelfth byte of a long run of letters and digits that are not digits alone.
        var run2 = word & wordBefore;
        var run4 = run2 & run2 << 2;
        var run = Vector256.AndNot(run4 & run4 << 4 & run4 << 8, digit4 & digit4 << 4 & digit4 << 8);

        // The end of a second group of four digits, one or two other bytes after the first: 4111_1111, 4111, 1111; and of four after three and two or three: 219_09_9998.
        var groups = Vector256.AndNot(digit4 & (digit4 << 5 | digit4 << 6 | digit2 << 5 & (digit2 << 8 | digit2 << 9)), digit << 4);

        // The second byte behind a word of two letters that stands apart, as in bob (at) example.com.
        var words = Vector256.AndNot(pair & (separator | sign) << 4, wordBefore);
        return lettered | iban | signs | groups | words | Vector256.AndNot(run, Next(run));
    }

    /// <summary>The second colon of an address: after a letter, a digit or a colon, another one at most five bytes before.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> SecondColon(Vector256<ulong> colon, Vector256<ulong> word) =>
        colon & (Next(colon) | colon << 2 | colon << 3 | colon << 4 | colon << 5) & Next(word | colon);

    /// <summary>
    /// Where detectors have to look, beside what <see cref="Classify"/> has found, and the list of all places of interest.
    /// Four blocks at a time, and between them the words that lie half in one block and half in the next.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Candidates(int blocks)
    {
        ref var digits = ref MemoryMarshal.GetArrayDataReference(Digits);
        ref var letters = ref MemoryMarshal.GetArrayDataReference(Letters);
        ref var separators = ref MemoryMarshal.GetArrayDataReference(Separators);
        ref var signs = ref MemoryMarshal.GetArrayDataReference(_sign);
        ref var colons = ref MemoryMarshal.GetArrayDataReference(_colon);
        ref var anchored = ref MemoryMarshal.GetArrayDataReference(Anchors);
        ref var specials = ref MemoryMarshal.GetArrayDataReference(Special);
        ref var numbered = ref MemoryMarshal.GetArrayDataReference(Numbers);
        var interests = 0;
        for (var block = 0; block < blocks; block += 4)
        {
            var digit = Vector256.LoadUnsafe(ref Unsafe.Add(ref digits, block));
            var alpha = Vector256.LoadUnsafe(ref Unsafe.Add(ref letters, block));
            var separator = Vector256.LoadUnsafe(ref Unsafe.Add(ref separators, block));
            var sign = Vector256.LoadUnsafe(ref Unsafe.Add(ref signs, block));
            var colon = Vector256.LoadUnsafe(ref Unsafe.Add(ref colons, block));
            var digitBetween = Between(ref digits, block, digit);
            var alphaBetween = Between(ref letters, block, alpha);
            var word = digit | alpha;
            var wordBetween = digitBetween | alphaBetween;
            var separatorBetween = Between(ref separators, block, separator);
            var numbers = Joined(SeventhOfNumber(digit, word, separator), SeventhOfNumber(digitBetween, wordBetween, separatorBetween));
            var anchors = numbers | Vector256.LoadUnsafe(ref Unsafe.Add(ref anchored, block))
                | Joined(Lettered(digit, word, alpha, separator, sign), Lettered(digitBetween, wordBetween, alphaBetween, separatorBetween, Between(ref signs, block, sign)));
            if (colon != Vector256<ulong>.Zero)
            {
                anchors |= Joined(SecondColon(colon, word), SecondColon(Between(ref colons, block, colon), wordBetween));
            }

            numbers.StoreUnsafe(ref Unsafe.Add(ref numbered, block));
            anchors.StoreUnsafe(ref Unsafe.Add(ref anchored, block));
            var places = anchors | Vector256.LoadUnsafe(ref Unsafe.Add(ref specials, block));
            interests = Few(ref Interests, interests, places.GetElement(0), block * 64);
            interests = Few(ref Interests, interests, places.GetElement(1), block * 64 + 64);
            interests = Few(ref Interests, interests, places.GetElement(2), block * 64 + 128);
            interests = Few(ref Interests, interests, places.GetElement(3), block * 64 + 192);
        }

        Interests[interests] = int.MaxValue;
        AnyInterest = interests > 0;
    }

    /// <summary>The upper half of the block before each of four, and the lower half of it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> Between(ref ulong masks, int block, Vector256<ulong> these)
    {
        var before = block == 0 ? Vector256.Create(0, masks, Unsafe.Add(ref masks, 1), Unsafe.Add(ref masks, 2)) : Vector256.LoadUnsafe(ref Unsafe.Add(ref masks, block - 1));
        return Swapped(Halves(these, before));
    }

    /// <summary>The upper halves of what the blocks gave, and for their lower halves the upper ones of what lies between.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> Joined(Vector256<ulong> whole, Vector256<ulong> between) => Halves(Swapped(between), whole);

    /// <summary>The lower halves of one and the upper halves of the other.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> Halves(Vector256<ulong> lower, Vector256<ulong> upper) => Avx2.IsSupported
        ? Avx2.Blend(lower.AsUInt32(), upper.AsUInt32(), 0b10101010).AsUInt64()
        : Vector256.ConditionalSelect(Vector256.Create(0x00000000_FFFFFFFFUL), lower, upper);

    /// <summary>The halves of each block in the other order.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> Swapped(Vector256<ulong> masks) => Avx2.IsSupported
        ? Avx2.Shuffle(masks.AsUInt32(), 0b10_11_00_01).AsUInt64()
        : masks << 32 | masks >>> 32;

    /// <summary>As <see cref="List"/>, for blocks that hold one or two places or, as most do, none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Few(ref int[] list, int count, ulong bits, int from)
    {
        ref var to = ref Room(ref list, count);
        count += BitOperations.PopCount(bits);
        do
        {
            bits = Put(bits, ref to, from);
            bits = Put(bits, ref Unsafe.Add(ref to, 1), from);
            to = ref Unsafe.Add(ref to, 2);
        }
        while (bits != 0);
        return count;
    }
}
