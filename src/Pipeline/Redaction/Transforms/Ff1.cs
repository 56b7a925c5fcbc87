using System.Buffers.Binary;

namespace Weir.Pipeline.Redaction.Transforms;

/// <summary>Format-preserving encryption of decimal digits: FF1 of NIST SP 800-38G with AES.</summary>
internal sealed class Ff1(AesBlock cipher)
{
    /// <summary>10^6, the smallest domain that the standard allows.</summary>
    public const int MinDigits = 6;

    /// <summary>Both halves fit 64 bits and the round value 96.</summary>
    public const int MaxDigits = 36;

    private const int MaxTweak = 64;

    /// <summary>Encrypts ASCII digits in place.</summary>
    /// <exception cref="ArgumentException">There are fewer than 6 or more than 36 digits, or the tweak is longer than 64 bytes.</exception>
    public void Encrypt(ReadOnlySpan<byte> tweak, Span<byte> digits) => Run(tweak, digits, forward: true);

    /// <summary>Undoes <see cref="Encrypt"/>.</summary>
    public void Decrypt(ReadOnlySpan<byte> tweak, Span<byte> digits) => Run(tweak, digits, forward: false);

    private void Run(ReadOnlySpan<byte> tweak, Span<byte> digits, bool forward)
    {
        if (digits.Length is < MinDigits or > MaxDigits || tweak.Length > MaxTweak)
        {
            throw new ArgumentException($"FF1 takes {MinDigits} to {MaxDigits} digits and a tweak of at most {MaxTweak} bytes.");
        }

        int n = digits.Length, u = n / 2, v = n - u;
        UInt128 a = Number(digits[..u]), b = Number(digits[u..]);
        // Bytes that hold the longer half, and those of the round value.
        var halfBytes = ((int)Math.Ceiling(v * Math.Log2(10)) + 7) / 8;
        var roundBytes = 4 * ((halfBytes + 3) / 4) + 4;
        Span<byte> p = [1, 2, 1, 0, 0, 10, 10, (byte)u, 0, 0, 0, 0, 0, 0, 0, 0];
        BinaryPrimitives.WriteInt32BigEndian(p[8..], n);
        BinaryPrimitives.WriteInt32BigEndian(p[12..], tweak.Length);
        Span<byte> head = stackalloc byte[16];
        cipher.Encrypt(p, head);

        var padding = (16 - (tweak.Length + halfBytes + 1) % 16) % 16;
        Span<byte> q = stackalloc byte[MaxTweak + 32];
        q = q[..(tweak.Length + padding + 1 + halfBytes)];
        q.Clear();
        tweak.CopyTo(q);
        UInt128 modulusU = Power(u), modulusV = Power(v);
        Span<byte> wide = stackalloc byte[16];
        for (var step = 0; step < 10; step++)
        {
            var round = forward ? step : 9 - step;
            q[tweak.Length + padding] = (byte)round;
            BinaryPrimitives.WriteUInt128BigEndian(wide, forward ? b : a);
            wide[(16 - halfBytes)..].CopyTo(q[^halfBytes..]);
            var y = RoundValue(head, q) >> (128 - roundBytes * 8);
            var modulus = round % 2 == 0 ? modulusU : modulusV;
            if (forward)
            {
                (a, b) = (b, (a + y % modulus) % modulus);
            }
            else
            {
                (a, b) = ((b + modulus - y % modulus) % modulus, a);
            }
        }

        Write(a, digits[..u]);
        Write(b, digits[u..]);
    }

    /// <summary>The CBC-MAC of Q that goes on from the encrypted P.</summary>
    private UInt128 RoundValue(ReadOnlySpan<byte> head, ReadOnlySpan<byte> q)
    {
        var state = BinaryPrimitives.ReadUInt128BigEndian(head);
        Span<byte> block = stackalloc byte[16];
        for (; q.Length > 0; q = q[16..])
        {
            BinaryPrimitives.WriteUInt128BigEndian(block, state ^ BinaryPrimitives.ReadUInt128BigEndian(q));
            cipher.Encrypt(block, block);
            state = BinaryPrimitives.ReadUInt128BigEndian(block);
        }

        return state;
    }

    private static UInt128 Number(ReadOnlySpan<byte> digits)
    {
        UInt128 value = 0;
        foreach (var b in digits)
        {
            value = value * 10 + (uint)(b - '0');
        }

        return value;
    }

    private static void Write(UInt128 value, Span<byte> digits)
    {
        for (var i = digits.Length - 1; i >= 0; i--)
        {
            (value, var digit) = UInt128.DivRem(value, 10);
            digits[i] = (byte)('0' + (int)digit);
        }
    }

    private static UInt128 Power(int exponent)
    {
        UInt128 value = 1;
        for (var i = 0; i < exponent; i++)
        {
            value *= 10;
        }

        return value;
    }
}
