using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Numerics;

namespace Weir.LocalKinesis.Streams;

/// <summary>
/// A sequence number as a client gives it: of any of the three layouts that the service has used. Ours are of the last one, see <see cref="SequenceNumber"/>.
/// <code>
/// version 0   below 2^129 (and 2^124 is added below that)   hex 1 created(9) 00 random(16) shard(4)
/// version 1   from 2^185 to 1.5 x 2^185, last digit 1       hex 2 created(9) shard(1) 00 arrived(9) random(14) index(2) shard(8) 1
/// version 2   the same, last digit 2
/// </code>
/// </summary>
internal readonly record struct GivenSequenceNumber(int Version, long ShardCreatedSeconds, ulong Index, long ArrivedSeconds, int ShardIndex)
{
    /// <summary>Seconds beyond this are of no shard.</summary>
    private const long MaxSeconds = 16_025_175_000;

    private const int MostDigits = 129;
    private static readonly BigInteger Least = BigInteger.One << 124;
    private static readonly BigInteger EndOfVersion0 = BigInteger.One << 129;
    private static readonly BigInteger BeforeLater = BigInteger.One << 185;
    private static readonly BigInteger AfterLater = 3 * (BigInteger.One << 184);

    public static bool TryParse([NotNullWhen(true)] string? text, out GivenSequenceNumber number)
    {
        number = default;
        if (text is not { Length: > 0 and <= MostDigits } || !BigInteger.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value))
            return false;
        if (value < Least)
            value += Least;
        var hex = value.ToString("x", CultureInfo.InvariantCulture).TrimStart('0');
        if (value < EndOfVersion0)
        {
            number = new GivenSequenceNumber(0, (long)Digits(hex, 1, 9), 0, 0, (int)Digits(hex, 28, 4));
            return number.ShardCreatedSeconds < MaxSeconds;
        }

        if (value <= BeforeLater || value >= AfterLater)
            return false;
        var (created, shard) = ((long)Digits(hex, 1, 9), (int)(uint)Digits(hex, 38, 8));
        switch (hex[^1])
        {
            case '1':
                number = new GivenSequenceNumber(1, created, Digits(hex, 36, 2), (long)Digits(hex, 13, 9), shard);
                return true;
            case '2':
                var index = Digits(hex, 11, 16);
                number = new GivenSequenceNumber(2, created, index, (long)Digits(hex, 29, 9), shard);
                return index <= SequenceNumber.EndIndex && created < MaxSeconds;
            default:
                return false;
        }
    }

    private static ulong Digits(string hex, int start, int count) => ulong.Parse(hex.AsSpan(start, count), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
