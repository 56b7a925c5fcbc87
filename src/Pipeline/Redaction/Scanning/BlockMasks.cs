using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Weir.Pipeline.Redaction.Scanning;

/// <summary>
/// The candidate stage: one pass over UTF-8 text that leaves, for every 64 bytes, one bit per byte for what the later stages look at.
/// <code>
/// text        {"to":"a@b.io, 4111 1111..."}
/// Structural  ##  ###            ...    ##     quotes, and braces, commas and colons outside strings (JSON only)
/// Anchors            #      #    ...           places where a detector has to look
/// Digits                    #### ####
/// Special                                      backslashes, bytes above 127, '%', "&amp;#": the value needs its decoded view
/// </code>
/// The vector path works on 64 bytes at a time (the runtime lowers it to what the processor has); the scalar path gives the same bits.
/// </summary>
internal sealed class BlockMasks
{
    /// <summary>Runs of letters and digits at least this long are looked at for secrets, wallets and encodings.</summary>
    public const int LongRun = 12;

    public ulong[] Structural = new ulong[64];
    public ulong[] Anchors = new ulong[64];
    public ulong[] Digits = new ulong[64];
    public ulong[] Special = new ulong[64];

    /// <summary>Some byte of the text is special.</summary>
    public bool AnySpecial { get; private set; }

    /// <summary>Some byte of the text is above 127.</summary>
    public bool AnyNonAscii { get; private set; }

    /// <summary>JSON only: a control byte inside a string, or a string that never ends.</summary>
    public bool Malformed { get; private set; }

    public int Blocks { get; private set; }

    private struct Raw
    {
        public ulong Digit, Alpha, Hex, At, Dot, Colon, Dash, Plus, Paren, Quote, Backslash, Comma, Brace, Control, NonAscii, Percent, Amp, Hash, Underscore;
    }

    private struct Carry
    {
        public ulong Digit, Alpha, AlphaDigit, HexColon, Dot, AnyDot, Colon, Hex, Dash, Amp, Run1, Run2, Run4, Run8, Run12, InString;
        public bool Escaped;
    }

    /// <summary>Fills the masks for <paramref name="text"/>.</summary>
    public void Scan(ReadOnlySpan<byte> text, bool json) => Scan(text, json, Vector128.IsHardwareAccelerated);

    /// <summary>As <see cref="Scan(ReadOnlySpan{byte},bool)"/>, with the choice of the path; the scalar one is for processors without vectors and for tests.</summary>
    [SkipLocalsInit]
    internal void Scan(ReadOnlySpan<byte> text, bool json, bool vectors)
    {
        var blocks = (text.Length + 63) / 64;
        // One empty block more, so that a window may look past the last.
        Reserve(blocks + 1);
        Blocks = blocks;
        Structural[blocks] = Anchors[blocks] = Digits[blocks] = Special[blocks] = 0;
        var carry = default(Carry);
        ulong special = 0, nonAscii = 0, malformed = 0;
        Span<byte> tail = stackalloc byte[64];
        ref var first = ref MemoryMarshal.GetReference(text);
        for (var block = 0; block < blocks; block++)
        {
            Raw raw;
            if ((block + 1) * 64 <= text.Length)
            {
                raw = vectors ? Classify(Vector512.LoadUnsafe(ref first, (nuint)(block * 64))) : Classify(text.Slice(block * 64, 64));
            }
            else
            {
                tail.Fill((byte)' ');
                text[(block * 64)..].CopyTo(tail);
                raw = vectors ? Classify(Vector512.LoadUnsafe(ref MemoryMarshal.GetReference(tail))) : Classify(tail);
            }

            Combine(block, in raw, ref carry);
            var odd = Special[block];
            special |= odd;
            nonAscii |= raw.NonAscii;
            if (json)
            {
                malformed |= Structure(block, in raw, ref carry);
            }
        }

        AnySpecial = special != 0;
        AnyNonAscii = nonAscii != 0;
        Malformed = json && (malformed != 0 || carry.InString != 0);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Combine(int block, in Raw raw, ref Carry carry)
    {
        var alphaDigit = raw.Digit | raw.Alpha;
        var beforeAlphaDigit = alphaDigit << 1 | carry.AlphaDigit >> 63;

        // First digit of a number that does not continue a word.
        var numberStart = raw.Digit & ~beforeAlphaDigit;

        // "GB42" after something that is not a word: the bit stands on the last of the four.
        var iban = raw.Digit & Left(raw.Digit, carry.Digit, 1) & Left(raw.Alpha, carry.Alpha, 2) & Left(raw.Alpha, carry.Alpha, 3) & ~Left(alphaDigit, carry.AlphaDigit, 4);

        // The second dot of 10.2.3.4: a dot after a digit, with another one two to four bytes before.
        var dot = raw.Dot & Left(raw.Digit, carry.Digit, 1);
        var dots = dot & (Left(dot, carry.Dot, 2) | Left(dot, carry.Dot, 3) | Left(dot, carry.Dot, 4));

        // The second dot of 001a.2b3c.4d5e.
        var hexDots = raw.Dot & Left(raw.Dot, carry.AnyDot, 5) & Left(raw.Hex, carry.Hex, 1);

        // The second colon of an address: after a hex digit or a colon, another one at most five bytes before.
        var hexColon = raw.Hex | raw.Colon;
        var colon = raw.Colon & Left(hexColon, carry.HexColon, 1);
        var near = Left(raw.Colon, carry.Colon, 1) | Left(raw.Colon, carry.Colon, 2) | Left(raw.Colon, carry.Colon, 3) | Left(raw.Colon, carry.Colon, 4) | Left(raw.Colon, carry.Colon, 5);
        var colons = colon & near;

        // The second dash of 00-1A-2B, and two dashes in a row (the frame of a private key).
        var dashes = raw.Dash & (Left(raw.Dash, carry.Dash, 3) & Left(raw.Hex, carry.Hex, 1) | Left(raw.Dash, carry.Dash, 1));

        // The twelfth byte of a long run of letters, digits and underscores.
        var run1 = alphaDigit | raw.Underscore;
        var run2 = run1 & Left(run1, carry.Run1, 1);
        var run4 = run2 & Left(run2, carry.Run2, 2);
        var run8 = run4 & Left(run4, carry.Run4, 4);
        var run12 = run8 & Left(run4, carry.Run4, 8);
        var longRun = run12 & ~Left(run12, carry.Run12, 1);

        Anchors[block] = raw.At | numberStart | iban | dots | hexDots | colons | dashes | longRun | raw.Plus | raw.Paren;
        Digits[block] = raw.Digit;
        Special[block] = raw.Backslash | raw.NonAscii | raw.Percent | raw.Hash & Left(raw.Amp, carry.Amp, 1);

        carry.Digit = raw.Digit;
        carry.Alpha = raw.Alpha;
        carry.AlphaDigit = alphaDigit;
        carry.HexColon = hexColon;
        carry.Dot = dot;
        carry.AnyDot = raw.Dot;
        carry.Colon = raw.Colon;
        carry.Hex = raw.Hex;
        carry.Dash = raw.Dash;
        carry.Amp = raw.Amp;
        carry.Run1 = run1;
        carry.Run2 = run2;
        carry.Run4 = run4;
        carry.Run8 = run8;
        carry.Run12 = run12;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ulong Structure(int block, in Raw raw, ref Carry carry)
    {
        var escaped = carry.Escaped ? 1UL : 0;
        carry.Escaped = false;
        if (raw.Backslash != 0)
        {
            var slashes = raw.Backslash & ~escaped;
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
        }

        var quotes = raw.Quote & ~escaped;
        var inside = quotes;
        inside ^= inside << 1;
        inside ^= inside << 2;
        inside ^= inside << 4;
        inside ^= inside << 8;
        inside ^= inside << 16;
        inside ^= inside << 32;
        inside ^= carry.InString;
        carry.InString = (ulong)((long)inside >> 63);
        Structural[block] = (raw.Brace | raw.Comma | raw.Colon) & ~inside | quotes;
        return raw.Control & inside;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Left(ulong mask, ulong previous, int by) => mask << by | previous >> (64 - by);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Raw Classify(Vector512<byte> v)
    {
        var lower = v | Vector512.Create((byte)0x20);
        var digit = Within(v, (byte)'0', 9);
        Raw raw;
        raw.Digit = digit;
        raw.Alpha = Within(lower, (byte)'a', 25);
        raw.Hex = digit | Within(lower, (byte)'a', 5);
        raw.At = Is(v, (byte)'@');
        raw.Dot = Is(v, (byte)'.');
        raw.Colon = Is(v, (byte)':');
        raw.Dash = Is(v, (byte)'-');
        raw.Plus = Is(v, (byte)'+');
        raw.Paren = Is(v, (byte)'(');
        raw.Quote = Is(v, (byte)'"');
        raw.Backslash = Is(v, (byte)'\\');
        raw.Comma = Is(v, (byte)',');
        raw.Brace = Is(lower, (byte)'{') | Is(lower, (byte)'}');
        raw.Control = Vector512.LessThan(v, Vector512.Create((byte)0x20)).ExtractMostSignificantBits();
        raw.NonAscii = v.ExtractMostSignificantBits();
        raw.Percent = Is(v, (byte)'%');
        raw.Amp = Is(v, (byte)'&');
        raw.Hash = Is(v, (byte)'#');
        raw.Underscore = Is(v, (byte)'_');
        return raw;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Is(Vector512<byte> v, byte value) => Vector512.Equals(v, Vector512.Create(value)).ExtractMostSignificantBits();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Within(Vector512<byte> v, byte from, byte width) =>
        Vector512.LessThanOrEqual(v - Vector512.Create(from), Vector512.Create(width)).ExtractMostSignificantBits();

    private static Raw Classify(ReadOnlySpan<byte> text)
    {
        var raw = default(Raw);
        for (var i = 0; i < 64; i++)
        {
            var bit = 1UL << i;
            var b = text[i];
            if (b >= 0x80)
            {
                raw.NonAscii |= bit;
                continue;
            }

            if (char.IsAsciiDigit((char)b))
            {
                raw.Digit |= bit;
            }

            if (char.IsAsciiLetter((char)b))
            {
                raw.Alpha |= bit;
            }

            if (char.IsAsciiHexDigit((char)b))
            {
                raw.Hex |= bit;
            }

            if (b < 0x20)
            {
                raw.Control |= bit;
            }

            switch (b)
            {
                case (byte)'@': raw.At |= bit; break;
                case (byte)'.': raw.Dot |= bit; break;
                case (byte)':': raw.Colon |= bit; break;
                case (byte)'-': raw.Dash |= bit; break;
                case (byte)'+': raw.Plus |= bit; break;
                case (byte)'(': raw.Paren |= bit; break;
                case (byte)'"': raw.Quote |= bit; break;
                case (byte)'\\': raw.Backslash |= bit; break;
                case (byte)',': raw.Comma |= bit; break;
                case (byte)'{' or (byte)'}' or (byte)'[' or (byte)']': raw.Brace |= bit; break;
                case (byte)'%': raw.Percent |= bit; break;
                case (byte)'&': raw.Amp |= bit; break;
                case (byte)'#': raw.Hash |= bit; break;
                case (byte)'_': raw.Underscore |= bit; break;
            }
        }

        return raw;
    }

    /// <summary>True when a bit of <paramref name="masks"/> is set in [start, end).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Any(ulong[] masks, int start, int end)
    {
        if (start >= end)
        {
            return false;
        }

        int from = start >> 6, to = (end - 1) >> 6;
        var head = ulong.MaxValue << (start & 63);
        var tail = ulong.MaxValue >> (63 - (end - 1 & 63));
        if (from == to)
        {
            return (masks[from] & head & tail) != 0;
        }

        var any = masks[from] & head | masks[to] & tail;
        for (var i = from + 1; i < to; i++)
        {
            any |= masks[i];
        }

        return any != 0;
    }

    /// <summary>How many digits stand in the 32 bytes that start at <paramref name="position"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int DigitsAhead(int position)
    {
        int block = position >> 6, offset = position & 63;
        var window = Digits[block] >> offset;
        if (offset > 32)
        {
            window |= Digits[block + 1] << (64 - offset);
        }

        return BitOperations.PopCount((uint)window);
    }

    private void Reserve(int blocks)
    {
        if (Structural.Length < blocks)
        {
            var size = (int)BitOperations.RoundUpToPowerOf2((uint)blocks);
            Structural = new ulong[size];
            Anchors = new ulong[size];
            Digits = new ulong[size];
            Special = new ulong[size];
        }
    }
}
