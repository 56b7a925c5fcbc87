using System.Globalization;
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
        ["escapes for some"] = ("""{"v":"x """, s => string.Concat(s.Select(c => c is '@' or '.' or '-' or '4' or ':' ? $"\\u{(int)c:x4}" : Escape($"{c}"))), "\"}"),
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

    private static string FullWidth(string s) => Each(s, c => c is >= '!' and <= '~' ? (char)(c + 0xFEE0) : c);

    private static string Base64(string s) => Convert.ToBase64String(Encoding.UTF8.GetBytes(s));

    private static string Each(string s, Func<char, char> map) => string.Concat(s.Select(map));

    private static string Between(string s, char hidden) => $"{s[..2]}{hidden}{s[2..(s.Length / 2)]}{hidden}{s[(s.Length / 2)..]}";

    private static string Escape(string s) => JsonSerializer.Serialize(s, Relaxed)[1..^1];

    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
}
