using Weir.Pipeline.Redaction.Detection.National;

namespace Weir.Pipeline.Redaction.Detection;

/// <summary>Whether a whole text is a phone number.</summary>
internal static class PhonePlan
{
    /// <summary>E.164, RFC 3966, or a national number of 3 to 15 digits with the signs people write.</summary>
    public static bool IsPhone(ReadOnlySpan<byte> text, string? region)
    {
        if (text.StartsWith("tel:"u8))
        {
            text = text[4..];
        }

        var digits = 0;
        foreach (var b in text)
        {
            if (char.IsAsciiDigit((char)b))
            {
                digits++;
            }
            else if (b is not ((byte)' ' or (byte)'-' or (byte)'.' or (byte)'(' or (byte)')' or (byte)'/' or (byte)'+'))
            {
                return false;
            }
        }

        return text.LastIndexOf((byte)'+') <= 0 && (text.Length > 0 && text[0] == (byte)'+' ? digits is >= 5 and <= 15 : digits is >= 3 and <= 15);
    }
}
