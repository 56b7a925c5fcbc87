using System.Buffers.Binary;

namespace Weir.CommitLog.Format;

/// <summary>
/// One entry on disk, all numbers little-endian:
/// <code>
///  0  magic        4  0xC1 0x57 0xE1 0xF5
///  4  length       4  bytes of payload
///  8  position     8  where this frame stands in the log; bytes copied from elsewhere never pass for a frame
/// 16  unproven     4  bytes before this frame of which the writer did not yet know that they were flushed
/// 20  remaining    4  frames of the same batch that follow; 0 ends the batch
/// 24  payload CRC  4  CRC-32C of the payload
/// 28  header CRC   4  CRC-32C of bytes 0 to 27
/// 32  payload
/// </code>
/// The header has a checksum of its own so that a damaged payload costs one entry and not the way to the next.
/// The writer flushes what it has written before it starts the next commit, so a valid frame proves that the bytes before <see cref="ProvenDurable"/>
/// were once safely on disk: damage before that point is corruption, damage after it is a torn write that nobody was promised.
/// </summary>
internal readonly record struct Frame(long Position, int PayloadLength, int Unproven, int Remaining, uint PayloadCrc)
{
    public const int HeaderBytes = 32;

    public static ReadOnlySpan<byte> Magic => [0xC1, 0x57, 0xE1, 0xF5];

    /// <summary>Everything before this had been flushed when the frame was written: with an fsync for each commit, where its commit began.</summary>
    public long ProvenDurable => Position - Unproven;

    /// <summary>Where the next frame stands.</summary>
    public long Next => Position + HeaderBytes + PayloadLength;

    /// <summary>Whether this frame is the last of its batch.</summary>
    public bool EndsBatch => Remaining == 0;

    public void WriteHeader(Span<byte> target)
    {
        Magic.CopyTo(target);
        BinaryPrimitives.WriteInt32LittleEndian(target[4..], PayloadLength);
        BinaryPrimitives.WriteInt64LittleEndian(target[8..], Position);
        BinaryPrimitives.WriteInt32LittleEndian(target[16..], Unproven);
        BinaryPrimitives.WriteInt32LittleEndian(target[20..], Remaining);
        BinaryPrimitives.WriteUInt32LittleEndian(target[24..], PayloadCrc);
        BinaryPrimitives.WriteUInt32LittleEndian(target[28..], Crc32C.Of(target[..28]));
    }

    /// <summary>Reads the header of the frame at <paramref name="position"/>; false when these bytes are not that.</summary>
    public static bool TryReadHeader(ReadOnlySpan<byte> source, long position, out Frame frame)
    {
        frame = default;
        if (source.Length < HeaderBytes
            || !source.StartsWith(Magic)
            || BinaryPrimitives.ReadUInt32LittleEndian(source[28..]) != Crc32C.Of(source[..28])
            || BinaryPrimitives.ReadInt64LittleEndian(source[8..]) != position)
        {
            return false;
        }

        frame = new Frame(
            position,
            BinaryPrimitives.ReadInt32LittleEndian(source[4..]),
            BinaryPrimitives.ReadInt32LittleEndian(source[16..]),
            BinaryPrimitives.ReadInt32LittleEndian(source[20..]),
            BinaryPrimitives.ReadUInt32LittleEndian(source[24..]));
        return frame is { PayloadLength: >= 0, Unproven: >= 0, Remaining: >= 0 } && frame.Unproven <= position;
    }

    public bool Accepts(ReadOnlySpan<byte> payload) => payload.Length == PayloadLength && Crc32C.Of(payload) == PayloadCrc;
}
