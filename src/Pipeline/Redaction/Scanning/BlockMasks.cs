using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Weir.Pipeline.Redaction.Scanning;

/// <summary>How 64 bytes are looked at together.</summary>
internal enum LaneWidth
{
    Scalar = 0,
    Bits128 = 128,
    Bits256 = 256,
    Bits512 = 512,
}

/// <summary>
/// The candidate stage: one pass over UTF-8 text that leaves, for every 64 bytes, one bit per byte for what the later stages look at,
/// and the places of two kinds of bytes as lists.
/// <code>
/// text        {"to":"a@b.io, 4111 1111...","n":1}
/// Structural  #    #                      #   # #    braces, brackets, commas and colons outside strings (JSON only); a list
/// Anchors             #            #                 places where a detector has to look
/// Numbers                          #                 the anchor is the seventh byte of a number, which begins six before
/// Digits                     #### ####
/// Special                                            backslashes, bytes above 127, '%', "&amp;#", "&amp;a": the value needs its decoded view
/// Interests           #            #                 anchors and specials; a list
/// </code>
/// All widths of <see cref="ILanes{T}"/> give the same bits.
/// </summary>
internal sealed class BlockMasks
{
    /// <summary>Runs of letters and digits at least this long are looked at for secrets, wallets and encodings.</summary>
    public const int LongRun = 12;

    /// <summary>How far behind a number's first byte its anchor stands.</summary>
    public const int NumberLead = 6;

    private readonly byte[] _tail = new byte[64];

    public ulong[] Anchors = new ulong[64];
    public ulong[] Numbers = new ulong[64];
    public ulong[] Digits = new ulong[64];
    public ulong[] Special = new ulong[64];

    /// <summary>ASCII letters.</summary>
    public ulong[] Letters = new ulong[64];

    private ulong[] _separator = new ulong[64];
    private ulong[] _sign = new ulong[64];
    private ulong[] _colon = new ulong[64];

    /// <summary>The places of structural bytes in order, then the text's length.</summary>
    public int[] Structural = new int[256];

    /// <summary>The places of anchors and special bytes in order, then a place behind every text.</summary>
    public int[] Interests = new int[256];

    /// <summary>How many places <see cref="Structural"/> holds, without the last.</summary>
    public int Structurals { get; private set; }

    /// <summary>JSON only: quotes that begin or end a string.</summary>
    public int Quotes { get; private set; }

    /// <summary>Some byte of the text is special.</summary>
    public bool AnySpecial { get; private set; }

    /// <summary>Some byte of the text is above 127.</summary>
    public bool AnyNonAscii { get; private set; }

    /// <summary>JSON only: a control byte inside a string, or a string that never ends.</summary>
    public bool Malformed { get; private set; }

    public int Blocks { get; private set; }

    /// <summary>The width that this processor is best at.</summary>
    public static LaneWidth Best =>
        Lanes512.IsSupported ? LaneWidth.Bits512 : Lanes256.IsSupported ? LaneWidth.Bits256 : Lanes128.IsSupported ? LaneWidth.Bits128 : LaneWidth.Scalar;

    // By low four bits: the one byte with those bits that belongs to the class.
    private static Vector128<byte> StructuralTable => Vector128.Create((byte)0, 0, 0, 0, 0, 0, 0, 0, 0, 0, (byte)':', (byte)'{', (byte)',', (byte)'}', 0, 0);

    private static Vector128<byte> SeparatorTable => Vector128.Create((byte)' ', 0, 0, 0, 0, 0, 0, 0, (byte)'(', (byte)')', 0, 0, 0, (byte)'-', (byte)'.', (byte)'/');

    private static Vector128<byte> RareTable => Vector128.Create((byte)'@', 0, 0, 0, 0, (byte)'%', (byte)'&', 0, 0, 0, 0, (byte)'+', (byte)'\\', 0, 0, 0);

    /// <summary>What most blocks hold nothing of.</summary>
    private struct Rare
    {
        public ulong At, Plus, Backslash, Control, NonAscii, Percent, Amp, Hash;
    }

    private struct Carry
    {
        public ulong Word, Amp, InString;
        public bool Escaped;
    }

    /// <summary>Fills the masks for <paramref name="text"/>.</summary>
    public void Scan(ReadOnlySpan<byte> text, bool json) => Scan(text, json, Best);

    /// <summary>As <see cref="Scan(ReadOnlySpan{byte},bool)"/>, with the choice of the width.</summary>
    internal void Scan(ReadOnlySpan<byte> text, bool json, LaneWidth width)
    {
        switch (width)
        {
            case LaneWidth.Bits512:
                Scan<Lanes512>(text, json);
                break;
            case LaneWidth.Bits256:
                Scan<Lanes256>(text, json);
                break;
            case LaneWidth.Bits128:
                Scan<Lanes128>(text, json);
                break;
            default:
                Scan<LanesScalar>(text, json);
                break;
        }
    }

    private void Scan<T>(ReadOnlySpan<byte> text, bool json) where T : struct, ILanes<T>
    {
        var blocks = (text.Length + 63) / 64;
        Reserve(blocks);
        Blocks = blocks;
        Classify<T>(text, json);
        Candidates(blocks);
        var interests = 0;
        for (var block = 0; block < blocks; block++)
        {
            interests = List(ref Interests, interests, Anchors[block] | Special[block], block * 64);
        }

        Interests[interests] = int.MaxValue;
    }

    /// <summary>The classes of all bytes, and the structure of JSON.</summary>
    private void Classify<T>(ReadOnlySpan<byte> text, bool json) where T : struct, ILanes<T>
    {
        var carry = default(Carry);
        ulong special = 0, nonAscii = 0, malformed = 0;
        int structurals = 0, quotes = 0;
        ref var first = ref MemoryMarshal.GetReference(text);
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
            Digits[block] = digit;
            Letters[block] = alpha;
            _separator[block] = T.Bits(T.Named(SeparatorTable, v, v));
            _sign[block] = T.Bits(T.Or(T.Is(v, (byte)'.'), T.Is(v, (byte)'-')));
            var structure = T.Bits(T.Named(StructuralTable, v, lower));
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
                Rarely(v, out var rare);
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
                odd = rare.Backslash | rare.NonAscii | rare.Percent | (rare.Hash | alpha) & Left(rare.Amp, carry.Amp, 1);
                special |= odd;
                nonAscii |= rare.NonAscii;
                carry.Amp = rare.Amp;
            }

            if (json)
            {
                structurals = List(ref Structural, structurals, structure & ~inside, block * 64);
            }

            _colon[block] = (structure & inside) == 0 ? 0 : T.Bits(T.Is(v, (byte)':')) & inside;
            carry.Word = digit | alpha;
            Anchors[block] = anchors;
            Special[block] = odd;
        }

        Structural[structurals] = text.Length;
        Structurals = structurals;
        Quotes = quotes;
        AnySpecial = special != 0;
        AnyNonAscii = nonAscii != 0;
        Malformed = json && (malformed != 0 || carry.InString != 0);
    }

    /// <summary>The classes of four blocks. A rule looks back at most 13 bytes, so the upper half of what it gives is right without the block before.</summary>
    private readonly ref struct Classes(Vector256<ulong> digit, Vector256<ulong> alpha, Vector256<ulong> separator, Vector256<ulong> sign, Vector256<ulong> colon)
    {
        private readonly Vector256<ulong> _digit = digit;
        private readonly Vector256<ulong> _word = digit | alpha;
        private readonly Vector256<ulong> _alpha = alpha;
        private readonly Vector256<ulong> _numeric = digit | separator;
        private readonly Vector256<ulong> _sign = sign;
        private readonly Vector256<ulong> _colon = colon;

        /// <summary>The seventh of seven bytes of digits and what people put between them, of which the first is a digit that continues no word.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector256<ulong> Numbers()
        {
            var two = _numeric & _numeric << 1;
            var four = two & two << 2;
            return four & four << 3 & Starts() << NumberLead;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector256<ulong> Others()
        {
            var digit2 = _digit & _digit << 1;
            var digit4 = digit2 & digit2 << 2;

            // The letter of 131052A308T.
            var lettered = _alpha & (digit4 & digit2 << 4) << 1 & Starts() << 6;

            // "GB42" after something that is not a word: the bit stands on the last of the four.
            var iban = Vector256.AndNot(digit2 & _alpha << 2 & _alpha << 3, _word << 4);

            // The second dash or dot of 00-1A-2B and 001a.2b3c.4d5e, and two dashes in a row (the frame of a private key).
            var signs = _sign & (_sign << 1 | (_sign << 3 | _sign << 5) & _word << 1);

            // The twelfth byte of a long run of letters and digits that are not digits alone.
            var run2 = _word & _word << 1;
            var run4 = run2 & run2 << 2;
            var run = Vector256.AndNot(run4 & run4 << 4 & run4 << 8, digit4 & digit4 << 4 & digit4 << 8);
            return lettered | iban | signs | Vector256.AndNot(run, run << 1);
        }

        /// <summary>The second colon of an address: after a letter, a digit or a colon, another one at most five bytes before.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector256<ulong> Colons() =>
            _colon & (_colon << 1 | _colon << 2 | _colon << 3 | _colon << 4 | _colon << 5) & (_word | _colon) << 1;

        private Vector256<ulong> Starts() => Vector256.AndNot(_digit, _word << 1);
    }

    /// <summary>Where detectors have to look, but for what <see cref="Classify"/> has found. Four blocks at a time, and between them the words that lie half in one block and half in the next.</summary>
    private void Candidates(int blocks)
    {
        var upper = Vector256.Create(0xFFFFFFFF_00000000);
        for (var block = 0; block < blocks; block += 4)
        {
            var (digit, digitBefore) = Four(Digits, block);
            var (alpha, alphaBefore) = Four(Letters, block);
            var (separator, separatorBefore) = Four(_separator, block);
            var (sign, signBefore) = Four(_sign, block);
            var (colon, colonBefore) = Four(_colon, block);
            var whole = new Classes(digit, alpha, separator, sign, colon);
            var between = new Classes(
                digitBefore >>> 32 | digit << 32, alphaBefore >>> 32 | alpha << 32, separatorBefore >>> 32 | separator << 32, signBefore >>> 32 | sign << 32, colonBefore >>> 32 | colon << 32);

            var numbers = whole.Numbers() & upper | between.Numbers() >>> 32;
            var anchors = numbers | whole.Others() & upper | between.Others() >>> 32;
            if (colon != Vector256<ulong>.Zero)
            {
                anchors |= whole.Colons() & upper | between.Colons() >>> 32;
            }

            numbers.StoreUnsafe(ref Numbers[block]);
            (Vector256.LoadUnsafe(ref Anchors[block]) | anchors).StoreUnsafe(ref Anchors[block]);
        }

        static (Vector256<ulong> These, Vector256<ulong> Before) Four(ulong[] masks, int block)
        {
            ref var first = ref masks[block];
            return (Vector256.LoadUnsafe(ref first), block == 0 ? Vector256.Create(0, masks[0], masks[1], masks[2]) : Vector256.LoadUnsafe(ref Unsafe.Add(ref first, -1)));
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Rarely<T>(T v, out Rare rare) where T : struct, ILanes<T>
    {
        rare.At = T.Bits(T.Is(v, (byte)'@'));
        rare.Plus = T.Bits(T.Is(v, (byte)'+'));
        rare.Backslash = T.Bits(T.Is(v, (byte)'\\'));
        rare.Percent = T.Bits(T.Is(v, (byte)'%'));
        rare.Amp = T.Bits(T.Is(v, (byte)'&'));
        rare.Hash = T.Bits(T.Is(v, (byte)'#'));
        rare.NonAscii = T.Bits(v);
        rare.Control = T.Bits(T.Odd(v)) & ~rare.NonAscii;
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

    /// <summary>Adds the places of the bits to the list and returns its new length. Room for one place more is always left.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int List(ref int[] list, int count, ulong bits, int from)
    {
        if (count + 70 > list.Length)
        {
            Array.Resize(ref list, list.Length * 2);
        }

        // Four at a time, whether there are as many or not: what is written behind the last is written over, and the processor need not guess how many there are.
        ref var to = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(list), count);
        count += BitOperations.PopCount(bits);
        while (bits != 0)
        {
            to = from + BitOperations.TrailingZeroCount(bits);
            bits &= bits - 1;
            Unsafe.Add(ref to, 1) = from + BitOperations.TrailingZeroCount(bits);
            bits &= bits - 1;
            Unsafe.Add(ref to, 2) = from + BitOperations.TrailingZeroCount(bits);
            bits &= bits - 1;
            Unsafe.Add(ref to, 3) = from + BitOperations.TrailingZeroCount(bits);
            bits &= bits - 1;
            to = ref Unsafe.Add(ref to, 4);
        }

        return count;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Left(ulong mask, ulong previous, int by) => mask << by | previous >> (64 - by);

    /// <summary>True when a bit of <paramref name="masks"/> is set in [start, end).</summary>
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

    /// <summary>The bits of the 64 bytes that start at <paramref name="position"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Window(ulong[] masks, int position)
    {
        int block = position >> 6, offset = position & 63;
        var window = masks[block] >> offset;
        return offset == 0 ? window : window | masks[block + 1] << (64 - offset);
    }

    /// <summary>How many digits stand in the 32 bytes that start at <paramref name="position"/>.</summary>
    public int DigitsAhead(int position) => BitOperations.PopCount((uint)Window(Digits, position));

    /// <summary>How many digits follow one another from <paramref name="position"/> on, counted up to 64.</summary>
    public int DigitRun(int position) => BitOperations.TrailingZeroCount(~Window(Digits, position));

    /// <summary>Room for the blocks and four more, which are empty: windows and groups of four may look past the last.</summary>
    private void Reserve(int blocks)
    {
        if (Anchors.Length < blocks + 4)
        {
            var size = (int)BitOperations.RoundUpToPowerOf2((uint)blocks + 4);
            (Anchors, Numbers, Digits, Special) = (new ulong[size], new ulong[size], new ulong[size], new ulong[size]);
            (Letters, _separator, _sign, _colon) = (new ulong[size], new ulong[size], new ulong[size], new ulong[size]);
        }

        foreach (var masks in (ReadOnlySpan<ulong[]>)[Anchors, Digits, Special, Letters, _separator, _sign, _colon])
        {
            masks.AsSpan(blocks, 4).Clear();
        }
    }
}
