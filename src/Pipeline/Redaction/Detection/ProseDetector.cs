using System.Numerics;
using System.Runtime.Intrinsics;
using System.Text;
using Weir.Pipeline.Redaction.Scanning;

namespace Weir.Pipeline.Redaction.Detection;

/// <summary>
/// Names and postal addresses in running text, by the words that introduce them: <c>Dr. Berta Novak</c>, <c>my name is Zoë Lind</c>, <c>Dear Pawel,</c>, <c>lives at 12 Mill Road, Leeds</c>; and names that begin with a frequent given name.
/// Other names need a language model and are not found.
/// </summary>
internal static class ProseDetector
{
    private const int LongestAddress = 160;
    private const int MostNames = 4;

    private static readonly int Person = EntityCatalogue.Find("PERSON")!.Id;
    private static readonly int Address = EntityCatalogue.Find("STREET_ADDRESS")!.Id;

    /// <summary>The word before a name, lower case, without its dot.</summary>
    private static readonly HashSet<string> Titles = new(StringComparer.Ordinal)
    {
        "mr", "mrs", "ms", "miss", "mx", "dr", "prof", "professor", "sir", "madam", "herr", "frau", "mme", "mlle", "monsieur", "madame", "señor", "señora", "sra", "dott", "signor", "signora",
    };

    /// <summary>What stands before a name, lower case.</summary>
    private static readonly byte[][] NameLeads = Leads("name is", "names are", "name's", "call me", "calls me", "named him", "named her", "user:", "name:", "patient:", "customer:", "employee:", "signed,", "regards,", "sincerely,", "cheers,", "yours,", "your name?", "last name?", "first name?", "full name?", "passenger:", "contact:", "author:", "beneficiary:", "name of", "called me", "calls him", "calls her", "attn", "attn:", "c/o", "ich heiße", "mein name ist", "je m'appelle", "me llamo", "mi nombre es", "mi chiamo", "il mio nome è", "meu nome é", "mijn naam is", "jag heter", "nazywam się");

    /// <summary>What stands before a name of two words or more, lower case: before one word it is as often no name.</summary>
    private static readonly byte[][] FullNameLeads = Leads("i'm", "i am", "this is", "was called", "name to", "directed by", "starring", "written by", "signed by", "approved by", "requested by", "reported by", "assigned to", "interviewed by", "contact", "customer", "patient", "client", "employee", "passenger", "colleague", "player", "songwriter", "singer", "actor", "actress", "director", "manager", "nurse", "attorney", "friend", "brother", "sister", "husband", "wife", "son", "daughter");

    /// <summary>What makes a given name a place's.</summary>
    private static readonly byte[][] Places = Leads("san", "são", "santa", "st", "st.", "saint", "fort", "port", "mount", "lake");

    /// <summary>What stands before a name that a comma, a colon or a sign ends.</summary>
    private static readonly byte[][] Greetings = Leads("dear", "hi", "hello", "hey", "hola", "liebe", "lieber", "cher", "chère", "caro", "cara", "beste");

    private static readonly HashSet<string> Groups = new(StringComparer.OrdinalIgnoreCase) { "all", "team", "sir", "sirs", "madam", "everyone", "everybody", "customer", "customers", "friends", "folks", "world", "colleagues", "support", "there", "guys", "user", "users", "hiring", "valued", "admin", "kollegen", "alle", "damen" };

    /// <summary>What follows a person's full name.</summary>
    private static readonly byte[][] Followers = [.. new[] { " lives ", " lived ", " was born", " is married", " <", " (born", ", born" }.Select(Encoding.UTF8.GetBytes)];

    /// <summary>What stands before an address, lower case.</summary>
    private static readonly byte[][] AddressLeads = Leads("lives at", "live at", "living at", "resides at", "reside at", "residing at", "address is", "address:", "address to", "office is at", "restaurant is at", "meet me at", "meet you at", "off at", "deliver to", "delivered to", "ship to", "taxi to", "moved to", "mail to");

    /// <summary>One of the two is looked for.</summary>
    public static bool IsWanted(bool[] looked) => looked[Person] || looked[Address];

    /// <summary>Some word but the first begins with a capital or a digit: only such can be a name or an address.</summary>
    public static bool MayHold(ReadOnlySpan<byte> text, int start, int end) => NextBeginning(text, start + 2, end) >= 0;

    public static void Find(ReadOnlySpan<byte> text, int start, int end, bool[] looked, Pool<Finding> findings)
    {
        for (var at = NextBeginning(text, start + 2, end); at >= 0;)
        {
            var before = text[start..(at - 1)];
            var next = at + 1;
            if (looked[Address] && EndsIn(before, AddressLeads) && !IsMachine(before) && AddressEnd(text, at, end) is var addressEnd and > 0)
            {
                findings.Add(new Finding(at, addressEnd, Address));
                next = addressEnd + 1;
            }
            else if (looked[Person] && Capital(text[at]) && (IsTitle(before) || EndsIn(before, NameLeads)) && NameEnd(text, at, end) is var nameEnd && nameEnd - at > 1)
            {
                findings.Add(new Finding(at, nameEnd, Person));
                next = nameEnd + 1;
            }

            else if (looked[Person] && Capital(text[at]) && Unnamed(text, at, start, end, out var from, out var to))
            {
                findings.Add(new Finding(from, to, Person));
                next = to + 1;
            }

            at = NextBeginning(text, next, end);
        }
    }

    /// <summary>A name around the word in capitals at <paramref name="at"/> that weaker signs tell: a given name before a surname, words that mostly stand before or behind a full name, a greeting.</summary>
    private static bool Unnamed(ReadOnlySpan<byte> text, int at, int start, int end, out int from, out int to)
    {
        from = at;
        to = NameEnd(text, at, end);
        var before = text[start..(at - 1)];
        if (to - at < 2)
        {
            return false;
        }

        // The word before, which begins the text or stands behind another.
        var previous = at - 1;
        while (previous > start && IsLetter(text[previous - 1]))
        {
            previous--;
        }

        var word = text[previous..(at - 1)];
        if (text[at - 1] == (byte)' ' && word.Length > 1 && Capital(word[0]) && GivenNames.Contains(word) && GivenNames.MayFollow(FirstWord(text[at..to])) && !EndsIn(text[start..Math.Max(start, previous - 1)], Places))
        {
            from = previous;
            return true;
        }

        // Words of capitals alone are abbreviations more often than names.
        var full = text[at..to].Contains((byte)' ') && text[at + 1] is not (>= (byte)'A' and <= (byte)'Z') && (to == end || !char.IsAsciiLetterOrDigit((char)text[to]) && text[to] != (byte)'_') && GivenNames.MayFollow(FirstWord(text[at..to]));
        if (full && EndsIn(before, FullNameLeads))
        {
            return true;
        }

        if (to < end && text[to] is (byte)',' or (byte)'!' or (byte)':' && EndsIn(before, Greetings) && !Groups.Contains(Encoding.UTF8.GetString(FirstWord(text[at..to]))))
        {
            return true;
        }

        // "Jay Pearce lives at": the name begins the sentence.
        if (text[at - 1] == (byte)' ' && word.Length > 1 && Capital(word[0]) && (previous == start || text[previous - 1] is (byte)'\n' or (byte)':' || previous - 2 >= start && text[previous - 1] == (byte)' ' && text[previous - 2] is (byte)'.' or (byte)':' or (byte)'?'))
        {
            foreach (var follower in Followers)
            {
                if (text[to..end].StartsWith(follower) && GivenNames.MayFollow(FirstWord(text[at..to])))
                {
                    from = previous;
                    return true;
                }
            }
        }

        return false;

        static bool IsLetter(byte b) => b >= 0x80 || char.IsAsciiLetter((char)b) || b is (byte)'-' or (byte)'\'';
    }

    private static ReadOnlySpan<byte> FirstWord(ReadOnlySpan<byte> text) => text.IndexOf((byte)' ') is var blank and >= 0 ? text[..blank] : text;

    /// <summary>The first place in [from, end), with <paramref name="from"/> at least 1, where a blank is followed by a capital or a digit; -1 for none.</summary>
    private static int NextBeginning(ReadOnlySpan<byte> text, int from, int end)
    {
        var at = from;
        while (at < end && (at + 32 <= end || end > 32))
        {
            // The last 32 bytes may begin before what is left; their first bits are then dropped.
            var load = Math.Min(at, end - 32);
            var bits = Beginnings(text, load) & uint.MaxValue << (at - load);
            if (bits != 0)
            {
                return load + BitOperations.TrailingZeroCount(bits);
            }

            at = load + 32;
        }

        for (; at < end; at++)
        {
            if (text[at - 1] is (byte)' ' or (byte)'\n' && (Capital(text[at]) || char.IsAsciiDigit((char)text[at])))
            {
                return at;
            }
        }

        return -1;
    }

    private static uint Beginnings(ReadOnlySpan<byte> text, int at)
    {
        var before = Vector256.Create(text.Slice(at - 1, 32));
        var these = Vector256.Create(text.Slice(at, 32));
        var blank = Vector256.Equals(before, Vector256.Create((byte)' ')) | Vector256.Equals(before, Vector256.Create((byte)'\n'));
        var capital = Vector256.LessThanOrEqual(these - Vector256.Create((byte)'A'), Vector256.Create((byte)25)) | Vector256.LessThan(these.AsSByte(), Vector256<sbyte>.Zero).AsByte();
        var digit = Vector256.LessThanOrEqual(these - Vector256.Create((byte)'0'), Vector256.Create((byte)9));
        return (blank & (capital | digit)).ExtractMostSignificantBits();
    }

    private static bool Capital(byte b) => b is >= (byte)'A' and <= (byte)'Z' or >= 0x80;

    private static bool IsTitle(ReadOnlySpan<byte> before)
    {
        var word = before[^1] == (byte)'.' ? before[..^1] : before;
        var start = word.Length;
        while (start > 0 && (word[start - 1] >= 0x80 || char.IsAsciiLetter((char)word[start - 1])))
        {
            start--;
        }

        word = word[start..];
        // MS and MX are as often a maker and a country.
        if (word.Length is < 2 or > 9 || !Capital(word[0]) || word.Length == 2 && word[1] is (byte)'S' or (byte)'X' && before[^1] != (byte)'.')
        {
            return false;
        }

        Span<char> lower = stackalloc char[16];
        var length = Encoding.UTF8.GetChars(word, lower);
        foreach (ref var c in lower[..length])
        {
            c = char.ToLowerInvariant(c);
        }

        return Titles.GetAlternateLookup<ReadOnlySpan<char>>().Contains(lower[..length]);
    }

    /// <summary>The address is a computer's: <c>listen address: 10.0.0.1</c>.</summary>
    private static bool IsMachine(ReadOnlySpan<byte> before)
    {
        var address = before.LastIndexOf("ddress"u8);
        if (address < 3)
        {
            return false;
        }

        var word = before[..(address - 1)].TrimEnd(" _-"u8);
        var start = word.Length;
        while (start > 0 && char.IsAsciiLetter((char)word[start - 1]))
        {
            start--;
        }

        Span<char> chars = stackalloc char[12];
        return word.Length - start is > 1 and <= 12 && MachineWords.Contains(chars[..Encoding.UTF8.GetChars(word[start..], chars)]);
    }

    private static readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> MachineWords = new HashSet<string>(StringComparer.OrdinalIgnoreCase)
    {
        "ip", "ipv4", "ipv6", "mac", "email", "mail", "web", "memory", "host", "server", "listen", "listening", "bind", "binding", "remote", "local", "source", "destination", "client", "peer", "network", "base", "return", "virtual", "physical", "hardware", "wallet", "contract", "bitcoin", "proxy", "gateway", "dns", "cluster", "broker", "advertised", "url", "website",
    }.GetAlternateLookup<ReadOnlySpan<char>>();

    private static bool EndsIn(ReadOnlySpan<byte> before, byte[][] leads)
    {
        foreach (var lead in leads)
        {
            if (before.Length >= lead.Length && (before[^1] | 0x20) == (lead[^1] | 0x20) && (Ascii.EqualsIgnoreCase(before[^lead.Length..], lead) || before.EndsWith(lead))
                && (before.Length == lead.Length || !char.IsAsciiLetterOrDigit((char)before[^(lead.Length + 1)])))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>One to four words that begin with capitals; an initial may end in a dot, a possessive is left.</summary>
    private static int NameEnd(ReadOnlySpan<byte> text, int at, int end)
    {
        var last = 0;
        for (var words = 0; words < MostNames && at < end && Capital(text[at]); words++)
        {
            var i = at;
            while (i < end && (text[i] >= 0x80 || char.IsAsciiLetter((char)text[i]) || text[i] is (byte)'-' or (byte)'\'' && i + 1 < end && (text[i + 1] >= 0x80 || char.IsAsciiLetter((char)text[i + 1]))))
            {
                i++;
            }

            if (i - at > 2 && text[(i - 2)..i].SequenceEqual("'s"u8))
            {
                return i - 2;
            }

            last = i;
            if (i == at + 1 && i < end && text[i] == (byte)'.')
            {
                last = ++i;
            }

            if (i >= end || text[i] != (byte)' ')
            {
                break;
            }

            at = i + 1;
        }

        return last;
    }

    /// <summary>Up to where the sentence ends: before a dot that is no abbreviation's, '?', '!' or an empty line. There must be a digit.</summary>
    private static int AddressEnd(ReadOnlySpan<byte> text, int at, int end)
    {
        var limit = Math.Min(end, at + LongestAddress);
        var i = at;
        for (; i < limit; i++)
        {
            var b = text[i];
            if (b is (byte)'?' or (byte)'!' or (byte)';' or (byte)'"' || b == (byte)'\n' && i + 1 < limit && text[i + 1] == (byte)'\n')
            {
                break;
            }

            if (b == (byte)'.' && (i + 1 >= end || text[i + 1] is (byte)' ' or (byte)'\n') && !IsAbbreviated(text[at..i]) && (i + 2 >= end || Capital(text[i + 2])))
            {
                break;
            }
        }

        while (i > at && text[i - 1] is (byte)' ' or (byte)',' or (byte)'\n')
        {
            i--;
        }

        return text[at..i].ContainsAnyInRange((byte)'0', (byte)'9') ? i : 0;
    }

    /// <summary>The dot behind it belongs to the word: St. Apt. Ave. or an initial.</summary>
    private static bool IsAbbreviated(ReadOnlySpan<byte> before)
    {
        var word = before[(before.LastIndexOf((byte)' ') + 1)..];
        return word.Length <= 4 && !word.ContainsAnyInRange((byte)'0', (byte)'9');
    }

    private static byte[][] Leads(params string[] leads) => [.. leads.Select(Encoding.UTF8.GetBytes)];
}
