using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace Weir.Pipeline.Redaction.Scanning;

/// <summary>
/// A text as a reader sees it, with the way back: byte i of <see cref="Text"/> was made from the source bytes [<see cref="From"/>(i), <see cref="From"/>(i + 1)).
/// Escapes are resolved, look-alike digits, letters, spaces and hyphens become their ASCII form, and what cannot be seen is dropped.
/// </summary>
internal sealed class TextView
{
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
                    // Outside JSON a backslash is only itself, unless it spells a character by its number or stands before a sign of an address.
                    var used = SpelledCharacter.PlainEscape(source[i..end], out var rune);
                    if (used == 0)
                    {
                        Put(b, i);
                        i++;
                    }
                    else
                    {
                        Put(rune, i, hiddenAsSpace);
                        i += used;
                    }
                }
            }
            else if (b < 0x80)
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

    /// <summary>This text with percent signs, quoted-printable and HTML character references resolved and without its inline tags; false, and nothing usable here, when it holds none.</summary>
    public bool ReadEncoded(ReadOnlySpan<byte> source)
    {
        Begin(source.Length);
        bool found = false, quoted = false;
        var i = 0;
        Span<byte> bytes = stackalloc byte[4];
        while (i < source.Length)
        {
            var b = source[i];
            if (b == (byte)'%' && SpelledCharacter.TryPercent(source[i..], out bytes[0]))
            {
                found = true;
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
        if (rune.IsAscii)
        {
            // Between digits a tab is one more blank.
            Put(rune.Value == '\t' && !_exact ? (byte)' ' : (byte)rune.Value, from);
            return;
        }

        var folded = _exact ? (byte)0 : Fold(rune);
        if (folded == Gone)
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

        Span<byte> bytes = stackalloc byte[4];
        var length = rune.EncodeToUtf8(bytes);
        for (var i = 0; i < length; i++)
        {
            Put(bytes[i], from);
        }
    }

    private const byte Gone = 1;

    /// <summary>The ASCII character that a reader takes this one for; 0 for none, <see cref="Gone"/> when there is nothing to see.</summary>
    private static byte Fold(Rune rune)
    {
        var v = rune.Value;
        switch (v)
        {
            case >= 0xFF01 and <= 0xFF5E:
                return (byte)(v - 0xFF01 + '!');
            case 0xA0 or 0x3000 or 0x202F or 0x205F or (>= 0x2000 and <= 0x200A):
                return (byte)' ';
            case (>= 0x2010 and <= 0x2015) or 0x2212 or 0x2043 or 0xFE58 or 0xFE63 or 0x30FC:
                return (byte)'-';
            case 0xFE6B:
                return (byte)'@';
            case 0xB7 or 0x2022 or 0x2027 or 0x3002 or 0xFF61 or 0xFE52 or 0x2024:
                return (byte)'.';
            case 0xFE55:
                return (byte)':';
            case >= 0x1D400 and <= 0x1D7CB:
                // Mathematical letters, 13 alphabets of 52; the holes in them stand elsewhere.
                var letter = (v - 0x1D400) % 52;
                return v <= 0x1D6A3 ? (byte)(letter < 26 ? 'A' + letter : 'a' + letter - 26) : (byte)0;
            case >= 0x24B6 and <= 0x24E9:
                return (byte)(v < 0x24D0 ? 'A' + v - 0x24B6 : 'a' + v - 0x24D0);
            case >= 0x2460 and <= 0x2468:
                return (byte)('1' + v - 0x2460);
            case (>= 0x2474 and <= 0x247C) or (>= 0x2488 and <= 0x2490):
                // In brackets, and with a full stop.
                return (byte)('1' + (v - 0x2474) % 20);
            case >= 0x24F5 and <= 0x24FD:
                return (byte)('1' + v - 0x24F5);
            case (>= 0x2776 and <= 0x277E) or (>= 0x2780 and <= 0x2788) or (>= 0x278A and <= 0x2792):
                return (byte)('1' + (v - 0x2776) % 10);
            case 0x24EA or 0x2070 or 0x2080 or 0x24FF or 0x1F10B or 0x1F10C:
                return (byte)'0';
            case 0xB9:
                return (byte)'1';
            case 0xB2 or 0xB3:
                return (byte)(v - 0xB2 + '2');
            case (>= 0x2074 and <= 0x2079) or (>= 0x2081 and <= 0x2089):
                return (byte)((v & 15) + '0');
        }

        return Rune.GetUnicodeCategory(rune) switch
        {
            UnicodeCategory.DecimalDigitNumber => (byte)('0' + (int)Rune.GetNumericValue(rune)),
            UnicodeCategory.Format => Gone,
            UnicodeCategory.NonSpacingMark when v is >= 0xFE00 and <= 0xFE0F or 0x034F or (>= 0x180B and <= 0x180D) or (>= 0x0300 and <= 0x036F)
                or (>= 0x1AB0 and <= 0x1AFF) or (>= 0x1DC0 and <= 0x1DFF) or (>= 0x20D0 and <= 0x20FF) or (>= 0xFE20 and <= 0xFE2F) or (>= 0xE0100 and <= 0xE01EF) => Gone,
            UnicodeCategory.EnclosingMark => Gone,
            _ when v is 0x115F or 0x1160 or 0x3164 or 0xFFA0 or 0x2800 => Gone,
            _ => 0,
        };
    }
}
