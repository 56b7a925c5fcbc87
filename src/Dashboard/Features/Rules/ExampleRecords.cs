namespace Weir.Dashboard.Features.Rules;

/// <summary>Records to try rules on: made-up people, and the ways in which values hide.</summary>
internal static class ExampleRecords
{
    public static IReadOnlyList<(string Name, string Text)> All { get; } =
    [
        ("An order", """{"order":1042,"customer":{"name":"Ada Lovelace","email":"ada@example.com"},"card":"4111 1111 1111 1111","note":"call +44 20 7946 0958"}"""),
        ("A payment", """{"type":"payment.settled","amount":129.90,"currency":"EUR","iban":"DE89 3704 0044 0532 0130 00","card":5555555555554444,"cvv":"123","ean":"4006381333931"}"""),
        ("A support ticket", """{"ticket":77,"text":"My name is Zoë Lind. I live at 12 Mill Road, Leeds, my SSN is 219-09-9998 and you reach me at (415) 555-0132.","ip":"203.0.113.7"}"""),
        ("A patient", """{"patient":{"firstName":"Ada","dateOfBirth":"1980-02-03","nhsNumber":"943 476 5919"},"mbi":"1EG4-TE5-MK73","age":44}"""),
        ("Values that hide", """{"a":"bob\u0040example.com","b":"bob%40example.com","c":"Ym9iQGV4YW1wbGUuY29t","d":"４１１１ １１１１ １１１１ １１１１","e":"{\"mail\":\"eve@example.com\"}","bob@example.com":1}"""),
        ("Secrets in a log line", "2026-01-31T10:20:30Z GET https://bob:s3cret@example.com/x AKIAIOSFODNN7EXAMPLE from 10.20.30.40"),
        ("A table", "id,firstName,phone\n1,Ada,+44 20 7946 0958\n2,Zoë,415-555-0132"),
    ];
}
