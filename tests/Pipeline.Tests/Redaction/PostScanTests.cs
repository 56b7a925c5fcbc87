using System.Text;
using Weir.Pipeline.Redaction;
using Weir.Pipeline.Redaction.Detection;

namespace Weir.Pipeline.Tests.Redaction;

/// <summary>The second look finds what a detector has left, and finds nothing in what the detectors have cleaned.</summary>
public sealed class PostScanTests
{
    private static readonly bool[] Everything = [.. EntityCatalogue.All.Select(_ => true)];

    [Theory]
    [InlineData("""{"a":"to bob@example.com"}""", "EMAIL_ADDRESS")]
    [InlineData("""{"a":"to bob\u0040example.com"}""", "EMAIL_ADDRESS")]
    [InlineData("""{"a":"219-09-9998"}""", "US_SSN")]
    [InlineData("""{"a":"4111 1111 1111 1111"}""", "CREDIT_CARD")]
    [InlineData("""{"a":4111111111111111}""", "CREDIT_CARD")]
    [InlineData("""{"a":"3782 822463 10005"}""", "CREDIT_CARD")]
    [InlineData("""{"a":"GB29 NWBK 6016 1331 9268 19"}""", "IBAN_CODE")]
    [InlineData("DE89370400440532013000", "IBAN_CODE")]
    [InlineData("from 10.20.30.40 on", "IP_ADDRESS")]
    [InlineData("call +14155550132", "PHONE_NUMBER")]
    [InlineData("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U", "JWT")]
    [InlineData("-----BEGIN RSA PRIVATE KEY-----\nMIIB", "PRIVATE_KEY")]
    [InlineData("-----BEGIN PRIVATE KEY-----\nMIIB", "PRIVATE_KEY")]
    [InlineData("key AKIAIOSFODNN7EXAMPLE", "AWS_ACCESS_KEY")]
    public void A_value_that_is_left_is_found(string clean, string entity) => Assert.Equal(entity, PostScan.Leak(Encoding.UTF8.GetBytes(clean), Everything));

    [Theory]
    [InlineData("""{"ean":4111111111111111,"trackingNo":"5500005555555559","offset":"+14155550132"}""")]
    [InlineData("""{"a":"tok:k1:MFRGGZDFMZTWQ2LKNNWG23TPOA","b":"enc:k1:GB29NWBK60161331926819XXXX"}""")]
    [InlineData("""{"a":"4111 1111 1111 1112","v":"1.2.3.4.5","w":"999.1.1.1","i":"GB29 NWBK 6016 1331 9268 18"}""")]
    [InlineData("""{"id":"550e8400-e29b-41d4-a716-446655440000","at":"2024-05-06T10:20:30.123Z"}""")]
    [InlineData("-----BEGIN PUBLIC KEY-----\nMIIB")]
    [InlineData("٤١١١١١١١١١١١١١١١ and ๖๙๘.74.242.1, DE٠٠370400440532013000")]
    public void What_is_none_is_left(string clean) => Assert.Null(PostScan.Leak(Encoding.UTF8.GetBytes(clean), Everything));

    [Fact]
    public void What_the_detectors_have_cleaned_passes_a_second_look()
    {
        var values = new MadeValues(77);
        var redactor = new TestRedactor([.. EntityCatalogue.All.Where(e => e.Name != "LUHN").Select(e => TestRedactor.Rule(e.Name, TransformKind.Token, id: e.Name.ToLowerInvariant()))]);
        for (var round = 0; round < 200; round++)
        {
            var clean = redactor.Clean(string.Concat("""{"v":[""", string.Join(',', MadeValues.Kinds.Select(kind => $"\"x {values.Next(kind)} y\"")), "]}"));

            Assert.True(PostScan.Leak(Encoding.UTF8.GetBytes(clean), Everything) is null, clean);
        }
    }
}
