using System.Buffers;
using Weir.Pipeline.Redaction.Rules;
using Weir.Pipeline.Redaction.Transforms;

namespace Weir.Pipeline.Redaction.Scanning;

/// <summary>Writes the record with the hits replaced. Every byte outside them stays as it is.</summary>
internal static class Splice
{
    [ThreadStatic]
    private static Pool<byte>? t_replacement;

    [ThreadStatic]
    private static Pool<byte>? t_escaped;

    /// <summary>Returns how many values were transformed.</summary>
    public static int Write(ReadOnlySpan<byte> record, RecordScan scan, CompiledRules rules, Transformer transformer, IBufferWriter<byte> output)
    {
        var replacement = t_replacement ??= new Pool<byte>();
        var copied = 0;
        var transformed = 0;
        if (rules.MakesTokens)
        {
            transformer.PrepareTokens(record, scan, rules);
        }

        foreach (ref readonly var hit in scan.Hits.Items)
        {
            var value = scan.ValueOf(hit, record);
            hit.Path.Hit(hit.Rule);
            if (transformer.IsOurs(value))
            {
                // Came by before: a retry, or a record that was read back.
                hit.Path.LeftAlone(hit.Rule);
                continue;
            }

            replacement.Clear();
            int start = hit.Start, end = hit.End;
            var rule = rules.Rules[hit.Rule];
            if (!transformer.Write(rule, hit.Entity, hit.Place, value, replacement))
            {
                replacement.AddRange("null"u8);
                if (hit.Place == HitPlace.WholeString)
                {
                    // The quotes around it go as well; in nested JSON each is escaped by an odd number of backslashes.
                    var quote = (1 << (hit.Escapes - 1));
                    start -= quote;
                    end += quote;
                }
            }
            else if (hit.Place is HitPlace.Scalar or HitPlace.Container)
            {
                Escape(ref replacement, hit.Escapes, quoted: true);
            }
            else if (hit.Escapes > 0)
            {
                Escape(ref replacement, hit.Escapes, quoted: false);
            }

            output.Write(record[copied..start]);
            output.Write(replacement.Items);
            hit.Path.Transformed(hit.Rule);
            copied = end;
            transformed++;
        }

        output.Write(record[copied..]);
        return transformed;
    }

    /// <summary>Escapes for as many strings as lie around; a quoted one gets its own quotes, which the strings around those escape too.</summary>
    private static void Escape(ref Pool<byte> text, int rounds, bool quoted)
    {
        if (!quoted && !text.Items.ContainsAny((byte)'"', (byte)'\\') && !text.Items.ContainsAnyInRange((byte)0, (byte)0x1F))
        {
            return;
        }

        var other = t_escaped ??= new Pool<byte>();
        for (var round = 0; round < rounds; round++)
        {
            other.Clear();
            if (round == 0 && quoted)
            {
                other.Add((byte)'"');
            }

            foreach (var b in text.Items)
            {
                if (b is (byte)'"' or (byte)'\\')
                {
                    other.Add((byte)'\\');
                    other.Add(b);
                }
                else if (b < 0x20)
                {
                    other.AddRange("\\u00"u8);
                    other.Add((byte)('0' + (b >> 4)));
                    other.Add("0123456789abcdef"u8[b & 15]);
                }
                else
                {
                    other.Add(b);
                }
            }

            if (round == 0 && quoted)
            {
                other.Add((byte)'"');
            }

            text.Clear();
            text.AddRange(other.Items);
        }
    }
}
