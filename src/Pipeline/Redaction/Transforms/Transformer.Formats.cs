using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Weir.Pipeline.Redaction.Detection;
using Weir.Pipeline.Redaction.Rules;
using Weir.Pipeline.Redaction.Scanning;

namespace Weir.Pipeline.Redaction.Transforms;

/// <summary>The transforms that keep something of a value: its format, its network, its year, or a way back.</summary>
internal sealed partial class Transformer
{
    private const int LongestSealed = 64 * 1024;

    /// <summary>enc:KEY:base32 of SIV and ciphertext.</summary>
    private void Encrypt(int entity, ReadOnlySpan<byte> value, Pool<byte> output)
    {
        if (value.Length > LongestSealed)
        {
            // What is too long to be a value is not worth a way back.
            Token(entity, value, output);
            return;
        }

        var key = Keys.Active;
        var rented = ArrayPool<byte>.Shared.Rent(value.Length + AesSiv.Overhead);
        var sealed_ = rented.AsSpan(0, value.Length + AesSiv.Overhead);
        key.Siv.Seal("weir"u8, value, sealed_);
        output.AddRange("enc:"u8);
        output.AddRange(key.IdBytes);
        output.Add((byte)':');
        Base32Text.Append(sealed_, output);
        ArrayPool<byte>.Shared.Return(rented);
    }

    /// <summary>The clear form of an <c>enc:</c> value; null when it is none of ours.</summary>
    public string? Reveal(ReadOnlySpan<byte> value)
    {
        if (!value.StartsWith("enc:"u8) || value.Length > LongestSealed * 2)
        {
            return null;
        }

        var colon = value[4..].IndexOf((byte)':');
        if (colon < 1 || Keys.Find(value.Slice(4, colon)) is not { } key)
        {
            return null;
        }

        var digits = value[(4 + colon + 1)..];
        var bytes = new byte[digits.Length];
        if (!Base32Text.TryRead(digits, bytes, out var length) || length < AesSiv.Overhead)
        {
            return null;
        }

        var plain = new byte[length - AesSiv.Overhead];
        return key.Siv.TryOpen("weir"u8, bytes.AsSpan(0, length), plain) ? Encoding.UTF8.GetString(plain) : null;
    }

    /// <summary>
    /// Digits become other digits, everything between them stays. A card keeps its first six and last four where six digits remain between them, else its last four, and stays a valid card.
    /// A value with letters or fewer than six digits to change becomes a token. A JSON number stays one.
    /// </summary>
    private void FormatPreserving(int entity, HitPlace place, ReadOnlySpan<byte> value, Pool<byte> output)
    {
        Span<byte> digits = stackalloc byte[Ff1.MaxDigits];
        var count = 0;
        foreach (var b in value)
        {
            if (char.IsAsciiDigit((char)b))
            {
                if (count == digits.Length)
                {
                    Token(entity, value, output);
                    return;
                }

                digits[count++] = b;
            }
            else if (b >= 0x80 || char.IsAsciiLetter((char)b))
            {
                Token(entity, value, output);
                return;
            }
        }

        var card = entity == EntityId.Card;
        var first = card && count >= 16 ? 6 : entity == EntityId.Phone && value[0] == (byte)'+' ? Math.Max(0, Math.Min(3, count - Ff1.MinDigits)) : 0;
        var last = card ? 4 : 0;
        if (count - first - last < Ff1.MinDigits)
        {
            Token(entity, value, output);
            return;
        }

        var all = digits[..count];
        var middle = all[first..(count - last)];
        var luhn = card && CardDetector.Luhn(all);
        var ff1 = Keys.Active.Ff1;
        var tweak = entity < 0 ? "FIELD"u8 : EntityCatalogue.Utf8Name(entity);
        // In JSON no number of several digits begins with a zero.
        var point = value.IndexOf((byte)'.');
        var number = place == HitPlace.Scalar && (point < 0 ? count : value[..point].TrimStart((byte)'-').Length) > 1;
        // Walking the cycle until the value is of its kind again keeps the map one to one.
        do
        {
            ff1.Encrypt(tweak, middle);
        }
        while (luhn && !CardDetector.Luhn(all) || number && all[0] == (byte)'0');

        var next = 0;
        foreach (var b in value)
        {
            output.Add(char.IsAsciiDigit((char)b) ? all[next++] : b);
        }
    }

    /// <summary>What these transforms make of a JSON number is one too, a token aside.</summary>
    public static bool StaysNumber(CompiledRule rule, ReadOnlySpan<byte> replacement) =>
        rule.Rule.Transform.Kind is TransformKind.FormatPreserving or TransformKind.ShiftDate && replacement.Length > 0 && replacement[0] is (byte)'-' or (>= (byte)'0' and <= (byte)'9');

    /// <summary>Four numbers with points between, or a colon: other numbers are no addresses, whatever a parser makes of them.</summary>
    private static bool LooksLikeAddress(ReadOnlySpan<byte> value) => value.Count((byte)'.') == 3 || value.Contains((byte)':');

    /// <summary>The network of an address: /24 of IPv4, /48 of IPv6, and of 6to4 (<see href="https://www.rfc-editor.org/rfc/rfc3056">RFC 3056</see>), which holds an IPv4 address, /40.</summary>
    private static bool TruncateIp(ReadOnlySpan<byte> value, Pool<byte> output)
    {
        Span<char> text = stackalloc char[64];
        var end = value.IndexOfAny((byte)'/', (byte)'%');
        value = end < 0 ? value : value[..end];
        if (value.Length > text.Length || !LooksLikeAddress(value) || !IPAddress.TryParse(text[..Encoding.UTF8.GetChars(value, text)], out var address))
        {
            return false;
        }

        if (address.IsIPv4MappedToIPv6)
        {
            address = address.MapToIPv4();
        }

        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out var length);
        bytes[(address.AddressFamily == AddressFamily.InterNetwork ? 3 : bytes is [0x20, 0x02, ..] ? 5 : 6)..].Clear();
        output.AddRange(Encoding.ASCII.GetBytes(new IPAddress(bytes[..length]).ToString()));
        return true;
    }

    /// <summary>Moves a date by the days that key and rule give: never none, at most half a year, the same for all dates of the rule, so that what lies between two of them stays.</summary>
    private bool ShiftDate(CompiledRule rule, ReadOnlySpan<byte> value, Pool<byte> output)
    {
        Span<byte> tag = stackalloc byte[16];
        Keys.Active.Shift.Compute(rule.Utf8Id, tag);
        var days = System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(tag) is var random && random % 182 == 0 ? 91 : random % 182;
        return Dates.TryShift(value, days, output);
    }

    /// <summary>A date becomes its year, an address its network, an age its decade, a longer number or code its first two characters.</summary>
    private static bool Generalize(ReadOnlySpan<byte> value, Pool<byte> output)
    {
        if (Dates.TryYear(value, out var year))
        {
            output.AddRange(Encoding.ASCII.GetBytes(year.ToString("0000", CultureInfo.InvariantCulture)));
            return true;
        }

        if (LooksLikeAddress(value))
        {
            return TruncateIp(value, output);
        }

        if (value.Length is >= 1 and <= 3 && int.TryParse(value, CultureInfo.InvariantCulture, out var age) && age is >= 0 and < 130)
        {
            // 90 and over are one group, as HIPAA asks.
            output.AddRange(Encoding.ASCII.GetBytes(age >= 90 ? "90+" : $"{age / 10 * 10}-{age / 10 * 10 + 9}"));
            return true;
        }

        if (value.Length is < 4 or > 12 || value.ContainsAnyExceptInRange((byte)' ', (byte)'~') || !value.ContainsAnyInRange((byte)'0', (byte)'9'))
        {
            return false;
        }

        output.AddRange(value[..2]);
        for (var i = 2; i < value.Length; i++)
        {
            output.Add((byte)'*');
        }

        return true;
    }
}
