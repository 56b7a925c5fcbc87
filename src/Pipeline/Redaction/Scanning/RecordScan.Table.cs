using System.Text.Unicode;
using Weir.Pipeline.Redaction.Rules;

namespace Weir.Pipeline.Redaction.Scanning;

/// <summary>Comma-separated values (RFC 4180, and with other separators): the column's name is to a cell what a key is to a value.</summary>
internal sealed partial class RecordScan
{
    private const string Ragged = "the record is a table with a row that has more cells than its first one names";

    /// <summary>Between the cells of the table that was read; 0 when the record is none.</summary>
    public byte Separator { get; private set; }

    /// <summary>The separator of a table that no rows have proved, but that names a column which a rule takes; 0 for none.</summary>
    private static byte SeparatorByName(ReadOnlySpan<byte> text, CompiledRules rules)
    {
        if (!rules.AnyFieldRule || text.IndexOf((byte)'\n') is not (> 0 and < 4096 and var end))
        {
            return 0;
        }

        var header = text[(text.StartsWith(ByteOrderMark) ? ByteOrderMark.Length : 0)..end].TrimEnd((byte)'\r');
        foreach (var separator in ",;\t|"u8)
        {
            if (header.Contains(separator))
            {
                foreach (var range in header.Split(separator))
                {
                    var name = header[range].Trim((byte)' ').Trim((byte)'"');
                    if (name.Length > 0 && rules.FieldRule(rules.Paths.Next(rules.Paths.Start, rules.Key(name).Symbol)) is not null)
                    {
                        return separator;
                    }
                }
            }
        }

        return 0;
    }

    /// <summary>Reads a table whose first line names the columns. Null when all went well.</summary>
    public string? Table(ReadOnlySpan<byte> text, byte separator, CompiledRules rules, ScanLimits limits)
    {
        Begin(rules, limits);
        Separator = separator;
        var frame = Take(null);
        frame.Masks.Scan(text, json: false);
        if (frame.Masks.AnyNonAscii && !Utf8.IsValid(text))
        {
            return "the record is not UTF-8";
        }

        var columns = new List<KeyMeaning>();
        int column = 0, start = text.StartsWith(ByteOrderMark) ? ByteOrderMark.Length : 0;
        var header = true;
        while (start <= text.Length)
        {
            var end = CellEnd(text, start, separator, out var open);
            int from = start, to = end;
            if (to > from && text[to - 1] == (byte)'\r')
            {
                to--;
            }

            if (to - from >= 2 && text[from] == (byte)'"' && text[to - 1] == (byte)'"')
            {
                from++;
                to--;
            }

            if (header)
            {
                columns.Add(rules.Key(text[from..to].Trim((byte)' ')));
                Value(text, from, to, frame, PathMatcher.Dead, KeyMeaning.None, HitPlace.Text, escapes: 0);
            }
            else if (rules.AnyFieldRule && (open || column >= columns.Count && to > from))
            {
                // Which cell stands in which column is not known.
                return Ragged;
            }
            else
            {
                Cell(text, from, to, frame, column < columns.Count ? columns[column] : KeyMeaning.None);
            }

            column++;
            if (end == text.Length)
            {
                break;
            }

            if (text[end] == (byte)'\n')
            {
                column = 0;
                header = false;
            }

            start = end + 1;
        }

        return Settle();
    }

    private void Cell(ReadOnlySpan<byte> text, int from, int to, Frame frame, KeyMeaning column)
    {
        if (from >= to)
        {
            return;
        }

        // A row stands for an object with one level.
        ref var level = ref _levels[1];
        level = default;
        _depth = 1;
        var state = _rules.Paths.Next(_rules.Paths.Start, column.Symbol);
        if (state != PathMatcher.Dead && _rules.FieldRule(state) is { } rule)
        {
            Add(text, frame, from, to, rule, -1, column, HitPlace.Text, escapes: 0);
        }
        else
        {
            Value(text, from, to, frame, state, column, HitPlace.Text, escapes: 0);
        }

        _depth = 0;
    }

    /// <param name="open">It begins with a quote that is never closed.</param>
    private static int CellEnd(ReadOnlySpan<byte> text, int start, byte separator, out bool open)
    {
        var i = start;
        open = false;
        if (i < text.Length && text[i] == (byte)'"')
        {
            // Doubled quotes are part of the cell; a quote that never closes ends with the text.
            for (i++; i < text.Length; i++)
            {
                if (text[i] == (byte)'"')
                {
                    if (i + 1 < text.Length && text[i + 1] == (byte)'"')
                    {
                        i++;
                        continue;
                    }

                    break;
                }
            }

            open = i >= text.Length;
        }

        var rest = text[Math.Min(i, text.Length)..].IndexOfAny(separator, (byte)'\n');
        return rest < 0 ? text.Length : i + rest;
    }
}
