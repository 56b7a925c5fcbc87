using System.Globalization;
using System.Text;

namespace Weir.Pipeline.Redaction.Scanning;

/// <summary>What a reader takes a character for: look-alike digits, letters, spaces and signs are their ASCII form, and some cannot be seen at all.</summary>
internal static class LookAlike
{
    /// <summary>There is nothing to see.</summary>
    public const byte Gone = 1;

    private const string CyrillicCapitals = "\u0410\u0412\u0415\u041A\u041C\u041D\u041E\u0420\u0421\u0422\u0423\u0425\u0405\u0406\u0408";
    private const string LikeCyrillicCapitals = "ABEKMHOPCTYXSIJ";
    private const string GreekCapitals = "\u0391\u0392\u0395\u0396\u0397\u0399\u039A\u039C\u039D\u039F\u03A1\u03A4\u03A5\u03A7";
    private const string LikeGreekCapitals = "ABEZHIKMNOPTYX";

    /// <summary>The ASCII character that a reader takes this one for; 0 for none, <see cref="Gone"/> when there is nothing to see.</summary>
    /// <param name="rune">Not ASCII, or a control character.</param>
    /// <param name="before">The byte before it in the view: what marks or fills between ASCII characters is part of other scripts' words.</param>
    public static byte Of(Rune rune, byte before)
    {
        var v = rune.Value;
        switch (v)
        {
            case >= 0xFF01 and <= 0xFF5E:
                return (byte)(v - 0xFF01 + '!');
            case 0x85:
                return (byte)' ';
            case 0x2212 or 0x2043 or 0x30FC or 0xAF or 0x02D7 or 0x2500 or 0x2501 or 0x2796:
                return (byte)'-';
            case 0xFE6B:
                return (byte)'@';
            case 0xB7 or 0x2022 or 0x2027 or 0x3002 or 0xFF61 or 0xFE52 or 0x2024 or 0x06D4 or 0x0701 or 0x0702 or 0x2219 or 0x22C5 or 0x30FB or 0xFF65 or 0xA4F8 or 0xFE12:
                return (byte)'.';
            case 0xFE55 or 0x02F8 or 0x0589 or 0x05C3 or 0x2236 or 0xA789 or 0xFE13:
                return (byte)':';
            case 0x2044 or 0x2215 or 0x29F8:
                return (byte)'/';
            case 0x207A or 0x208A or 0xFE62 or 0x2795:
                return (byte)'+';
            case 0x207D or 0x208D or 0x2768 or 0xFE59:
                return (byte)'(';
            case 0x207E or 0x208E or 0x2769 or 0xFE5A:
                return (byte)')';
            case 0xFE33 or (>= 0xFE4D and <= 0xFE4F):
                return (byte)'_';
            case >= 0x1D400 and <= 0x1D7CB:
                // Mathematical letters, 13 alphabets of 52; the holes in them stand elsewhere.
                var letter = (v - 0x1D400) % 52;
                return v <= 0x1D6A3 ? (byte)(letter < 26 ? 'A' + letter : 'a' + letter - 26) : (byte)0;
            case >= 0x24B6 and <= 0x24E9:
                return (byte)(v < 0x24D0 ? 'A' + v - 0x24B6 : 'a' + v - 0x24D0);
            case >= 0x249C and <= 0x24B5:
                return (byte)('a' + v - 0x249C);
            case (>= 0x1F110 and <= 0x1F129) or (>= 0x1F130 and <= 0x1F149) or (>= 0x1F150 and <= 0x1F169) or (>= 0x1F170 and <= 0x1F189):
                // In brackets, squares and circles, white and black: 26 of 32.
                return (byte)('A' + (v - 0x1F110) % 32);
            case >= 0x1F1E6 and <= 0x1F1FF:
                return (byte)('A' + v - 0x1F1E6);
            case >= 0x2460 and <= 0x2468:
                return (byte)('1' + v - 0x2460);
            case (>= 0x2474 and <= 0x247C) or (>= 0x2488 and <= 0x2490):
                // In brackets, and with a full stop.
                return (byte)('1' + (v - 0x2474) % 20);
            case >= 0x24F5 and <= 0x24FD:
                return (byte)('1' + v - 0x24F5);
            case (>= 0x2776 and <= 0x277E) or (>= 0x2780 and <= 0x2788) or (>= 0x278A and <= 0x2792):
                return (byte)('1' + (v - 0x2776) % 10);
            case >= 0x1F101 and <= 0x1F10A:
                // With a comma.
                return (byte)('0' + v - 0x1F101);
            case 0x24EA or 0x2070 or 0x2080 or 0x24FF or 0x1F10B or 0x1F10C or 0x1F100:
                return (byte)'0';
            case 0xB9:
                return (byte)'1';
            case 0xB2 or 0xB3:
                return (byte)(v - 0xB2 + '2');
            case (>= 0x2074 and <= 0x2079) or (>= 0x2081 and <= 0x2089):
                return (byte)((v & 15) + '0');
            case 0x115F or 0x1160 or 0x3164 or 0xFFA0 or 0x2800:
                return Gone;
        }

        return Rune.GetUnicodeCategory(rune) switch
        {
            UnicodeCategory.DecimalDigitNumber => (byte)('0' + (int)Rune.GetNumericValue(rune)),
            UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => (byte)' ',
            UnicodeCategory.DashPunctuation => (byte)'-',
            UnicodeCategory.Format or UnicodeCategory.EnclosingMark => Gone,
            UnicodeCategory.NonSpacingMark when before < 0x80 || IsCommonMark(v) => Gone,
            // Nothing that a script puts behind an ASCII character: marks of others, control characters, places without a character.
            UnicodeCategory.SpacingCombiningMark or UnicodeCategory.Control or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned when before < 0x80 => Gone,
            _ when v is 0x0640 or 0xFFFC or 0xFFFD && before < 0x80 => Gone,
            UnicodeCategory.UppercaseLetter when char.IsAsciiLetterOrDigit((char)before) => Capital((char)v),
            _ => 0,
        };
    }

    /// <summary>Selectors, and accents that stand on the letters of any script.</summary>
    private static bool IsCommonMark(int v) => v is (>= 0xFE00 and <= 0xFE0F) or 0x034F or (>= 0x180B and <= 0x180D) or (>= 0x0300 and <= 0x036F)
        or (>= 0x1AB0 and <= 0x1AFF) or (>= 0x1DC0 and <= 0x1DFF) or (>= 0x20D0 and <= 0x20FF) or (>= 0xFE20 and <= 0xFE2F) or (>= 0xE0100 and <= 0xE01EF);

    /// <summary>A Cyrillic or Greek capital that looks like a Latin one and stands in a Latin word.</summary>
    private static byte Capital(char c)
    {
        var place = CyrillicCapitals.IndexOf(c, StringComparison.Ordinal);
        if (place >= 0)
        {
            return (byte)LikeCyrillicCapitals[place];
        }

        place = GreekCapitals.IndexOf(c, StringComparison.Ordinal);
        return place >= 0 ? (byte)LikeGreekCapitals[place] : (byte)0;
    }
}
