using System.Buffers.Binary;

namespace Weir.Pipeline.Spool;

/// <summary>
/// What identifies the records of a request and the request itself, written to the spool in the same commit as they are, so that after a crash both are known or neither.
/// <code>
/// 02                      kind: marker
/// 8 bytes                 at, milliseconds since 1970
/// 4 bytes n, n * 16       hashes of the records' ids (with partner and stream)
/// 01 or 00                whether the request had an idempotency key; if so:
///   16 + 16 bytes           hash of the key, hash of the body
///   ...                     the answer, to the end of the entry
/// </code>
/// </summary>
internal static class SpoolMarker
{
    public const byte Kind = 2;

    /// <summary>A marker as read. <see cref="Key"/> is null without an idempotency key.</summary>
    public sealed record Content(long AtMilliseconds, UInt128[] Ids, UInt128? Key, UInt128 BodyHash, byte[] Answer);

    public static byte[] Write(long atMilliseconds, IReadOnlyList<UInt128> ids, UInt128? key, UInt128 bodyHash, ReadOnlySpan<byte> answer)
    {
        var bytes = new byte[1 + 8 + 4 + (16 * ids.Count) + 1 + (key is null ? 0 : 32 + answer.Length)];
        bytes[0] = Kind;
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(1), atMilliseconds);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(9), ids.Count);
        var rest = bytes.AsSpan(13);
        foreach (var id in ids)
        {
            BinaryPrimitives.WriteUInt128LittleEndian(rest, id);
            rest = rest[16..];
        }

        if (key is { } value)
        {
            rest[0] = 1;
            BinaryPrimitives.WriteUInt128LittleEndian(rest[1..], value);
            BinaryPrimitives.WriteUInt128LittleEndian(rest[17..], bodyHash);
            answer.CopyTo(rest[33..]);
        }

        return bytes;
    }

    /// <summary>Throws <see cref="InvalidDataException"/> when the entry is no marker.</summary>
    public static Content Read(ReadOnlySpan<byte> entry)
    {
        if (entry.Length < 14 || entry[0] != Kind || BinaryPrimitives.ReadInt32LittleEndian(entry[9..]) is var count && (count < 0 || entry.Length < 14 + (16L * count)))
        {
            throw new InvalidDataException("A spool entry is not a marker.");
        }

        var ids = new UInt128[count];
        for (var i = 0; i < count; i++)
        {
            ids[i] = BinaryPrimitives.ReadUInt128LittleEndian(entry[(13 + (16 * i))..]);
        }

        var rest = entry[(13 + (16 * count))..];
        return new Content(
            BinaryPrimitives.ReadInt64LittleEndian(entry[1..]),
            ids,
            rest[0] == 1 ? BinaryPrimitives.ReadUInt128LittleEndian(rest[1..]) : null,
            rest[0] == 1 ? BinaryPrimitives.ReadUInt128LittleEndian(rest[17..]) : 0,
            rest[0] == 1 ? rest[33..].ToArray() : []);
    }
}
