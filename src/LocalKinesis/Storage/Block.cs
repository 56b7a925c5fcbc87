using System.Buffers.Binary;

namespace Weir.LocalKinesis.Storage;

/// <summary>
/// One entry of the log that holds records of one shard, put by one call.
/// <code>
/// 01                kind: records (02 is a control entry: JSON)
/// 00                flags: 1 = the stream was encrypted
/// 0000              reserved
/// stream id (4)  shard index (4)  count (4)
/// index of the first record (8)   arrival, ms since 1970 (8)
/// count times: key length (4)  data length (4)  key  data
/// </code>
/// Little-endian.
/// </summary>
internal static class Block
{
    public const byte Records = 1;
    public const byte Control = 2;
    public const int HeaderBytes = 32;
    public const int RecordHeaderBytes = 8;

    public static int SizeOf(int keyBytes, int dataBytes) => RecordHeaderBytes + keyBytes + dataBytes;

    /// <summary>Writes what is known before the record's number and time are.</summary>
    public static void WriteHeader(Span<byte> block, int streamId, int shardIndex, int count, bool encrypted)
    {
        block[..HeaderBytes].Clear();
        block[0] = Records;
        block[1] = encrypted ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteInt32LittleEndian(block[4..], streamId);
        BinaryPrimitives.WriteInt32LittleEndian(block[8..], shardIndex);
        BinaryPrimitives.WriteInt32LittleEndian(block[12..], count);
    }

    /// <summary>Writes the rest of the header.</summary>
    public static void Stamp(Span<byte> block, ulong firstIndex, long arrivedMs)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(block[16..], firstIndex);
        BinaryPrimitives.WriteInt64LittleEndian(block[24..], arrivedMs);
    }

    /// <summary>Writes a record's lengths; key and data follow.</summary>
    public static void WriteRecordHeader(Span<byte> at, int keyBytes, int dataBytes)
    {
        BinaryPrimitives.WriteInt32LittleEndian(at, keyBytes);
        BinaryPrimitives.WriteInt32LittleEndian(at[4..], dataBytes);
    }

    public static BlockHeader ReadHeader(ReadOnlySpan<byte> block) => new(
        (block[1] & 1) != 0,
        BinaryPrimitives.ReadInt32LittleEndian(block[4..]),
        BinaryPrimitives.ReadInt32LittleEndian(block[8..]),
        BinaryPrimitives.ReadInt32LittleEndian(block[12..]),
        BinaryPrimitives.ReadUInt64LittleEndian(block[16..]),
        BinaryPrimitives.ReadInt64LittleEndian(block[24..]));

    /// <summary>Reads the record at an offset: where its key and data stand, and where the next record begins.</summary>
    public static (int Key, int KeyBytes, int Data, int DataBytes, int Next) ReadRecord(ReadOnlySpan<byte> block, int at)
    {
        var keyBytes = BinaryPrimitives.ReadInt32LittleEndian(block[at..]);
        var dataBytes = BinaryPrimitives.ReadInt32LittleEndian(block[(at + 4)..]);
        var key = at + RecordHeaderBytes;
        return (key, keyBytes, key + keyBytes, dataBytes, key + keyBytes + dataBytes);
    }
}

internal readonly record struct BlockHeader(bool Encrypted, int StreamId, int ShardIndex, int Count, ulong FirstIndex, long ArrivedMs);

/// <summary>Where a block stands in the log and which records it holds.</summary>
internal readonly record struct BlockRef(long Position, ulong FirstIndex, int Count, long ArrivedMs, int Bytes)
{
    /// <summary>One past the last record's index.</summary>
    public ulong End => FirstIndex + (ulong)Count;
}
