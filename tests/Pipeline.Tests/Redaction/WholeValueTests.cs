using System.Globalization;
using System.Text;
using Weir.Pipeline.Redaction;
using Weir.Pipeline.Redaction.Detection;
using Weir.Pipeline.Redaction.Rules;
using Weir.Pipeline.Redaction.Scanning;

namespace Weir.Pipeline.Tests.Redaction;

public sealed class WholeValueTests
{
    private const WholeKinds All = WholeKinds.Email | WholeKinds.Card | WholeKinds.Phone | WholeKinds.NationalPhone;

    private static readonly string[] Issuers = ["4", "51", "34", "6011", "36", "9", "7", "2221"];
    private static readonly string[] Pieces = ["at", " at ", "12", "_at_", "ab", "1234", "://", "T", "é"];

    // Of a number of another kind, behind a plus sign.
    private static readonly string[] Others = ["+756.1234.5678.97", "+756 1234 5678 97", "+912-34-5678", "+12-34-56-78-90-12", "+1234.5678.9012", "+131052-308T", "+640823-3234", "+62 6f 62 40", "+123-45-6789"];

    private static readonly LaneWidth[] Widths =
    [
        LaneWidth.Scalar, .. Lanes512.IsSupported ? [LaneWidth.Bits512] : Array.Empty<LaneWidth>(), .. Lanes256.IsSupported ? [LaneWidth.Bits256] : Array.Empty<LaneWidth>(), .. Lanes128.IsSupported ? [LaneWidth.Bits128] : Array.Empty<LaneWidth>(),
    ];

    [Theory]
    [InlineData("ada@example.com", "EMAIL_ADDRESS")]
    [InlineData("a@b.io", "EMAIL_ADDRESS")]
    [InlineData("Ada.Byron_7@mail-3.example.co.uk", "EMAIL_ADDRESS")]
    [InlineData("4111111111111111", "CREDIT_CARD")]
    [InlineData("378282246310005", "CREDIT_CARD")]
    [InlineData("30569309025904", "CREDIT_CARD")]
    [InlineData("+1 415-555-0132", "PHONE_NUMBER")]
    [InlineData("+44 20 7946 0958", "PHONE_NUMBER")]
    [InlineData("+14155550132", "PHONE_NUMBER")]
    [InlineData("415-555-0132", "PHONE_NUMBER")]
    [InlineData("a@b", null)]
    [InlineData("a@b.c", null)]
    [InlineData("a@b.c1", null)]
    [InlineData("@b.io", null)]
    [InlineData("a@b@c.io", null)]
    [InlineData("a.@b.io", null)]
    [InlineData("a@-b.io", null)]
    [InlineData("a b@c.io", null)]
    [InlineData("jo42@example.com", null)]
    [InlineData("matt1@example.com", "EMAIL_ADDRESS")]
    [InlineData("the-at-b@example.com", null)]
    [InlineData("abcdefghijkl@example.com", null)]
    [InlineData("4111111111111112", null)]
    [InlineData("9999999999999995", null)]
    [InlineData("+0 415-555-0132", null)]
    [InlineData("+1 415--555-0132", null)]
    [InlineData("+12-34-56-78-90-12", null)]
    [InlineData("+756 1234 5678 97", null)]
    [InlineData("+1 234 5", null)]
    [InlineData("115-555-0132", null)]
    [InlineData("415-555 0132", null)]
    [InlineData("x", null)]
    public void A_string_is_told_as_a_whole_only_where_nothing_else_could_be_told_of_it(string value, string? entity)
    {
        var bytes = new byte[64];
        Encoding.UTF8.GetBytes(value, bytes);
        foreach (var width in Widths)
        {
            var told = WholeValue.Entity(ref bytes[0], value.Length, All, width);
            Assert.Equal(entity, told < 0 ? null : EntityCatalogue.All[told].Name);
            Assert.Equal(-1, WholeValue.Entity(ref bytes[0], value.Length, WholeKinds.None, width));
        }
    }

    [Fact]
    public void What_is_told_of_a_string_as_a_whole_is_what_the_detectors_find_in_it()
    {
        // WEIR_FUZZ_CASES and WEIR_FUZZ_SEED ask for more and for others.
        var cases = int.Parse(Environment.GetEnvironmentVariable("WEIR_FUZZ_CASES") ?? "10000", CultureInfo.InvariantCulture);
        var random = new Random(int.Parse(Environment.GetEnvironmentVariable("WEIR_FUZZ_SEED") ?? "3", CultureInfo.InvariantCulture));
        RedactionRule[][] sets =
        [
            [.. "EMAIL CARD PHONE US_SSN IBAN IP MAC URL_CREDENTIALS JWT API_KEY CRYPTO_BTC".Split(' ').Select(e => TestRedactor.Rule(e, TransformKind.Redact, id: e.ToLowerInvariant()))],
            [.. DefaultRules.All],
            [TestRedactor.Rule("EMAIL", TransformKind.Redact, "/to/*", "email"), TestRedactor.Rule("PHONE", TransformKind.Redact, "/**/phone", "phone"), TestRedactor.Rule("MAC", TransformKind.Redact, id: "mac")],
            [.. EntityCatalogue.All.Where(e => e.Name != "LUHN").Select(e => TestRedactor.Rule(e.Name, TransformKind.Null, id: e.Name))],
        ];
        string[] keys = ["a", "email", "phone", "mobile", "cardNumber", "ean", "value", "name", "number", "contact", "ssn", "tags", "note"];
        var compiled = sets.Select(rules => CompiledRules.Compile(rules, null, "")).ToArray();
        var scan = RecordScan.ForThread;
        var told = new Dictionary<int, int>();
        var padded = new byte[64];
        for (var round = 0; round < cases; round++)
        {
            var value = Value();
            var key = keys[random.Next(keys.Length)];
            // At the end of a record too, where no whole register can be read.
            var record = Encoding.UTF8.GetBytes($"{{\"to\":{{\"id\":7,\"{key}\":\"{value}\"}}{(random.Next(2) == 0 ? "" : ",\"text\":\"what stands behind it, long enough for whole registers, is of no interest\"")}}}");
            var rules = compiled[Math.Min(random.Next(9), 3)];

            // Deeper records than that are needed for a trail.
            var expected = Read(new ScanLimits(16, 1000));
            for (var again = 0; again < 3; again++)
            {
                var found = Read(new ScanLimits(64, 1000));
                Assert.True(expected.SequenceEqual(found), $"{string.Join(' ', found)}, not {string.Join(' ', expected)}: {Encoding.UTF8.GetString(record)}");
            }

            if (value.Length is > 0 and <= 64 && value.All(char.IsAscii))
            {
                random.NextBytes(padded);
                Encoding.ASCII.GetBytes(value, padded);
                var entity = WholeValue.Entity(ref padded[0], value.Length, All, LaneWidth.Scalar);
                told[entity] = told.GetValueOrDefault(entity) + 1;
                Assert.All(Widths, width => Assert.Equal(entity, WholeValue.Entity(ref padded[0], value.Length, All, width)));
            }

            (int, int, int, int, HitPlace, int, string, string, (int, int))[] Read(ScanLimits limits)
            {
                var reason = scan.Json(record, rules, limits);
                Assert.Null(reason);
                return [.. scan.Hits.Items.ToArray().Select(h => (h.Start, h.End, h.Rule, h.Entity, h.Place, (int)h.Escapes, h.Path.Path, Encoding.UTF8.GetString(scan.ValueOf(h, record)), rules.MakesNulls && h.Place == HitPlace.WholeString ? h.Quotes : default))];
            }
        }

        Assert.All([-1, EntityId.Email, EntityId.Card, EntityId.Phone], entity => Assert.InRange(told[entity], cases / 50, cases));

        string Value()
        {
            var value = random.Next(9) switch
            {
                0 or 1 or 2 => $"{Words(random.Next(1, 4))}@{Words(random.Next(1, 4))}.{(random.Next(6) > 0 ? Letters(random.Next(2, 5)) : Word())}",
                3 => $"+{string.Join(random.Next(5) > 0 ? " -."[random.Next(3)].ToString() : "", Enumerable.Range(0, random.Next(1, 7)).Select(_ => Digits(random.Next(3) == 0 ? 2 : random.Next(1, 5))))}",
                4 => $"+{(random.Next(3) switch { 0 => "756", 1 => $"9{Digits(2)}", _ => Digits(random.Next(1, 4)) })}{" -."[random.Next(3)]}{Digits(random.Next(2, 5))}{" -."[random.Next(3)]}{Digits(4)}{(random.Next(2) == 0 ? "" : $" {Digits(random.Next(1, 5))}")}",
                5 => string.Join(random.Next(5) > 0 ? " -."[random.Next(3)].ToString() : "", Digits(3), Digits(3), Digits(4)),
                6 => Others[random.Next(Others.Length)],
                _ => Checked(Issuers[random.Next(Issuers.Length)] + Digits(random.Next(7, 16))),
            };
            for (var change = random.Next(4) > 0 ? 0 : random.Next(1, 4); change > 0 && value.Length > 0; change--)
            {
                var at = random.Next(value.Length);
                value = random.Next(4) switch
                {
                    0 => value.Remove(at, 1),
                    1 => value.Insert(at, Sign().ToString()),
                    2 => value.Insert(at, Pieces[random.Next(Pieces.Length)]),
                    _ => value.Remove(at, 1).Insert(at, Sign().ToString()),
                };
            }

            return value;
        }

        char Sign() => "0123456789abtATxz@@..--__++ ()/:,;#=%&~'"[random.Next(40)];

        string Words(int count) => string.Join(random.Next(12) > 0 ? ".-_"[random.Next(3)].ToString() : "", Enumerable.Range(0, count).Select(_ => Word()));

        string Word() => random.Next(6) switch { 0 => Digits(random.Next(1, 8)), 1 => Letters(random.Next(1, 4)) + Digits(random.Next(1, 5)), 2 => Digits(random.Next(1, 3)) + Letters(random.Next(1, 4)), _ => Letters(random.Next(1, random.Next(4) == 0 ? 16 : 6)) };

        string Letters(int count) => string.Concat(Enumerable.Range(0, count).Select(_ => random.Next(8) == 0 ? "atAT"[random.Next(4)] : (char)((random.Next(5) == 0 ? 'A' : 'a') + random.Next(26))));

        string Digits(int count) => string.Concat(Enumerable.Range(0, count).Select(_ => (char)('0' + random.Next(10))));

        // With a check digit that is mostly right.
        string Checked(string digits)
        {
            for (var check = 0; check < 10 && random.Next(30) > 0; check++)
            {
                if (CardDetector.Luhn(Encoding.ASCII.GetBytes($"{digits}{check}")))
                {
                    return $"{digits}{check}";
                }
            }

            return digits;
        }
    }
}
