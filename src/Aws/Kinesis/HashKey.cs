using System.Text;

namespace Weir.Aws.Kinesis;

/// <summary>
/// Where a record lands: the MD5 of its partition key (UTF-8), read as an unsigned big-endian 128-bit number, or its explicit hash key.
/// See <see href="https://docs.aws.amazon.com/streams/latest/dev/key-concepts.html#partition-key">partition key</see>.
/// </summary>
public static class HashKey
{
    /// <summary>The hash of a partition key; <c>"a"</c> gives 16955237001963240173058271559858726497.</summary>
    public static UInt128 Of(string partitionKey)
    {
        var size = Encoding.UTF8.GetMaxByteCount(partitionKey.Length);
        Span<byte> utf8 = size <= 1024 ? stackalloc byte[size] : new byte[size];
        return Md5.Hash(utf8[..Encoding.UTF8.GetBytes(partitionKey, utf8)]);
    }

    /// <summary>The hash of a partition key in UTF-8.</summary>
    public static UInt128 Of(ReadOnlySpan<byte> partitionKey) => Md5.Hash(partitionKey);

    /// <summary>The hash that decides: <paramref name="explicitHashKey"/> when given, else that of the key.</summary>
    public static UInt128 Of(string partitionKey, string? explicitHashKey) =>
        explicitHashKey is null ? Of(partitionKey) : UInt128.Parse(explicitHashKey, System.Globalization.CultureInfo.InvariantCulture);
}
