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

    private readonly Vector256<byte> _first;
    private readonly Vector256<byte> _second;
    private readonly Vector256<byte> _counted;

    /// <param name="value">Shorter than <see cref="Lengths"/>.</param>
    /// <param name="next">Another of the same length.</param>
    public ValueShape(ReadOnlySpan<byte> value, ValueShape? next)
    {
        Span<byte> bytes = stackalloc byte[Lengths];
        bytes.Clear();
        value.CopyTo(bytes);
        bytes[value.Length] = (byte)'"';
        _first = Of(Vector256.Create<byte>(bytes[..Piece]));
        _second = Of(Vector256.Create<byte>(bytes[Piece..]));
        bytes[..(value.Length + 1)].Fill(0xFF);
        bytes[(value.Length + 1)..].Clear();
        _counted = Vector256.Create<byte>(bytes[..Piece]);
        Length = value.Length;
        Next = next;
    }

    /// <summary>In bytes.</summary>
    public int Length { get; }

    /// <summary>Another of the same length.</summary>
    public ValueShape? Next { get; }

    /// <summary>A string that is shorter than 32 bytes, as this one is, looks like this, and its closing quote follows.</summary>
    /// <param name="first">Its first 32 bytes, in the form of <see cref="Of"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsClosed(Vector256<byte> first) => ((first ^ _first) & _counted) == Vector256<byte>.Zero;

    /// <summary>The string whose first bytes these are looks like this.</summary>
    /// <param name="first">Its first 32 bytes, in the form of <see cref="Of"/>.</param>
    /// <param name="text">Where it begins; 64 bytes can be read.</param>
    /// <param name="length">In bytes, as long as this one.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Is(Vector256<byte> first, ref byte text, int length)
    {
        var differ = ~Vector256.Equals(first, _first).ExtractMostSignificantBits();
        if (length < Piece)
        {
            return differ << (Piece - 1 - length) << 1 == 0;
        }

        var rest = ~Vector256.Equals(Of(Vector256.LoadUnsafe(ref text, Piece)), _second).ExtractMostSignificantBits();
        return (differ | rest << (Lengths - 1 - length) << 1) == 0;
    }

    /// <summary>Letters as 'a' or 'A', digits as '0', all other bytes as they are, those above 127 too.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Of(Vector256<byte> bytes)
    {
        // Moved to the lowest of the signed bytes: one comparison does for both ends.
        var letters = Vector256.LessThan(((bytes | Vector256.Create((byte)0x20)) + Vector256.Create((byte)(0x80 - 'a'))).AsSByte(), Vector256.Create((sbyte)(-128 + 26))).AsByte();
        var digits = Vector256.LessThan((bytes + Vector256.Create((byte)(0x80 - '0'))).AsSByte(), Vector256.Create((sbyte)(-128 + 10))).AsByte();
        var shape = Vector256.ConditionalSelect(letters, bytes & Vector256.Create((byte)0x20) | Vector256.Create((byte)'A'), bytes);
        return Vector256.ConditionalSelect(digits, Vector256.Create((byte)'0'), shape);
    }
}
