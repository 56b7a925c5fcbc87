using System.Numerics;
using System.Runtime.InteropServices;

namespace Weir.CommitLog.Format;

/// <summary>CRC-32C (Castagnoli), as in iSCSI (<see href="https://www.rfc-editor.org/rfc/rfc3720#appendix-B.4">RFC 3720 B.4</see>): "123456789" gives 0xE3069283.</summary>
internal static class Crc32C
{
    public static uint Of(ReadOnlySpan<byte> bytes)
    {
        var crc = ~0u;
        var words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (var word in words)
            crc = BitOperations.Crc32C(crc, BitConverter.IsLittleEndian ? word : System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(word));
        foreach (var b in bytes[(words.Length * sizeof(ulong))..])
            crc = BitOperations.Crc32C(crc, b);
        return ~crc;
    }
}
