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
/// Structure   #                           #     #    braces, brackets and commas outside strings (JSON only), and the place behind the text
/// Anchors             #            #                 places where a detector has to look
/// Numbers                          #                 the anchor is the seventh byte of a number, which begins six before
/// Digits                     #### ####
/// Special                                            backslashes, bytes above 127, '%', "&amp;#", "&amp;a", "=40", a tag's end inside a number: the value needs its decoded view
/// Interests           #            #                 anchors and specials; a list
/// </code>
/// All widths of <see cref="ILanes{T}"/> give the same bits.
/// </summary>
internal sealed partial class BlockMasks
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

    /// <summary>What people put between digits: <c>space - . ( ) /</c>.</summary>
    public ulong[] Separators = new ulong[64];

    private ulong[] _sign = new ulong[64];
    private ulong[] _colon = new ulong[64];

    /// <summary>Structural bytes, and behind them the text's end.</summary>
    public ulong[] Structure = new ulong[64];

    /// <summary>The places of structural bytes in order, then the text's length: those that <see cref="ListStructural"/> was asked for.</summary>
    public int[] Structural = new int[256];

    /// <summary>The places of anchors and special bytes in order, then a place behind every text.</summary>
    public int[] Interests = new int[256];

    /// <summary>How many places <see cref="Structural"/> holds, without the last.</summary>
    public int Structurals { get; private set; }

    /// <summary>JSON only: quotes that begin or end a string.</summary>
    public int Quotes { get; private set; }

    /// <summary>Some byte of the text is an anchor or special.</summary>
    public bool AnyInterest { get; private set; }

    /// <summary>Some byte of the text is special.</summary>
    public bool AnySpecial { get; private set; }

    /// <summary>Some byte of the text is above 127.</summary>
    public bool AnyNonAscii { get; private set; }

    /// <summary>Some byte of the text is a control byte.</summary>
    public bool AnyControl { get; private set; }

    /// <summary>JSON only: a control byte inside a string, or a string that never ends.</summary>
    public bool Malformed { get; private set; }

    public int Blocks { get; private set; }

    /// <summary>The width that this processor is best at.</summary>
    public static LaneWidth Best =>
        Lanes512.IsSupported ? LaneWidth.Bits512 : Lanes256.IsSupported ? LaneWidth.Bits256 : Lanes128.IsSupported ? LaneWidth.Bits128 : LaneWidth.Scalar;

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
    }

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

    /// <summary>Which of the 64 bytes from <paramref name="position"/> on are digits, the first lowest.</summary>
    public ulong DigitsFrom(int position) => Window(Digits, position);

    /// <summary>How many digits follow one another from <paramref name="position"/> on, counted up to 64.</summary>
    public int DigitRun(int position) => BitOperations.TrailingZeroCount(~Window(Digits, position));

    /// <summary>Room for the blocks and four more, which are empty: windows and groups of four may look past the last.</summary>
    private void Reserve(int blocks)
    {
        if (Anchors.Length < blocks + 4)
        {
            var size = (int)BitOperations.RoundUpToPowerOf2((uint)blocks + 4);
            (Anchors, Numbers, Digits, Special) = (new ulong[size], new ulong[size], new ulong[size], new ulong[size]);
            (Letters, Separators, Structure, _sign, _colon) = (new ulong[size], new ulong[size], new ulong[size], new ulong[size], new ulong[size]);
        }

        foreach (var masks in (ReadOnlySpan<ulong[]>)[Anchors, Digits, Special, Letters, Separators, Structure, _sign, _colon])
        {
            masks.AsSpan(blocks, 4).Clear();
        }
    }
}
