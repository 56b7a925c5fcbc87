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

    /// <summary>What a value becomes is mostly no longer than that.</summary>
    private const int Usual = 48;

    /// <summary>The bytes asked of a writer at once, filled piece by piece: only when they do not suffice it is asked again.</summary>
    private ref struct Filling(IBufferWriter<byte> output, int expected)
    {
        private Span<byte> _rest = output.GetSpan(expected);
        private int _used;

        public Span<byte> Take(int length)
        {
            if (length > _rest.Length)
            {
                Done();
                _rest = output.GetSpan(length);
            }

            var taken = _rest[..length];
            _rest = _rest[length..];
            _used += length;
            return taken;
        }

        public void Add(ReadOnlySpan<byte> bytes)
        {
            while (bytes.Length > _rest.Length)
            {
                bytes[.._rest.Length].CopyTo(_rest);
                bytes = bytes[_rest.Length..];
                _used += _rest.Length;
                Done();
                _rest = output.GetSpan(bytes.Length);
            }

            bytes.CopyTo(_rest);
            _rest = _rest[bytes.Length..];
            _used += bytes.Length;
        }

        public void Done()
        {
            output.Advance(_used);
            _used = 0;
        }
    }

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

        var filling = new Filling(output, Math.Max(1, record.Length + scan.Hits.Count * Usual));
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

            int start = hit.Start, end = hit.End;
            var rule = rules.Rules[hit.Rule];
            if (rule.Rule.Transform.Kind == TransformKind.Token && hit.Place is not (HitPlace.Scalar or HitPlace.Container))
            {
                filling.Add(record[copied..start]);
                transformer.WriteToken(filling.Take(transformer.TokenLength));
                hit.Path.Transformed(hit.Rule);
                copied = end;
                transformed++;
                continue;
            }

            replacement.Clear();
            if (!transformer.Write(rule, hit.Entity, hit.Place, value, replacement))
            {
                replacement.AddRange("null"u8);
                if (hit.Place == HitPlace.WholeString)
                {
                    (start, end) = hit.Quotes;
                }
            }
            else if (hit.Place is HitPlace.Container || hit.Place is HitPlace.Scalar && !Transformer.StaysNumber(rule, replacement.Items))
            {
                Escape(ref replacement, hit.Escapes, quoted: true);
            }
            else if (scan.Separator != 0 && rule.Rule.Transform.Kind == TransformKind.Fixed)
            {
                Fit(replacement.Items, scan.Separator);
            }
            else if (hit.Escapes > 0)
            {
                Escape(ref replacement, hit.Escapes, quoted: false);
            }

            filling.Add(record[copied..start]);
            filling.Add(replacement.Items);
            hit.Path.Transformed(hit.Rule);
            copied = end;
            transformed++;
        }

        filling.Add(record[copied..]);
        filling.Done();
        return transformed;
    }

    /// <summary>A cell of a table stays one, in quotes or not.</summary>
    private static void Fit(Span<byte> text, byte separator)
    {
        text.Replace(separator, (byte)' ');
        text.Replace((byte)'\n', (byte)' ');
        text.Replace((byte)'\r', (byte)' ');
        text.Replace((byte)'"', (byte)'\'');
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
