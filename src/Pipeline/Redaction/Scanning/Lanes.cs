using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Weir.Pipeline.Redaction.Scanning;

/// <summary>64 bytes of text in the registers that the processor has. What compares gives 0xFF in the bytes where it holds, 0 elsewhere.</summary>
internal interface ILanes<T> where T : struct, ILanes<T>
{
    static abstract T Load(ref byte text);

    static abstract T Or(T a, T b);

    /// <summary>Every byte with bit 5 set: ASCII letters in lower case.</summary>
    static abstract T Lower(T v);

    static abstract T Is(T v, byte value);

    /// <summary>Bytes of [from, from + width].</summary>
    static abstract T Within(T v, byte from, byte width);

    /// <summary>Where the entry of the table that the low four bits of <paramref name="index"/> name is <paramref name="value"/> itself. Bytes of the index above 127 name no entry.</summary>
    static abstract T Named(Vector128<byte> table, T index, T value);

    /// <summary>Control bytes and bytes above 127.</summary>
    static abstract T Odd(T v);

    /// <summary>A bit per byte, that of the first byte lowest.</summary>
    static abstract ulong Bits(T v);

    static abstract bool Any(T v);
}

/// <summary>One register of 512 bits.</summary>
internal readonly struct Lanes512(Vector512<byte> a) : ILanes<Lanes512>
{
    private readonly Vector512<byte> _a = a;

    public static bool IsSupported => Vector512.IsHardwareAccelerated && Avx512BW.IsSupported;

    public static Lanes512 Load(ref byte text) => new(Vector512.LoadUnsafe(ref text));

    public static Lanes512 Or(Lanes512 a, Lanes512 b) => new(a._a | b._a);

    public static Lanes512 Lower(Lanes512 v) => new(v._a | Vector512.Create((byte)0x20));

    public static Lanes512 Is(Lanes512 v, byte value) => new(Vector512.Equals(v._a, Vector512.Create(value)));

    public static Lanes512 Within(Lanes512 v, byte from, byte width) => new(Vector512.LessThanOrEqual(v._a - Vector512.Create(from), Vector512.Create(width)));

    public static Lanes512 Named(Vector128<byte> table, Lanes512 index, Lanes512 value) => new(Vector512.Equals(Avx512BW.Shuffle(Vector512.Create(Vector256.Create(table, table), Vector256.Create(table, table)), index._a), value._a));

    public static Lanes512 Odd(Lanes512 v) => new(Vector512.LessThan(v._a.AsSByte(), Vector512.Create((sbyte)0x20)).AsByte());

    public static ulong Bits(Lanes512 v) => v._a.ExtractMostSignificantBits();

    public static bool Any(Lanes512 v) => v._a.ExtractMostSignificantBits() != 0;
}

/// <summary>Two registers of 256 bits.</summary>
internal readonly struct Lanes256(Vector256<byte> a, Vector256<byte> b) : ILanes<Lanes256>
{
    private readonly Vector256<byte> _a = a;
    private readonly Vector256<byte> _b = b;

    public static bool IsSupported => Avx2.IsSupported;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Load(ref byte text) => new(Vector256.LoadUnsafe(ref text), Vector256.LoadUnsafe(ref text, 32));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Or(Lanes256 a, Lanes256 b) => new(a._a | b._a, a._b | b._b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Lower(Lanes256 v) => new(v._a | Vector256.Create((byte)0x20), v._b | Vector256.Create((byte)0x20));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Is(Lanes256 v, byte value) => new(Vector256.Equals(v._a, Vector256.Create(value)), Vector256.Equals(v._b, Vector256.Create(value)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Within(Lanes256 v, byte from, byte width) => new(Within(v._a, from, width), Within(v._b, from, width));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Named(Vector128<byte> table, Lanes256 index, Lanes256 value)
    {
        var twice = Vector256.Create(table, table);
        return new(Vector256.Equals(Avx2.Shuffle(twice, index._a), value._a), Vector256.Equals(Avx2.Shuffle(twice, index._b), value._b));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Odd(Lanes256 v) => new(
        Vector256.LessThan(v._a.AsSByte(), Vector256.Create((sbyte)0x20)).AsByte(),
        Vector256.LessThan(v._b.AsSByte(), Vector256.Create((sbyte)0x20)).AsByte());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Bits(Lanes256 v) => v._a.ExtractMostSignificantBits() | (ulong)v._b.ExtractMostSignificantBits() << 32;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Any(Lanes256 v) => (v._a | v._b).ExtractMostSignificantBits() != 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<byte> Within(Vector256<byte> v, byte from, byte width) =>
        // Moved to the lowest of the signed bytes: one comparison does for both ends.
        Vector256.LessThan((v + Vector256.Create((byte)(0x80 - from))).AsSByte(), Vector256.Create((sbyte)(-128 + width + 1))).AsByte();
}

/// <summary>One register of 256 bits for the first half; the other counts as empty.</summary>
internal readonly struct LanesHalf(Vector256<byte> a) : ILanes<LanesHalf>
{
    private readonly Vector256<byte> _a = a;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesHalf Load(ref byte text) => new(Vector256.LoadUnsafe(ref text));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesHalf Or(LanesHalf a, LanesHalf b) => new(a._a | b._a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesHalf Lower(LanesHalf v) => new(v._a | Vector256.Create((byte)0x20));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesHalf Is(LanesHalf v, byte value) => new(Vector256.Equals(v._a, Vector256.Create(value)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesHalf Within(LanesHalf v, byte from, byte width) => new(Lanes256.Within(v._a, from, width));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesHalf Named(Vector128<byte> table, LanesHalf index, LanesHalf value) => new(Vector256.Equals(Avx2.Shuffle(Vector256.Create(table, table), index._a), value._a));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesHalf Odd(LanesHalf v) => new(Vector256.LessThan(v._a.AsSByte(), Vector256.Create((sbyte)0x20)).AsByte());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Bits(LanesHalf v) => v._a.ExtractMostSignificantBits();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Any(LanesHalf v) => v._a.ExtractMostSignificantBits() != 0;
}

/// <summary>Four registers of 128 bits.</summary>
internal readonly struct Lanes128(Vector128<byte> a, Vector128<byte> b, Vector128<byte> c, Vector128<byte> d) : ILanes<Lanes128>
{
    private readonly Vector128<byte> _a = a;
    private readonly Vector128<byte> _b = b;
    private readonly Vector128<byte> _c = c;
    private readonly Vector128<byte> _d = d;

    public static bool IsSupported => Ssse3.IsSupported || AdvSimd.Arm64.IsSupported;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Load(ref byte text) => new(Vector128.LoadUnsafe(ref text), Vector128.LoadUnsafe(ref text, 16), Vector128.LoadUnsafe(ref text, 32), Vector128.LoadUnsafe(ref text, 48));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Or(Lanes128 a, Lanes128 b) => new(a._a | b._a, a._b | b._b, a._c | b._c, a._d | b._d);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Lower(Lanes128 v)
    {
        var bit = Vector128.Create((byte)0x20);
        return new(v._a | bit, v._b | bit, v._c | bit, v._d | bit);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Is(Lanes128 v, byte value)
    {
        var all = Vector128.Create(value);
        return new(Vector128.Equals(v._a, all), Vector128.Equals(v._b, all), Vector128.Equals(v._c, all), Vector128.Equals(v._d, all));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Within(Lanes128 v, byte from, byte width) => new(Within(v._a, from, width), Within(v._b, from, width), Within(v._c, from, width), Within(v._d, from, width));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Named(Vector128<byte> table, Lanes128 index, Lanes128 value) =>
        new(Named(table, index._a, value._a), Named(table, index._b, value._b), Named(table, index._c, value._c), Named(table, index._d, value._d));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Odd(Lanes128 v) => new(Odd(v._a), Odd(v._b), Odd(v._c), Odd(v._d));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Bits(Lanes128 v) =>
        v._a.ExtractMostSignificantBits() | (ulong)v._b.ExtractMostSignificantBits() << 16 | (ulong)v._c.ExtractMostSignificantBits() << 32 | (ulong)v._d.ExtractMostSignificantBits() << 48;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Any(Lanes128 v) => (v._a | v._b | v._c | v._d) != Vector128<byte>.Zero;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Within(Vector128<byte> v, byte from, byte width) =>
        Vector128.LessThan((v + Vector128.Create((byte)(0x80 - from))).AsSByte(), Vector128.Create((sbyte)(-128 + width + 1))).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Named(Vector128<byte> table, Vector128<byte> index, Vector128<byte> value) =>
        Vector128.Equals(Ssse3.IsSupported ? Ssse3.Shuffle(table, index) : AdvSimd.Arm64.VectorTableLookup(table, index & Vector128.Create((byte)0x8F)), value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Odd(Vector128<byte> v) => Vector128.LessThan(v.AsSByte(), Vector128.Create((sbyte)0x20)).AsByte();
}

/// <summary>64 bytes one after another, for processors without vectors.</summary>
internal unsafe struct LanesScalar : ILanes<LanesScalar>
{
    private fixed byte _bytes[64];

    public static LanesScalar Load(ref byte text)
    {
        var result = default(LanesScalar);
        for (var i = 0; i < 64; i++)
        {
            result._bytes[i] = Unsafe.Add(ref text, i);
        }

        return result;
    }

    public static LanesScalar Or(LanesScalar a, LanesScalar b) => Each(a, b, static (x, y) => (byte)(x | y));

    public static LanesScalar Lower(LanesScalar v) => Each(v, v, static (x, _) => (byte)(x | 0x20));

    public static LanesScalar Is(LanesScalar v, byte value) => Each(v, v, (x, _) => All(x == value));

    public static LanesScalar Within(LanesScalar v, byte from, byte width) => Each(v, v, (x, _) => All((byte)(x - from) <= width));

    public static LanesScalar Named(Vector128<byte> table, LanesScalar index, LanesScalar value) => Each(index, value, (x, y) => All((x < 0x80 ? table.GetElement(x & 15) : 0) == y));

    public static LanesScalar Odd(LanesScalar v) => Each(v, v, static (x, _) => All(x is < 0x20 or >= 0x80));

    public static ulong Bits(LanesScalar v)
    {
        var bits = 0UL;
        for (var i = 0; i < 64; i++)
        {
            bits |= (ulong)(v._bytes[i] >> 7) << i;
        }

        return bits;
    }

    public static bool Any(LanesScalar v) => Bits(v) != 0;

    private static byte All(bool holds) => holds ? (byte)0xFF : (byte)0;

    private static LanesScalar Each(LanesScalar a, LanesScalar b, Func<byte, byte, byte> each)
    {
        var result = default(LanesScalar);
        for (var i = 0; i < 64; i++)
        {
            result._bytes[i] = each(a._bytes[i], b._bytes[i]);
        }

        return result;
    }
}
