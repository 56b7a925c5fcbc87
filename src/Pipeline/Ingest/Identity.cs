using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Weir.Pipeline.Ingest;

/// <summary>128 bits of SHA-256, by which records and requests are told apart: too many for anybody to find two alike.</summary>
internal static class Identity
{
    public static UInt128 Of(ReadOnlySpan<byte> bytes)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes, hash);
        return BinaryPrimitives.ReadUInt128LittleEndian(hash);
    }

    /// <summary>The parts with their lengths, so that no two lists of parts give the same text.</summary>
    public static UInt128 Of(string kind, string partner, string stream, string id) =>
        Of(Encoding.UTF8.GetBytes($"{kind}|{partner.Length}|{partner}|{stream}|{id}"));
}
