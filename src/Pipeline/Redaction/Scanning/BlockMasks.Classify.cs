using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Weir.Pipeline.Redaction.Scanning;

/// <summary>The classes of bytes, 64 at a time, and which of them lie in strings.</summary>
internal sealed partial class BlockMasks
{
    // By low four bits: the one byte with those bits that belongs to the class.
    private static Vector128<byte> StructuralTable => Vector128.Create((byte)0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, (byte)'{', (byte)',', (byte)'}', 0, 0);

    private static Vector128<byte> SeparatorTable => Vector128.Create((byte)' ', 0, 0, 0, 0, 0, 0, 0, (byte)'(', (byte)')', 0, (byte)'[', (byte)'<', (byte)'-', (byte)'.', (byte)'/');

    private static Vector128<byte> SignTable => Vector128.Create((byte)1, 0, 0, 0, 0, 0, 0, 0, 0, 0, (byte)'*', (byte)'{', (byte)'|', (byte)'-', (byte)'.', (byte)'_');

    private static Vector128<byte> RareTable => Vector128.Create((byte)'@', 0, 0, 0, 0, (byte)'%', (byte)'&', 0, 0, 0, 0, (byte)'+', (byte)'\\', (byte)'=', (byte)'>', 0x7F);

    /// <summary>What most blocks hold nothing of.</summary>
    private struct Rare
    {
        public ulong At, Plus, Backslash, Control, NonAscii, Percent, Amp, Hash, Equal, Greater, Unseen;
    }

    private struct Carry
    {
        public ulong Word, Amp, InString;
        public bool Escaped;
    }

    /// <summary>The classes of all bytes, and the structure of JSON.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Classify<T>(ReadOnlySpan<byte> text, bool json) where T : struct, ILanes<T>
    {
        var carry = default(Carry);
        ulong special = 0, nonAscii = 0, malformed = 0, control = 0;
        var quotes = 0;
        ref var first = ref MemoryMarshal.GetReference(text);

        // Reserved for as many blocks: no place of the arrays needs a check.
        ref var digits = ref MemoryMarshal.GetArrayDataReference(Digits);
        ref var letters = ref MemoryMarshal.GetArrayDataReference(Letters);
        ref var separators = ref MemoryMarshal.GetArrayDataReference(Separators);
        ref var signs = ref MemoryMarshal.GetArrayDataReference(_sign);
        ref var colons = ref MemoryMarshal.GetArrayDataReference(_colon);
        ref var structures = ref MemoryMarshal.GetArrayDataReference(Structure);
        ref var anchored = ref MemoryMarshal.GetArrayDataReference(Anchors);
        ref var specials = ref MemoryMarshal.GetArrayDataReference(Special);
        for (var block = 0; block < Blocks; block++)
        {
            ref var start = ref Unsafe.Add(ref first, block * 64);
            if ((block + 1) * 64 > text.Length)
            {
                // A byte of no class.
                _tail.AsSpan().Fill((byte)';');
                text[(block * 64)..].CopyTo(_tail);
                start = ref MemoryMarshal.GetArrayDataReference(_tail);
            }

            var v = T.Load(ref start);
            var lower = T.Lower(v);
            var digit = T.Bits(T.Within(v, (byte)'0', 9));
            var alpha = T.Bits(T.Within(lower, (byte)'a', 25));
            var structure = T.Bits(T.Named(StructuralTable, v, lower));
            var colon = T.Bits(T.Is(v, (byte)':'));
            Unsafe.Add(ref digits, block) = digit;
            Unsafe.Add(ref letters, block) = alpha;
            Unsafe.Add(ref separators, block) = T.Bits(T.Named(SeparatorTable, v, v));
            Unsafe.Add(ref signs, block) = T.Bits(T.Named(SignTable, v, v));
            var rarely = T.Any(T.Or(T.Named(RareTable, v, v), T.Odd(v)));
            var inside = ulong.MaxValue;
            ulong anchors = 0, odd = 0;
            if (!rarely && json && !carry.Escaped && carry.Amp == 0)
            {
                var quote = T.Bits(T.Is(v, (byte)'"'));
                inside = Inside(quote) ^ carry.InString;
                carry.InString = (ulong)((long)inside >> 63);
                quotes += BitOperations.PopCount(quote);
            }
            else
            {
                Rarely<T>(ref start, out var rare);
                if (json)
                {
                    var quote = T.Bits(T.Is(v, (byte)'"')) & ~Escaped(rare.Backslash, ref carry);
                    inside = Inside(quote) ^ carry.InString;
                    carry.InString = (ulong)((long)inside >> 63);
                    quotes += BitOperations.PopCount(quote);
                    malformed |= rare.Control & inside;
                }

                // Beside '@', a sign of base64 inside a word; of the ampersands, those before a letter or '#'.
                anchors = rare.At | rare.Plus & Left(digit | alpha, carry.Word, 1);
                odd = Specials(rare, alpha, carry.Amp, text, block * 64);
                special |= odd;
                nonAscii |= rare.NonAscii;
                control |= rare.Control;
                carry.Amp = rare.Amp;
            }

            Unsafe.Add(ref colons, block) = colon & inside;
            Unsafe.Add(ref anchored, block) = anchors;
            Unsafe.Add(ref specials, block) = odd;
            carry.Word = digit | alpha;
            Unsafe.Add(ref structures, block) = structure & ~inside;
        }

        // What ends the last value of all.
        Structure[text.Length >> 6] |= 1UL << text.Length;
        Quotes = quotes;
        AnySpecial = special != 0;
        AnyNonAscii = nonAscii != 0;
        AnyControl = control != 0;
        Malformed = json && (malformed != 0 || carry.InString != 0);
    }

    /// <summary>Lists the structural bytes from a place on.</summary>
    public void ListStructural(int from)
    {
        var count = 0;
        var within = ulong.MaxValue << from;
        for (var block = from >> 6; block <= Blocks; block++)
        {
            count = List(ref Structural, count, Structure[block] & within, block * 64);
            within = ulong.MaxValue;
        }

        Structurals = count - 1;
    }

    /// <summary>Adds the places of the bits to the list and returns its new length.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int List(ref int[] list, int count, ulong bits, int from)
    {
        // Eight at once, whether there are as many or not: what is written behind the last is written over, and the processor need not guess how many there are.
        ref var to = ref Room(ref list, count);
        count += BitOperations.PopCount(bits);
        do
        {
            bits = Put(bits, ref to, from);
            bits = Put(bits, ref Unsafe.Add(ref to, 1), from);
            bits = Put(bits, ref Unsafe.Add(ref to, 2), from);
            bits = Put(bits, ref Unsafe.Add(ref to, 3), from);
            bits = Put(bits, ref Unsafe.Add(ref to, 4), from);
            bits = Put(bits, ref Unsafe.Add(ref to, 5), from);
            bits = Put(bits, ref Unsafe.Add(ref to, 6), from);
            bits = Put(bits, ref Unsafe.Add(ref to, 7), from);
            to = ref Unsafe.Add(ref to, 8);
        }
        while (bits != 0);
        return count;
    }

    /// <summary>The place behind the last of a list, with room for a block's 64 and for what is written past them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ref int Room(ref int[] list, int count)
    {
        if (count + 72 > list.Length)
        {
            Array.Resize(ref list, list.Length * 2);
        }

        return ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(list), count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Put(ulong bits, ref int to, int from)
    {
        to = from + BitOperations.TrailingZeroCount(bits);
        return bits & (bits - 1);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Rarely<T>(ref byte start, out Rare rare) where T : struct, ILanes<T>
    {
        var v = T.Load(ref start);
        rare.At = T.Bits(T.Is(v, (byte)'@'));
        rare.Plus = T.Bits(T.Is(v, (byte)'+'));
        rare.Backslash = T.Bits(T.Is(v, (byte)'\\'));
        rare.Percent = T.Bits(T.Is(v, (byte)'%'));
        rare.Amp = T.Bits(T.Is(v, (byte)'&'));
        rare.Hash = T.Bits(T.Is(v, (byte)'#'));
        rare.Equal = T.Bits(T.Is(v, (byte)'='));
        rare.Greater = T.Bits(T.Is(v, (byte)'>'));
        rare.NonAscii = T.Bits(v);
        // Control characters that are not those of lines: DEL, ESC and the separators behind it, vertical tab and form feed.
        rare.Unseen = T.Bits(T.Or(T.Is(v, 0x7F), T.Or(T.Within(v, 0x1B, 4), T.Within(v, 0x0B, 1))));
        rare.Control = T.Bits(T.Odd(v)) & ~rare.NonAscii;
    }

    /// <summary>The signs of a block that call for the decoded view of their value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Specials(in Rare rare, ulong alpha, ulong ampBefore, ReadOnlySpan<byte> text, int from)
    {
        var special = rare.Backslash | rare.NonAscii | rare.Percent | rare.Unseen | (rare.Hash | alpha) & Left(rare.Amp, ampBefore, 1);
        return (rare.Equal | rare.Greater) == 0 ? special : special | Quoted(text, from, rare.Equal) | AfterTags(text, from, rare.Greater);
    }

    /// <summary>Of the equals signs, those that quote a character (RFC 2045): <c>=40</c> before anything but a digit, several in a row, and those at the end of a line.</summary>
    private static ulong Quoted(ReadOnlySpan<byte> text, int from, ulong signs)
    {
        ulong quoted = 0;
        for (; signs != 0; signs &= signs - 1)
        {
            var at = from + BitOperations.TrailingZeroCount(signs);
            if (at + 3 < text.Length && (text[at + 1] is (byte)'\n' or (byte)'\r' || text[at + 1] is >= (byte)'2' and <= (byte)'7' && char.IsAsciiHexDigit((char)text[at + 2])
                && (text[at + 3] == (byte)'=' || text[at + 1] == (byte)'4' && text[at + 2] == (byte)'0' && !char.IsAsciiDigit((char)text[at + 3]))))
            {
                quoted |= signs & (0 - signs);
            }
        }

        return quoted;
    }

    /// <summary>Of the signs that end a tag, those after which a number or an address may go on.</summary>
    private static ulong AfterTags(ReadOnlySpan<byte> text, int from, ulong signs)
    {
        ulong inside = 0;
        for (; signs != 0; signs &= signs - 1)
        {
            var at = from + BitOperations.TrailingZeroCount(signs);
            if (at + 1 < text.Length && text[at + 1] is (byte)'@' or (byte)'.' or (>= (byte)'0' and <= (byte)'9'))
            {
                inside |= signs & (0 - signs);
            }
        }

        return inside;
    }

    /// <summary>The bytes that a backslash takes the meaning from.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Escaped(ulong backslashes, ref Carry carry)
    {
        if (backslashes == 0 && !carry.Escaped)
        {
            return 0;
        }

        var escaped = carry.Escaped ? 1UL : 0;
        carry.Escaped = false;
        var slashes = backslashes & ~escaped;
        while (slashes != 0)
        {
            var at = BitOperations.TrailingZeroCount(slashes);
            if (at == 63)
            {
                carry.Escaped = true;
                break;
            }

            var next = 1UL << (at + 1);
            escaped |= next;
            slashes &= slashes - 1 & ~next;
        }

        return escaped;
    }

    /// <summary>The opening quotes and what lies between them and the closing ones: each bit is the parity of all bits up to it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Inside(ulong quotes)
    {
        if (Pclmulqdq.IsSupported)
        {
            return Pclmulqdq.CarrylessMultiply(Vector128.CreateScalar(quotes), Vector128<ulong>.AllBitsSet, 0).ToScalar();
        }

        quotes ^= quotes << 1;
        quotes ^= quotes << 2;
        quotes ^= quotes << 4;
        quotes ^= quotes << 8;
        quotes ^= quotes << 16;
        return quotes ^ quotes << 32;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Left(ulong mask, ulong previous, int by) => mask << by | previous >> (64 - by);
}
