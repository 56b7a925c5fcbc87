namespace Weir.Pipeline.Redaction.Detection;

/// <summary>Words beside a number that say what it is.</summary>
internal static class NearWords
{
    private static readonly HashSet<string> PhoneNames = new(StringComparer.OrdinalIgnoreCase)
    {
        "phone", "phones", "telephone", "tel", "mobile", "mob", "cell", "cellphone", "fax", "call", "calls", "calling", "called", "office", "home", "answering", "messages", "message", "text", "sms",
        "whatsapp", "ring", "dial", "reach", "contact", "voicemail", "hotline", "landline", "handy", "telefon", "rufnummer", "mobil", "telefono", "teléfono", "telefone", "celular", "portable", "tlf", "gsm",
    };

    private static readonly HashSet<string> CardNames = new(StringComparer.OrdinalIgnoreCase)
    {
        "card", "cards", "creditcard", "debitcard", "visa", "mastercard", "maestro", "amex", "discover", "diners", "jcb", "unionpay", "karte", "kreditkarte", "carte", "tarjeta", "carta",
    };

    private static readonly HashSet<string> ArticleNames = new(StringComparer.OrdinalIgnoreCase)
    {
        "ean", "gtin", "upc", "isbn", "issn", "sku", "asin", "barcode", "article", "artikel", "tracking", "parcel", "account", "arn", "timestamp", "epoch", "offset", "sequence",
    };

    private static readonly HashSet<string> IdentifierNames = new(StringComparer.OrdinalIgnoreCase)
    {
        "order", "ord", "inv", "invoice", "tx", "txn", "ref", "job", "id", "sn", "serial", "batch", "msg", "req", "request", "evt", "event", "trace", "span", "sku", "item", "art", "ticket", "case", "seq", "shard", "ts", "time", "po", "so", "ean", "gtin", "upc", "lot",
    };

    private static readonly Names Articles = new(ArticleNames);
    private static readonly Names Identifiers = new(IdentifierNames);
    private static readonly Names Phones = new(PhoneNames);
    private static readonly Names Cards = new(CardNames);

    /// <summary>Names, and the letters that they begin with: most words are told by their first.</summary>
    private sealed class Names(HashSet<string> names)
    {
        private readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> _lookup = names.GetAlternateLookup<ReadOnlySpan<char>>();
        private readonly uint _firsts = names.Aggregate(0u, (bits, name) => bits | 1u << (name[0] & 31));

        public bool Contain(ReadOnlySpan<char> word) => (_firsts >> (word[0] & 31) & 1) != 0 && _lookup.Contains(word);
    }

    /// <summary>A word of <see cref="PhoneNames"/> stands within 40 bytes before or 12 after.</summary>
    public static bool Phone(ReadOnlySpan<byte> text, int at, int from, int to) =>
        In(text[Math.Max(from, at - 40)..at], Phones) || In(text[Math.Min(to, at + 7)..Math.Min(to, at + 34)], Phones);

    /// <summary>A word for payment cards stands within 40 bytes before.</summary>
    public static bool Card(ReadOnlySpan<byte> text, int at, int from) => In(text[Math.Max(from, at - 40)..at], Cards);

    /// <summary>A word for articles, parcels or positions stands within 24 bytes before.</summary>
    public static bool Article(ReadOnlySpan<byte> text, int at, int from) => In(text[Math.Max(from, at - 24)..at], Articles);

    /// <summary>The word that a number is glued to, its signs aside, names identifiers: <c>order</c>, <c>TX_</c>.</summary>
    public static bool IsIdentifier(ReadOnlySpan<byte> word)
    {
        word = word.TrimEnd((byte)'_');
        Span<char> name = stackalloc char[16];
        if (word.Length == 0 || word.Length > name.Length)
        {
            return false;
        }

        for (var i = 0; i < word.Length; i++)
        {
            name[i] = (char)word[i];
        }

        return Identifiers.Contain(name[..word.Length]);
    }

    private static bool In(ReadOnlySpan<byte> text, Names names)
    {
        Span<char> word = stackalloc char[16];
        var length = 0;
        for (var i = 0; i <= text.Length; i++)
        {
            if (i < text.Length && char.IsAsciiLetter((char)text[i]))
            {
                if (length < word.Length)
                {
                    word[length] = (char)text[i];
                }

                length++;
                continue;
            }

            if (length is >= 3 and <= 16 && names.Contain(word[..length]))
            {
                return true;
            }

            length = 0;
        }

        return false;
    }
}
