using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;

namespace Weir.Aws.Kinesis;

/// <summary>
/// MD5 of short texts (<see href="https://www.rfc-editor.org/rfc/rfc1321">RFC 1321</see>), as partition keys are: one block, on the stack. The platform's
/// goes through a general library call, which costs several times as much as the hash itself and shows at hundreds of thousands of records a second.
/// </summary>
internal static class Md5
{
    private const int LongestInOneBlock = 55;

    private static readonly uint[] Sines = [.. Enumerable.Range(1, 64).Select(i => (uint)(long)Math.Floor(Math.Abs(Math.Sin(i)) * 4294967296.0))];

    /// <summary>The hash as an unsigned big-endian number.</summary>
    public static UInt128 Hash(ReadOnlySpan<byte> text)
    {
        Span<byte> block = stackalloc byte[64];
        if (text.Length > LongestInOneBlock)
        {
            MD5.HashData(text, block);
            return BinaryPrimitives.ReadUInt128BigEndian(block);
        }

        block.Clear();
        text.CopyTo(block);
        block[text.Length] = 0x80;
        BinaryPrimitives.WriteInt32LittleEndian(block[56..], text.Length * 8);
        Span<uint> x = stackalloc uint[16];
        for (var i = 0; i < 16; i++)
            x[i] = BinaryPrimitives.ReadUInt32LittleEndian(block[(i * 4)..]);
        uint a = 0x67452301, b = 0xefcdab89, c = 0x98badcfe, d = 0x10325476;
        var sines = Sines.AsSpan(0, 64);
        for (var i = 0; i < 64; i += 4)
        {
            // Four steps bring the registers back to their places.
            a = Step(i, a, b, c, d, x, sines);
            d = Step(i + 1, d, a, b, c, x, sines);
            c = Step(i + 2, c, d, a, b, x, sines);
            b = Step(i + 3, b, c, d, a, x, sines);
        }

        BinaryPrimitives.WriteUInt32LittleEndian(block, a + 0x67452301);
        BinaryPrimitives.WriteUInt32LittleEndian(block[4..], b + 0xefcdab89);
        BinaryPrimitives.WriteUInt32LittleEndian(block[8..], c + 0x98badcfe);
        BinaryPrimitives.WriteUInt32LittleEndian(block[12..], d + 0x10325476);
        return BinaryPrimitives.ReadUInt128BigEndian(block);
    }

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.AggressiveInlining)]
    private static uint Step(int i, uint a, uint b, uint c, uint d, ReadOnlySpan<uint> x, ReadOnlySpan<uint> sines)
    {
        var (mixed, word) = (i >> 4) switch
        {
            0 => ((b & c) | (~b & d), i),
            1 => ((b & d) | (c & ~d), ((5 * i) + 1) & 15),
            2 => (b ^ c ^ d, ((3 * i) + 5) & 15),
            _ => (c ^ (b | ~d), (7 * i) & 15),
        };
        return b + BitOperations.RotateLeft(a + mixed + x[word] + sines[i], Shifts[((i >> 4) * 4) + (i & 3)]);
    }

    private static ReadOnlySpan<byte> Shifts => [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21];
}
