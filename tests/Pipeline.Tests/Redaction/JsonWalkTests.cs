using System.Globalization;
using System.Text;
using System.Text.Json;
using Weir.Pipeline.Redaction;
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
        var rules = CompiledRules.Compile([TestRedactor.Rule("EMAIL", TransformKind.Redact), TestRedactor.Rule(null, TransformKind.Mask, "/**/d", "d")], null, "");
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
