using Weir.Pipeline.Redaction;
using Weir.Pipeline.Redaction.Detection;

namespace Weir.Pipeline.Tests.Redaction;

/// <summary>Keys whose meaning the keys around them give.</summary>
public sealed class KeyRoleTests
{
    private static readonly RedactionRule[] Every =
        [.. EntityCatalogue.All.Where(e => e.Name != "LUHN").Select(e => new RedactionRule(e.Name.ToLowerInvariant(), e.Title, e.Name, null, new Transform(TransformKind.Redact)))];

    [Theory]
    [InlineData("""{"name":"Xola Quib","email":"x@quib.example"}""", """{"name":"[PERSON]","email":"[EMAIL_ADDRESS]"}""")]
    [InlineData("""{"email":"x@quib.example","name":"Xola Quib"}""", """{"email":"[EMAIL_ADDRESS]","name":"[PERSON]"}""")]
    [InlineData("""{"billing_details":{"name":"Xola Quib"}}""", """{"billing_details":{"name":"[PERSON]"}}""")]
    [InlineData("""{"passengers":[{"name":"Xola"},{"name":"Quib"}]}""", """{"passengers":[{"name":"[PERSON]"},{"name":"[PERSON]"}]}""")]
    [InlineData("""{"name":[{"family":"Quib","given":["Xola","Mo"]}]}""", """{"name":[{"family":"[PERSON]","given":["[PERSON]","[PERSON]"]}]}""")]
    [InlineData("""{"owner":{"name":{"first":"Xola","last":"Quib"}}}""", """{"owner":{"name":{"first":"[PERSON]","last":"[PERSON]"}}}""")]
    [InlineData("""{"m":"{\"author\":{\"name\":\"X\u00f6la Quib\"}}"}""", """{"m":"{\"author\":{\"name\":\"[PERSON]\"}}"}""")]
    public void The_name_in_an_object_about_a_person_is_the_persons(string record, string clean) => Assert.Equal(clean, Clean(record));

    [Theory]
    [InlineData("""{"id":7,"name":"Xola Quib","sku":"Q-7"}""")]
    [InlineData("""{"items":[{"name":"Thomas Cook Voucher","qty":1}]}""")]
    [InlineData("""{"company":"Martin Berger Verlag","brand":{"name":"Laura Ashley"}}""")]
    [InlineData("""{"customer":{"name":"Quib Trading Ltd"}}""")]
    [InlineData("""{"user":{"name":"svc_deploy_7"}}""")]
    [InlineData("""{"type":"counter","value":9878979952}""")]
    [InlineData("""{"name":"max.items","value":"9878979952"}""")]
    public void The_name_of_a_thing_or_a_firm_stays(string record) => Assert.Equal(record, Clean(record));

    [Theory]
    [InlineData("""{"system":"phone","value":"9878979952","use":"home"}""", """{"system":"phone","value":"[PHONE_NUMBER]","use":"home"}""")]
    [InlineData("""{"value":"22 544 86 24","type":"fax"}""", """{"value":"[PHONE_NUMBER]","type":"fax"}""")]
    [InlineData("""{"name":"ssn","value":"219099998"}""", """{"name":"ssn","value":"[US_SSN]"}""")]
    [InlineData("""[{"name":"firstName","value":"Xola"},{"question":"Date of birth","answer":"2001-02-03"}]""", """[{"name":"firstName","value":"[PERSON]"},{"question":"Date of birth","answer":"[DATE_OF_BIRTH]"}]""")]
    [InlineData("""{"phone":{"country":"48","number":"22 544 86 24"}}""", """{"phone":{"country":"48","number":"[PHONE_NUMBER]"}}""")]
    [InlineData("""{"address":{"line":["Mill Road 12","Flat 3"],"city":"Leeds"}}""", """{"address":{"line":["[STREET_ADDRESS]","[STREET_ADDRESS]"],"city":"Leeds"}}""")]
    public void A_sibling_or_the_key_around_says_what_a_value_is(string record, string clean) => Assert.Equal(clean, Clean(record));

    [Fact]
    public void Records_read_along_the_trail_of_earlier_ones_tell_the_same()
    {
        var redactor = new TestRedactor(Every);
        foreach (var kind in (string[])["phone", "pager", "phone", "other", "phone"])
        {
            var clean = redactor.Clean($$"""{"id":1,"who":{"name":"Xola Quib","email":"x@quib.example"},"product":{"name":"Laura Ashley"},"by":{"type":"{{kind}}","value":"9878979952"},"m":"{\"name\":\"Xola Quib\",\"n\":1}"}""");
            Assert.Equal($$"""{"id":1,"who":{"name":"[PERSON]","email":"[EMAIL_ADDRESS]"},"product":{"name":"Laura Ashley"},"by":{"type":"{{kind}}","value":"{{(kind == "phone" ? "[PHONE_NUMBER]" : "9878979952")}}"},"m":"{\"name\":\"Xola Quib\",\"n\":1}"}""", clean);
        }
    }

    [Theory]
    [InlineData("customer:\n  firstName: Xola\n  street: Mill Road 12\n", "customer:\n  firstName: [PERSON]\n  street: [STREET_ADDRESS]\n")]
    [InlineData("a=1&first_name=Xola&last_name=Qu%C3%ADb&b=20", "a=1&first_name=[PERSON]&last_name=[PERSON]&b=20")]
    [InlineData("<C id=\"7\"><FirstName>Xola</FirstName><n:LastName a=\"1\">Quib</n:LastName><Email/></C>", "<C id=\"7\"><FirstName>[PERSON]</FirstName><n:LastName a=\"1\">[PERSON]</n:LastName><Email/></C>")]
    [InlineData("level=info full_name=\"Xola Quib\" surname=Quib n=20", "level=info full_name=\"[PERSON]\" surname=[PERSON] n=20")]
    [InlineData("{\"firstName\":\"Xola\",\"n\":20", "{\"firstName\":\"[PERSON]\",\"n\":20")]
    public void A_label_in_text_introduces_a_name_or_an_address(string text, string clean) => Assert.Equal(clean, Clean(text));

    [Theory]
    [InlineData("first name: required, surname: None, 20 characters")]
    [InlineData("listen address: 10/8, memory address is 0x7ffe0010 at 12")]
    [InlineData("surname=null&first_name=%s&n=20")]
    public void A_label_without_a_name_behind_it_introduces_none(string text) => Assert.Equal(text, Clean(text));

    private static string Clean(string record) => new TestRedactor(Every, o => o.OnInvalidJson = InvalidJsonPolicy.Text).Clean(record);
}
