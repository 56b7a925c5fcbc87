using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Weir.Pipeline.Redaction.Detection;

namespace Weir.Pipeline.Redaction.Scanning;

/// <summary>What <see cref="WholeValue"/> may tell of the strings behind a key.</summary>
[Flags]
internal enum WholeKinds : byte
{
    None = 0,
    Email = 1,

    /// <summary>Digits alone.</summary>
    Card = 2,

    /// <summary>The key says that a card stands here: its issuer need not be known.</summary>
    NamedCard = 4,

    /// <summary>International ones.</summary>
    Phone = 8,

    /// <summary>Those of North America without a country code, too.</summary>
    NationalPhone = 16,
}

/// <summary>
/// Strings that are, as a whole, a personal value in the way that most are written, told without masks and anchors:
/// <code>
/// ada.byron7@mail.example.com      4111111111111111      +1 415-555-0132      415-555-0132
/// </code>
/// It says no more than the detectors: nothing else in such a string is an anchor that they would find something at first. Whatever is not as plain is left to them.
/// </summary>
internal static class WholeValue
{
    // a@b.io
    private const int ShortestEmail = 6;
    private const int FewestPhoneDigits = 7;
    private const int MostPhoneDigits = 15;

    // ddd-ddd-dddd, the first digit lowest.
    private const int NationalLength = 12;
    private const ulong NationalDigits = 0b1111_0111_0111;

    /// <summary>The entity that the string is; -1 for none, or for one that the detectors have to tell.</summary>
    /// <param name="value">Its first byte, from where 64 can be read.</param>
    /// <param name="length">In bytes, 1 to 64.</param>
    /// <param name="kinds">What is looked for.</param>
    public static int Entity(ref byte value, int length, WholeKinds kinds) => Entity(ref value, length, kinds, BlockMasks.Best);

    /// <summary>As <see cref="Entity(ref byte,int,WholeKinds)"/>, with the choice of the width.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static int Entity(ref byte value, int length, WholeKinds kinds, LaneWidth width) => width switch
    {
        LaneWidth.Bits512 => Told<Lanes512>(ref value, length, kinds),
        LaneWidth.Bits256 when length <= 32 => Told<LanesHalf>(ref value, length, kinds),
        LaneWidth.Bits256 => Told<Lanes256>(ref value, length, kinds),
        LaneWidth.Bits128 => Told<Lanes128>(ref value, length, kinds),
        _ => Told<LanesScalar>(ref value, length, kinds),
    };

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Told<T>(ref byte value, int length, WholeKinds kinds) where T : struct, ILanes<T>
    {
        var within = ulong.MaxValue >> (64 - length);
        var v = T.Load(ref value);
        var digit = T.Bits(T.Within(v, (byte)'0', 9)) & within;
        if (digit == within)
        {
            return (kinds & WholeKinds.Card) != 0 && length is >= 12 and <= 19 && IsCard(MemoryMarshal.CreateReadOnlySpan(ref value, length), kinds) ? EntityId.Card : -1;
        }

        if (value == (byte)'+')
        {
            return (kinds & WholeKinds.Phone) != 0 && IsInternational(ref value, length, digit, digit | Gaps<T>(v) & within) ? EntityId.Phone : -1;
        }

        if (digit == NationalDigits && length == NationalLength)
        {
            return (kinds & WholeKinds.NationalPhone) != 0 && value >= (byte)'2' && Unsafe.Add(ref value, 4) >= (byte)'2'
                && Unsafe.Add(ref value, 3) is (byte)'-' or (byte)' ' && Unsafe.Add(ref value, 7) == Unsafe.Add(ref value, 3) ? EntityId.Phone : -1;
        }

        if ((kinds & WholeKinds.Email) == 0 || length < ShortestEmail)
        {
            return -1;
        }

        var sign = T.Bits(T.Is(v, (byte)'@')) & within;
        // One, and not the first.
        if ((sign & sign - 1) != 0 || sign <= 1)
        {
            return -1;
        }

        var letter = T.Bits(T.Within(T.Lower(v), (byte)'a', 25)) & within;
        var dot = T.Bits(T.Is(v, (byte)'.')) & within;
        var mark = (T.Bits(T.Or(T.Is(v, (byte)'-'), T.Is(v, (byte)'_'))) | dot) & within;
        return (digit | letter | mark | sign) == within && IsEmail(length, digit, letter, dot, mark, sign) ? EntityId.Email : -1;
    }

    private static ulong Gaps<T>(T v) where T : struct, ILanes<T> => T.Bits(T.Or(T.Or(T.Is(v, (byte)' '), T.Is(v, (byte)'-')), T.Is(v, (byte)'.')));

    private static bool IsCard(ReadOnlySpan<byte> digits, WholeKinds kinds) =>
        CardDetector.Luhn(digits) && ((kinds & WholeKinds.NamedCard) != 0 || CardDetector.Issuer(digits));

    /// <summary>A plus sign and 7 to 15 digits, the first not 0, in groups with one sign between two. Not what may be something else: pairs with dashes are a hardware address, 756 and four digits a Swiss number, 9dd-dd an American one.</summary>
    private static bool IsInternational(ref byte value, int length, ulong digit, ulong numeric)
    {
        var gaps = numeric ^ digit;
        var count = BitOperations.PopCount(digit);
        if (numeric != (ulong.MaxValue >> (64 - length) ^ 1) || (gaps & (gaps << 1 | 2)) != 0 || digit >> (length - 1) == 0 || count is < FewestPhoneDigits or > MostPhoneDigits || Unsafe.Add(ref value, 1) == (byte)'0')
        {
            return false;
        }

        if (gaps == 0)
        {
            return true;
        }

        var first = BitOperations.TrailingZeroCount(gaps) - 1;
        gaps &= gaps - 1;
        var second = Math.Min(BitOperations.TrailingZeroCount(gaps), length) - first - 2;
        var dashed = Unsafe.Add(ref value, first + 1) == (byte)'-';
        return first <= 3 && !(dashed && first > 1 && second == 2) && !(first == 3 && second == 4 && MemoryMarshal.CreateReadOnlySpan(ref value, 4).EndsWith("756"u8));
    }

    /// <summary>Words with one sign between two, a top level of letters; and nothing before the '@' that would be looked at before it.</summary>
    private static bool IsEmail(int length, ulong digit, ulong letter, ulong dot, ulong mark, ulong sign)
    {
        var word = digit | letter;
        var marks = mark | sign;
        var dots = dot & 0 - sign;
        var last = 63 - BitOperations.LeadingZeroCount(dots);
        if ((marks & (marks << 1 | 1)) != 0 || dots == 0 || length - last < 3 || letter >> last + 1 != ulong.MaxValue >> (64 - length) >> last + 1)
        {
            return false;
        }

        // As in BlockMasks.Lettered, for the signs that stand here; with more signs taken for parts of numbers.
        var pair = (letter & letter << 1) << 2;
        var digit2 = digit & digit << 1;
        var digit4 = digit2 & digit2 << 2;
        var numeric = digit | mark;
        var numeric2 = numeric & numeric << 1;
        var numeric4 = numeric2 & numeric2 << 2;
        var run2 = word & word << 1;
        var run4 = run2 & run2 << 2;
        var anchors = numeric4 & numeric4 << 3 | run4 & run4 << 4 & run4 << 8 | digit4 & (digit2 << 4 | digit4 << 5 | digit4 << 6 | digit2 << 5)
            | digit2 & pair & ~(word << 4) | mark & (mark << 3 | mark << 5) | pair & mark << 4 & ~(word << 1);
        return (anchors & sign - 1) == 0;
    }
}
