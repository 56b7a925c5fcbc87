using Weir.Pipeline.Redaction.Detection;
using Weir.Pipeline.Redaction.Keys;
using Weir.Pipeline.Redaction.Rules;
using Weir.Pipeline.Redaction.Scanning;

namespace Weir.Pipeline.Redaction.Transforms;

/// <summary>Writes what stands in place of a value.</summary>
internal sealed partial class Transformer(KeyRing keys, bool hmac)
{
    public KeyRing Keys { get; } = keys;

    /// <summary>True for a token or cipher that a key of the ring made.</summary>
    public bool IsOurs(ReadOnlySpan<byte> value) => value.Length > 4 && value[3] == (byte)':' && (IsToken(value) || value.StartsWith("enc:"u8) && Reveal(value) is not null);

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
                WriteToken(t_macs!.Next(), output.Grow(TokenLength));
                return true;
            case TransformKind.Encrypt:
                Encrypt(entity, value, output);
                return true;
            case TransformKind.FormatPreserving:
                FormatPreserving(entity, place, value, output);
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
}
