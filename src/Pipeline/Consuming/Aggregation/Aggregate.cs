using System.Security.Cryptography;
using System.Text;

namespace Weir.Pipeline.Consuming.Aggregation;

/// <summary>A record inside an aggregate; <see cref="ExplicitHashKey"/> is null where none was given.</summary>
internal readonly record struct UserRecord(string PartitionKey, string? ExplicitHashKey, ReadOnlyMemory<byte> Data);

/// <summary>
/// The aggregated record of the Kinesis Producer Library, many user records in one:
/// <code>
/// F3 89 9A C2 | AggregatedRecord (protobuf) | MD5 of the protobuf, 16 bytes
/// AggregatedRecord { repeated string partition_key_table = 1; repeated string explicit_hash_key_table = 2; repeated Record records = 3; }
/// Record           { required uint64 partition_key_index = 1; optional uint64 explicit_hash_key_index = 2; required bytes data = 3; repeated Tag tags = 4; }
/// </code>
/// See <see href="https://github.com/awslabs/amazon-kinesis-producer/blob/master/aggregation-format.md">aggregation-format.md</see>.
/// </summary>
internal static class Aggregate
{
    private static readonly UTF8Encoding Utf8 = new(false, throwOnInvalidBytes: true);

    private static ReadOnlySpan<byte> Magic => [0xF3, 0x89, 0x9A, 0xC2];

    /// <summary>The user records in order, or null when this is a plain record: no magic, a wrong digest, or anything that cannot be read.</summary>
    public static IReadOnlyList<UserRecord>? TryRead(ReadOnlyMemory<byte> record)
    {
        if (record.Length < Magic.Length + MD5.HashSizeInBytes || !record.Span.StartsWith(Magic))
            return null;
        var body = record[Magic.Length..^MD5.HashSizeInBytes];
        Span<byte> digest = stackalloc byte[MD5.HashSizeInBytes];
        MD5.HashData(body.Span, digest);
        return record.Span[^MD5.HashSizeInBytes..].SequenceEqual(digest) ? Read(body) : null;
    }

    private static List<UserRecord>? Read(ReadOnlyMemory<byte> body)
    {
        var keys = new List<string>();
        var hashes = new List<string>();
        var records = new List<(ulong Key, ulong? Hash, ReadOnlyMemory<byte> Data)>();
        try
        {
            var reader = new Fields(body);
            while (reader.Next(out var field, out _, out var bytes))
            {
                switch (field)
                {
                    case 1: keys.Add(Utf8.GetString(bytes.Span)); break;
                    case 2: hashes.Add(Utf8.GetString(bytes.Span)); break;
                    case 3: records.Add(ReadRecord(bytes)); break;
                }
            }

            return records.ConvertAll(r => new UserRecord(keys[checked((int)r.Key)], r.Hash is { } hash ? hashes[checked((int)hash)] : null, r.Data));
        }
        catch (Exception e) when (e is InvalidDataException or ArgumentException or OverflowException)
        {
            return null;
        }
    }

    private static (ulong Key, ulong? Hash, ReadOnlyMemory<byte> Data) ReadRecord(ReadOnlyMemory<byte> message)
    {
        ulong? key = null, hash = null;
        ReadOnlyMemory<byte>? data = null;
        var reader = new Fields(message);
        while (reader.Next(out var field, out var number, out var bytes))
        {
            switch (field)
            {
                case 1: key = number; break;
                case 2: hash = number; break;
                case 3: data = bytes; break;
            }
        }

        return key is { } k && data is { } d ? (k, hash, d) : throw new InvalidDataException("A required field is missing.");
    }

    /// <summary>The fields of one protobuf message, in order; unknown ones are given too.</summary>
    private struct Fields(ReadOnlyMemory<byte> message)
    {
        private int _at;

        public bool Next(out int field, out ulong number, out ReadOnlyMemory<byte> bytes)
        {
            (field, number, bytes) = (0, 0, default);
            if (_at == message.Length)
                return false;
            var tag = Varint();
            field = (int)Math.Min(tag >> 3, int.MaxValue);
            switch (tag & 7)
            {
                case 0: number = Varint(); break;
                case 1: bytes = Take(8); break;
                case 2: bytes = Take(Varint()); break;
                case 5: bytes = Take(4); break;
                default: throw new InvalidDataException("An unknown wire type.");
            }

            return true;
        }

        private ReadOnlyMemory<byte> Take(ulong length)
        {
            if (length > (ulong)(message.Length - _at))
                throw new InvalidDataException("A field runs past the end.");
            var taken = message.Slice(_at, (int)length);
            _at += (int)length;
            return taken;
        }

        private ulong Varint()
        {
            ulong value = 0;
            for (var shift = 0; shift < 64; shift += 7)
            {
                if (_at == message.Length)
                    break;
                var next = message.Span[_at++];
                value |= (ulong)(next & 0x7F) << shift;
                if (next < 0x80)
                    return value;
            }

            throw new InvalidDataException("A number does not end.");
        }
    }
}
