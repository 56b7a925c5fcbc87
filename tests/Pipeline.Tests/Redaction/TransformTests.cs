using System.Runtime.Intrinsics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Org.BouncyCastle.Crypto.Fpe;
using Org.BouncyCastle.Crypto.Parameters;
using Weir.Pipeline.Redaction;
using Weir.Pipeline.Redaction.Detection;
using Weir.Pipeline.Redaction.Transforms;

namespace Weir.Pipeline.Tests.Redaction;

public sealed class TransformTests
{
    // NIST's FF1 samples 1, 2 and 7 for radix 10: AES-128 without and with a tweak, AES-256 without.
    [Theory]
    [InlineData("2B7E151628AED2A6ABF7158809CF4F3C", "", "0123456789", "2433477484")]
    [InlineData("2B7E151628AED2A6ABF7158809CF4F3C", "39383736353433323130", "0123456789", "6124200773")]
    [InlineData("2B7E151628AED2A6ABF7158809CF4F3CEF4359D8D580AA4F7F036D6F04FC6A94", "", "0123456789", "6657667009")]
    public void FF1_gives_the_published_samples(string key, string tweak, string plain, string cipher)
    {
        var digits = Encoding.ASCII.GetBytes(plain);
        var ff1 = new Ff1(new AesBlock(Convert.FromHexString(key)));
        ff1.Encrypt(Convert.FromHexString(tweak), digits);
        Assert.Equal(cipher, Encoding.ASCII.GetString(digits));
        ff1.Decrypt(Convert.FromHexString(tweak), digits);
        Assert.Equal(plain, Encoding.ASCII.GetString(digits));
    }

    [Fact]
    public void FF1_agrees_with_another_implementation_for_all_lengths()
    {
        var random = new Random(11);
        for (var round = 0; round < 300; round++)
        {
            var (key, tweak) = (new byte[32], new byte[random.Next(0, 20)]);
            random.NextBytes(key);
            random.NextBytes(tweak);
            var values = new byte[Ff1.MinDigits + round % (Ff1.MaxDigits - Ff1.MinDigits + 1)];
            for (var i = 0; i < values.Length; i++)
            {
                values[i] = (byte)random.Next(10);
            }

            var peer = new FpeFf1Engine();
            peer.Init(true, new FpeParameters(new KeyParameter(key), 10, tweak));
            var expected = new byte[values.Length];
            peer.ProcessBlock(values, 0, values.Length, expected, 0);

            var digits = values.Select(v => (byte)('0' + v)).ToArray();
            new Ff1(new AesBlock(key)).Encrypt(tweak, digits);
            Assert.Equal(expected.Select(v => (byte)('0' + v)), digits);
        }
    }

    [Fact]
    public void MACs_side_by_side_are_those_of_each_message_alone()
    {
        var random = new Random(3);
        var mac = new Cmac(Convert.FromHexString("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4"));
        var check = new Cmac(new byte[32]);
        var batch = new MacBatch();
        for (var round = 0; round < 200; round++)
        {
            byte[][] messages = [.. Enumerable.Range(0, random.Next(0, 11)).Select(_ => RandomNumberGenerator.GetBytes(random.Next(1, 90)))];
            batch.Clear();
            foreach (var message in messages)
            {
                message.CopyTo(batch.Begin(message.Length + 5));
                batch.End(message.Length);
            }

            batch.Compute(mac, null, check);
            foreach (var message in messages)
            {
                var tag = new byte[16];
                mac.Compute(message, tag);
                var proof = new byte[16];
                check.Compute(tag.AsSpan(0, 12), proof);
                proof.AsSpan(0, 4).CopyTo(tag.AsSpan(12));
                var made = new byte[16];
                batch.Next().CopyTo(made);
                Assert.Equal(tag, made);
            }
        }
    }

    [Fact]
    public void AES_SIV_gives_the_published_sample()
    {
        // RFC 5297, appendix A.1: one associated string, a plaintext shorter than a block.
        var siv = new AesSiv(new Cmac(Convert.FromHexString("fffefdfcfbfaf9f8f7f6f5f4f3f2f1f0")), new AesBlock(Convert.FromHexString("f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff")));
        var associated = Convert.FromHexString("101112131415161718191a1b1c1d1e1f2021222324252627");
        var plain = Convert.FromHexString("112233445566778899aabbccddee");
        var output = new byte[plain.Length + AesSiv.Overhead];

        siv.Seal(associated, plain, output);

        Assert.Equal("85632d07c6e8f37f950acd320a2ecc9340c02b9690c4dc04daef7f6afe5c", Convert.ToHexStringLower(output));
        var opened = new byte[plain.Length];
        Assert.True(siv.TryOpen(associated, output, opened));
        Assert.Equal(plain, opened);
        output[20] ^= 1;
        Assert.False(siv.TryOpen(associated, output, opened));
    }

    [Theory]
    [InlineData("bob@example.com")]
    [InlineData("x")]
    [InlineData("Zoë Ångström, a name longer than one block of the cipher")]
    [InlineData("tab\there, Ｆｕｌｌ width, no\u00a0break, zero\u200bwidth")]
    public void A_reversible_value_comes_back_and_is_left_alone_on_a_retry(string value)
    {
        var redactor = new TestRedactor([TestRedactor.Rule(null, TransformKind.Encrypt, "/v")]);
        var clean = redactor.Clean(JsonSerializer.Serialize(new Dictionary<string, string> { ["v"] = value }));
        var sealed_ = JsonDocument.Parse(clean).RootElement.GetProperty("v").GetString()!;

        Assert.StartsWith("enc:k1:", sealed_, StringComparison.Ordinal);
        Assert.Equal(value, redactor.Redactor.Reveal(sealed_));
        Assert.Equal(clean, redactor.Clean(clean));
        Assert.Null(redactor.Redactor.Reveal(sealed_[..^2] + "aa"));
        Assert.Null(new TestRedactor(keys: "k1 " + Convert.ToBase64String(new byte[32])).Redactor.Reveal(sealed_));
    }

    [Theory]
    [InlineData("4111111111111111")]
    [InlineData("5105-1051-0510-5100")]
    [InlineData("371449635398431")]
    [InlineData("30569309025904")]
    public void A_card_stays_a_card_with_its_last_four(string card)
    {
        var redactor = new TestRedactor([TestRedactor.Rule("CARD", TransformKind.FormatPreserving)]);
        var clean = JsonDocument.Parse(redactor.Clean($$"""{"c":"{{card}}"}""")).RootElement.GetProperty("c").GetString()!;

        Assert.NotEqual(card, clean);
        Assert.Equal(card.Length, clean.Length);
        Assert.Equal(card[^4..], clean[^4..]);
        Assert.True(CardDetector.Luhn(Encoding.ASCII.GetBytes(clean.Where(char.IsAsciiDigit).ToArray())));
        if (card.Count(char.IsAsciiDigit) == 16)
        {
            Assert.Equal(card[..4], clean[..4]);
        }
    }

    [Theory]
    [InlineData(TransformKind.TruncateIp, "10.20.30.40", "10.20.30.0")]
    [InlineData(TransformKind.TruncateIp, "2001:db8:85a3:1:2:8a2e:370:7334", "2001:db8:85a3::")]
    [InlineData(TransformKind.TruncateIp, "::ffff:10.20.30.40", "10.20.30.0")]
    [InlineData(TransformKind.TruncateIp, "2002:102:304::1", "2002:102:300::")]
    [InlineData(TransformKind.TruncateIp, "12345678", "[REDACTED]")]
    [InlineData(TransformKind.TruncateIp, "1.2", "[REDACTED]")]
    [InlineData(TransformKind.TruncateIp, "no address", "[REDACTED]")]
    [InlineData(TransformKind.Generalize, "0.1234567", "0.*******")]
    [InlineData(TransformKind.Generalize, "10.20.30.40", "10.20.30.0")]
    [InlineData(TransformKind.Generalize, "1980-02-03", "1980")]
    [InlineData(TransformKind.Generalize, "03.02.1980", "1980")]
    [InlineData(TransformKind.Generalize, "37", "30-39")]
    [InlineData(TransformKind.Generalize, "93", "90+")]
    [InlineData(TransformKind.Generalize, "10115", "10***")]
    [InlineData(TransformKind.Generalize, "Bob", "[REDACTED]")]
    [InlineData(TransformKind.ShiftDate, "soon", "[REDACTED]")]
    public void What_is_made_less_exact_is_never_left_as_it_is(TransformKind kind, string value, string clean) =>
        Assert.Equal($$"""{"v":"{{clean}}"}""", new TestRedactor([TestRedactor.Rule(null, kind, "/v")]).Clean($$"""{"v":"{{value}}"}"""));

    [Fact]
    public void Shifted_dates_keep_what_lies_between_them_and_their_form()
    {
        var redactor = new TestRedactor([TestRedactor.Rule(null, TransformKind.ShiftDate, "/*")]);
        using var document = JsonDocument.Parse(redactor.Clean("""{"a":"2024-01-10","b":"2024-02-29T10:00:00Z","c":"10.01.2024"}"""));
        var (a, b) = (DateOnly.Parse(document.RootElement.GetProperty("a").GetString()!), DateOnly.Parse(document.RootElement.GetProperty("b").GetString()!));

        Assert.NotEqual(new DateOnly(2024, 1, 10), a);
        Assert.Equal(50, b.DayNumber - a.DayNumber);
        Assert.Equal(a.ToString("dd.MM.yyyy"), document.RootElement.GetProperty("c").GetString());
    }

    [Theory]
    [InlineData("a", 4, 4, "*")]
    [InlineData("ab", 4, 4, "*b")]
    [InlineData("abcd", 4, 4, "a**d")]
    [InlineData("abcdefgh", 2, 2, "ab****gh")]
    [InlineData("Zoë-Ång", 1, 0, "Z**-***")]
    public void A_mask_shows_at_most_half(string value, int first, int last, string masked) =>
        Assert.Equal($$"""{"v":"{{masked}}"}""", new TestRedactor([TestRedactor.Rule(null, TransformKind.Mask, "/v", keepFirst: first, keepLast: last)]).Clean($$"""{"v":"{{value}}"}"""));

    [Fact]
    public void A_token_of_another_key_or_a_forged_one_is_no_token_of_ours()
    {
        var redactor = new TestRedactor([TestRedactor.Rule(null, TransformKind.Token, "/v")]);
        var forged = """{"v":"tok:k1:aaaaaaaaaaaaaaaaaaaaaaaaaa"}""";

        Assert.NotEqual(forged, redactor.Clean(forged));
        Assert.NotEqual(redactor.Clean("""{"v":"x"}"""), new TestRedactor([TestRedactor.Rule(null, TransformKind.Token, "/v")], o => o.TokenMac = TokenMac.HmacSha256).Clean("""{"v":"x"}"""));
    }

    [Fact]
    public void The_same_text_as_two_entities_gives_two_tokens()
    {
        var redactor = new TestRedactor([TestRedactor.Rule("EMAIL", TransformKind.Token, id: "e"), TestRedactor.Rule(null, TransformKind.Token, "/v", "v")]);
        using var document = JsonDocument.Parse(redactor.Clean("""{"v":"b@c.io","w":"b@c.io"}"""));

        Assert.NotEqual(document.RootElement.GetProperty("v").GetString(), document.RootElement.GetProperty("w").GetString());
    }
}
