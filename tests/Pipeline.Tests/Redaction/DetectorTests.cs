using Weir.Pipeline.Redaction.Detection;

namespace Weir.Pipeline.Tests.Redaction;

public sealed class DetectorTests
{
    [Theory]
    [InlineData("mail o'brien+tag@sub.example.co.uk now", "EMAIL_ADDRESS", "o'brien+tag@sub.example.co.uk")]
    [InlineData("mailto:bob@example.com", "EMAIL_ADDRESS", "bob@example.com")]
    [InlineData("email=bob@example.com&x=1", "EMAIL_ADDRESS", "bob@example.com")]
    [InlineData("(bob@example.com).", "EMAIL_ADDRESS", "bob@example.com")]
    [InlineData("bob@müller.example", "EMAIL_ADDRESS", "bob@müller.example")]
    [InlineData("bob@xn--80ak6aa92e.com", "EMAIL_ADDRESS", "bob@xn--80ak6aa92e.com")]
    [InlineData("bob＠example．com", "EMAIL_ADDRESS", "bob＠example．com")]
    [InlineData("bob&#64;example.com", "EMAIL_ADDRESS", "bob&#64;example.com")]
    [InlineData("see bob%40example.com", "EMAIL_ADDRESS", "bob%40example.com")]
    [InlineData("bob\\u0040example.com", "EMAIL_ADDRESS", "bob\\u0040example.com")]
    [InlineData("b\u200bob@exam\u00adple.com", "EMAIL_ADDRESS", "b\u200bob@exam\u00adple.com")]
    [InlineData("id Ym9iQGV4YW1wbGUuY29t end", "EMAIL_ADDRESS", "Ym9iQGV4YW1wbGUuY29t")]
    [InlineData("card 5105-1051-0510-5100.", "CREDIT_CARD", "5105-1051-0510-5100")]
    [InlineData("2221000000000009", "CREDIT_CARD", "2221000000000009")]
    [InlineData("6304000000000000", "CREDIT_CARD", "6304000000000000")]
    [InlineData("6011000990139424", "CREDIT_CARD", "6011000990139424")]
    [InlineData("4111\u00a01111\u00a01111\u00a01111", "CREDIT_CARD", "4111\u00a01111\u00a01111\u00a01111")]
    [InlineData("٤١١١١١١١١١١١١١١١", "CREDIT_CARD", "٤١١١١١١١١١١١١١١١")]
    [InlineData("on 2024 4111 1111 1111 1111 paid", "CREDIT_CARD", "4111 1111 1111 1111")]
    [InlineData("to gb42nawi12345612345678? no, GB29 NWBK 6016 1331 9268 19", "IBAN_CODE", "GB29 NWBK 6016 1331 9268 19")]
    [InlineData("de89370400440532013000", "IBAN_CODE", "de89370400440532013000")]
    [InlineData("ssn 219-09-9998", "US_SSN", "219-09-9998")]
    [InlineData("my social security number is 219099998", "US_SSN", "219099998")]
    [InlineData("from 10.20.30.40:8080", "IP_ADDRESS", "10.20.30.40")]
    [InlineData("[2001:db8::1]", "IP_ADDRESS", "2001:db8::1")]
    [InlineData("::ffff:192.0.2.7 came", "IP_ADDRESS", "::ffff:192.0.2.7")]
    [InlineData("fe80::1%eth0", "IP_ADDRESS", "fe80::1%eth0")]
    [InlineData("mac 00:1A:2B:3C:4D:5E", "MAC_ADDRESS", "00:1A:2B:3C:4D:5E")]
    [InlineData("mac 01-23-45-67-89-ab", "MAC_ADDRESS", "01-23-45-67-89-ab")]
    [InlineData("mac aabb.ccdd.eeff", "MAC_ADDRESS", "aabb.ccdd.eeff")]
    [InlineData("https://bob:s3cret@example.com/x", "URL_CREDENTIALS", "bob:s3cret")]
    [InlineData("key AKIAIOSFODNN7EXAMPLE", "AWS_ACCESS_KEY", "AKIAIOSFODNN7EXAMPLE")]
    [InlineData("pay 1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2", "CRYPTO_BTC", "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2")]
    [InlineData("pay bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq", "CRYPTO_BTC", "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq")]
    [InlineData("0x52908400098527886E0F7030069857D2E4169EE7", "CRYPTO_ETH", "0x52908400098527886E0F7030069857D2E4169EE7")]
    [InlineData("call +46 (0)8 928 571 38 today", "PHONE_NUMBER", "+46 (0)8 928 571 38")]
    [InlineData("at (415) 555-0132", "PHONE_NUMBER", "(415) 555-0132")]
    [InlineData("415.555.0132 x77", "PHONE_NUMBER", "415.555.0132 x77")]
    [InlineData("phone 4258829090", "PHONE_NUMBER", "4258829090")]
    [InlineData("hetu 131052-308T", "FI_PERSONAL_IDENTITY_CODE", "131052-308T")]
    [InlineData("numer PESEL: 44051401458", "PL_PESEL", "44051401458")]
    [InlineData("NHS number 943 476 5919", "UK_NHS", "943 476 5919")]
    [InlineData("passports: X12345678", "US_PASSPORT", "X12345678")]
    [InlineData("x 626f622e73746f6e65406578616d706c652e636f6d y", "EMAIL_ADDRESS", "626f622e73746f6e65406578616d706c652e636f6d")]
    [InlineData("x 61626340636465666768692e636f6d y", "EMAIL_ADDRESS", "61626340636465666768692e636f6d")]
    [InlineData("x Ym9iLnN0b25lJTQwZXhhbXBsZS5jb20= y", "EMAIL_ADDRESS", "Ym9iLnN0b25lJTQwZXhhbXBsZS5jb20=")]
    [InlineData("xoxb-123456789012-1234567890123-abcdefghijklmnopqrstuvwx", "API_KEY", "xoxb-123456789012-1234567890123-abcdefghijklmnopqrstuvwx")]
    [InlineData("aws_secret_access_key=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY ok", "AWS_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")]
    [InlineData("pay ⁴¹¹¹¹¹¹¹¹¹¹¹¹¹¹¹ now", "CREDIT_CARD", "⁴¹¹¹¹¹¹¹¹¹¹¹¹¹¹¹")]
    [InlineData("pay 4111·1111·1111·1111 now", "CREDIT_CARD", "4111·1111·1111·1111")]
    [InlineData("ssn 219.09.9998", "US_SSN", "219.09.9998")]
    [InlineData("hetu 131052A308T", "FI_PERSONAL_IDENTITY_CODE", "131052A308T")]
    [InlineData("born 640823+3234 in", "SE_PERSONNUMMER", "640823+3234")]
    [InlineData("mac 0012.3456.789a", "MAC_ADDRESS", "0012.3456.789a")]
    [InlineData("see 51.18.55.68 now", "IP_ADDRESS", "51.18.55.68")]
    [InlineData("2001:db8::1%eth0", "IP_ADDRESS", "2001:db8::1%eth0")]
    [InlineData("bob&commat;example.com", "EMAIL_ADDRESS", "bob&commat;example.com")]
    [InlineData("my name is Zoë Lind, hello", "PERSON", "Zoë Lind")]
    [InlineData("ask Dr. Berta D. Novak's team", "PERSON", "Berta D. Novak")]
    [InlineData("Dear Pawel, thank you", "PERSON", "Pawel")]
    [InlineData("seen with Elena Wiśniewska in the shop", "PERSON", "Elena Wiśniewska")]
    [InlineData("Maria Lind wrote this", "PERSON", "Maria Lind")]
    [InlineData("I'm Aantje Mourik, from the office", "PERSON", "Aantje Mourik")]
    [InlineData("Cendrillon Coudert lives in Lyon", "PERSON", "Cendrillon Coudert")]
    [InlineData("From: Wenona Ashby <x>", "PERSON", "Wenona Ashby")]
    [InlineData("ich heiße Jördis", "PERSON", "Jördis")]
    [InlineData("she lives at 12 Mill Road, Leeds. Call first", "STREET_ADDRESS", "12 Mill Road, Leeds")]
    [InlineData("to tb1qxhkl607frtvjsy9nlyeg03lf6fsq947pl2pe82", "CRYPTO_BTC", "tb1qxhkl607frtvjsy9nlyeg03lf6fsq947pl2pe82")]
    [InlineData("born on 1/2/1975 in Leeds", "DATE_OF_BIRTH", "1/2/1975")]
    [InlineData("DOB: 19750102", "DATE_OF_BIRTH", "19750102")]
    [InlineData("(born 2 January 1975)", "DATE_OF_BIRTH", "2 January 1975")]
    [InlineData("her birthday: January 2, 1975", "DATE_OF_BIRTH", "January 2, 1975")]
    [InlineData("geboren am 2. März 1975", "DATE_OF_BIRTH", "2. März 1975")]
    [InlineData("née le 2 février 1975", "DATE_OF_BIRTH", "2 février 1975")]
    [InlineData("fecha de nacimiento: 2 de enero de 1975", "DATE_OF_BIRTH", "2 de enero de 1975")]
    [InlineData("nato il 2 gennaio 1975", "DATE_OF_BIRTH", "2 gennaio 1975")]
    [InlineData("sent ya29.a0Ab_cD-eFgHiJkLmNoPqRsTuVwXyZ0123456789", "API_KEY", "ya29.a0Ab_cD-eFgHiJkLmNoPqRsTuVwXyZ0123456789")]
    [InlineData("uses 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", "API_KEY", "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")]
    [InlineData("uses AIzaSy-D_1234567890abcdefghijklmnopqrs", "API_KEY", "AIzaSy-D_1234567890abcdefghijklmnopqrs")]
    [InlineData("uses AC0123456789abcdef0123456789abcdef", "API_KEY", "AC0123456789abcdef0123456789abcdef")]
    [InlineData("uses 0123456789abcdef0123456789abcdef-us12", "API_KEY", "0123456789abcdef0123456789abcdef-us12")]
    [InlineData("uses 1234567890:AAbCdEfGhIjKlMnOpQrStUvWxYz-_01234", "API_KEY", "1234567890:AAbCdEfGhIjKlMnOpQrStUvWxYz-_01234")]
    [InlineData("to https://hooks.slack.com/services/T01234567/B01234567/aBcDeFgHiJkLmNoPqRsTuVwX", "API_KEY", "https://hooks.slack.com/services/T01234567/B01234567/aBcDeFgHiJkLmNoPqRsTuVwX")]
    [InlineData("Authorization: Bearer aBcD-1234.xyz", "API_KEY", "aBcD-1234.xyz")]
    [InlineData("Name=x;AccountKey=aBcDeFgHiJkL/MnOpQrStUvWxYz+01234567890==;Suffix=y", "API_KEY", "aBcDeFgHiJkL/MnOpQrStUvWxYz+01234567890==")]
    [InlineData("91-415-555-0132", "PHONE_NUMBER", "91-415-555-0132")]
    public void A_value_is_found_whole(string text, string entity, string value)
    {
        var spans = Spans.Of(text);

        Assert.Contains(spans, s => s.Entity == entity && text[s.Start..s.End] == value);
        Assert.Single(spans);
    }

    [Theory]
    [InlineData("""{"ssn":"219099998"}""", "US_SSN")]
    [InlineData("""{"ssn":219099998}""", "US_SSN")]
    [InlineData("""{"customer":{"tax_id":"98-7654321","pesel":"44051401458"}}""", "PL_PESEL")]
    [InlineData("""{"bsn":"111222333"}""", "NL_BSN")]
    [InlineData("""{"codiceFiscale":"RCCMNL83S18D969H"}""", "IT_FISCAL_CODE")]
    [InlineData("""{"firstName":"Bob"}""", "PERSON")]
    [InlineData("""{"dateOfBirth":"1980-02-03"}""", "DATE_OF_BIRTH")]
    [InlineData("""{"password":"hunter22"}""", "API_KEY")]
    [InlineData("""{"mobilePhone":"612345678"}""", "PHONE_NUMBER")]
    [InlineData("""{"refreshToken":"abc!def?"}""", "API_KEY")]
    [InlineData("""{"passportNumber":"XY123456"}""", "PASSPORT")]
    [InlineData("""{"national_id_number":"W892079551"}""", "IDENTITY_CARD")]
    [InlineData("""{"licenseNo":"A1438328"}""", "DRIVER_LICENSE")]
    [InlineData("""{"vatNumber":"PL1234567890"}""", "VAT")]
    [InlineData("""{"beneficiaryName":"Justin Glass"}""", "PERSON")]
    [InlineData("""{"shippingAddress":"12 Mill Road, Leeds"}""", "STREET_ADDRESS")]
    [InlineData("""{"shipmentSsn":"219099998"}""", "US_SSN")]
    [InlineData("""{"note":"passport X12345678"}""", "US_PASSPORT")]
    [InlineData("""{"note":"my NINO is AB123456C"}""", "UK_NINO")]
    public void A_key_says_what_its_value_is(string record, string entity) =>
        Assert.Contains(Spans.Of(record), s => s.Entity == entity);

    [Theory]
    [InlineData("""{"ean":"4006381333931","gtin":4006381333931}""")]
    [InlineData("""{"createdAt":1700000000000,"ts":"1700000000123"}""")]
    [InlineData("""{"at":"2024-05-06T10:20:30.123Z","date":"06.05.2024 10:20"}""")]
    [InlineData("""{"id":"550e8400-e29b-41d4-a716-446655440000"}""")]
    [InlineData("""{"version":"1.2.3.4.5","v":"v1.2.3"}""")]
    [InlineData("""{"price":1234567.89,"qty":12}""")]
    [InlineData("the meeting is at 10:20:30 on 2024-01-31")]
    [InlineData("std::vector and a::b")]
    [InlineData("public transport, item 12345678901")]
    [InlineData("commit 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b")]
    [InlineData("Dear customer, The Order Is On Its Way")]
    [InlineData("Dear All, Hello World! Hi Team,")]
    [InlineData("fly to San Francisco Bay, or to Martin Street")]
    [InlineData("the MS Crypto API. This is GNU Linux9, the name is C")]
    [InlineData("the meeting is at 12")]
    [InlineData("born to run since 12 o'clock")]
    [InlineData("""{"vat":19.00,"pass":true,"passport":"yes"}""")]
    [InlineData("see https://hooks.slack.com/help and key-value 12")]
    public void What_is_no_personal_data_stays(string text) => Assert.Empty(Spans.Of(text));

    [Fact]
    public void A_private_key_goes_from_its_first_line_to_its_last()
    {
        var text = "x\n-----BEGIN RSA PRIVATE KEY-----\nMIIBOgIBAAJBAKj34GkxFhD\n-----END RSA PRIVATE KEY-----\ny";

        var span = Assert.Single(Spans.Of(text));
        Assert.Equal("PRIVATE_KEY", span.Entity);
        Assert.Equal((2, text.Length - 2), (span.Start, span.End));
    }

    [Fact]
    public void A_value_is_found_wherever_it_stands_among_the_blocks()
    {
        foreach (var value in (string[])["bob@example.com", "4111 1111 1111 1111", "GB29NWBK60161331926819", "10.20.30.40", "2001:db8::8a2e:370:7334", "00:1A:2B:3C:4D:5E", "AKIAIOSFODNN7EXAMPLE", "+14155550132"])
        {
            for (var shift = 0; shift < 140; shift++)
            {
                var text = $"{{\"k\":\"{new string('.', shift)} {value} \"}}";
                var span = Assert.Single(Spans.Of(text));
                Assert.Equal(value, text[span.Start..span.End]);
            }
        }
    }

    [Theory]
    [InlineData("called back re #1699047, wants a call at +41 44 668 18 00", "+41 44 668 18 00")]
    [InlineData("call 555 for order 518-7365795-5228307", null)]
    [InlineData("please call, ref INV-497169496", null)]
    [InlineData("my phone: 4 1 5 5 5 5 2 6 7 1, thanks", "4 1 5 5 5 5 2 6 7 1")]
    [InlineData("call me at 4-1-5-5-5-5-2-6-7-1", "4-1-5-5-5-5-2-6-7-1")]
    [InlineData("lotto 4 1 5 5 5 5 2 6 7 1", null)]
    [InlineData("phone 0171 5550100, damage of 1 646 420,00 zł", "0171 5550100")]
    [InlineData("total EUR 35 422.75. Call me", null)]
    [InlineData("ISBN 0-762-00733-0", null)]
    [InlineData("trace 00-28530374ec38aae9-01", null)]
    [InlineData("Tel. #2125550143", "2125550143")]
    [InlineData("unter 0171 - 5550100 erreichbar", "0171 - 5550100")]
    [InlineData("тел. 8 495 5550143", "8 495 5550143")]
    [InlineData("電話番号は0905550143です", "0905550143")]
    public void A_phone_number_is_one_unless_what_stands_before_it_names_another(string text, string? phone) =>
        Assert.Equal(phone is null ? [] : [phone], Spans.Of(text).Where(s => s.Entity == "PHONE_NUMBER").Select(s => text[s.Start..s.End]));

    [Theory]
    [InlineData("firmware 2.1.73.45")]
    [InlineData("build: 4.2.13.199")]
    [InlineData("Mozilla/5.0 Chrome/126.0.6478.99 Safari/537.36")]
    [InlineData("installed librtmp1 2.4+20151223.gitfa8646d")]
    [InlineData("Boston, MA 02110-1301 USA")]
    [InlineData("git fetch http::/site/path and key:: 20")]
    [InlineData("def read(name, pwd=None): 20, pwd = self.pwd 20")]
    [InlineData("92007 52257 37823 94725 45654 29936")]
    [InlineData("GET /v2/3f896ef9-cb9c-40a8-a068-563580242979?a=b")]
    [InlineData("tracking 9400 1041 5233 0097 9262 51 says")]
    [InlineData("acct open, ean 9783492405119, sku 12345678")]
    public void Versions_identifiers_and_lists_of_numbers_are_nobodys(string text) => Assert.Empty(Spans.Of(text));

    [Fact]
    public void A_path_and_a_sentence_behind_a_version_still_hold_addresses()
    {
        Assert.Equal("IP_ADDRESS", Assert.Single(Spans.Of("GET /hosts/10.1.2.3 HTTP")).Entity);
        Assert.Equal("IP_ADDRESS", Assert.Single(Spans.Of("version 1.2 asked 10.1.2.3")).Entity);
    }

    [Fact]
    public void Sentences_with_commas_are_no_table()
    {
        const string text = "ts $88,712.84 EAN 7\nIBAN please, 2026.\nDimensions, call 227.417.8541";
        Assert.Equal("PHONE_NUMBER", Assert.Single(Spans.Of(text)).Entity);
    }

    [Fact]
    public void The_tag_of_an_address_in_a_query_is_part_of_it() =>
        Assert.Equal("GET /a?email=[EMAIL_ADDRESS]&n=2", new TestRedactor([TestRedactor.Rule("EMAIL", Weir.Pipeline.Redaction.TransformKind.Redact)]).Clean("GET /a?email=xola+shop%40quib.example&n=2"));
}
