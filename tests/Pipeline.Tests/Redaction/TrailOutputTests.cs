using System.Text.Json;
using Weir.Pipeline.Redaction;
using Weir.Pipeline.Redaction.Detection;
using Weir.Pipeline.Redaction.Rules;

namespace Weir.Pipeline.Tests.Redaction;

/// <summary>Records like earlier ones are read in another way than the first: what is written for them is the same.</summary>
public sealed class TrailOutputTests
{
    private const string Record = """
        {"id":4711,"mail":"ada.byron@mail.example.com","pan":"4111111111111111","mobile":"+1 415-555-0132","home":"415-555-0132","ssn":"219-09-9999","iban":"DE89370400440532013000",
        "ip":"203.0.113.77","born":"1985-03-14","customer":{"name":"Ada Byron","email":"b@example.org","loyalty":"L-12345","age":38,"tags":["x","c@example.net"]},
        "note":"write to d@example.com or call +44 20 7946 0958","nested":"{\"mail\":\"e@example.com\"}","phone":4155550132,"nothing":null,"yes":true,"text":"what stands behind it, long enough for whole registers"}
        """;

    public static TheoryData<TransformKind> Kinds => [.. Enum.GetValues<TransformKind>()];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_transform_writes_the_same_for_a_record_like_earlier_ones_as_for_the_first(TransformKind kind)
    {
        IReadOnlyList<RedactionRule>[] sets =
        [
            [.. EntityCatalogue.All.Where(e => e.Name != "LUHN").Select(e => TestRedactor.Rule(e.Name, kind, id: e.Name.ToLowerInvariant(), keepLast: 2, text: "gone"))],
            [.. "EMAIL CARD PHONE".Split(' ').Select(e => TestRedactor.Rule(e, kind, id: e.ToLowerInvariant(), keepLast: 2, text: "gone"))],
            [TestRedactor.Rule("EMAIL", kind, "/customer", "mail", keepLast: 2, text: "gone"), TestRedactor.Rule(null, kind, "/**/loyalty", "loyalty", keepLast: 2, text: "gone"), TestRedactor.Rule(null, kind, "/customer/tags/[]", "tags", keepLast: 2, text: "gone")],
            [TestRedactor.Rule(null, kind, "/customer", "customer", keepLast: 2, text: "gone"), TestRedactor.Rule("PHONE", kind, id: "phone", keepLast: 2, text: "gone")],
            [TestRedactor.Rule(null, TransformKind.Token, "/customer/loyalty", "loyalty"), TestRedactor.Rule(null, kind, "/customer", "customer", keepLast: 2, text: "gone"), TestRedactor.Rule("EMAIL", kind, id: "mail", keepLast: 2, text: "gone")],
        ];
        foreach (var rules in sets)
        {
            var redactor = new TestRedactor(rules);
            var first = redactor.Clean(Record);
            JsonDocument.Parse(first).Dispose();
            Assert.NotEqual(Record, first);
            for (var again = 0; again < 5; again++)
            {
                Assert.Equal(first, redactor.Clean(Record));
            }
        }
    }
}
