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

    public void Encrypt(ReadOnlySpan<byte> block, Span<byte> output) => Encrypt(Vector128.Create(block)).CopyTo(output);

    public Vector128<byte> Encrypt(Vector128<byte> block) => Encrypt(block, System.Runtime.Intrinsics.X86.Aes.IsSupported);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal Vector128<byte> Encrypt(Vector128<byte> block, bool intrinsics)
    {
        if (!intrinsics)
        {
            return Managed(block);
        }

        var rounds = _rounds;
        block ^= rounds[0];
        for (var i = 1; i < rounds.Length - 1; i++)
        {
            block = System.Runtime.Intrinsics.X86.Aes.Encrypt(block, rounds[i]);
        }

        return System.Runtime.Intrinsics.X86.Aes.EncryptLast(block, rounds[^1]);
    }

    /// <summary>Encrypts four blocks in place.</summary>
    public void EncryptFour(Span<Vector128<byte>> blocks)
    {
        if (!System.Runtime.Intrinsics.X86.Aes.IsSupported)
        {
            foreach (ref var block in blocks)
            {
                block = Managed(block);
            }

            return;
        }

        var rounds = _rounds;
        var (a, b, c, d) = (blocks[0] ^ rounds[0], blocks[1] ^ rounds[0], blocks[2] ^ rounds[0], blocks[3] ^ rounds[0]);
        for (var i = 1; i < rounds.Length - 1; i++)
        {
            var round = rounds[i];
            a = System.Runtime.Intrinsics.X86.Aes.Encrypt(a, round);
            b = System.Runtime.Intrinsics.X86.Aes.Encrypt(b, round);
            c = System.Runtime.Intrinsics.X86.Aes.Encrypt(c, round);
            d = System.Runtime.Intrinsics.X86.Aes.Encrypt(d, round);
        }

        blocks[0] = System.Runtime.Intrinsics.X86.Aes.EncryptLast(a, rounds[^1]);
        blocks[1] = System.Runtime.Intrinsics.X86.Aes.EncryptLast(b, rounds[^1]);
        blocks[2] = System.Runtime.Intrinsics.X86.Aes.EncryptLast(c, rounds[^1]);
        blocks[3] = System.Runtime.Intrinsics.X86.Aes.EncryptLast(d, rounds[^1]);
    }

    private Vector128<byte> Managed(Vector128<byte> block)
    {
        var perThread = t_managed ??= [];
        if (!perThread.TryGetValue(this, out var aes))
        {
            aes = Aes.Create();
            aes.Key = _key;
            perThread[this] = aes;
        }

        Span<byte> bytes = stackalloc byte[16];
        Span<byte> output = stackalloc byte[16];
        block.CopyTo(bytes);
        aes.EncryptEcb(bytes, output, PaddingMode.None);
        return Vector128.Create<byte>(output);
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
    private readonly Vector128<byte> _k1, _k2;

    public Cmac(ReadOnlySpan<byte> key)
    {
        _aes = new AesBlock(key);
        Span<byte> bytes = stackalloc byte[16];
        _aes.Encrypt(Vector128<byte>.Zero).CopyTo(bytes);
        var k1 = Double(System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(bytes));
        _k1 = Big(k1);
        _k2 = Big(Double(k1));

        static Vector128<byte> Big(UInt128 value)
        {
            Span<byte> bytes = stackalloc byte[16];
            System.Buffers.Binary.BinaryPrimitives.WriteUInt128BigEndian(bytes, value);
            return Vector128.Create<byte>(bytes);
        }
    }

    public AesBlock Aes => _aes;

    /// <summary>Pads the last block of a message in place, and mixes into it what the last block needs. Returns the number of blocks.</summary>
    /// <param name="text">The message, and room for the rest of its last block.</param>
    /// <param name="length">In bytes, at least 1.</param>
    public int Pad(Span<byte> text, int length)
    {
        var blocks = (length + 15) / 16;
        var last = text.Slice((blocks - 1) * 16, 16);
        var whole = length % 16 == 0;
        if (!whole)
        {
            last[(length % 16)..].Clear();
            last[length % 16] = 0x80;
        }

        (Vector128.Create<byte>(last) ^ (whole ? _k1 : _k2)).CopyTo(last);
        return blocks;
    }

    /// <summary>Writes the 16-byte tag of <paramref name="message"/>.</summary>
    [SkipLocalsInit]
    public void Compute(ReadOnlySpan<byte> message, Span<byte> tag)
    {
        var state = Vector128<byte>.Zero;
        while (message.Length > 16)
        {
            state = _aes.Encrypt(state ^ Vector128.LoadUnsafe(ref MemoryMarshal.GetReference(message)));
            message = message[16..];
        }

        if (message.Length == 16)
        {
            state ^= Vector128.LoadUnsafe(ref MemoryMarshal.GetReference(message)) ^ _k1;
        }
        else
        {
            Span<byte> block = stackalloc byte[16];
            block.Clear();
            message.CopyTo(block);
            block[message.Length] = 0x80;
            state ^= Vector128.LoadUnsafe(ref MemoryMarshal.GetReference(block)) ^ _k2;
        }

        _aes.Encrypt(state).CopyTo(tag);
    }

    internal static UInt128 Double(UInt128 value) => value << 1 ^ (value >> 127 != 0 ? (UInt128)0x87 : 0);
}
