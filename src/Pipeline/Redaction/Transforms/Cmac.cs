using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;

namespace Weir.Pipeline.Redaction.Transforms;

/// <summary>One AES key expanded once; encrypts single blocks without allocating. Uses the processor's AES instructions where it has them, the runtime's AES elsewhere.</summary>
internal sealed class AesBlock
{
    private readonly Vector128<byte>[] _rounds;
    private readonly byte[] _key;

    [ThreadStatic]
    private static Dictionary<AesBlock, Aes>? t_managed;

    /// <param name="key">16, 24 or 32 bytes.</param>
    public AesBlock(ReadOnlySpan<byte> key)
    {
        _key = key.ToArray();
        _rounds = Expand(key);
    }

    public void Encrypt(ReadOnlySpan<byte> block, Span<byte> output) => Encrypt(block, output, System.Runtime.Intrinsics.X86.Aes.IsSupported);

    internal void Encrypt(ReadOnlySpan<byte> block, Span<byte> output, bool intrinsics)
    {
        if (intrinsics)
        {
            Encrypt(Vector128.LoadUnsafe(ref MemoryMarshal.GetReference(block))).StoreUnsafe(ref MemoryMarshal.GetReference(output));
            return;
        }

        Span<byte> copy = stackalloc byte[16];
        block[..16].CopyTo(copy);
        var perThread = t_managed ??= [];
        if (!perThread.TryGetValue(this, out var aes))
        {
            aes = Aes.Create();
            aes.Key = _key;
            perThread[this] = aes;
        }

        aes.EncryptEcb(copy, output[..16], PaddingMode.None);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector128<byte> Encrypt(Vector128<byte> state)
    {
        var rounds = _rounds;
        state ^= rounds[0];
        var last = rounds.Length - 1;
        for (var i = 1; i < last; i++)
        {
            state = System.Runtime.Intrinsics.X86.Aes.Encrypt(state, rounds[i]);
        }

        return System.Runtime.Intrinsics.X86.Aes.EncryptLast(state, rounds[last]);
    }

    /// <summary>The key schedule of FIPS 197, section 5.2.</summary>
    private static Vector128<byte>[] Expand(ReadOnlySpan<byte> key)
    {
        var nk = key.Length / 4;
        var rounds = nk + 6;
        var words = new byte[(rounds + 1) * 16];
        key.CopyTo(words);
        byte rcon = 1;
        Span<byte> temp = stackalloc byte[4];
        for (var i = nk; i < (rounds + 1) * 4; i++)
        {
            words.AsSpan((i - 1) * 4, 4).CopyTo(temp);
            if (i % nk == 0)
            {
                (temp[0], temp[1], temp[2], temp[3]) = ((byte)(SBox(temp[1]) ^ rcon), SBox(temp[2]), SBox(temp[3]), SBox(temp[0]));
                rcon = Double(rcon);
            }
            else if (nk > 6 && i % nk == 4)
            {
                (temp[0], temp[1], temp[2], temp[3]) = (SBox(temp[0]), SBox(temp[1]), SBox(temp[2]), SBox(temp[3]));
            }

            for (var b = 0; b < 4; b++)
            {
                words[i * 4 + b] = (byte)(words[(i - nk) * 4 + b] ^ temp[b]);
            }
        }

        var keys = new Vector128<byte>[rounds + 1];
        for (var i = 0; i <= rounds; i++)
        {
            keys[i] = Vector128.Create<byte>(words.AsSpan(i * 16, 16));
        }

        return keys;
    }

    private static byte Double(byte b) => (byte)(b << 1 ^ (b >> 7) * 0x1B);

    /// <summary>The S-box of FIPS 197, computed: the inverse in GF(2^8) and the affine map. Used for key expansion only.</summary>
    private static byte SBox(byte b)
    {
        byte inverse = 0;
        for (var candidate = 1; b != 0 && candidate < 256; candidate++)
        {
            if (Multiply(b, (byte)candidate) == 1)
            {
                inverse = (byte)candidate;
                break;
            }
        }

        var result = inverse;
        for (var i = 1; i <= 4; i++)
        {
            result ^= (byte)(inverse << i | inverse >> (8 - i));
        }

        return (byte)(result ^ 0x63);
    }

    private static byte Multiply(byte a, byte b)
    {
        byte product = 0;
        for (; b != 0; b >>= 1, a = Double(a))
        {
            product ^= (b & 1) != 0 ? a : (byte)0;
        }

        return product;
    }
}

/// <summary>AES-CMAC (NIST SP 800-38B, RFC 4493).</summary>
internal sealed class Cmac
{
    private readonly AesBlock _aes;
    private readonly UInt128 _k1, _k2;

    public Cmac(ReadOnlySpan<byte> key)
    {
        _aes = new AesBlock(key);
        Span<byte> zero = stackalloc byte[16];
        zero.Clear();
        _aes.Encrypt(zero, zero);
        _k1 = Double(Load(zero));
        _k2 = Double(_k1);
    }

    /// <summary>Writes the 16-byte tag of <paramref name="message"/>.</summary>
    [SkipLocalsInit]
    public void Compute(ReadOnlySpan<byte> message, Span<byte> tag)
    {
        Span<byte> block = stackalloc byte[16];
        UInt128 state = 0;
        while (message.Length > 16)
        {
            state ^= Load(message);
            state = Encrypt(state, block);
            message = message[16..];
        }

        if (message.Length == 16)
        {
            state ^= Load(message) ^ _k1;
        }
        else
        {
            block.Clear();
            message.CopyTo(block);
            block[message.Length] = 0x80;
            state ^= Load(block) ^ _k2;
        }

        Store(Encrypt(state, block), tag);
    }

    private UInt128 Encrypt(UInt128 state, Span<byte> block)
    {
        Store(state, block);
        _aes.Encrypt(block, block);
        return Load(block);
    }

    private static UInt128 Load(ReadOnlySpan<byte> bytes) => System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(bytes);

    private static void Store(UInt128 value, Span<byte> bytes) => System.Buffers.Binary.BinaryPrimitives.WriteUInt128BigEndian(bytes, value);

    internal static UInt128 Double(UInt128 value) => value << 1 ^ (value >> 127 != 0 ? (UInt128)0x87 : 0);
}
