using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Weir.Pipeline.Redaction.Detection;
using Weir.Pipeline.Redaction.Keys;
using Weir.Pipeline.Redaction.Rules;
using Weir.Pipeline.Redaction.Scanning;

namespace Weir.Pipeline.Redaction.Transforms;

/// <summary>
/// Writes what stands in place of a value. A token looks like this and is left alone when it comes by again:
/// <code>
/// tok:k1:mzxw6ytboi4dqnbrgu3tsnjvgm     key id, then 26 base32 digits: 96 bits of the value's MAC, 32 bits that prove the token is ours
/// </code>
/// </summary>
internal sealed partial class Transformer(KeyRing keys, bool hmac)
{
    private const int TokenDigits = 26;
    private static readonly byte[] Base32 = "abcdefghijklmnopqrstuvwxyz234567"u8.ToArray();

    public KeyRing Keys { get; } = keys;

    /// <summary>True for a token or cipher that a key of the ring made.</summary>
    public bool IsOurs(ReadOnlySpan<byte> value) => IsToken(value) || value.StartsWith("enc:"u8) && Reveal(value) is not null;

    /// <summary>Appends the replacement of <paramref name="value"/>; false when the value's whole place becomes JSON null.</summary>
    public bool Write(CompiledRule rule, int entity, HitPlace place, ReadOnlySpan<byte> value, Pool<byte> output)
    {
        var transform = rule.Rule.Transform;
        switch (transform.Kind)
        {
            case TransformKind.Null:
                if (place is HitPlace.WholeString or HitPlace.Scalar or HitPlace.Container)
                {
                    return false;
                }

                return true;
            case TransformKind.Mask:
                Mask(value, transform.KeepFirst, transform.KeepLast, output);
                return true;
            case TransformKind.Token:
                Token(entity, value, output);
                return true;
            case TransformKind.Encrypt:
                Encrypt(entity, value, output);
                return true;
            case TransformKind.FormatPreserving:
                FormatPreserving(entity, value, output);
                return true;
            case TransformKind.TruncateIp when TruncateIp(value, output):
            case TransformKind.ShiftDate when ShiftDate(rule, value, output):
            case TransformKind.Generalize when Generalize(value, output):
                return true;
            default:
                // Redact, Fixed, and what cannot be made less exact: it does not stay as it is.
                output.AddRange(rule.Constant);
                return true;
        }
    }

    /// <summary>Stars for letters, digits and signs; spaces, dashes and the characters to keep stay.</summary>
    private static void Mask(ReadOnlySpan<byte> value, int keepFirst, int keepLast, Pool<byte> output)
    {
        var total = 0;
        foreach (var b in value)
        {
            total += Counts(b) ? 1 : 0;
        }

        // A mask never shows more than half of a value, however short it is.
        while (keepFirst + keepLast > total / 2)
        {
            if (keepFirst >= keepLast)
            {
                keepFirst--;
            }
            else
            {
                keepLast--;
            }
        }

        var seen = 0;
        var clear = true;
        foreach (var b in value)
        {
            if ((b & 0xC0) == 0x80)
            {
                // The rest of a character follows its first byte.
                if (clear)
                {
                    output.Add(b);
                }

                continue;
            }

            if (!Counts(b))
            {
                clear = true;
                output.Add(b);
                continue;
            }

            clear = seen < keepFirst || seen >= total - keepLast;
            seen++;
            output.Add(clear ? b : (byte)'*');
        }

        static bool Counts(byte b) => (b & 0xC0) != 0x80 && b is not ((byte)' ' or (byte)'-');
    }

    /// <summary>The same value of the same entity gives the same token for as long as the key is active.</summary>
    [SkipLocalsInit]
    private void Token(int entity, ReadOnlySpan<byte> value, Pool<byte> output)
    {
        var key = Keys.Active;
        byte[]? rented = null;
        var name = entity < 0 ? "FIELD"u8 : EntityCatalogue.Utf8Name(entity);
        var need = name.Length + 1 + value.Length;
        Span<byte> message = need <= 512 ? stackalloc byte[512] : rented = ArrayPool<byte>.Shared.Rent(need);
        name.CopyTo(message);
        message[name.Length] = (byte)'|';
        var length = name.Length + 1 + Normalize(entity, value, message[(name.Length + 1)..]);
        Span<byte> tag = stackalloc byte[32];
        if (hmac)
        {
            HMACSHA256.HashData(key.TokenSecret, message[..length], tag);
        }
        else
        {
            key.Token.Compute(message[..length], tag[..16]);
        }

        if (rented is not null)
        {
            message[..length].Clear();
            ArrayPool<byte>.Shared.Return(rented);
        }

        output.AddRange("tok:"u8);
        output.AddRange(key.IdBytes);
        output.Add((byte)':');
        Span<byte> proof = stackalloc byte[16];
        key.Check.Compute(tag[..12], proof);
        proof[..4].CopyTo(tag[12..]);
        Span<byte> digits = stackalloc byte[TokenDigits];
        Encode(tag[..16], digits);
        output.AddRange(digits);
    }

    private bool IsToken(ReadOnlySpan<byte> value)
    {
        if (value.Length < 4 + 2 + TokenDigits || !value.StartsWith("tok:"u8))
        {
            return false;
        }

        var colon = value[4..].IndexOf((byte)':');
        if (colon < 1 || value.Length != 4 + colon + 1 + TokenDigits || Keys.Find(value.Slice(4, colon)) is not { } key)
        {
            return false;
        }

        Span<byte> tag = stackalloc byte[16];
        if (!TryDecode(value[^TokenDigits..], tag))
        {
            return false;
        }

        Span<byte> proof = stackalloc byte[16];
        key.Check.Compute(tag[..12], proof);
        return CryptographicOperations.FixedTimeEquals(proof[..4], tag[12..]);
    }

    /// <summary>One spelling for one value: e-mail addresses in lower case, numbers without what groups them.</summary>
    private static int Normalize(int entity, ReadOnlySpan<byte> value, Span<byte> to)
    {
        var length = 0;
        foreach (var b in value)
        {
            if (entity == EntityId.Email)
            {
                to[length++] = (byte)char.ToLowerInvariant((char)b);
            }
            else if (entity is EntityId.Card or EntityId.Phone or EntityId.UsSsn)
            {
                if (char.IsAsciiDigit((char)b) || b == (byte)'+')
                {
                    to[length++] = b;
                }
            }
            else if (entity == EntityId.Iban)
            {
                if (char.IsAsciiLetterOrDigit((char)b))
                {
                    to[length++] = (byte)char.ToUpperInvariant((char)b);
                }
            }
            else
            {
                to[length++] = b;
            }
        }

        return length;
    }

    /// <summary>16 bytes as 26 digits of RFC 4648's base32, lower case, no padding.</summary>
    private static void Encode(ReadOnlySpan<byte> bytes, Span<byte> digits)
    {
        ref var alphabet = ref MemoryMarshal.GetArrayDataReference(Base32);
        for (var (from, to) = (0, 0); to < 24; from += 5, to += 8)
        {
            // Five bytes are eight digits.
            var five = (ulong)System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(bytes[from..]) << 8 | bytes[from + 4];
            for (var i = 0; i < 8; i++)
            {
                digits[to + i] = Unsafe.Add(ref alphabet, (int)(five >> (35 - 5 * i)) & 31);
            }
        }

        // The last byte is a digit and three bits more, followed by two zero bits.
        digits[24] = Base32[bytes[15] >> 3];
        digits[25] = Base32[bytes[15] << 2 & 31];
    }

    private static bool TryDecode(ReadOnlySpan<byte> digits, Span<byte> bytes)
    {
        UInt128 value = 0;
        for (var i = 0; i < TokenDigits; i++)
        {
            var digit = digits[i] switch
            {
                >= (byte)'a' and <= (byte)'z' => digits[i] - 'a',
                >= (byte)'2' and <= (byte)'7' => digits[i] - '2' + 26,
                _ => -1,
            };
            if (digit < 0)
            {
                return false;
            }

            var shift = 123 - 5 * i;
            value |= shift >= 0 ? (UInt128)(uint)digit << shift : (UInt128)(uint)digit >> -shift;
        }

        System.Buffers.Binary.BinaryPrimitives.WriteUInt128BigEndian(bytes, value);
        return true;
    }
}
