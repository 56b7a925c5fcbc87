using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace Weir.Pipeline.Publishing;

/// <summary>
/// Writes the aggregated record of the Kinesis Producer Library, byte for byte as the library does, so that any consumer that knows it can take it apart:
/// <code>
/// F3 89 9A C2 | AggregatedRecord (protobuf) | MD5 of the protobuf, 16 bytes
/// AggregatedRecord { repeated string partition_key_table = 1; repeated string explicit_hash_key_table = 2; repeated Record records = 3; }
/// Record           { required uint64 partition_key_index = 1; optional uint64 explicit_hash_key_index = 2; required bytes data = 3; }
/// </code>
/// See <see href="https://github.com/awslabs/amazon-kinesis-producer/blob/master/aggregation-format.md">aggregation-format.md</see>.
/// </summary>
internal sealed class KplAggregator
{
    /// <summary>The partition key of an aggregate; where it goes is decided by its explicit hash key, that of its first record.</summary>
    public const string PartitionKey = "a";

    private const byte KeyTag = (1 << 3) | 2, HashTag = (2 << 3) | 2, RecordTag = (3 << 3) | 2;
    private const byte KeyIndexTag = 1 << 3, HashIndexTag = 2 << 3, DataTag = (3 << 3) | 2;

    private readonly Dictionary<string, int> _keys = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _hashes = new(StringComparer.Ordinal);
    private readonly ArrayBufferWriter<byte> _keyTable = new();
    private readonly ArrayBufferWriter<byte> _hashTable = new();
    private readonly ArrayBufferWriter<byte> _records = new();

    public static ReadOnlySpan<byte> Magic => [0xF3, 0x89, 0x9A, 0xC2];

    /// <summary>How many records were added.</summary>
    public int Count { get; private set; }

    /// <summary>Bytes of the aggregate as it stands.</summary>
    public int Size => Magic.Length + _keyTable.WrittenCount + _hashTable.WrittenCount + _records.WrittenCount + MD5.HashSizeInBytes;

    /// <summary>An upper bound of what a record adds.</summary>
    public static int SizeOf(int keyBytes, int dataBytes) => keyBytes + dataBytes + 64;

    public void Add(string partitionKey, string? explicitHashKey, ReadOnlySpan<byte> data)
    {
        var key = IndexOf(partitionKey, _keys, _keyTable, KeyTag);
        int? hash = explicitHashKey is null ? null : IndexOf(explicitHashKey, _hashes, _hashTable, HashTag);
        var length = 1 + VarintSize(key) + (hash is { } h ? 1 + VarintSize(h) : 0) + 1 + VarintSize(data.Length) + data.Length;
        WriteByte(_records, RecordTag);
        WriteVarint(_records, length);
        WriteByte(_records, KeyIndexTag);
        WriteVarint(_records, key);
        if (hash is { } index)
        {
            WriteByte(_records, HashIndexTag);
            WriteVarint(_records, index);
        }

        WriteByte(_records, DataTag);
        WriteVarint(_records, data.Length);
        _records.Write(data);
        Count++;
    }

    /// <summary>The aggregate's bytes; the aggregator is empty afterwards.</summary>
    public byte[] Take()
    {
        var bytes = new byte[Size];
        Magic.CopyTo(bytes);
        var at = Magic.Length;
        foreach (var part in (ReadOnlySpan<ArrayBufferWriter<byte>>)[_keyTable, _hashTable, _records])
        {
            part.WrittenSpan.CopyTo(bytes.AsSpan(at));
            at += part.WrittenCount;
            part.ResetWrittenCount();
        }

        MD5.HashData(bytes.AsSpan(Magic.Length..at), bytes.AsSpan(at));
        _keys.Clear();
        _hashes.Clear();
        Count = 0;
        return bytes;
    }

    /// <summary>Keys and data of the records in an aggregate, null when it is none that can be read.</summary>
    public static IReadOnlyList<(string PartitionKey, ReadOnlyMemory<byte> Data)>? TryRead(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Length < Magic.Length + MD5.HashSizeInBytes
            || !bytes.Span.StartsWith(Magic)
            || !MD5.HashData(bytes.Span[Magic.Length..^MD5.HashSizeInBytes]).AsSpan().SequenceEqual(bytes.Span[^MD5.HashSizeInBytes..]))
        {
            return null;
        }

        var keys = new List<string>();
        var records = new List<(string, ReadOnlyMemory<byte>)>();
        var rest = bytes[Magic.Length..^MD5.HashSizeInBytes];
        while (TryField(ref rest, out var tag, out _, out var value))
        {
            if (tag == KeyTag)
            {
                keys.Add(Encoding.UTF8.GetString(value.Span));
            }
            else if (tag == RecordTag)
            {
                var key = 0;
                ReadOnlyMemory<byte> data = default;
                while (TryField(ref value, out var member, out var number, out var content))
                {
                    key = member == KeyIndexTag ? number : key;
                    data = member == DataTag ? content : data;
                }

                if (!value.IsEmpty || key < 0 || key >= keys.Count)
                {
                    return null;
                }

                records.Add((keys[key], data));
            }
        }

        return rest.IsEmpty ? records : null;
    }

    /// <summary>Takes a varint or length-delimited field off the front; false at the end or at anything else.</summary>
    private static bool TryField(ref ReadOnlyMemory<byte> rest, out int tag, out int number, out ReadOnlyMemory<byte> value)
    {
        value = default;
        number = 0;
        if (!TryVarint(ref rest, out tag) || (tag & 7) is not (0 or 2) || !TryVarint(ref rest, out number))
        {
            return false;
        }

        if ((tag & 7) == 2)
        {
            if (number < 0 || number > rest.Length)
            {
                return false;
            }

            value = rest[..number];
            rest = rest[number..];
        }

        return true;
    }

    private static bool TryVarint(ref ReadOnlyMemory<byte> rest, out int value)
    {
        value = 0;
        for (var i = 0; i < rest.Length && i < 5; i++)
        {
            var next = rest.Span[i];
            value |= (next & 0x7F) << (7 * i);
            if (next < 0x80)
            {
                rest = rest[(i + 1)..];
                return true;
            }
        }

        return false;
    }

    private static int IndexOf(string text, Dictionary<string, int> table, ArrayBufferWriter<byte> written, byte tag)
    {
        if (table.TryGetValue(text, out var known))
        {
            return known;
        }

        var size = Encoding.UTF8.GetByteCount(text);
        WriteByte(written, tag);
        WriteVarint(written, size);
        Encoding.UTF8.GetBytes(text, written.GetSpan(size));
        written.Advance(size);
        return table[text] = table.Count;
    }

    private static int VarintSize(int value)
    {
        var size = 1;
        while ((value >>= 7) != 0)
        {
            size++;
        }

        return size;
    }

    private static void WriteVarint(ArrayBufferWriter<byte> to, int value)
    {
        while (value > 0x7F)
        {
            WriteByte(to, (byte)(value | 0x80));
            value >>= 7;
        }

        WriteByte(to, (byte)value);
    }

    private static void WriteByte(ArrayBufferWriter<byte> to, byte value)
    {
        to.GetSpan(1)[0] = value;
        to.Advance(1);
    }
}
