namespace Weir.Pipeline.Redaction.Detection;

/// <summary>Words beside a number that say what it is.</summary>
internal static class NearWords
{
    private static readonly HashSet<string> PhoneNames = new(StringComparer.OrdinalIgnoreCase)
    {
        "phone", "phones", "telephone", "tel", "mobile", "mob", "cell", "cellphone", "fax", "call", "calls", "calling", "called", "office", "home", "answering", "messages", "message", "text", "sms",
        "whatsapp", "ring", "dial", "reach", "contact", "voicemail", "hotline", "landline", "handy", "telefon", "rufnummer", "mobil", "telefono", "teléfono", "telefone", "celular", "portable", "tlf", "gsm",
        "telephon", "telefonnummer", "telefonnr", "handynummer", "mobilnummer", "telefoon", "telefoonnummer", "telefonnumer", "telefonu", "komórka", "komórkowy", "cellulare", "móvil", "movil", "telemóvel", "puhelin", "telepono", "cep", "телефон", "тел", "моб", "мобильный", "هاتف", "هاتفي", "جوال", "الهاتف", "τηλέφωνο", "טלפון", "फोन",
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

    /// <summary>What a number that stands behind it is, whatever word for a phone stands before.</summary>
    private static readonly HashSet<string> OtherNumberNames = new(StringComparer.OrdinalIgnoreCase)
    {
        "order", "orders", "ord", "po", "invoice", "invoices", "inv", "ref", "reference", "ticket", "claim", "policy", "contract", "amount", "damage", "total", "price", "sku", "batch", "serial", "txn", "transaction", "code", "version", "build", "event", "request", "trace", "id",
        "bestellung", "bestellnummer", "auftrag", "auftragsnummer", "rechnung", "rechnungsnummer", "commande", "facture", "pedido", "factura", "zamówienie", "faktura", "ordine", "fattura", "encomenda", "bestelling", "siparis", "sipariş", "заказ", "заказа", "注文番号",
    };

    private static readonly HashSet<string> VersionNames = new(StringComparer.OrdinalIgnoreCase)
    {
        "version", "versions", "ver", "firmware", "build", "release", "rev", "revision", "driver", "bios", "kernel", "assembly", "fileversion", "sdk", "patch", "agent", "upgrade", "upgraded",
    };

    private static readonly HashSet<string> CurrencyNames = new(StringComparer.OrdinalIgnoreCase) { "eur", "usd", "gbp", "chf", "pln", "sek", "nok", "dkk", "czk", "huf", "ron", "jpy", "cny", "inr", "brl", "aud", "cad", "nzd", "zar", "try", "mxn", "krw" };

    private static readonly System.Buffers.SearchValues<byte> SentenceEnds = System.Buffers.SearchValues.Create(".,;\n\"|"u8);

    private static readonly byte[][] Written = [.. new[] { "電話", "携帯", "电话", "手机", "手機", "전화", "휴대폰", "핸드폰", "연락처" }.Select(System.Text.Encoding.UTF8.GetBytes)];
    private static readonly Names OtherNumbers = new(OtherNumberNames);
    private static readonly Names Versions = new(VersionNames);
    private static readonly Names Currencies = new(CurrencyNames);
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

    /// <summary>A word of <see cref="PhoneNames"/> stands within 40 bytes before the number, with none that names another number between, or right behind it in the same sentence.</summary>
    /// <param name="text">The text.</param>
    /// <param name="at">Where the number begins.</param>
    /// <param name="end">Where it ends.</param>
    /// <param name="from">Where the value begins.</param>
    /// <param name="to">Where the value ends.</param>
    public static bool Phone(ReadOnlySpan<byte> text, int at, int end, int from, int to)
    {
        var before = text[Math.Max(from, at - 40)..at];
        if (Math.Max(Last(before, Phones), LastWritten(before)) is var phone and >= 0 && Last(before, OtherNumbers) < phone && Last(before, Articles) < phone)
        {
            return true;
        }

        var behind = text[Math.Min(to, end)..Math.Min(to, end + 20)];
        var stop = behind.IndexOfAny(SentenceEnds);
        return In(stop < 0 ? behind : behind[..stop], Phones);
    }

    /// <summary>The word names numbers of another kind.</summary>
    public static bool NamesOther(ReadOnlySpan<byte> word) => In(word, OtherNumbers) || In(word, Articles);

    /// <summary>The text ends in a word for a phone.</summary>
    public static bool IsPhone(ReadOnlySpan<byte> text) => text.Length > 0 && Last(text[Math.Max(0, text.Length - 32)..], Phones) == Math.Min(32, text.Length);

    /// <summary>An amount of money stands before the place: a currency's code or sign.</summary>
    public static bool Money(ReadOnlySpan<byte> text, int at, int from)
    {
        var before = text[from..at].TrimEnd((byte)' ');
        return before.Length > 0 && before[^1] == (byte)'$' || before.EndsWith("€"u8) || before.EndsWith("£"u8) || before.EndsWith("¥"u8) || before.Length >= 3 && Currencies.Contain(Word(before[^3..], stackalloc char[3])) && (before.Length == 3 || !char.IsAsciiLetterOrDigit((char)before[^4]));
    }

    /// <summary>A word for a program's version stands right before the place: <c>build 4.2.13.199</c>, <c>Chrome/126.0.6478.99</c>.</summary>
    public static bool Version(ReadOnlySpan<byte> text, int at, int from)
    {
        var before = text[Math.Max(from, at - 24)..at];
        if (before.Length > 0 && before[^1] == (byte)'/')
        {
            // A product of RFC 9110, section 10.1.5, which begins with a capital and stands in no path.
            var start = before.Length - 1;
            while (start > 0 && char.IsAsciiLetterOrDigit((char)before[start - 1]))
            {
                start--;
            }

            return before.Length - start > 2 && char.IsAsciiLetterUpper((char)before[start]) && (start == 0 || before[start - 1] is (byte)' ' or (byte)'"' or (byte)'(');
        }

        before = before.TrimEnd(" :=\"'"u8);
        var word = before.Length;
        while (word > 0 && char.IsAsciiLetter((char)before[word - 1]))
        {
            word--;
        }

        return before.Length - word is >= 2 and <= 16 && Versions.Contain(Word(before[word..], stackalloc char[16]));
    }

    /// <summary>Where the last word for a phone ends in scripts that write words together; -1 for none.</summary>
    private static int LastWritten(ReadOnlySpan<byte> text)
    {
        var last = -1;
        if (text.ContainsAnyInRange((byte)0xE3, (byte)0xED))
        {
            foreach (var word in Written)
            {
                last = Math.Max(last, text.LastIndexOf(word));
            }
        }

        return last;
    }

    private static ReadOnlySpan<char> Word(ReadOnlySpan<byte> word, Span<char> chars)
    {
        for (var i = 0; i < word.Length; i++)
        {
            chars[i] = (char)word[i];
        }

        return chars[..word.Length];
    }

    /// <summary>A word for payment cards stands within 40 bytes before.</summary>
    public static bool Card(ReadOnlySpan<byte> text, int at, int from) => In(text[Math.Max(from, at - 40)..at], Cards);

    /// <summary>A word for articles, parcels or positions stands within 24 bytes before.</summary>
    public static bool Article(ReadOnlySpan<byte> text, int at, int from) => In(text[Math.Max(from, at - 24)..at], Articles);

    /// <summary>The word that a number is glued to, its signs aside, names identifiers: <c>order</c>, <c>TX_</c>.</summary>
    public static bool IsIdentifier(ReadOnlySpan<byte> word)
    {
        word = word.TrimEnd((byte)'_');
        return word.Length is > 0 and <= 16 && Identifiers.Contain(Word(word, stackalloc char[16]));
    }

    private static bool In(ReadOnlySpan<byte> text, Names names) => Last(text, names) >= 0;

    /// <summary>Where the last of the words that is one of the names ends; -1 for none.</summary>
    private static int Last(ReadOnlySpan<byte> text, Names names)
    {
        Span<char> word = stackalloc char[32];
        int length = 0, last = -1;
        var ascii = true;
        for (var i = 0; i <= text.Length; i++)
        {
            if (i < text.Length && (text[i] >= 0x80 || char.IsAsciiLetter((char)text[i])))
            {
                if (length < word.Length)
                {
                    word[length] = (char)text[i];
                }

                ascii &= text[i] < 0x80;
                length++;
                continue;
            }

            if (length is >= 2 and <= 32 && names.Contain(ascii ? word[..length] : word[..System.Text.Encoding.UTF8.GetChars(text.Slice(i - length, length), word)]))
            {
                last = i;
            }

            ascii = true;

            length = 0;
        }

        return last;
    }
}
