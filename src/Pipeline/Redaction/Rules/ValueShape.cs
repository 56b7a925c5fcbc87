using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Weir.Pipeline.Redaction.Rules;

/// <summary>
/// How strings at one place of a stream's records look that concern nobody: every letter may be another one of its case, every digit another digit, all else stands as it is.
/// <code>
/// ord-48213   and   ord-90177   are both   aaa-00000
/// </code>
/// That such a string needs no look is told by nothing but where its small letters, capitals, digits and signs stand, its length, its key and the rules (see <see cref="BlockMasks"/>: all its masks tell no letter from another and
/// no digit from another; and words begin with a capital or not, whichever it is). So it is true of every string of the same shape at the same place, and what was learned once holds. What a detector, a word or a rule has looked at never becomes a shape.
/// </summary>
internal sealed class ValueShape
{
    /// <summary>The bytes of one register.</summary>
    public const int Piece = 32;

    /// <summary>Lengths below that have shapes: such a string and its closing quote are two pieces.</summary>
    public const int Lengths = 2 * Piece;

    // By byte, the lowest one that may stand there and how many others may; behind the closing quote, any.
    private readonly Vector256<byte> _lowest;
    private readonly Vector256<byte> _others;
    private readonly Vector256<byte> _lowestOfRest;
    private readonly Vector256<byte> _othersOfRest;

    /// <param name="value">Shorter than <see cref="Lengths"/>.</param>
    /// <param name="next">Another of the same length.</param>
    public ValueShape(ReadOnlySpan<byte> value, ValueShape? next)
    {
        Span<byte> lowest = stackalloc byte[Lengths];
        Span<byte> others = stackalloc byte[Lengths];
        lowest.Clear();
        others.Fill(0xFF);
        for (var i = 0; i < value.Length; i++)
        {
            (lowest[i], others[i]) = value[i] switch
            {
                >= (byte)'a' and <= (byte)'z' => ((byte)'a', (byte)25),
                >= (byte)'A' and <= (byte)'Z' => ((byte)'A', (byte)25),
                >= (byte)'0' and <= (byte)'9' => ((byte)'0', (byte)9),
                var sign => (sign, (byte)0),
            };
        }

        (lowest[value.Length], others[value.Length]) = ((byte)'"', 0);
        (_lowest, _lowestOfRest) = (Vector256.Create<byte>(lowest[..Piece]), Vector256.Create<byte>(lowest[Piece..]));
        (_others, _othersOfRest) = (Vector256.Create<byte>(others[..Piece]), Vector256.Create<byte>(others[Piece..]));
        Length = value.Length;
        Next = next;
    }

    /// <summary>In bytes.</summary>
    public int Length { get; }

    /// <summary>Another of the same length.</summary>
    public ValueShape? Next { get; }

    /// <summary>The string that begins here looks like this, and its closing quote follows.</summary>
    /// <param name="first">Its first 32 bytes and what follows.</param>
    /// <param name="text">Where it begins; 64 bytes can be read.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Is(Vector256<byte> first, ref byte text)
    {
        var differ = Vector256.SubtractSaturate(first - _lowest, _others);
        if (Length >= Piece)
        {
            differ |= Vector256.SubtractSaturate(Vector256.LoadUnsafe(ref text, Piece) - _lowestOfRest, _othersOfRest);
        }

        return differ == Vector256<byte>.Zero;
    }
}
