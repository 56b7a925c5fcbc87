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

    /// <summary>The meaning of a key such as <c>billingPhone</c>, <c>SSN</c> or <c>customer_tax-id</c>.</summary>
    public static KeyContext Of(string key)
    {
        var words = Words.Split(key);
        if (words.Count == 0)
        {
            return None;
        }

        var entities = new SortedSet<int>();
        bool phone = false, card = false, number = false;
        for (var from = 0; from < words.Count; from++)
        {
            var phrase = "";
            for (var to = from; to < Math.Min(words.Count, from + 5); to++)
            {
                phrase += words[to];
                number |= NotPersonal.Contains(phrase);
                foreach (var entity in ContextWords.Of(phrase))
                {
                    phone |= entity == EntityId.Phone;
                    card |= entity == EntityId.Card;
                    entities.Add(entity);
                }
            }
        }

        return new KeyContext([.. entities], phone, card, number, KeyRoles.Of(words));
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
    public static List<string> Split(string name)
    {
        var words = new List<string>();
        var start = -1;
        for (var i = 0; i <= name.Length; i++)
        {
            var letter = i < name.Length && char.IsLetterOrDigit(name[i]);
            // "billingPhone" breaks before P, "SSNNumber" before the last capital, "IPAddress" likewise.
            var camel = letter && start >= 0 && char.IsUpper(name[i]) && (!char.IsUpper(name[i - 1]) || i + 1 < name.Length && char.IsLower(name[i + 1]));
            if (start >= 0 && (!letter || camel))
            {
                words.Add(name[start..i].ToLowerInvariant());
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
