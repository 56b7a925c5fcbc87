using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;
using System.Text;
using Weir.Pipeline.Redaction.Detection;
using Weir.Pipeline.Redaction.Keys;
using Weir.Pipeline.Redaction.Rules;
using Weir.Pipeline.Redaction.Scanning;

namespace Weir.Pipeline.Redaction.Transforms;

/// <summary>
/// Tokens: the same value of the same entity gives the same one for as long as the key is active. One that comes by again is left alone.
/// <code>
/// tok:k1:mzxw6ytboi4dqnbrgu3tsnjvgm     key id, then 26 base32 digits: 96 bits of the value's MAC, 32 bits that prove the token is ours
/// </code>
/// </summary>
internal sealed partial class Transformer
{
    private const int TokenDigits = 26;
    private static ReadOnlySpan<byte> Base32 => "abcdefghijklmnopqrstuvwxyz234567"u8;

    // Two digits for ten bits, the first lowest.
    private static readonly ushort[] DigitPairs = [.. Enumerable.Range(0, 1024).Select(bits => (ushort)(Base32[bits >> 5] | Base32[bits & 31] << 8))];

    [ThreadStatic]
    private static MacBatch? t_macs;

    [ThreadStatic]
    private static MacBatch? t_mac;

    /// <summary>Computes the MACs of all values of a record that become tokens; <see cref="Write"/> then takes them in the same order.</summary>
    public void PrepareTokens(ReadOnlySpan<byte> record, RecordScan scan, CompiledRules rules)
    {
        var macs = t_macs ??= new MacBatch();
        macs.Clear();
        foreach (ref readonly var hit in scan.Hits.Items)
        {
            var value = scan.ValueOf(hit, record);
            if (rules.Rules[hit.Rule].Rule.Transform.Kind == TransformKind.Token && !IsOurs(value))
            {
                Add(macs, hit.Entity, value);
            }
        }

        Compute(macs);
    }

    /// <summary>The token of a value that another transform could not take.</summary>
    private void Token(int entity, ReadOnlySpan<byte> value, Pool<byte> output)
    {
        var macs = t_mac ??= new MacBatch();
        macs.Clear();
        Add(macs, entity, value);
        Compute(macs);
        WriteToken(macs.Next(), output.Grow(TokenLength));
    }

    /// <summary>The entity stands before the value, so that the same text as two entities gives two tokens.</summary>
    private static void Add(MacBatch macs, int entity, ReadOnlySpan<byte> value)
    {
        var name = entity < 0 ? "FIELD"u8 : EntityCatalogue.Utf8Name(entity);
        var message = macs.Begin(name.Length + 1 + value.Length);
        name.CopyTo(message);
        message[name.Length] = (byte)'|';
        macs.End(name.Length + 1 + Normalize(entity, value, message[(name.Length + 1)..]));
    }

    private void Compute(MacBatch macs)
    {
        var key = Keys.Active;
        macs.Compute(key.Token, hmac ? key.TokenSecret : null, key.Check);
    }

    /// <summary>In bytes.</summary>
    public int TokenLength => 4 + Keys.Active.IdBytes.Length + 1 + TokenDigits;

    /// <summary>Writes the token of the next of the values that <see cref="PrepareTokens"/> read. It holds no byte that JSON escapes.</summary>
    public void WriteToken(Span<byte> to) => WriteToken(t_macs!.Next(), to);

    private void WriteToken(Vector128<byte> tag, Span<byte> to)
    {
        var id = Keys.Active.IdBytes;
        "tok:"u8.CopyTo(to);
        id.CopyTo(to[4..]);
        to[4 + id.Length] = (byte)':';
        Encode(tag, to[(4 + id.Length + 1)..]);
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
        switch (entity)
        {
            case EntityId.Email when Ascii.ToLower(value, to, out var written) == OperationStatus.Done:
                return written;
            case EntityId.Email:
                for (var i = 0; i < value.Length; i++)
                {
                    to[i] = (byte)char.ToLowerInvariant((char)value[i]);
                }

                return value.Length;
            case EntityId.Card or EntityId.Phone or EntityId.UsSsn:
                {
                    var length = 0;
                    foreach (var b in value)
                    {
                        // Written over by the next when it does not count.
                        to[length] = b;
                        length += (uint)(b - '0') <= 9 || b == (byte)'+' ? 1 : 0;
                    }

                    return length;
                }

            case EntityId.Iban:
                {
                    var length = 0;
                    foreach (var b in value)
                    {
                        to[length] = (byte)char.ToUpperInvariant((char)b);
                        length += char.IsAsciiLetterOrDigit((char)b) ? 1 : 0;
                    }

                    return length;
                }

            default:
                value.CopyTo(to);
                return value.Length;
        }
    }

    /// <summary>16 bytes as 26 digits of RFC 4648's base32, lower case, no padding.</summary>
    private static void Encode(Vector128<byte> tag, Span<byte> digits)
    {
        digits = digits[..TokenDigits];
        var halves = tag.AsUInt64();
        var (first, second) = (halves.ToScalar(), halves.GetElement(1));
        if (BitConverter.IsLittleEndian)
        {
            (first, second) = (BinaryPrimitives.ReverseEndianness(first), BinaryPrimitives.ReverseEndianness(second));
        }

        // Six pairs, one that lies in both halves, five, and the last eight bits with two zero bits behind them.
        for (var pair = 0; pair < 6; pair++)
        {
            Put(digits, pair, first >> (54 - 10 * pair));
            Put(digits, 7 + pair, second << 2 >> (50 - 10 * pair));
        }

        Put(digits, 6, first << 6 | second >> 58);

        static void Put(Span<byte> digits, int pair, ulong bits) => BinaryPrimitives.WriteUInt16LittleEndian(digits[(2 * pair)..], DigitPairs[(int)bits & 1023]);
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

        BinaryPrimitives.WriteUInt128BigEndian(bytes, value);
        return true;
    }
}
