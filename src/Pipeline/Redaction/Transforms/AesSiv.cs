using System.Buffers.Binary;

namespace Weir.Pipeline.Redaction.Transforms;

/// <summary>AES-SIV (RFC 5297): the same plaintext gives the same ciphertext, and a ciphertext that was touched does not open.</summary>
internal sealed class AesSiv(Cmac mac, AesBlock cipher)
{
    public const int Overhead = 16;

    /// <summary>Writes 16 bytes of SIV and the ciphertext.</summary>
    public void Seal(ReadOnlySpan<byte> associated, ReadOnlySpan<byte> plaintext, Span<byte> output)
    {
        Span<byte> siv = stackalloc byte[16];
        Derive(associated, plaintext, siv);
        Counter(siv, plaintext, output[Overhead..]);
        siv.CopyTo(output);
    }

    /// <summary>False when the text was not sealed with this key and associated data; the output is then cleared.</summary>
    public bool TryOpen(ReadOnlySpan<byte> associated, ReadOnlySpan<byte> ciphertext, Span<byte> plaintext)
    {
        if (ciphertext.Length < Overhead)
        {
            return false;
        }

        var siv = ciphertext[..Overhead];
        plaintext = plaintext[..(ciphertext.Length - Overhead)];
        Counter(siv, ciphertext[Overhead..], plaintext);
        Span<byte> expected = stackalloc byte[16];
        Derive(associated, plaintext, expected);
        if (System.Security.Cryptography.CryptographicOperations.FixedTimeEquals(siv, expected))
        {
            return true;
        }

        plaintext.Clear();
        return false;
    }

    /// <summary>S2V of one associated string and the plaintext.</summary>
    private void Derive(ReadOnlySpan<byte> associated, ReadOnlySpan<byte> plaintext, Span<byte> siv)
    {
        Span<byte> tag = stackalloc byte[16];
        tag.Clear();
        mac.Compute(tag, tag);
        var d = BinaryPrimitives.ReadUInt128BigEndian(tag);
        mac.Compute(associated, tag);
        d = Cmac.Double(d) ^ BinaryPrimitives.ReadUInt128BigEndian(tag);
        if (plaintext.Length >= 16)
        {
            var whole = plaintext.Length <= 1024 ? stackalloc byte[plaintext.Length] : new byte[plaintext.Length];
            plaintext.CopyTo(whole);
            var end = whole[^16..];
            BinaryPrimitives.WriteUInt128BigEndian(end, BinaryPrimitives.ReadUInt128BigEndian(end) ^ d);
            mac.Compute(whole, siv);
            return;
        }

        tag.Clear();
        plaintext.CopyTo(tag);
        tag[plaintext.Length] = 0x80;
        BinaryPrimitives.WriteUInt128BigEndian(tag, BinaryPrimitives.ReadUInt128BigEndian(tag) ^ Cmac.Double(d));
        mac.Compute(tag, siv);
    }

    private void Counter(ReadOnlySpan<byte> siv, ReadOnlySpan<byte> input, Span<byte> output)
    {
        Span<byte> block = stackalloc byte[16];
        Span<byte> stream = stackalloc byte[16];
        siv.CopyTo(block);
        // The two bits that RFC 5297 clears so that 32- and 64-bit counters never carry.
        block[8] &= 0x7F;
        block[12] &= 0x7F;
        var counter = BinaryPrimitives.ReadUInt128BigEndian(block);
        for (var at = 0; at < input.Length; at += 16, counter++)
        {
            BinaryPrimitives.WriteUInt128BigEndian(block, counter);
            cipher.Encrypt(block, stream);
            for (var i = at; i < Math.Min(input.Length, at + 16); i++)
            {
                output[i] = (byte)(input[i] ^ stream[i - at]);
            }
        }
    }
}
