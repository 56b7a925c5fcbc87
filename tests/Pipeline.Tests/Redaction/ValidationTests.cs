using Weir.Pipeline.Redaction.Detection;

namespace Weir.Pipeline.Tests.Redaction;

/// <summary>A whole text, yes or no, for a country or for any.</summary>
public sealed class ValidationTests
{
    [Theory]
    [InlineData("en-GB", "+447911123456", true)]
    [InlineData("en-GB", "07911123456", true)]
    [InlineData("en-GB", "02079460123", false)]
    [InlineData("de-CH", "0791234567", true)]
    [InlineData("de-DE", "+49 151 23456789", false)]
    [InlineData("fr-FR", "+33612345678", true)]
    [InlineData("fr-FR", "0412345678", false)]
    [InlineData("en-US", "(415) 555-0132", true)]
    [InlineData("en-US", "(115) 555-0132", false)]
    [InlineData("ja-JP", "+81 (0)90-1234-5678", true)]
    [InlineData("pt-BR", "+55 (11) 91234-5678", true)]
    [InlineData("[\"nb-NO\",\"nn-NO\"]", "+4791234567", true)]
    [InlineData("[\"nb-NO\",\"nn-NO\"]", "+4721234567", false)]
    [InlineData("en-IN", "+919812345678", true)]
    [InlineData("any", "+41 79 123 45 67", true)]
    [InlineData("xx-QQ", "12345", true)]
    public void A_phone_number_is_one_of_its_regions_plan(string region, string text, bool valid) => Assert.Equal(valid, Validation.IsValid("PHONE_NUMBER", text, region));

    [Theory]
    [InlineData("PASSPORT", "DE", "C01X00T47", true)]
    [InlineData("PASSPORT", "DE", "A01X00T47", false)]
    [InlineData("PASSPORT", "FR", "12AB34567", true)]
    [InlineData("PASSPORT", "NL", "XR1001R58", true)]
    [InlineData("IDENTITY_CARD", "zh-HK", "A123456(3)", true)]
    [InlineData("IDENTITY_CARD", "zh-HK", "A123456(4)", false)]
    [InlineData("IDENTITY_CARD", "zh-TW", "A123456789", true)]
    [InlineData("IDENTITY_CARD", "zh-TW", "A123456788", false)]
    [InlineData("IDENTITY_CARD", "IR", "0499370899", true)]
    [InlineData("TAX_ID", "el-CY", "99652156X", true)]
    [InlineData("TAX_ID", "cs-CZ", "530121/9990", true)]
    [InlineData("TAX_ID", "cs-CZ", "530121000", false)]
    [InlineData("VAT", "CH", "CHE-116.281.710 MWST", true)]
    [InlineData("VAT", "CH", "CHE-116.281.711 MWST", false)]
    [InlineData("VAT", "FR", "FR40303265045", true)]
    [InlineData("VAT", "GB", "GBGD499", true)]
    public void A_document_is_one_of_its_country(string entity, string country, string text, bool valid) => Assert.Equal(valid, Validation.IsValid(entity, text, country));

    [Fact]
    public void Options_that_no_detector_has_are_not_answered() => Assert.Null(Validation.IsValid("EMAIL_ADDRESS", "a@b.io", """{"allow_display_name":true}"""));

    [Fact]
    public void The_check_digit_of_long_numbers_is_told_as_digit_by_digit()
    {
        var random = new Random(5);
        for (var round = 0; round < 5000; round++)
        {
            var digits = new byte[random.Next(1, 25)];
            var sum = 0;
            for (var i = 0; i < digits.Length; i++)
            {
                var digit = random.Next(10);
                digits[i] = (byte)('0' + digit);
                sum += (digits.Length - i) % 2 == 1 ? digit : digit > 4 ? 2 * digit - 9 : 2 * digit;
            }

            Assert.Equal(sum % 10 == 0, CardDetector.Luhn(digits));
        }
    }
}
