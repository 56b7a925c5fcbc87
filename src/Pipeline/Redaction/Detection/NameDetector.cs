using System.Buffers;

namespace Weir.Pipeline.Redaction.Detection;

/// <summary>What has no shape of its own: the key says what it is, and the value must at least not contradict it.</summary>
internal static class NameDetector
{
    private static readonly SearchValues<byte> NoNamesSigns = SearchValues.Create("@/:_<>{}[]|=#+"u8);

    private static readonly HashSet<string> FirmWords = new(StringComparer.OrdinalIgnoreCase)
    {
        "inc", "ltd", "llc", "llp", "corp", "corporation", "company", "co", "gmbh", "ag", "kg", "ug", "se", "sa", "sas", "sarl", "srl", "spa", "bv", "nv", "oy", "ab", "as", "aps", "plc", "pty", "limited", "group", "holding", "holdings", "bank", "university", "hospital", "clinic", "school", "store", "shop", "restaurant", "hotel",
        "services", "solutions", "systems", "software", "technologies", "partners", "team", "support", "service", "department", "admin", "system", "unknown", "anonymous", "test", "null", "none", "n/a", "the", "and", "&", "for", "of",
    };

    /// <summary>The value of a key that may be a person's name or a thing's looks like the first: one to five words without digits, the first with a capital, none that only firms and things have.</summary>
    public static bool MayBePerson(ReadOnlySpan<byte> value)
    {
        if (value.Length is < 2 or > 64 || !(char.IsAsciiLetterUpper((char)value[0]) || value[0] >= 0x80 || value[0] == (byte)'\\') || value.ContainsAny(NoNamesSigns))
        {
            return false;
        }

        // What is escaped may be any letter.
        var escaped = value.Contains((byte)'\\');
        if (!escaped && value.ContainsAnyInRange((byte)'0', (byte)'9'))
        {
            return false;
        }

        var words = 0;
        Span<char> chars = stackalloc char[64];
        foreach (var range in value.Split((byte)' '))
        {
            var word = value[range].Trim(",.()"u8);
            if (word.Length == 0)
            {
                continue;
            }

            if (++words > 5 || FirmWords.GetAlternateLookup<ReadOnlySpan<char>>().Contains(chars[..System.Text.Encoding.UTF8.GetChars(word, chars)]))
            {
                return false;
            }
        }

        return words > 0;
    }

    /// <summary>A value of this entity may look like this.</summary>
    public static bool Holds(int entity, ReadOnlySpan<byte> value)
    {
        bool letter = false, digit = false;
        foreach (var b in value)
        {
            letter |= b >= 0x80 || char.IsAsciiLetter((char)b);
            digit |= char.IsAsciiDigit((char)b);
        }

        return EntityCatalogue.All[entity].Name switch
        {
            "DATE_OF_BIRTH" => digit && value.Length is >= 6 and <= 32,
            "STREET_ADDRESS" => letter,
            _ => letter && value.Length <= 128,
        };
    }
}
