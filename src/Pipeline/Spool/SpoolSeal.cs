using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Weir.Pipeline.Spool;

/// <summary>
/// Encrypts records at rest with AES-GCM. A sealed part is <c>key id (4) nonce (12) tag (16) ciphertext</c>, bound to the clear part before it.
/// Nonces are eight random bytes for the run and a counter, so none repeats under a key.
/// </summary>
internal sealed class SpoolSeal : IDisposable
{
    /// <summary>What sealing adds.</summary>
    public const int Overhead = KeyIdBytes + NonceBytes + TagBytes;

    private const int KeyIdBytes = 4, NonceBytes = 12, TagBytes = 16;

    private readonly Dictionary<uint, byte[]> _keys = [];
    private readonly uint _current;
    private readonly bool _sealing;
    private readonly ThreadLocal<AesGcm>? _cipher;
    private byte[] _run = RandomNumberGenerator.GetBytes(8);
    private int _count;

    /// <summary>Throws <see cref="FormatException"/> naming the option when a key is no base64 of 16, 24 or 32 bytes.</summary>
    public SpoolSeal(SpoolOptions options)
    {
        foreach (var previous in options.PreviousEncryptionKeys)
        {
            Add(previous, nameof(SpoolOptions.PreviousEncryptionKeys));
        }

        if (!string.IsNullOrEmpty(options.EncryptionKey))
        {
            _current = Add(options.EncryptionKey, nameof(SpoolOptions.EncryptionKey));
            _sealing = true;
            var key = _keys[_current];
            _cipher = new ThreadLocal<AesGcm>(() => new AesGcm(key, TagBytes));
        }
    }

    /// <summary>Whether new records are sealed.</summary>
    public bool IsSealing => _sealing;

    public void Dispose() => _cipher?.Dispose();

    /// <summary>Seals <paramref name="plain"/> into <paramref name="to"/>, which has <see cref="Overhead"/> bytes more.</summary>
    public void Seal(ReadOnlySpan<byte> clear, ReadOnlySpan<byte> plain, Span<byte> to)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(to, _current);
        var nonce = to.Slice(KeyIdBytes, NonceBytes);
        WriteNonce(nonce);
        _cipher!.Value!.Encrypt(nonce, plain, to[Overhead..], to.Slice(KeyIdBytes + NonceBytes, TagBytes), clear);
    }

    /// <summary>Opens what <see cref="Seal"/> made. Throws <see cref="CryptographicException"/> when the key is not known, <see cref="InvalidDataException"/> when the bytes were changed.</summary>
    public byte[] Open(ReadOnlySpan<byte> clear, ReadOnlySpan<byte> sealedPart)
    {
        if (sealedPart.Length < Overhead)
        {
            throw new InvalidDataException("A sealed record is too short.");
        }

        if (!_keys.TryGetValue(BinaryPrimitives.ReadUInt32LittleEndian(sealedPart), out var key))
        {
            throw new CryptographicException("The spool holds records that were sealed with another key; add it to Spool:PreviousEncryptionKeys.");
        }

        var plain = GC.AllocateUninitializedArray<byte>(sealedPart.Length - Overhead);
        try
        {
            using var cipher = new AesGcm(key, TagBytes);
            cipher.Decrypt(sealedPart.Slice(KeyIdBytes, NonceBytes), sealedPart[Overhead..], sealedPart.Slice(KeyIdBytes + NonceBytes, TagBytes), plain, clear);
            return plain;
        }
        catch (AuthenticationTagMismatchException e)
        {
            throw new InvalidDataException("A sealed record was changed on disk.", e);
        }
    }

    private void WriteNonce(Span<byte> nonce)
    {
        var count = Interlocked.Increment(ref _count);
        if (count == int.MaxValue)
        {
            // Long before a number could come again.
            _run = RandomNumberGenerator.GetBytes(8);
        }

        _run.CopyTo(nonce);
        BinaryPrimitives.WriteInt32LittleEndian(nonce[8..], count);
    }

    private uint Add(string base64, string option)
    {
        byte[] key;
        try
        {
            key = Convert.FromBase64String(base64);
        }
        catch (FormatException e)
        {
            throw new FormatException($"{SpoolOptions.Section}:{option}: a key is base64.", e);
        }

        if (key.Length is not (16 or 24 or 32))
        {
            throw new FormatException($"{SpoolOptions.Section}:{option}: a key has 16, 24 or 32 bytes, this one has {key.Length}.");
        }

        var id = BinaryPrimitives.ReadUInt32LittleEndian(SHA256.HashData(key));
        _keys[id] = key;
        return id;
    }
}
