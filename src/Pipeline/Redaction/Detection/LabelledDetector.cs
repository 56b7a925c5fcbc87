using System.Buffers;

namespace Weir.Pipeline.Redaction.Detection;

/// <summary>
/// Names and postal addresses behind a label in text that is no JSON:
/// <code>
/// firstName: Ada        last_name=Byron&amp;...        &lt;Street no="2"&gt;Mill Road 12&lt;/Street&gt;        "surname":"Byron"
/// </code>
/// </summary>
internal static class LabelledDetector
{
    private const int LongestLabel = 48;
    private const int LongestTag = 96;
    private const int LongestValue = 96;
    private const int MostWords = 4;

    private static readonly int Person = EntityCatalogue.Find("PERSON")!.Id;
    private static readonly int Address = EntityCatalogue.Find("STREET_ADDRESS")!.Id;

    private static readonly SearchValues<byte> Signs = SearchValues.Create("=:>"u8);
    private static readonly SearchValues<byte> Ends = SearchValues.Create("&;,\n\r\t\"'<>|()[]{}\\"u8);

    /// <summary>What stands for no value, or for the kind of it.</summary>
    private static readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> NoNames = new HashSet<string>(StringComparer.OrdinalIgnoreCase)
    {
        "null", "none", "nil", "true", "false", "undefined", "unknown", "empty", "string", "text", "varchar", "required", "optional", "missing", "invalid", "redacted", "default", "system", "root", "admin", "is", "not", "the", "a", "an",
    }.GetAlternateLookup<ReadOnlySpan<char>>();

    public static void Find(ReadOnlySpan<byte> text, int start, int end, bool[] looked, Scanning.Pool<Scanning.Finding> findings)
    {
        for (var at = start + 3; at < end - 1; at++)
        {
            var next = text[at..(end - 1)].IndexOfAny(Signs);
            if (next < 0)
            {
                return;
            }

            at += next;
            var entity = text[at] == (byte)'>' ? OfTag(text, at, start) : OfLabel(text, at, start);
            if (entity < 0 || !looked[entity] || !TryValue(text, at, end, entity, out var from, out var to))
            {
                continue;
            }

            findings.Add(new Scanning.Finding(from, to, entity));
            at = to - 1;
        }
    }

    /// <summary>What the element whose tag ends at <paramref name="close"/> holds; -1 for neither.</summary>
    private static int OfTag(ReadOnlySpan<byte> text, int close, int start)
    {
        var floor = Math.Max(start, close - LongestTag);
        var open = text[floor..close].LastIndexOf((byte)'<');
        if (open < 0 || text[close - 1] is (byte)'/' or (byte)'?')
        {
            return -1;
        }

        var tag = text[(floor + open + 1)..close];
        var name = tag.IndexOfAny((byte)' ', (byte)'\n');
        return Named(name < 0 ? tag : tag[..name]);
    }

    /// <summary>What the words before the sign at <paramref name="at"/> name: one label, or two or three words with blanks between.</summary>
    private static int OfLabel(ReadOnlySpan<byte> text, int at, int start)
    {
        var last = at;
        while (last > start && text[last - 1] is (byte)' ' or (byte)'"' or (byte)'\'' or (byte)'\\' && at - last < 3)
        {
            last--;
        }

        var first = last;
        for (var words = 0; words < 3; words++)
        {
            var word = first;
            while (word > start && last - word < LongestLabel && (text[word - 1] >= 0x80 || char.IsAsciiLetterOrDigit((char)text[word - 1]) || text[word - 1] is (byte)'_' or (byte)'-' or (byte)'.'))
            {
                word--;
            }

            if (word == first || Named(text[word..last]) is var entity and >= 0)
            {
                return word == first ? -1 : Named(text[word..last]);
            }

            first = word;
            if (first - 1 <= start || text[first - 1] != (byte)' ')
            {
                break;
            }

            first--;
        }

        return -1;
    }

    /// <summary>The entity that a label names, all of it or its last words: <c>customer_first_name</c>.</summary>
    private static int Named(ReadOnlySpan<byte> label)
    {
        Span<char> joined = stackalloc char[LongestLabel];
        Span<byte> begins = stackalloc byte[8];
        int length = 0, words = 0;
        var letter = false;
        for (var i = 0; i < label.Length && length < joined.Length; i++)
        {
            var b = label[i];
            if (b >= 0x80 || !char.IsAsciiLetterOrDigit((char)b))
            {
                letter = false;
                continue;
            }

            if ((!letter || char.IsAsciiLetterUpper((char)b) && i > 0 && char.IsAsciiLetterLower((char)label[i - 1])) && words < begins.Length)
            {
                begins[words++] = (byte)length;
            }

            letter = true;
            joined[length++] = (char)(b | (char.IsAsciiLetterUpper((char)b) ? 0x20 : 0));
        }

        for (var word = 0; word < words; word++)
        {
            foreach (var id in ContextWords.Of(joined[begins[word]..length]))
            {
                if (id == Person || id == Address)
                {
                    return id;
                }
            }
        }

        return -1;
    }

    private static bool TryValue(ReadOnlySpan<byte> text, int sign, int end, int entity, out int from, out int to)
    {
        from = sign + 1;
        while (from < end && from - sign < 4 && text[from] is (byte)' ' or (byte)'"' or (byte)'\'' or (byte)'\\')
        {
            from++;
        }

        to = from;
        var rest = text[from..Math.Min(end, from + LongestValue)];
        var length = rest.IndexOfAny(Ends);
        if (length < 0)
        {
            length = from + LongestValue < end ? 0 : rest.Length;
        }

        var value = rest[..length];
        // The next pair of "a=b c=d" or "a: b c: d" is no part of it.
        if (value.IndexOfAny((byte)'=', (byte)':') is var pair and >= 0)
        {
            value = value[..Math.Max(0, value[..pair].LastIndexOf((byte)' '))];
        }

        value = value.TrimEnd((byte)' ');
        if (value.Length < 2)
        {
            return false;
        }

        if (entity == Person)
        {
            // Prose may follow a colon; a name begins with a capital there.
            var first = value[0];
            if (!(first >= 0x80 || char.IsAsciiLetterUpper((char)first) || text[sign] != (byte)':' && char.IsAsciiLetter((char)first)))
            {
                return false;
            }

            value = Words(value);
        }

        to = from + value.Length;
        return entity == Person ? value.Length > 1 && !IsNoName(value) : IsAddress(value);
    }

    /// <summary>The first words of it that are letters, those behind the first with capitals.</summary>
    private static ReadOnlySpan<byte> Words(ReadOnlySpan<byte> value)
    {
        int words = 0, to = 0;
        for (var i = 0; i < value.Length && words < MostWords; words++)
        {
            var word = i;
            while (i < value.Length && (value[i] >= 0x80 || char.IsAsciiLetter((char)value[i]) || value[i] is (byte)'-' or (byte)'\'' or (byte)'.' or (byte)'_' or (byte)'+'))
            {
                i++;
            }

            if (i == word || i < value.Length && value[i] != (byte)' ' || words > 0 && value[word] < 0x80 && !char.IsAsciiLetterUpper((char)value[word]))
            {
                break;
            }

            to = i++;
        }

        return value[..to];
    }

    private static bool IsNoName(ReadOnlySpan<byte> value)
    {
        Span<char> chars = stackalloc char[LongestValue];
        return NoNames.Contains(chars[..System.Text.Encoding.UTF8.GetChars(value, chars)]);
    }

    /// <summary>A word of three letters, and a number or a second word.</summary>
    private static bool IsAddress(ReadOnlySpan<byte> value)
    {
        var letters = 0;
        var most = 0;
        foreach (var b in value)
        {
            letters = b >= 0x80 || char.IsAsciiLetter((char)b) ? letters + 1 : 0;
            most = Math.Max(most, letters);
        }

        return most >= 3 && value.ContainsAny(" +"u8) && value.ContainsAnyInRange((byte)'0', (byte)'9') && !value.Contains((byte)'@');
    }
}
