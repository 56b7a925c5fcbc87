using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Weir.Pipeline.Redaction;
using Weir.Pipeline.Redaction.Detection;

namespace Weir.Pipeline.Tests.Redaction;

/// <summary>Values that hide: each way of writing, in each place, is replaced whole, and nothing around it is.</summary>
public sealed class EvasionTests
{
    private static readonly Dictionary<string, Func<string, string>> Disguises = new(StringComparer.Ordinal)
    {
        ["plain"] = s => s,
        ["full width"] = FullWidth,
        ["full-width digits"] = s => Each(s, c => char.IsAsciiDigit(c) ? (char)(c + 0xFEE0) : c),
        ["arabic digits"] = s => Each(s, c => char.IsAsciiDigit(c) ? (char)(c - '0' + 0x660) : c),
        ["zero-width space"] = s => Between(s, '\u200b'),
        ["zero-width space everywhere"] = s => string.Join('\u200b', s.ToCharArray()),
        ["soft hyphen"] = s => Between(s, '\u00ad'),
        ["word joiner"] = s => Between(s, '\u2060'),
        ["byte order mark inside"] = s => Between(s, '\ufeff'),
        ["no-break space and hyphen"] = s => s.Replace(' ', '\u00a0').Replace('-', '\u2011'),
        ["percent"] = Uri.EscapeDataString,
        ["percent everywhere"] = s => string.Concat(Encoding.UTF8.GetBytes(s).Select(b => $"%{b:X2}")),
        ["percent twice"] = s => Uri.EscapeDataString(Uri.EscapeDataString(s)),
        ["percent of full width"] = s => Uri.EscapeDataString(FullWidth(s)),
        ["percent of zero-width space"] = s => Uri.EscapeDataString(Between(s, '\u200b')),
        ["HTML references"] = s => string.Concat(s.Select(c => c is '@' or '.' or ':' or '-' ? $"&#{(int)c};" : $"{c}")),
        ["HTML references everywhere"] = s => string.Concat(s.Select(c => $"&#x{(int)c:x};")),
        ["HTML references of a number alone"] = s => string.Concat(s.Select(c => $"&#{(int)c}")),
        ["HTML references of references"] = s => string.Concat(s.Select(c => $"&amp;#{(int)c};")),
        ["quoted-printable everywhere"] = s => string.Concat(s.Select(c => $"={(int)c:X2}")),
        ["percent three times"] = s => Uri.EscapeDataString(Uri.EscapeDataString(string.Concat(s.Select(c => $"%{(int)c:x2}")))),
        ["devanagari digits"] = s => Digits(s, 0x966),
        ["mathematical digits"] = s => Digits(s, 0x1D7CE),
        ["double-struck digits"] = s => Digits(s, 0x1D7D8),
        ["digits in black circles"] = s => Each(s, c => c == '0' ? '\u24ff' : char.IsAsciiDigit(c) ? (char)(c - '1' + 0x2776) : c),
        ["combining marks"] = s => Between(s, '\u0336'),
        ["variation selectors"] = s => string.Concat(s.Select(c => $"{c}\ufe0f")),
        ["ideographic selectors"] = s => string.Concat(s.Select(c => $"{c}\U000e0100")),
        ["marks of direction"] = s => Between(s, '\u202e'),
        ["dashes and spaces of other scripts"] = s => s.Replace('-', '\u05be').Replace(' ', '\u1680'),
        ["marks of other scripts"] = s => Between(s, '\u05b4'),
        ["a character that is not there"] = s => Between(s, '\ufffd'),
        ["characters for private use"] = s => Between(s, '\ue000'),
        ["tatweel"] = s => Between(s, '\u0640'),
        ["DEL"] = s => Between(s, '\u007f'),
        ["digits with a comma"] = s => string.Concat(s.Select(c => char.IsAsciiDigit(c) ? char.ConvertFromUtf32(0x1F101 + c - '0') : $"{c}")),
        ["percent of UTF-16 units"] = s => string.Concat(s.Select(c => $"%u{(int)c:x4}")),
        ["a form"] = s => $"%{(int)s[0]:X2}{Uri.EscapeDataString(s[1..])}".Replace("%20", "+", StringComparison.Ordinal),
        ["HTML names"] = s => string.Concat(s.Select(c => c switch { '@' => "&commat;", '.' => "&period;", '-' => "&dash;", ' ' => "&thinsp;", ':' => "&colon;", '+' => "&plus;", '_' => "&lowbar;", '(' => "&lpar;", ')' => "&rpar;", _ => $"{c}" })),
        ["HTML names of what is not seen"] = s => $"{s[..3]}&zwnj;{s[3..5]}&shy;{s[5..]}",
        ["escapes of eight digits"] = s => string.Concat(s.Select(c => $"\\U{(int)c:x8}")),
        ["quoted-printable line that goes on"] = s => $"{s[..(s.Length / 2)]}=\r\n{s[(s.Length / 2)..]}",
        ["a line that goes on"] = s => $"{s[..(s.Length / 2)]}\\\n{s[(s.Length / 2)..]}",
        ["colours of a terminal"] = s => $"{s[..(s.Length / 2)]}\u001b[1;31m{s[(s.Length / 2)..]}",
        ["hexadecimal"] = s => Convert.ToHexStringLower(Encoding.UTF8.GetBytes(s)),
        ["hexadecimal with its mark"] = s => $"0x{Convert.ToHexString(Encoding.UTF8.GetBytes(s))}",
        ["hexadecimal of UTF-16"] = s => Convert.ToHexString(Encoding.BigEndianUnicode.GetBytes(s)),
        ["a dump of bytes"] = s => string.Join(' ', Encoding.UTF8.GetBytes(s).Select(b => $"{b:x2}")),
        ["a dump of bytes with dashes"] = s => string.Join('-', Encoding.UTF8.GetBytes(s).Select(b => $"{b:X2}")),
        ["base32"] = s => Base32(s).TrimEnd('='),
        ["base32 in small letters"] = s => Base32(s).ToLowerInvariant(),
        ["base64 of big-endian UTF-16"] = s => Convert.ToBase64String([0xFE, 0xFF, .. Encoding.BigEndianUnicode.GetBytes(s)]),
        ["base64 of a binary message"] = s => Convert.ToBase64String([10, (byte)(s.Length + 4), .. Encoding.UTF8.GetBytes($"u: {s}"), 16, 1]),
        ["base64 of gzip"] = s => Convert.ToBase64String(Packed($"user {s} ok", o => new GZipStream(o, CompressionLevel.Optimal))),
        ["base64 of zlib"] = s => Convert.ToBase64String(Packed($"user {s} ok", o => new ZLibStream(o, CompressionLevel.Optimal))),
        ["base64 of UTF-16"] = s => Convert.ToBase64String(Encoding.Unicode.GetBytes(s)),
        ["base64 of JSON"] = s => Base64(JsonSerializer.Serialize(new { v = s }, Relaxed)),
        ["base64"] = Base64,
        ["base64 for URLs"] = s => Base64(s).TrimEnd('=').Replace('+', '-').Replace('/', '_'),
        ["base64 of a sentence"] = s => Base64($"contact me: {s} thanks"),
        ["base64 twice"] = s => Base64(Base64(s)),
        ["base64 of full width"] = s => Base64(FullWidth(s)),
        ["percent of base64"] = s => Uri.EscapeDataString(Base64(s)),
    };

    private static readonly Dictionary<string, (string Before, Func<string, string> Written, string After)> Places = new(StringComparer.Ordinal)
    {
        ["a string"] = ("""{"id":1,"v":"x """, Escape, " y\"}"),
        ["a whole string"] = ("""{"id":1,"v":" """[..^1], Escape, "\"}"),
        ["brackets"] = ("""{"v":"(""", Escape, ").\"}"),
        ["ASCII escapes"] = ("""{"v":"x """, s => string.Concat(s.Select(c => c < 0x80 ? Escape($"{c}") : $"\\u{(int)c:x4}")), "\"}"),
        ["escapes for all"] = ("""{"v":"x """, s => string.Concat(s.Select(c => $"\\u{(int)c:X4}")), "\"}"),
        ["escapes for some"] = ("""{"v":"x """, s => string.Concat(s.EnumerateRunes().Select(r => r.Value is '@' or '.' or '-' or '4' or ':' ? $"\\u{r.Value:x4}" : Escape($"{r}"))), "\"}"),
        ["a key"] = ("""{"x """, Escape, "\":1}"),
        ["an escaped key"] = ("""{"x """, s => string.Concat(s.Select(c => $"\\u{(int)c:x4}")), "\":1}"),
        ["JSON in a string"] = ("""{"v":"{\"a\":\"x """, s => Escape(Escape(s)), "\\\"}\"}"),
        ["JSON in JSON in a string"] = ("""{"v":"{\"a\":\"[\\\"q\\\",\\\"x """, s => Escape(Escape(Escape(s))), "\\\\\\\"]\\\"}\"}"),
        ["behind a byte order mark"] = ("\ufeff{\"v\":\"x ", Escape, "\"}"),
        ["between lone surrogates"] = ("""{"v":"\ud83d """, Escape, " \\udc00\"}"),
        ["a nested array"] = ("[[\"x ", Escape, "\"]]"),
        ["plain text"] = ("T: x ", s => s, " ok"),
        ["a block's border"] = ($$"""{"pad":"{{new string('x', 47)}}","v":"x """, Escape, "\"}"),
    };

    private readonly TestRedactor _redactor = new([.. EntityCatalogue.All.Where(e => e.Name != "LUHN").Select(e => TestRedactor.Rule(e.Name, TransformKind.Redact, id: e.Name.ToLowerInvariant()))]);

    public static TheoryData<string> Ways => [.. Disguises.Keys];

    [Theory]
    [MemberData(nameof(Ways))]
    public void A_value_in_disguise_is_replaced_whole(string way)
    {
        // Another seed is another set of values: WEIR_EVASION_SEED, and WEIR_EVASION_ROUNDS for a longer run.
        var seed = int.Parse(Environment.GetEnvironmentVariable("WEIR_EVASION_SEED") ?? "20", CultureInfo.InvariantCulture);
        var rounds = int.Parse(Environment.GetEnvironmentVariable("WEIR_EVASION_ROUNDS") ?? "6", CultureInfo.InvariantCulture);
        var values = new MadeValues(seed);
        for (var round = 0; round < rounds; round++)
        {
            foreach (var kind in MadeValues.Kinds)
            {
                foreach (var (place, (before, written, after)) in Places)
                {
                    var value = values.Next(kind);
                    var record = before + written(Disguises[way](value)) + after;
                    var expected = $"{before}[{MadeValues.Entity(kind)}]{after}";
                    Assert.True(_redactor.Clean(record) == expected, $"{kind} {value} in {place}: {record} became {_redactor.Clean(record)}");
                }
            }
        }
    }

    [Theory]
    [InlineData("CREDIT_CARD")]
    [InlineData("EMAIL_ADDRESS")]
    [InlineData("IBAN_CODE")]
    public void A_value_is_found_at_every_offset_and_in_every_line(string kind)
    {
        var values = new MadeValues(3);
        for (var shift = 0; shift < 200; shift++)
        {
            var value = values.Next(kind);
            var before = $$"""{"pad":"{{new string('é', shift)}}","v":["a",{"b":"x """;
            Assert.Equal($"{before}[{kind}]\"}}]}}", _redactor.Clean($"{before}{value}\"}}]}}"));
        }
    }

    [Fact]
    public void Both_values_of_a_key_that_stands_twice_are_replaced() =>
        Assert.Equal("""{"v":"[EMAIL_ADDRESS]","v":"[CREDIT_CARD]"}""", _redactor.Clean("""{"v":"a@b.io","v":"4111111111111111"}"""));

    [Fact]
    public void Numbers_without_quotes_are_replaced_by_strings()
    {
        var values = new MadeValues(4);
        for (var round = 0; round < 200; round++)
        {
            var card = values.Card().Replace(" ", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal);
            Assert.Equal("""{"v":"[CREDIT_CARD]","w":[1,"[CREDIT_CARD]"]}""", _redactor.Clean($$"""{"v":{{card}},"w":[1,{{card}}]}"""));
        }
    }

    [Theory]
    [InlineData("a@b.io b@c.io c@d.io", "[EMAIL_ADDRESS] [EMAIL_ADDRESS] [EMAIL_ADDRESS]")]
    [InlineData("a@b.io,b@c.io;c@d.io", "[EMAIL_ADDRESS],[EMAIL_ADDRESS];[EMAIL_ADDRESS]")]
    [InlineData("4111111111111111 5500005555555559", "[CREDIT_CARD] [CREDIT_CARD]")]
    [InlineData("10.1.2.3 10.1.2.4", "[IP_ADDRESS] [IP_ADDRESS]")]
    public void Values_in_a_row_are_all_replaced(string text, string clean) => Assert.Equal($$"""{"v":"{{clean}}"}""", _redactor.Clean($$"""{"v":"{{text}}"}"""));

    [Theory]
    [InlineData("4111_1111_1111_1111")]
    [InlineData("4111,1111,1111,1111")]
    [InlineData("4111, 1111, 1111, 1111")]
    [InlineData("4111:1111:1111:1111")]
    [InlineData("4111/1111/1111/1111")]
    [InlineData("4111.1111.1111.1111")]
    [InlineData("4111|1111|1111|1111")]
    [InlineData("4111  1111  1111  1111")]
    [InlineData("4111 - 1111 - 1111 - 1111")]
    [InlineData("4111\t1111\t1111\t1111")]
    [InlineData("4111\n1111\n1111\n1111")]
    [InlineData("4111\u20091111\u20091111\u20091111")]
    [InlineData("4111\u20141111\u20141111\u20141111")]
    [InlineData("4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1")]
    [InlineData("4.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1")]
    [InlineData("41 11 11 11 11 11 11 11")]
    [InlineData("3782_822463_10005")]
    [InlineData("378282,246310,005", false)]
    [InlineData("4111<b>1111</b>11111111")]
    [InlineData("4111<span class=\"x\">1111</span>1111<i>1111</i>")]
    [InlineData("4111<!-- -->1111<!-- -->11111111")]
    public void A_card_is_found_whatever_stands_between_its_groups(string card, bool found = true)
    {
        foreach (var (before, after) in (ReadOnlySpan<(string, string)>)[("pay ", " now"), ("", ""), ("(", ")")])
        {
            var text = $"{before}{card}{after}";
            Assert.Equal(found ? $"{before}[CREDIT_CARD]{after}" : text, _redactor.Clean(text));
        }
    }

    [Theory]
    [InlineData("card4111111111111111", "card[CREDIT_CARD]")]
    [InlineData("cardNo378282246310005", "cardNo[CREDIT_CARD]")]
    [InlineData("x4111111111111111y", "x[CREDIT_CARD]y")]
    [InlineData("4111111111111111USD", "[CREDIT_CARD]USD")]
    [InlineData("order4111111111111111", "order4111111111111111")]
    [InlineData("a4111111111111111b2c3", "a4111111111111111b2c3")]
    public void A_card_that_is_glued_to_words_is_found_unless_they_name_another_number(string text, string clean) => Assert.Equal($"see {clean} ok", _redactor.Clean($"see {text} ok"));

    [Theory]
    [InlineData("GB29_NWBK_6016_1331_9268_19", "IBAN_CODE")]
    [InlineData("GB29,NWBK,6016,1331,9268,19", "IBAN_CODE")]
    [InlineData("GB29:NWBK:6016:1331:9268:19", "IBAN_CODE")]
    [InlineData("GB29 - NWBK - 6016 - 1331 - 9268 - 19", "IBAN_CODE")]
    [InlineData("219 - 09 - 9998", "US_SSN")]
    [InlineData("219--09--9998", "US_SSN")]
    [InlineData("bob [at] example [dot] com", "EMAIL_ADDRESS")]
    [InlineData("bob (at) example.com", "EMAIL_ADDRESS")]
    [InlineData("bob(at)example(dot)com", "EMAIL_ADDRESS")]
    [InlineData("bob <at> example <dot> com", "EMAIL_ADDRESS")]
    [InlineData("bob -at- example.com", "EMAIL_ADDRESS")]
    [InlineData("bob AT example DOT com", "EMAIL_ADDRESS")]
    [InlineData("bob at example dot com", "EMAIL_ADDRESS")]
    [InlineData("bob.x at mail.example dot co.uk", "EMAIL_ADDRESS")]
    [InlineData("bob @ example.com", "EMAIL_ADDRESS")]
    [InlineData("bob@ example.com", "EMAIL_ADDRESS")]
    [InlineData("bob [@] example.com", "EMAIL_ADDRESS")]
    [InlineData("bob@example[.]com", "EMAIL_ADDRESS")]
    [InlineData("bob@example (dot) com", "EMAIL_ADDRESS")]
    [InlineData("bob @example.com", "EMAIL_ADDRESS")]
    [InlineData("bob{at}example.com", "EMAIL_ADDRESS")]
    [InlineData("bob_at_example.com", "EMAIL_ADDRESS")]
    [InlineData("bob_at_example_dot_com", "EMAIL_ADDRESS")]
    [InlineData("bob-at-example-dot-com", "EMAIL_ADDRESS")]
    [InlineData("bob|at|example.com", "EMAIL_ADDRESS")]
    [InlineData("bob [ at ] example [ dot ] com", "EMAIL_ADDRESS")]
    [InlineData("bob at gmail.com", "EMAIL_ADDRESS")]
    [InlineData("bob{@}example.com", "EMAIL_ADDRESS")]
    [InlineData("bob @ mail . example . com", "EMAIL_ADDRESS")]
    [InlineData("bob@example. com", "EMAIL_ADDRESS")]
    [InlineData("bob@example,com", "EMAIL_ADDRESS")]
    [InlineData("bob@example (punkt) com", "EMAIL_ADDRESS")]
    [InlineData("bob&commat;example&period;com", "EMAIL_ADDRESS")]
    [InlineData("3431 3131 3131 3131 3131 3131 3131 3131", "CREDIT_CARD")]
    [InlineData("219_09_9998", "US_SSN")]
    [InlineData("219:09:9998", "US_SSN")]
    [InlineData("219\\09\\9998", "US_SSN")]
    [InlineData("212_555_0143", "PHONE_NUMBER")]
    [InlineData("+1_212_555_0143", "PHONE_NUMBER")]
    [InlineData("+44_20_7946_0958", "PHONE_NUMBER")]
    [InlineData("+672 10 6271", "PHONE_NUMBER")]
    [InlineData("+32.12.34.31.91", "PHONE_NUMBER")]
    [InlineData("+591 (71232503)", "PHONE_NUMBER")]
    [InlineData("0054 9 11 2345 0097", "PHONE_NUMBER")]
    [InlineData("GB29*NWBK*6016*1331*9268*19", "IBAN_CODE")]
    [InlineData("4111\\1111\\1111\\1111", "CREDIT_CARD")]
    [InlineData("bob\\@example.com", "EMAIL_ADDRESS")]
    [InlineData("bob\\u{40}example.com", "EMAIL_ADDRESS")]
    [InlineData("bob\\100example.com", "EMAIL_ADDRESS")]
    [InlineData("bob=40example.com", "EMAIL_ADDRESS")]
    [InlineData("bob<b>@</b>example.com", "EMAIL_ADDRESS")]
    [InlineData("\"bob smith\"@example.com", "EMAIL_ADDRESS")]
    [InlineData("用户@例子.广告", "EMAIL_ADDRESS")]
    public void A_value_that_is_written_for_people_is_found(string value, string entity) => Assert.Equal($"to [{entity}], thanks", _redactor.Clean($"to {value}, thanks"));

    [Theory]
    [InlineData("Look at example.com for it")]
    [InlineData("at noon. Com is a suffix")]
    [InlineData("meet at the dot on the map")]
    [InlineData("look at the dot com bubble")]
    [InlineData("50 items @ 3.20 each")]
    [InlineData("thanks @acme and @bob.smith")]
    [InlineData("thanks @example.com")]
    [InlineData("write to bob@work, please")]
    [InlineData("ask bob@home. Then go")]
    [InlineData("created_at_ms and look_at_this.md")]
    [InlineData("id_219_09_9998_x 12:34:56 1:22:333 2024_01_3100")]
    [InlineData("node-7 at host.example.com")]
    [InlineData("arn:aws:kinesis:eu-west-1:619331649175:stream/orders")]
    [InlineData("ean 6755483681824")]
    [InlineData("978-0-3115-8529-7")]
    [InlineData("2010,2011,2012,2013,2014")]
    [InlineData("4539, 1488, 0343, 6467, 4539")]
    [InlineData("/var/log/app/0381/13550294.log")]
    [InlineData("ef5d8cb7-0901-4419-999c-4f00ae86e353")]
    [InlineData("status=200 page=400 limit=40&id=7 a=40b")]
    [InlineData("if (a >5) then x<b>1</b>2")]
    public void What_only_looks_like_a_disguise_stays(string text) => Assert.Equal(text, _redactor.Clean(text));

    private static byte[] Packed(string s, Func<Stream, Stream> packer)
    {
        using var packed = new MemoryStream();
        using (var pack = packer(packed))
        {
            pack.Write(Encoding.UTF8.GetBytes(s));
        }

        return packed.ToArray();
    }

    private static string Base32(string s)
    {
        var bits = string.Concat(Encoding.UTF8.GetBytes(s).Select(b => $"{b:b8}"));
        var digits = string.Concat(bits.Chunk(5).Select(c => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[Convert.ToInt32(new string(c).PadRight(5, '0'), 2)]));
        return digits.PadRight((digits.Length + 7) / 8 * 8, '=');
    }

    private static string Digits(string s, int zero) => string.Concat(s.Select(c => char.IsAsciiDigit(c) ? char.ConvertFromUtf32(zero + c - '0') : $"{c}"));

    private static string FullWidth(string s) => Each(s, c => c is >= '!' and <= '~' ? (char)(c + 0xFEE0) : c);

    private static string Base64(string s) => Convert.ToBase64String(Encoding.UTF8.GetBytes(s));

    private static string Each(string s, Func<char, char> map) => string.Concat(s.Select(map));

    private static string Between(string s, char hidden) => $"{s[..2]}{hidden}{s[2..(s.Length / 2)]}{hidden}{s[(s.Length / 2)..]}";

    private static string Escape(string s) => JsonSerializer.Serialize(s, Relaxed)[1..^1];

    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
}
