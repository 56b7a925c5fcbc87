using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace Weir.Pipeline.Redaction.Scanning;

/// <summary>
/// A text as a reader sees it, with the way back: byte i of <see cref="Text"/> was made from the source bytes [<see cref="From"/>(i), <see cref="From"/>(i + 1)).
/// Escapes are resolved, look-alike digits, letters, spaces and hyphens become their ASCII form, and what cannot be seen is dropped.
/// </summary>
internal sealed class TextView
{
    /// <summary>What begins a sequence that colours a terminal; read when it is whole.</summary>
    private const byte Escape = 0x1B;

    private byte[] _text = new byte[256];
    private int[] _from = new int[257];
    private bool _exact;

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Text => _text.AsSpan(0, Length);

    /// <summary>Something invisible stood between two characters.</summary>
    public bool Hidden { get; private set; }

    /// <summary>The first source byte of a byte of the view; of <see cref="Length"/>, the end of the source.</summary>
    public int From(int index) => _from[index];

    /// <summary>The view of [start, end) of <paramref name="source"/>.</summary>
    /// <param name="source">Valid UTF-8.</param>
    /// <param name="start">First byte.</param>
    /// <param name="end">One past the last byte.</param>
    /// <param name="json">Resolve JSON escapes; false when one is wrong.</param>
    /// <param name="hiddenAsSpace">What cannot be seen becomes a space instead of nothing.</param>
    /// <param name="exact">Resolve escapes only: for values that somebody will read again.</param>
    public bool Read(ReadOnlySpan<byte> source, int start, int end, bool json, bool hiddenAsSpace = false, bool exact = false)
    {
        Begin(end - start);
        _exact = exact;
        var i = start;
        // The character before was spelled by its number.
        var spelled = false;
        while (i < end)
        {
            var b = source[i];
            if (b == (byte)'\\')
            {
                if (json)
                {
                    var used = SpelledCharacter.JsonEscape(source[i..end], out var rune);
                    if (used == 0)
                    {
                        return false;
                    }

                    Put(rune, i, hiddenAsSpace);
                    i += used;
                }
                else
                {
                    // Outside JSON a backslash is only itself, unless it spells a character by its number or stands before a sign of an address; between groups of digits it parts them.
                    var used = SpelledCharacter.PlainEscape(source[i..end], out var rune);
                    if (used == 0 || !spelled && i > start && char.IsAsciiDigit((char)source[i - 1]) && char.IsAsciiDigit((char)source[i + 1]))
                    {
                        Put(b, i);
                        i++;
                    }
                    else
                    {
                        Put(rune, i, hiddenAsSpace);
                        i += used;
                        spelled = true;
                        continue;
                    }
                }
            }
            else if (b is >= 0x20 and < 0x7F or (byte)'\n' or (byte)'\r' or (byte)'\t')
            {
                Put(b, i);
                i++;
            }
            else
            {
                Rune.DecodeFromUtf8(source[i..end], out var rune, out var used);
                Put(rune, i, hiddenAsSpace);
                i += used;
            }

            spelled = false;
        }

        Finish(end);
        return true;
    }

    /// <summary>The view that changes nothing.</summary>
    public void Copy(ReadOnlySpan<byte> source, int start, int end)
    {
        Begin(end - start);
        for (var i = start; i < end; i++)
        {
            Put(source[i], i);
        }

        Finish(end);
    }

    /// <summary>What follows a plus sign is the tag of an address, <c>shop%40example.com</c>.</summary>
    private static bool IsTag(ReadOnlySpan<byte> rest)
    {
        var length = 0;
        while (length < rest.Length && length < 33 && (char.IsAsciiLetterOrDigit((char)rest[length]) || rest[length] is (byte)'.' or (byte)'-' or (byte)'_'))
        {
            length++;
        }

        return length > 0 && rest[length..].StartsWith("%40"u8);
    }

    /// <summary>This text with percent signs, quoted-printable and HTML character references resolved and without its inline tags; false, and nothing usable here, when it holds none.</summary>
    public bool ReadEncoded(ReadOnlySpan<byte> source)
    {
        Begin(source.Length);
        bool found = false, quoted = false, percent = false;
        var i = 0;
        Span<byte> bytes = stackalloc byte[4];
        while (i < source.Length)
        {
            var b = source[i];
            if (b == (byte)'%' && SpelledCharacter.TryPercent(source[i..], out bytes[0]))
            {
                found = percent = true;
                var count = 1;
                var used = 3;
                var need = bytes[0] < 0x80 ? 1 : bytes[0] >= 0xF0 ? 4 : bytes[0] >= 0xE0 ? 3 : 2;
                while (count < need && SpelledCharacter.TryPercent(source[(i + used)..], out bytes[count]))
                {
                    count++;
                    used += 3;
                }

                if (Rune.DecodeFromUtf8(bytes[..count], out var rune, out var read) == OperationStatus.Done)
                {
                    Put(rune, i, hiddenAsSpace: false);
                    i += read * 3;
                }
                else
                {
                    Put(Rune.ReplacementChar, i, hiddenAsSpace: false);
                    i += 3;
                }
            }
            else if (b == (byte)'%' && SpelledCharacter.TryPercentUnit(source[i..], out var unit))
            {
                found = percent = true;
                Put(unit, i, hiddenAsSpace: false);
                i += 6;
            }
            else if (b == (byte)'+' && percent && i > 0 && i + 1 < source.Length && (char.IsAsciiLetterOrDigit((char)source[i + 1]) || source[i + 1] == (byte)'%') && (char.IsAsciiLetterOrDigit((char)source[i - 1]) || source[i - 1] == (byte)')') && !IsTag(source[(i + 1)..]))
            {
                // In a form a blank is a plus sign.
                Put((byte)' ', i);
                i++;
            }
            else if (b == (byte)'=' && SpelledCharacter.SoftBreak(source[i..]) is var soft and > 0)
            {
                found = true;
                i += soft;
            }
            else if (b == Escape && SpelledCharacter.TerminalSequence(source[i..]) is var sequence and > 0)
            {
                found = true;
                i += sequence;
            }
            else if (b == (byte)'=' && SpelledCharacter.IsQuoted(source[i..], quoted) && SpelledCharacter.TryHex(source[(i + 1)..], 2, out var unquoted))
            {
                found = quoted = true;
                Put((byte)unquoted, i);
                i += 3;
                continue;
            }
            else if (b == (byte)'<' && SpelledCharacter.InlineTag(source[i..]) is var tag and > 0)
            {
                found = true;
                i += tag;
            }
            else if (b == (byte)'&' && SpelledCharacter.Reference(source[i..], out var referred) is var length and > 0)
            {
                found = true;
                Put(referred, i, hiddenAsSpace: false);
                i += length;
            }
            else
            {
                Put(b, i);
                i++;
            }

            quoted = false;
        }

        Finish(source.Length);
        return found;
    }

    private void Begin(int capacity)
    {
        Length = 0;
        Hidden = false;
        _exact = false;
        // A source byte never makes more than one byte of view, but for references such as &#x1F600; which are longer than what they make.
        var need = capacity + 8;
        if (_text.Length < need)
        {
            _text = new byte[need * 2];
            _from = new int[need * 2 + 1];
        }
    }

    private void Finish(int end) => _from[Length] = end;

    private void Put(byte b, int from)
    {
        _from[Length] = from;
        _text[Length++] = b;
    }

    private void Put(Rune rune, int from, bool hiddenAsSpace)
    {
        if (_exact || rune.Value is >= 0x20 and < 0x7F or '\n' or '\r' or Escape)
        {
            PutAsIs(rune, from);
            return;
        }

        if (rune.Value == '\t')
        {
            // Between digits a tab is one more blank.
            Put((byte)' ', from);
            return;
        }

        var folded = LookAlike.Of(rune, Length == 0 ? (byte)' ' : _text[Length - 1]);
        if (folded == LookAlike.Gone)
        {
            Hidden = true;
            if (hiddenAsSpace)
            {
                Put((byte)' ', from);
            }

            return;
        }

        if (folded != 0)
        {
            Put(folded, from);
            return;
        }

        PutAsIs(rune, from);
    }

    private void PutAsIs(Rune rune, int from)
    {
        Span<byte> bytes = stackalloc byte[4];
        var length = rune.EncodeToUtf8(bytes);
        for (var i = 0; i < length; i++)
        {
            Put(bytes[i], from);
        }
    }
}
