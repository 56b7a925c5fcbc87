using System.Globalization;
using System.Text;
using System.Text.Json;
using Weir.Pipeline.Redaction;
using Weir.Pipeline.Redaction.Detection;
using Weir.Pipeline.Redaction.Rules;
using Weir.Pipeline.Redaction.Scanning;

namespace Weir.Pipeline.Tests.Redaction;

public sealed class JsonWalkTests
{
    private static readonly string[] Seeds =
    [
        """{"a":1,"b":[true,false,null,-1.5e+10,"x\"y\\"],"c":{"d":{}},"e":[[],[{}]],"f":"caf\u00e9 😀"}""",
        """[{"k":"4111111111111111","l":"bob@example.com"},12345678,"2024-01-02T03:04:05Z"]""",
        " { \"a\" :\t[ 1 , 2 ] ,\r\n \"b\" : \"\" } ",
        """{"id":"ord-17","customer":{"id":4711,"email":"bob@example.com","tier":"gold","since":2012,"d":0.5},"items":[{"sku":"A-1","qty":2,"price":10.25,"ean":"4006381333931"},{"sku":"B-2","qty":1,"price":7,"ean":"4006381333948"}],"express":false,"note":"caf\u00e9"}""",
        """{"id": "ord-17", "customer": {"id": 4711, "phone": "+1 415-555-0132", "tier": "gold"}, "items": [{"sku": "A-1", "qty": 2}, {"sku": "B-2", "qty": 1, "d": "x"}], "express": false}""",
        "\"only a string\"",
        "-0.25",
    ];

    private static readonly byte[] Bits = "\"\\{}[],: \n0123456789.-+eEtrufalsn\u0001ux/@"u8.ToArray();

    [Fact]
    public void What_is_JSON_is_decided_as_the_runtime_decides_it()
    {
        // WEIR_FUZZ_CASES asks for more.
        var cases = int.Parse(Environment.GetEnvironmentVariable("WEIR_FUZZ_CASES") ?? "60000", CultureInfo.InvariantCulture);
        var random = new Random(5);
        var scan = RecordScan.ForThread;
        CompiledRules[] sets =
        [
            CompiledRules.Compile([TestRedactor.Rule("EMAIL", TransformKind.Redact), TestRedactor.Rule(null, TransformKind.Mask, "/**/d", "d")], null, ""),
            CompiledRules.Compile([TestRedactor.Rule("EMAIL", TransformKind.Redact)], null, ""),
        ];
        var valid = 0;
        for (var round = 0; round < cases; round++)
        {
            var text = Encoding.UTF8.GetBytes(Seeds[random.Next(Seeds.Length)]).ToList();
            // Longer than a block, so that what is wrong may stand anywhere.
            if (random.Next(3) == 0)
            {
                text = [.. Encoding.UTF8.GetBytes($"[\"{new string('x', random.Next(0, 130))}\","), .. text, (byte)']'];
            }

            for (var change = random.Next(4); change > 0 && text.Count > 0; change--)
            {
                var at = random.Next(text.Count);
                switch (random.Next(4))
                {
                    case 0: text.RemoveAt(at); break;
                    case 1: text.Insert(at, Bits[random.Next(Bits.Length)]); break;
                    case 2: text[at] = Bits[random.Next(Bits.Length)]; break;
                    default: text.RemoveRange(at, Math.Min(text.Count - at, random.Next(1, 12))); break;
                }
            }

            var record = text.ToArray();
            var rules = sets[random.Next(sets.Length)];
            if (record.AsSpan().IndexOf("\\U"u8) >= 0)
            {
                continue;
            }

            // The runtime reads on where bytes are not UTF-8; nobody here does.
            var expected = System.Text.Unicode.Utf8.IsValid(record) && IsJson(record);
            valid += expected ? 1 : 0;
            Assert.True((scan.Json(record, rules, new ScanLimits(64, 1000)) is null) == expected, $"{(expected ? "refused" : "accepted")}: {Encoding.UTF8.GetString(record)}");
        }

        Assert.InRange(valid, cases / 10, cases * 9 / 10);
    }

    [Fact]
    public void What_was_learned_from_earlier_records_changes_nothing_in_what_is_found()
    {
        var random = new Random(7);
        var scan = RecordScan.ForThread;
        RedactionRule[] rules =
        [
            TestRedactor.Rule("EMAIL", TransformKind.Redact), TestRedactor.Rule("PHONE", TransformKind.Redact), TestRedactor.Rule("CARD", TransformKind.Redact), TestRedactor.Rule("US_SSN", TransformKind.Redact),
            TestRedactor.Rule(null, TransformKind.Mask, "/items/[]/note", "note"), TestRedactor.Rule(null, TransformKind.Null, "/**/c", "c"),
        ];
        var learned = CompiledRules.Compile(rules, null, "");
        string[] keys = ["a", "bb", "c", "note", "items", "phone", "cardNumber", "a rather long key that no comparison of 32 bytes covers", "qty", "@", "ssn", "bob@example.com", "4111111111111111"];
        string[] values = ["1", "12.5", "-3e7", "true", "null", "\"\"", "\"x\"", "\"bob@example.com\"", "\"4111111111111111\"", "4111111111111111", "\"+1 415-555-0132\"", "\"a 123-45-6789 b\"", "123456789", "\"2024-01-02T03:04:05Z\"", "[1,2]", "\"\\u0061@b.io\""];
        for (var round = 0; round < 4000; round++)
        {
            var record = Encoding.UTF8.GetBytes(Made(0));
            var fresh = CompiledRules.Compile(rules, null, "");
            Assert.Null(scan.Json(record, fresh, new ScanLimits(64, 1000)));
            (int, int, int)[] expected = [.. scan.Hits.Items.ToArray().Select(h => (h.Start, h.End, h.Rule))];
            // Once as it may be known by parts, and once more as a whole.
            for (var again = 0; again < 2; again++)
            {
                Assert.True(scan.Json(record, learned, new ScanLimits(64, 1000)) is null, Encoding.UTF8.GetString(record));
                Assert.Equal(expected, scan.Hits.Items.ToArray().Select(h => (h.Start, h.End, h.Rule)));
            }
        }

        string Made(int depth)
        {
            var text = new StringBuilder("{");
            var spaced = random.Next(3) == 0;
            var members = random.Next(0, 9);
            for (var i = 0; i < members; i++)
            {
                var value = depth < 3 && random.Next(4) == 0 ? Made(depth + 1) : depth < 3 && random.Next(6) == 0 ? $"[{Made(depth + 1)},{Made(depth + 1)}]" : values[random.Next(values.Length)];
                text.Append(i > 0 ? spaced ? ", " : "," : "").Append('"').Append(keys[Math.Min(random.Next(keys.Length), random.Next(keys.Length))]).Append(spaced ? "\": " : "\":").Append(value);
            }

            return text.Append('}').ToString();
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(32)]
    [InlineData(33)]
    [InlineData(64)]
    [InlineData(300)]
    public void Bytes_that_are_no_UTF_8_are_refused_wherever_they_stand_in_a_record_of_a_known_kind(int count)
    {
        var scan = RecordScan.ForThread;
        var limits = new ScanLimits(64, 1000);
        var rules = CompiledRules.Compile([TestRedactor.Rule("EMAIL", TransformKind.Redact)], null, "");
        var known = """{"a":1,"b":"x","a rather long key that no comparison of 32 bytes covers":{"c":"two words"},"d":[true,"y"]}"""u8.ToArray();
        for (var again = 0; again < 3; again++)
        {
            Assert.Null(scan.Json(known, rules, limits));
        }

        byte[] wrong = [.. Enumerable.Repeat((byte)0xFF, count)];
        for (var at = 0; at <= known.Length; at++)
        {
            Assert.NotNull(scan.Json([.. known[..at], .. wrong, .. known[at..]], rules, limits));
            Assert.NotNull(scan.Json([.. known[..at], .. wrong], rules, limits));
        }
    }

    [Theory]
    [InlineData("""{"a":1,"b":{}}""")]
    [InlineData("""{"a":1,"b":[]}""")]
    [InlineData("""{"a":"x","b":{"c":{},"d":[]}}""")]
    [InlineData("""{"a":{},"b":{}}""")]
    [InlineData("""{"b":{}}""")]
    [InlineData("""{"a":1,"bob@example.com":{}}""")]
    [InlineData("""{"a":1,"x":{"4111111111111111":[]}}""")]
    [InlineData("""[{"a":1},{"bob@example.com":{}}]""")]
    [InlineData("""{"a":1,"bob@example.com":{"b":2}}""")]
    [InlineData("""{"a":1,"a rather long key that no comparison of 32 bytes covers":{"another long one of more than 32 bytes":{},"and a last one that makes it 128 bytes":[]}}""")]
    public void The_end_of_a_record_is_read_the_same_each_time(string json)
    {
        var scan = RecordScan.ForThread;
        var rules = CompiledRules.Compile([TestRedactor.Rule("EMAIL", TransformKind.Redact), TestRedactor.Rule("CARD", TransformKind.Redact)], null, "");
        var record = Encoding.UTF8.GetBytes(json);
        Assert.Null(scan.Json(record, rules, new ScanLimits(64, 1000)));
        (int, int, int)[] expected = [.. scan.Hits.Items.ToArray().Select(h => (h.Start, h.End, h.Rule))];
        for (var again = 0; again < 3; again++)
        {
            Assert.Null(scan.Json(record, rules, new ScanLimits(64, 1000)));
            Assert.Equal(expected, scan.Hits.Items.ToArray().Select(h => (h.Start, h.End, h.Rule)));
        }
    }

    [Fact]
    public void A_record_that_is_nearly_like_earlier_ones_is_read_as_if_it_were_the_first()
    {
        var random = new Random(11);
        var scan = RecordScan.ForThread;
        RedactionRule[] rules =
        [
            TestRedactor.Rule("EMAIL", TransformKind.Redact), TestRedactor.Rule("CARD", TransformKind.Redact), TestRedactor.Rule("API_KEY", TransformKind.Redact), TestRedactor.Rule("US_SSN", TransformKind.Redact),
            TestRedactor.Rule(null, TransformKind.Mask, "/to/note", "note"), TestRedactor.Rule(null, TransformKind.Null, "/items/[]/price", "price"), TestRedactor.Rule(null, TransformKind.Redact, "/meta/owner", "owner"),
        ];
        var learned = CompiledRules.Compile(rules, null, "");
        var signs = "{}[],:\"\\ 0a@\n\u00e9"u8.ToArray();
        for (var round = 0; round < 6000; round++)
        {
            var record = Encoding.UTF8.GetBytes(Made());
            for (var change = random.Next(4); change > 0; change--)
            {
                var at = random.Next(record.Length);
                record = random.Next(3) switch
                {
                    0 => [.. record[..at], .. record[(at + 1)..]],
                    1 => [.. record[..at], signs[random.Next(signs.Length)], .. record[at..]],
                    _ => [.. record[..at], signs[random.Next(signs.Length)], .. record[(at + 1)..]],
                };
            }

            var fresh = CompiledRules.Compile(rules, null, "");
            var limits = new ScanLimits(64, 1000);
            var expected = scan.Json(record, fresh, limits);
            Hit[] hits = [.. scan.Hits.Items];
            Assert.Equal(expected, scan.Json(record, learned, limits));
            if (expected is null)
            {
                Assert.Equal(hits.Select(h => (h.Start, h.End, h.Rule, h.Place, h.Path.Path)), scan.Hits.Items.ToArray().Select(h => (h.Start, h.End, h.Rule, h.Place, h.Path.Path)));
            }
        }

        string Made()
        {
            var items = string.Join(random.Next(8) == 0 ? ", " : ",", Enumerable.Range(0, random.Next(4)).Select(_ => $$"""{"sku":{{Value()}},"price":{{Value()}},"ean":"40{{random.NextInt64(10000000000, 99999999999)}}"}"""));
            var optional = random.Next(3) == 0 ? "" : $$""","a key of this record that is longer than what is compared in one piece":{{Value()}}""";
            return $$"""{"id":{{random.Next(100000)}},"to":{"name":{{Value()}},"note":{{Value()}}{{optional}}},"items":[{{items}}],"tags":[{{Value()}},{{Value()}}],"meta":{"owner":{"id":{{Value()}}},"password":{{Value()}}},"last":{{Value()}}}""" + (random.Next(5) == 0 ? "\n" : "");
        }

        string Value() => random.Next(12) switch
        {
            0 => "\"bob@example.com\"",
            1 => "\"4111111111111111\"",
            2 => "\"a 123-45-6789 b\"",
            3 => "\"password: hunter2222\"",
            4 => "null",
            5 => "{}",
            6 => "[]",
            7 => "12.5",
            8 => "\"{\\\"email\\\":\\\"bob@example.com\\\"}\"",
            9 => "\"\"",
            _ => "\"plain, and more\"",
        };
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_name_is_a_persons_or_not_whatever_the_records_before_held_beside_it(bool byDefault)
    {
        var rules = byDefault ? [.. DefaultRules.All] : EntityCatalogue.All.Where(e => e.Name != "LUHN").Select(e => TestRedactor.Rule(e.Name, TransformKind.Redact, id: e.Name)).ToArray();
        string[] members =
        [
            "\"name\":\"Ada Lovelace\"", "\"name\":\"Widget Box\"", "\"name\":[\"Ada Lovelace\"]", "\"name\":{\"first\":\"Ada\",\"last\":\"Lovelace\"}", "\"first\":\"Ada\"", "\"sku\":1", "\"b\":\"x\"", "\"email\":\"ada@example.org\"", "\"email\":null", "\"phone\":{}",
            "\"in\":{\"name\":\"Ada Lovelace\",\"sku\":1}", "\"in\":{\"name\":\"Ada Lovelace\",\"phone\":\"+1 415-555-0132\"}", "\"in\":[{\"name\":\"Ada Lovelace\"},{\"email\":\"ada@example.org\"}]",
        ];
        var random = new Random(13);
        var scan = RecordScan.ForThread;
        var limits = new ScanLimits(64, 1000);
        for (var streams = 0; streams < 100; streams++)
        {
            var learned = CompiledRules.Compile(rules, null, "");
            var key = (string[])["customer", "x", "items", "product"];
            for (var i = 0; i < 20; i++)
            {
                var made = string.Join(",", Enumerable.Range(0, random.Next(1, 5)).Select(_ => members[random.Next(members.Length)]));
                var text = random.Next(3) switch
                {
                    0 => $"{{{made}}}",
                    1 => $"{{\"id\":7,\"{key[streams % 4]}\":{{{made}}},\"end\":true}}",
                    _ => $"{{\"id\":7,\"{key[streams % 4]}\":[{{{made}}},{{{members[random.Next(members.Length)]}}}],{members[random.Next(members.Length)]}}}",
                };
                var record = Encoding.UTF8.GetBytes(text);
                Assert.Null(scan.Json(record, CompiledRules.Compile(rules, null, ""), limits));
                (int, int, int, string)[] expected = [.. scan.Hits.Items.ToArray().Select(h => (h.Start, h.End, h.Rule, h.Path.Path))];
                Assert.Null(scan.Json(record, learned, limits));
                (int, int, int, string)[] found = [.. scan.Hits.Items.ToArray().Select(h => (h.Start, h.End, h.Rule, h.Path.Path))];
                Assert.True(expected.SequenceEqual(found), $"{string.Join(' ', found)}, not {string.Join(' ', expected)}: {text}");
            }
        }
    }

    [Fact]
    public void A_name_in_capitals_is_found_where_the_same_letters_were_small_before()
    {
        var scan = RecordScan.ForThread;
        var rules = CompiledRules.Compile([TestRedactor.Rule("PERSON", TransformKind.Redact)], null, "");
        for (var again = 0; again < 4; again++)
        {
            Assert.Null(scan.Json("""{"a":1,"title":"the patient maria rossi, hello","b":2,"c":"a last one, long enough for whole registers, which are what is read of it"}"""u8, rules, new ScanLimits(64, 1000)));
            Assert.Equal(0, scan.Hits.Count);
        }

        Assert.Null(scan.Json("""{"a":1,"title":"the patient Maria Rossi, hello","b":2,"c":"a last one, long enough for whole registers, which are what is read of it"}"""u8, rules, new ScanLimits(64, 1000)));
        Assert.Equal(1, scan.Hits.Count);
    }

    [Fact]
    public void A_value_of_a_shape_that_was_learned_is_read_as_if_it_were_the_first_of_its_shape()
    {
        // WEIR_FUZZ_CASES and WEIR_FUZZ_SEED ask for more and for others.
        var cases = int.Parse(Environment.GetEnvironmentVariable("WEIR_FUZZ_CASES") ?? "9000", CultureInfo.InvariantCulture);
        var random = new Random(int.Parse(Environment.GetEnvironmentVariable("WEIR_FUZZ_SEED") ?? "3", CultureInfo.InvariantCulture));
        var scan = RecordScan.ForThread;
        var limits = new ScanLimits(64, 1000);
        RedactionRule[][] sets =
        [
            [.. "EMAIL CARD PHONE US_SSN IBAN IP MAC JWT API_KEY CRYPTO_BTC".Split(' ').Select(e => TestRedactor.Rule(e, TransformKind.Redact, id: e.ToLowerInvariant())), TestRedactor.Rule(null, TransformKind.Mask, "/who/note", "note")],
            [.. DefaultRules.All],
            [TestRedactor.Rule("EMAIL", TransformKind.Redact), new RedactionRule("own", "own", null, null, new Transform(TransformKind.Redact)) { Pattern = "ord-[0-9]{4}7", Anchor = "ord-" }],
            [.. EntityCatalogue.All.Where(e => e.Name != "LUHN").Select(e => TestRedactor.Rule(e.Name, TransformKind.Redact, id: e.Name))],
        ];
        // Each with what its value is made like.
        (string Key, string[] Values)[] members =
        [
            ("id", ["\"ord-48213\"", "\"ord-482135\"", "\"9f3b2c1d-7a6e-4f5b-8c9d-0e1f2a3b4c5d\""]),
            ("at", ["\"2025-01-17T12:24:35.123Z\"", "\"2025-01-17\"", "1737116675123", "\"12:24\""]),
            ("n", ["7", "0", "123", "12.50", "-4", "1e5", "123456", "1234567", "1234.567", "true", "null", "00", "1.", "4111111111111111"]),
            ("title", ["\"Stone desk lamp, warm white, two pieces\"", "\"Maria lives at 12 Elm Street, Springfield\"", "\"a note of passport X1234567 that was seen\"", "\"Stone Desk lamp by Maria Rossi, warm White\"", "\"Dear Mr. Novak, 5 lamps\"", "\"thirty-one bytes of text, noted.\"", "\"thirty-two bytes of text, noted..\"", $"\"{new string('a', 11)} {new string('b', 50)}\"", $"\"{new string('z', 3)} {new string('c', 60)}\"", $"\"{new string('y', 3)} {new string('c', 61)}\""]),
            ("ean", ["\"4006381333931\"", "4006381333931", "\"4006381333931 \"", "40063.81333931"]),
            ("contact", ["\"bob@example.com\"", "\"bob at example.com\"", "\"bob(at)example.com\"", "\"+1 415-555-0132\"", "\"415 555 0132\"", "\"\""]),
            ("code", ["\"EUR\"", "\"DE\"", "\"GB42\"", "\"001a.2b3c.4d5e\"", "\"00-1A-2B-3C-4D-5E\"", "\"x\\u0040y.io\"", "\"caf\u00e9\"", "\"a\\\"b\"", "\"a\\\\\"", "\"a%40b.io\""]),
            ("note", ["\"said 123-45-6789 or so\"", "\"\"", "\"x\\ny\"", "{\"a\":1}", "[\"1234\",\"5678\"]", "\"x-y\"", "\"1234\"", "\"1234:5678:9abc\""]),
        ];
        var learned = sets.Select(rules => CompiledRules.Compile(rules, null, "", Timeout.InfiniteTimeSpan)).ToArray();
        for (var round = 0; round < cases; round++)
        {
            var which = random.Next(8) switch { 0 => 1, 1 or 2 => 3, _ => random.Next(2) * 2 };
            var record = Made();
            var expected = scan.Json(record, CompiledRules.Compile(sets[which], null, "", Timeout.InfiniteTimeSpan), limits);
            Hit[] hits = [.. scan.Hits.Items];
            var values = hits.Select(h => Encoding.UTF8.GetString(scan.ValueOf(h, record))).ToArray();
            for (var again = 0; again < 2; again++)
            {
                var reason = scan.Json(record, learned[which], limits);
                // Of several things that are wrong with a record either may be the one that is told.
                Assert.True(expected is null == reason is null, $"'{reason}', not '{expected}': {Encoding.UTF8.GetString(record)}");
                if (expected is null)
                {
                    Assert.Equal(hits.Select(h => (h.Start, h.End, h.Rule, h.Entity, h.Place, h.Escapes, h.Path.Path)), scan.Hits.Items.ToArray().Select(h => (h.Start, h.End, h.Rule, h.Entity, h.Place, h.Escapes, h.Path.Path)));
                    Assert.Equal(values, scan.Hits.Items.ToArray().Select(h => Encoding.UTF8.GetString(scan.ValueOf(h, record))));
                }
            }
        }

        byte[] Made()
        {
            var text = new StringBuilder("{");
            foreach (var (key, of) in members)
            {
                if (random.Next(12) > 0)
                {
                    text.Append(text.Length > 1 ? "," : "").Append('"').Append(key).Append("\":").Append(Like(of[random.Next(of.Length)]));
                }
            }

            text.Append(text.Length > 1 ? "," : "").Append($"\"who\":{{\"note\":{Like("\"abc 12\"")},\"tags\":[{Like("\"1234\"")},{Like("\"x-1\"")},{Like("1234")},{Like("1234")}]}}}}");
            var record = Encoding.UTF8.GetBytes(text.ToString());
            if (random.Next(3) == 0)
            {
                record[random.Next(record.Length)] = random.Next(3) == 0 ? (byte)random.Next(256) : Bits[random.Next(Bits.Length)];
            }

            return record;
        }

        // Other letters and digits, now and then, and rarely another sign.
        string Like(string value) => string.Concat(value.Select((c, i) => random.Next(4) > 0 || i > 0 && value[i - 1] == '\\' ? c
            : char.IsAsciiDigit(c) ? (char)random.Next('0', '9' + 1)
            : char.IsAsciiLetter(c) && value[0] == '"' ? (char)((random.Next(6) == 0 ? 'A' : 'a') + random.Next(26))
            : c is ' ' or '-' or '.' or ',' && value[0] == '"' && random.Next(20) == 0 ? " -.,:/@_("[random.Next(9)] : c));
    }

    private static bool IsJson(byte[] text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
