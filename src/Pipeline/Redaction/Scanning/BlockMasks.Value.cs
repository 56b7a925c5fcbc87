using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Weir.Pipeline.Redaction.Scanning;

/// <summary>The masks of one value that is read by itself.</summary>
internal sealed partial class BlockMasks
{
    /// <summary>As <see cref="Scan(ReadOnlySpan{byte},bool)"/> for a part of a text, read as a text of its own: places count from its first byte. Makes no lists.</summary>
    /// <param name="text">The whole text.</param>
    /// <param name="start">The first byte of the part.</param>
    /// <param name="length">Of the part, 1 or more.</param>
    public void ScanPart(ReadOnlySpan<byte> text, int start, int length) => ScanPart(text, start, length, Best);

    /// <summary>As <see cref="ScanPart(ReadOnlySpan{byte},int,int)"/>, with the choice of the width.</summary>
    internal void ScanPart(ReadOnlySpan<byte> text, int start, int length, LaneWidth width)
    {
        if (length > 64)
        {
            Scan(text.Slice(start, length), json: false, width);
            return;
        }

        switch (width)
        {
            case LaneWidth.Bits512:
                One<Lanes512>(text, start, length);
                break;
            case LaneWidth.Bits256 when length <= 32:
                One<LanesHalf>(text, start, length);
                break;
            case LaneWidth.Bits256:
                One<Lanes256>(text, start, length);
                break;
            case LaneWidth.Bits128:
                One<Lanes128>(text, start, length);
                break;
            default:
                One<LanesScalar>(text, start, length);
                break;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void One<T>(ReadOnlySpan<byte> text, int start, int length) where T : struct, ILanes<T>
    {
        ref var first = ref Unsafe.Add(ref MemoryMarshal.GetReference(text), start);
        if (text.Length - start < 64)
        {
            text[start..].CopyTo(_tail);
            first = ref MemoryMarshal.GetArrayDataReference(_tail);
        }

        // What stands behind the part is none of it.
        var within = ulong.MaxValue >> (64 - length);
        var v = T.Load(ref first);
        var digit = T.Bits(T.Within(v, (byte)'0', 9)) & within;
        // Windows look past the last block.
        Digits[1] = 0;
        AnyNonAscii = AnyControl = Malformed = false;
        if (digit == within)
        {
            // Digits alone: one number, which continues no word, and no place else.
            (Digits[0], Letters[0], Separators[0], Special[0]) = (digit, 0, 0, 0);
            Anchors[0] = Numbers[0] = 1UL << NumberLead & within;
            AnySpecial = false;
            AnyInterest = length > NumberLead;
            return;
        }

        var alpha = T.Bits(T.Within(T.Lower(v), (byte)'a', 25)) & within;
        var separator = T.Bits(T.Named(SeparatorTable, v, v)) & within;
        var sign = T.Bits(T.Named(SignTable, v, v)) & within;
        var colon = T.Bits(T.Is(v, (byte)':')) & within;
        ulong anchors = 0, special = 0;
        if ((T.Bits(T.Or(T.Named(RareTable, v, v), T.Odd(v))) & within) != 0)
        {
            Rarely<T>(ref first, out var rare);
            anchors = (rare.At | rare.Plus & (digit | alpha) << 1) & within;
            special = Specials(rare, alpha, 0, text.Slice(start, length), 0) & within;
            AnyNonAscii = (rare.NonAscii & within) != 0;
            AnyControl = (rare.Control & within) != 0;
        }

        // One block alone has none before it: see Candidates.
        var (digits, word, separators, signs) = (Vector256.CreateScalar(digit), Vector256.CreateScalar(digit | alpha), Vector256.CreateScalar(separator), Vector256.CreateScalar(sign));
        var numbers = SeventhOfNumber(digits, word, separators);
        var candidates = numbers | Lettered(digits, word, Vector256.CreateScalar(alpha), separators, signs);
        if (colon != 0)
        {
            candidates |= SecondColon(Vector256.CreateScalar(colon), word);
        }

        anchors |= candidates.ToScalar() & within;
        (Digits[0], Letters[0], Separators[0], Anchors[0], Numbers[0], Special[0]) = (digit, alpha, separator, anchors, numbers.ToScalar() & within, special);
        AnySpecial = special != 0;
        AnyInterest = (anchors | special) != 0;
    }
}
