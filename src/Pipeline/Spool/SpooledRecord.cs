using System.Buffers.Binary;
using System.Text;

namespace Weir.Pipeline.Spool;

/// <summary>
/// A record as it waits in the spool. On disk, all numbers little-endian but the hash key:
/// <code>
/// 01                      kind: record
/// 00                      flags: bit 0 = the hash key was given by the sender (explicit hash key)
/// 06 6f 72 64 65 72 73    length and name of the stream, ASCII
/// 8 bytes                 accepted at, milliseconds since 1970
/// 16 bytes                hash key, big-endian
/// 02 00 6b 31             length (2 bytes) and UTF-8 of the partition key
/// ...                     data, to the end of the entry
/// </code>
/// </summary>
internal readonly struct SpooledRecord
{
    public const byte Kind = 1;
    private const byte ExplicitHashKeyFlag = 1;
    private const int FixedBytes = 1 + 1 + 1 + 8 + 16 + 2;

    private SpooledRecord(string stream, long acceptedAtMilliseconds, UInt128 hashKey, bool hasExplicitHashKey, string partitionKey, ReadOnlyMemory<byte> data)
    {
        Stream = stream;
        AcceptedAtMilliseconds = acceptedAtMilliseconds;
        HashKey = hashKey;
        HasExplicitHashKey = hasExplicitHashKey;
        PartitionKey = partitionKey;
        Data = data;
    }

    public string Stream { get; }
    public long AcceptedAtMilliseconds { get; }
    public UInt128 HashKey { get; }
    public bool HasExplicitHashKey { get; }
    public string PartitionKey { get; }
    public ReadOnlyMemory<byte> Data { get; }

    /// <summary>Bytes that <see cref="Write"/> needs.</summary>
    public static int SizeOf(int streamBytes, int keyBytes, int dataBytes) => FixedBytes + streamBytes + keyBytes + dataBytes;

    /// <summary>Writes an entry into exactly <see cref="SizeOf"/> bytes.</summary>
    public static void Write(Span<byte> to, ReadOnlySpan<byte> stream, long acceptedAtMilliseconds, UInt128 hashKey, bool hasExplicitHashKey, ReadOnlySpan<byte> partitionKey, ReadOnlySpan<byte> data)
    {
        to[0] = Kind;
        to[1] = hasExplicitHashKey ? ExplicitHashKeyFlag : (byte)0;
        to[2] = (byte)stream.Length;
        stream.CopyTo(to[3..]);
        to = to[(3 + stream.Length)..];
        BinaryPrimitives.WriteInt64LittleEndian(to, acceptedAtMilliseconds);
        BinaryPrimitives.WriteUInt128BigEndian(to[8..], hashKey);
        BinaryPrimitives.WriteUInt16LittleEndian(to[24..], (ushort)partitionKey.Length);
        partitionKey.CopyTo(to[26..]);
        data.CopyTo(to[(26 + partitionKey.Length)..]);
    }

    /// <summary>What the index needs, without making objects: the bytes of the stream's name and the hash key.</summary>
    public static void Peek(ReadOnlySpan<byte> entry, out ReadOnlySpan<byte> stream, out UInt128 hashKey)
    {
        Check(entry);
        stream = entry.Slice(3, entry[2]);
        hashKey = BinaryPrimitives.ReadUInt128BigEndian(entry[(3 + entry[2] + 8)..]);
    }

    /// <summary>Reads an entry. Throws <see cref="InvalidDataException"/> when it is not one.</summary>
    public static SpooledRecord Read(string stream, ReadOnlyMemory<byte> entry)
    {
        var span = entry.Span;
        Check(span);
        var fields = span[(3 + span[2])..];
        var keyBytes = BinaryPrimitives.ReadUInt16LittleEndian(fields[24..]);
        if (fields.Length < 26 + keyBytes)
        {
            throw new InvalidDataException("A spooled record is shorter than its partition key.");
        }

        return new SpooledRecord(
            stream,
            BinaryPrimitives.ReadInt64LittleEndian(fields),
            BinaryPrimitives.ReadUInt128BigEndian(fields[8..]),
            (span[1] & ExplicitHashKeyFlag) != 0,
            Encoding.UTF8.GetString(fields.Slice(26, keyBytes)),
            entry[(3 + span[2] + 26 + keyBytes)..]);
    }

    private static void Check(ReadOnlySpan<byte> entry)
    {
        if (entry.Length < FixedBytes || entry[0] != Kind || entry.Length < FixedBytes + entry[2])
        {
            throw new InvalidDataException("A spool entry is not a record.");
        }
    }
}
