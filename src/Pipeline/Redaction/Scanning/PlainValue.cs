using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Weir.Pipeline.Redaction.Scanning;

/// <summary>Numbers and words of JSON that one look tells, which is nearly all of them.</summary>
internal static class PlainValue
{
    /// <summary>One of the three words of JSON.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsWord(ref byte text, int at, int length)
    {
        if (length is not (4 or 5))
        {
            return false;
        }

        var four = Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref text, at));
        return length == 4 ? four == MemoryMarshal.Read<uint>("true"u8) || four == MemoryMarshal.Read<uint>("null"u8) : four == MemoryMarshal.Read<uint>("fals"u8) && Unsafe.Add(ref text, at + 4) == (byte)'e';
    }

    /// <summary>Digits alone, or with a point between.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsNumber(ref byte text, ref ulong digits, int from, int to)
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
    public static ulong From(ref ulong masks, int position)
    {
        ref var block = ref Unsafe.Add(ref masks, position >> 6);
        // Shifted twice: a shift by 64 would be none.
        return block >> (position & 63) | Unsafe.Add(ref block, 1) << 1 << (63 - (position & 63));
    }
}
