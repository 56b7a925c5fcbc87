using System.Runtime.InteropServices;
namespace Weir.Pipeline.Redaction.Detection;

/// <summary>What the words of a key, or the words before a value, say about the value.</summary>
internal sealed class KeyContext
{
    public static readonly KeyContext None = new([], false, false, false, KeyRole.None);

    private KeyContext(int[] entities, bool phone, bool card, bool number, KeyRole role)
    {
        Role = role;
        Entities = entities;
        Phone = phone;
        Card = card;
        OtherNumber = number && !phone && !card;
    }

    /// <summary>Entities without code of their own that the key names.</summary>
    public int[] Entities { get; }

    /// <summary>What it is to the keys around it.</summary>
    public KeyRole Role { get; }

    /// <summary>The key names a phone number.</summary>
    public bool Phone { get; }

    /// <summary>The key names a payment card.</summary>
    public bool Card { get; }

    /// <summary>The key names a number of another kind (article, tracking, order, time): a weak check on it means nothing.</summary>
    public bool OtherNumber { get; }

    private static readonly HashSet<string> NotPersonal = new(StringComparer.Ordinal)
    {
        "ean", "gtin", "upc", "barcode", "isbn", "issn", "sku", "asin", "mpn", "tracking", "trackingno", "trackingnumber", "parcel", "shipment", "waybill", "awb", "lot", "batch",
        "serial", "orderid", "orderno", "ordernumber", "timestamp", "ts", "time", "epoch", "millis", "nanos", "sequence", "seq", "offset", "version", "revision", "build",
        "price", "amount", "total", "qty", "quantity", "weight", "size", "width", "height", "checksum", "hash", "crc", "traceid", "spanid", "requestid", "eventid", "messageid", "correlationid",
        "productid", "itemid", "article", "articleno", "articlenumber", "createdat", "updatedat",
    };

    /// <summary>Keys are mostly no longer than that.</summary>
    private const int Usual = 128;

    private static readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> NotPersonalPhrases = NotPersonal.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>The meaning of a key such as <c>billingPhone</c>, <c>SSN</c> or <c>customer_tax-id</c>; <see cref="None"/> itself, and nothing allocated for keys of at most 128 characters, when it says nothing.</summary>
    public static KeyContext Of(ReadOnlySpan<char> key)
    {
        var joined = key.Length <= Usual ? stackalloc char[Usual] : new char[key.Length];
        var ends = key.Length <= Usual ? stackalloc int[Usual] : new int[key.Length];
        var words = Words.Split(key, joined, ends);
        if (words == 0)
        {
            return None;
        }

        SortedSet<int>? entities = null;
        bool phone = false, card = false, number = false;
        for (var from = 0; from < words; from++)
        {
            var start = from == 0 ? 0 : ends[from - 1];
            for (var to = from; to < Math.Min(words, from + 5); to++)
            {
                var phrase = joined[start..ends[to]];
                number |= NotPersonalPhrases.Contains(phrase);
                foreach (var entity in ContextWords.Of(phrase))
                {
                    phone |= entity == EntityId.Phone;
                    card |= entity == EntityId.Card;
                    (entities ??= []).Add(entity);
                }
            }
        }

        var role = KeyRoles.Of(joined[..ends[words - 1]], words == 1 ? default : joined[ends[words - 2]..ends[words - 1]]);
        return entities is null && !number && role == KeyRole.None ? None : new KeyContext([.. entities ?? []], phone, card, number, role);
    }
}

/// <summary>Which entities a word or a joined phrase names.</summary>
internal static class ContextWords
{
    private static readonly Dictionary<string, int[]> ByWord = Build();
    private static readonly Dictionary<string, int[]>.AlternateLookup<ReadOnlySpan<char>> ByPhrase = ByWord.GetAlternateLookup<ReadOnlySpan<char>>();

    // By a hash of a name's first four letters and its length, whose plural is one longer: some name has it. Most phrases are told by it.
    private static readonly bool[] Heads = KnownHeads();

    /// <summary>The entities that a lower-case phrase names; a plural names what its singular does.</summary>
    public static int[] Of(ReadOnlySpan<char> phrase)
    {
        if (!Heads[Head(phrase)])
        {
            return [];
        }

        if (ByPhrase.TryGetValue(phrase, out var found))
        {
            return found;
        }

        return phrase.Length > 3 && phrase[^1] == 's' && ByPhrase.TryGetValue(phrase[..^1], out found) ? found : [];
    }

    private static int Head(ReadOnlySpan<char> phrase)
    {
        var four = 0UL;
        if (phrase.Length >= 4)
        {
            four = MemoryMarshal.Read<ulong>(MemoryMarshal.AsBytes(phrase));
        }
        else
        {
            foreach (var c in phrase)
            {
                four = four << 16 | c;
            }
        }

        return (int)((four + (ulong)phrase.Length) * 0x9E3779B97F4A7C15 >> 48);
    }

    private static bool[] KnownHeads()
    {
        var heads = new bool[1 << 16];
        foreach (var name in ByWord.Keys)
        {
            heads[Head(name)] = true;
            heads[Head(name + "s")] = true;
        }

        return heads;
    }

    private static Dictionary<string, int[]> Build() => EntityCatalogue.All
        .SelectMany(e => e.Keywords.Select(k => (Word: k, e.Id)))
        .GroupBy(x => x.Word, StringComparer.Ordinal)
        .ToDictionary(g => g.Key, g => g.Select(x => x.Id).Distinct().ToArray(), StringComparer.Ordinal);
}

/// <summary>Splits names into lower-case words: at signs, at digits' edges never, at camel case.</summary>
internal static class Words
{
    /// <summary>Writes the words behind one another. Returns how many there are.</summary>
    /// <param name="name">The name.</param>
    /// <param name="joined">Takes the words; as long as the name.</param>
    /// <param name="ends">Takes where each of them ends; as long.</param>
    public static int Split(ReadOnlySpan<char> name, Span<char> joined, Span<int> ends)
    {
        int words = 0, length = 0, start = -1;
        for (var i = 0; i <= name.Length; i++)
        {
            var letter = i < name.Length && char.IsLetterOrDigit(name[i]);
            // "billingPhone" breaks before P, "SSNNumber" before the last capital, "IPAddress" likewise.
            var camel = letter && start >= 0 && char.IsUpper(name[i]) && (!char.IsUpper(name[i - 1]) || i + 1 < name.Length && char.IsLower(name[i + 1]));
            if (start >= 0 && (!letter || camel))
            {
                length += name[start..i].ToLowerInvariant(joined[length..]);
                ends[words++] = length;
                start = -1;
            }

            if (letter && start < 0)
            {
                start = i;
            }
        }

        return words;
    }
}
