using System.Buffers.Binary;
using System.Text;

namespace Weir.Pipeline.Spool;

/// <summary>
/// A record as it waits in the spool. On disk, all numbers little-endian but the hash key:
/// <code>
/// 01                      kind: record
/// 00                      flags: bit 0 = the sender gave the hash key (explicit hash key), bit 1 = the rest is sealed
/// 06 6f 72 64 65 72 73    length and name of the stream, ASCII
/// 8 bytes                 accepted at, milliseconds since 1970
/// ─── from here on sealed when a key is configured (see SpoolSeal) ───
/// 16 bytes                hash key, big-endian
/// 02 00 6b 31             length (2 bytes) and UTF-8 of the partition key
/// ...                     data, to the end of the entry
/// </code>
/// </summary>
internal readonly struct SpooledRecord
{
    public const byte Kind = 1;
    private const byte ExplicitHashKeyFlag = 1, SealedFlag = 2;
    private const int ClearBytes = 1 + 1 + 1 + 8, BodyBytes = 16 + 2;

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
    public static int SizeOf(int streamBytes, int keyBytes, int dataBytes, SpoolSeal seal) =>
        ClearBytes + streamBytes + (seal.IsSealing ? SpoolSeal.Overhead : 0) + BodyBytes + keyBytes + dataBytes;

    /// <summary>Writes an entry into exactly <see cref="SizeOf"/> bytes.</summary>
    public static void Write(
        Span<byte> to,
        ReadOnlySpan<byte> stream,
        long acceptedAtMilliseconds,
        UInt128 hashKey,
        bool hasExplicitHashKey,
        ReadOnlySpan<byte> partitionKey,
        ReadOnlySpan<byte> data,
        SpoolSeal seal)
    {
        to[0] = Kind;
        to[1] = (byte)((hasExplicitHashKey ? ExplicitHashKeyFlag : 0) | (seal.IsSealing ? SealedFlag : 0));
        to[2] = (byte)stream.Length;
        stream.CopyTo(to[3..]);
        BinaryPrimitives.WriteInt64LittleEndian(to[(3 + stream.Length)..], acceptedAtMilliseconds);
        var clear = to[..(ClearBytes + stream.Length)];
        if (!seal.IsSealing)
        {
            WriteBody(to[clear.Length..], hashKey, partitionKey, data);
            return;
        }

        var size = BodyBytes + partitionKey.Length + data.Length;
        var plain = System.Buffers.ArrayPool<byte>.Shared.Rent(size);
        WriteBody(plain, hashKey, partitionKey, data);
        seal.Seal(clear, plain.AsSpan(0, size), to[clear.Length..]);
        System.Buffers.ArrayPool<byte>.Shared.Return(plain, clearArray: true);
    }

    /// <summary>What the index needs: the bytes of the stream's name and the hash key.</summary>
    public static void Peek(ReadOnlySpan<byte> entry, SpoolSeal seal, out ReadOnlySpan<byte> stream, out UInt128 hashKey)
    {
        var clear = Clear(entry);
        stream = clear.Slice(3, clear[2]);
        var body = entry[clear.Length..];
        hashKey = BinaryPrimitives.ReadUInt128BigEndian((entry[1] & SealedFlag) != 0 ? seal.Open(clear, body) : body);
    }

    /// <summary>Reads an entry. Throws <see cref="InvalidDataException"/> when it is not one.</summary>
    public static SpooledRecord Read(string stream, ReadOnlyMemory<byte> entry, SpoolSeal seal)
    {
        var clear = Clear(entry.Span);
        var body = (entry.Span[1] & SealedFlag) != 0 ? seal.Open(clear, entry.Span[clear.Length..]) : entry[clear.Length..];
        var fields = body.Span;
        if (fields.Length < BodyBytes || fields.Length < BodyBytes + BinaryPrimitives.ReadUInt16LittleEndian(fields[16..]))
        {
            throw new InvalidDataException("A spooled record is shorter than its partition key.");
        }

        var keyBytes = BinaryPrimitives.ReadUInt16LittleEndian(fields[16..]);
        return new SpooledRecord(
            stream,
            BinaryPrimitives.ReadInt64LittleEndian(clear[(clear.Length - 8)..]),
            BinaryPrimitives.ReadUInt128BigEndian(fields),
            (entry.Span[1] & ExplicitHashKeyFlag) != 0,
            Encoding.UTF8.GetString(fields.Slice(BodyBytes, keyBytes)),
            body[(BodyBytes + keyBytes)..]);
    }

    private static void WriteBody(Span<byte> to, UInt128 hashKey, ReadOnlySpan<byte> partitionKey, ReadOnlySpan<byte> data)
    {
        BinaryPrimitives.WriteUInt128BigEndian(to, hashKey);
        BinaryPrimitives.WriteUInt16LittleEndian(to[16..], (ushort)partitionKey.Length);
        partitionKey.CopyTo(to[BodyBytes..]);
        data.CopyTo(to[(BodyBytes + partitionKey.Length)..]);
    }

    private static ReadOnlySpan<byte> Clear(ReadOnlySpan<byte> entry) =>
        entry.Length >= ClearBytes && entry[0] == Kind && entry.Length >= ClearBytes + entry[2] + BodyBytes
            ? entry[..(ClearBytes + entry[2])]
            : throw new InvalidDataException("A spool entry is not a record.");
}
