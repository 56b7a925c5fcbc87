namespace Weir.Pipeline.Redaction.Detection;

/// <summary>IP addresses (RFC 4291, mapped ones and zones too, a prefix length after them is left alone) and MAC addresses.</summary>
internal static class AddressDetector
{
    /// <summary>Nothing around the dotted address of <paramref name="length"/> bytes at <paramref name="start"/> says that it is a version or a part of a word; the length then takes in a prefix length.</summary>
    public static bool IsAlone(ReadOnlySpan<byte> text, int start, ref int length, int from, int to)
    {
        // 1.2.3.4.5 and v1.2.3.4 are versions; "ip=1.2.3.4" and "x:1.2.3.4" are not.
        if (start > from && (char.IsAsciiLetterOrDigit((char)text[start - 1]) || text[start - 1] is (byte)'_' or (byte)'.' && start - 1 > from && char.IsAsciiDigit((char)text[start - 2])))
        {
            return false;
        }

        var end = start + length;
        if (end < to && (char.IsAsciiLetterOrDigit((char)text[end]) || text[end] == (byte)'_')
            || end + 1 < to && text[end] == (byte)'.' && char.IsAsciiDigit((char)text[end + 1]))
        {
            return false;
        }

        if (NearWords.Version(text, start, from))
        {
            return false;
        }

        length += PrefixLength(text[end..to]);
        return true;
    }

    /// <summary>The bytes of "/24" at the start of the text.</summary>
    private static int PrefixLength(ReadOnlySpan<byte> text)
    {
        var i = 1;
        while (i < text.Length && i < 5 && char.IsAsciiDigit((char)text[i]))
        {
            i++;
        }

        return i is > 1 and < 5 && text[0] == (byte)'/' && (i == text.Length || !char.IsAsciiLetterOrDigit((char)text[i]) && text[i] is not ((byte)'/' or (byte)'-')) ? i : 0;
    }

    /// <summary>The bytes of the dotted address at the start of the text, 0 for none. Leading zeros are no part of the notation.</summary>
    public static int Ipv4Length(ReadOnlySpan<byte> text)
    {
        var i = 0;
        for (var part = 0; part < 4; part++)
        {
            if (part > 0)
            {
                if (i >= text.Length || text[i] != (byte)'.')
                {
                    return 0;
                }

                i++;
            }

            int value = 0, digits = 0;
            while (i < text.Length && digits < 4 && char.IsAsciiDigit((char)text[i]))
            {
                value = value * 10 + text[i++] - '0';
                digits++;
            }

            if (digits is 0 or > 3 || value > 255 || digits > 1 && text[i - digits] == (byte)'0')
            {
                return 0;
            }
        }

        return i;
    }

    /// <summary>The IPv6 or MAC address around a colon.</summary>
    public static bool TryColons(ReadOnlySpan<byte> text, int colon, int from, int to, out int start, out int end, out bool mac)
    {
        start = colon;
        while (start > from && colon - start < 48 && (char.IsAsciiHexDigit((char)text[start - 1]) || text[start - 1] == (byte)':'))
        {
            start--;
        }

        // "my ip::1" and "src:fe80::1": what a word leaves before the first colon is no part of the address.
        if (start > from && (char.IsAsciiLetterOrDigit((char)text[start - 1]) || text[start - 1] is (byte)'_'))
        {
            while (start < colon && text[start] != (byte)':')
            {
                start++;
            }

            if (start + 1 < to && text[start + 1] != (byte)':')
            {
                start++;
            }
        }

        if (TryMac(text, start, to, (byte)':', 2, 6, out end))
        {
            mac = true;
            return true;
        }

        mac = false;
        var length = Ipv6Length(text[start..to]);
        if (length == 0 && start + 1 < to && text[start] == (byte)':' && text[start + 1] != (byte)':')
        {
            start++;
            length = Ipv6Length(text[start..to]);
        }

        end = start + length;
        if (length == 0 || end + 1 < to && text[end] == (byte)'.' && char.IsAsciiDigit((char)text[end + 1]))
        {
            return false;
        }

        // Two colons alone are an address only between blanks, quotes or brackets, not in "key::" or "(?::".
        if (length == 2 && (start > from && text[start - 1] is not ((byte)' ' or (byte)'"' or (byte)'[' or (byte)'=') || end < to && text[end] is not ((byte)' ' or (byte)'"' or (byte)']' or (byte)'/' or (byte)',')))
        {
            return false;
        }

        end += PrefixLength(text[end..to]);
        return true;
    }

    /// <summary>The IPv6 address at the start of the text with its zone, 0 for none.</summary>
    public static int Ipv6Length(ReadOnlySpan<byte> text)
    {
        int i = 0, groups = 0, last = 0;
        var compressed = false;
        while (true)
        {
            var digits = 0;
            while (i + digits < text.Length && digits < 5 && char.IsAsciiHexDigit((char)text[i + digits]))
            {
                digits++;
            }

            if (digits > 0 && digits <= 4 && i + digits < text.Length && text[i + digits] == (byte)'.' && Ipv4Length(text[i..]) is var v4 and > 0)
            {
                groups += 2;
                i += v4;
                last = i;
                break;
            }

            if (digits > 4)
            {
                return 0;
            }

            if (digits > 0)
            {
                groups++;
                i += digits;
                last = i;
            }
            else if (i == 0 && !text.StartsWith("::"u8))
            {
                return 0;
            }

            if (groups > 8 || i >= text.Length || text[i] != (byte)':')
            {
                break;
            }

            if (i + 1 < text.Length && text[i + 1] == (byte)':')
            {
                if (compressed)
                {
                    return 0;
                }

                compressed = true;
                i += 2;
                last = i;
                if (i >= text.Length || !char.IsAsciiHexDigit((char)text[i]))
                {
                    break;
                }

                continue;
            }

            i++;
            if (i >= text.Length || !char.IsAsciiHexDigit((char)text[i]))
            {
                i--;
                break;
            }
        }

        // A single trailing colon is punctuation.
        if (last < text.Length && (char.IsAsciiLetterOrDigit((char)text[last]) || text[last] == (byte)'_'))
        {
            return 0;
        }

        if (!(compressed ? groups <= 7 : groups == 8))
        {
            return 0;
        }

        // fe80::1%eth0
        if (last < text.Length && text[last] == (byte)'%')
        {
            var zone = last + 1;
            while (zone < text.Length && zone - last < 17 && (char.IsAsciiLetterOrDigit((char)text[zone]) || text[zone] is (byte)'.' or (byte)'-' or (byte)'_'))
            {
                zone++;
            }

            last = zone > last + 1 ? zone : last;
        }

        return compressed && last > 2 && !Tells(text[..last]) ? 0 : last;

        // "a::b" and "std::vector" are code: a compressed address shows a digit or a group of three.
        static bool Tells(ReadOnlySpan<byte> address)
        {
            var letters = 0;
            foreach (var b in address)
            {
                letters = b == (byte)':' ? 0 : letters + 1;
                if (letters == 3 || char.IsAsciiDigit((char)b))
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>Groups of hex digits with one sign between them: 00:1A:2B:3C:4D:5E, 00-1A-..., 001A.2B3C.4D5E.</summary>
    public static bool TryMac(ReadOnlySpan<byte> text, int start, int to, byte sign, int size, int groups, out int end)
    {
        end = start;
        var need = groups * (size + 1) - 1;
        if (start < 0 || start + need > to || start > 0 && char.IsAsciiLetterOrDigit((char)text[start - 1]))
        {
            return false;
        }

        for (var i = 0; i < need; i++)
        {
            var b = text[start + i];
            if (i % (size + 1) == size ? b != sign : !char.IsAsciiHexDigit((char)b))
            {
                return false;
            }
        }

        end = start + need;
        return end == to || !char.IsAsciiLetterOrDigit((char)text[end]) && (text[end] != sign || end + 1 == to || !char.IsAsciiHexDigit((char)text[end + 1]));
    }
}
