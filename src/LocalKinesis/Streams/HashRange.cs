using System.Globalization;
using Weir.Aws.Kinesis;

namespace Weir.LocalKinesis.Streams;

/// <summary>A shard's part of the hash space, both ends included.</summary>
internal readonly record struct HashRange(UInt128 Start, UInt128 End)
{
    public bool Contains(UInt128 hash) => hash >= Start && hash <= End;

    public HashKeyRange ToWire() => new(Start.ToString(CultureInfo.InvariantCulture), End.ToString(CultureInfo.InvariantCulture));

    /// <summary>The whole space in equal parts: the size is 2^128 / count rounded down, and the last part takes what is left.</summary>
    public static HashRange[] Even(int count)
    {
        if (count == 1)
            return [new HashRange(0, UInt128.MaxValue)];
        // 2^128 does not fit: (2^128 - 1) / n is 2^128 / n rounded down, unless n divides 2^128.
        var size = (UInt128.MaxValue / (UInt128)count) + (UInt128.MaxValue % (UInt128)count == (UInt128)(count - 1) ? UInt128.One : UInt128.Zero);
        var ranges = new HashRange[count];
        for (var i = 0; i < count; i++)
            ranges[i] = new HashRange(size * (UInt128)i, i == count - 1 ? UInt128.MaxValue : (size * (UInt128)(i + 1)) - 1);
        return ranges;
    }
}
