using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Numerics;

namespace Weir.LocalKinesis.Streams;

/// <summary>
/// The name of a record within its shard: 56 decimal digits that grow with every record, from parent to child, and across restarts.
/// <code>
/// hex  2 000000000 0 0000000000000000 00 000000000 00000000 2
///      │ │         │ │                │  │         │        └ version
///      │ │         │ │                │  │         └ shard's index (8)
///      │ │         │ │                │  └ seconds since 1970 when the record arrived (9)
///      │ │         │ │                └ always 0 (2)
///      │ │         │ └ the record's index within the shard (16); 7fffffffffffffff ends a closed shard
///      │ │         └ the last digit of the shard's index
///      │ └ seconds since 1970 when the shard was created (9)
///      └ always 2
/// </code>
/// </summary>
internal readonly record struct SequenceNumber(long ShardCreatedSeconds, ulong Index, long ArrivedSeconds, int ShardIndex)
{
    /// <summary>The layout's version, the last hex digit.</summary>
    public const int Version = 2;

    /// <summary>Digits of every sequence number that we give.</summary>
    public const int Length = 56;

    /// <summary>The index that ends a closed shard; no record has it.</summary>
    public const ulong EndIndex = long.MaxValue;

    private const long MaxSeconds = 16_025_175_000;

    /// <summary>The first number of a shard: below every record's.</summary>
    public static SequenceNumber StartOf(long shardCreatedSeconds, int shardIndex) => new(shardCreatedSeconds, 0, shardCreatedSeconds, shardIndex);

    /// <summary>Writes the 56 digits.</summary>
    public void Write(Span<byte> digits)
    {
        // 188 bits: 108 above the two zero digits of byte 10, 80 below.
        var high = ((UInt128)2 << 104) | ((UInt128)(ulong)ShardCreatedSeconds << 68) | ((UInt128)(uint)(ShardIndex & 15) << 64) | Index;
        var low = ((UInt128)(ulong)ArrivedSeconds << 36) | ((UInt128)(uint)ShardIndex << 4) | 2;
        // Six limbs of 32 bits, most significant first.
        Span<uint> limbs = stackalloc uint[6];
        var top = high >> 16;
        limbs[0] = (uint)(ulong)(top >> 64);
        limbs[1] = (uint)(ulong)(top >> 32);
        limbs[2] = (uint)(ulong)top;
        var bottom = ((high & 0xFFFF) << 80) | low;
        limbs[3] = (uint)(ulong)(bottom >> 64);
        limbs[4] = (uint)((ulong)bottom >> 32);
        limbs[5] = (uint)(ulong)bottom;
        // Nine decimal digits at a time, from the right; 7 x 9 = 63 places, of which 56 are in use.
        for (var end = Length; end > 0; end -= 9)
        {
            ulong remainder = 0;
            for (var i = 0; i < limbs.Length; i++)
            {
                var value = (remainder << 32) | limbs[i];
                limbs[i] = (uint)(value / 1_000_000_000);
                remainder = value % 1_000_000_000;
            }

            var width = Math.Min(9, end);
            for (var place = end - 1; place >= end - width; place--)
            {
                digits[place] = (byte)('0' + (remainder % 10));
                remainder /= 10;
            }
        }
    }

    public override string ToString() =>
        string.Create(Length, this, static (text, number) =>
        {
            Span<byte> digits = stackalloc byte[Length];
            number.Write(digits);
            for (var i = 0; i < digits.Length; i++)
                text[i] = (char)digits[i];
        });

    /// <summary>Reads a number that we could have given; false for anything else, such as <c>0</c> or one of another service.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out SequenceNumber number)
    {
        number = default;
        if (text is not { Length: Length } || !BigInteger.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value))
            return false;
        if (value >> 184 != 2)
            return false;
        var version = (int)(value & 15);
        var shard = (uint)((value >> 4) & uint.MaxValue);
        var arrived = (long)((value >> 36) & 0xF_FFFF_FFFF);
        var zero = (int)((value >> 72) & 0xFF);
        var index = (ulong)((value >> 80) & ulong.MaxValue);
        var digit = (int)((value >> 144) & 15);
        var created = (long)((value >> 148) & 0xF_FFFF_FFFF);
        if (version != Version || zero != 0 || index > EndIndex || shard > int.MaxValue || digit != (shard & 15) || created >= MaxSeconds)
            return false;
        number = new SequenceNumber(created, index, arrived, (int)shard);
        return true;
    }

    /// <summary>Adds one to the index of a written number, in place: what the next record of the same block has.</summary>
    public static void Advance(Span<byte> digits)
    {
        // One step of the index is 2^80 of the whole number.
        var step = "1208925819614629174706176"u8;
        var carry = 0;
        var place = Length - 1;
        for (var i = step.Length - 1; i >= 0; i--, place--)
        {
            var sum = digits[place] - '0' + (step[i] - '0') + carry;
            carry = sum >= 10 ? 1 : 0;
            digits[place] = (byte)('0' + sum - (carry * 10));
        }

        for (; carry > 0; place--)
        {
            if (digits[place] == (byte)'9')
            {
                digits[place] = (byte)'0';
            }
            else
            {
                digits[place]++;
                carry = 0;
            }
        }
    }
}
