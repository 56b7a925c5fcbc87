using System.Text;

namespace Weir.RedactionBench;

/// <summary>Order events of about one KiB with three personal values each: an e-mail address, a phone number and a card number. Seeded.</summary>
internal static class Orders
{
    private static readonly string[] Names = ["Stone", "Rivera", "Okafor", "Lindqvist", "Moreau", "Tanaka", "Novak", "Haddad"];

    public static byte[][] Make(int count, int seed)
    {
        var random = new Random(seed);
        var records = new byte[count][];
        for (var i = 0; i < count; i++)
        {
            var order = new StringBuilder();
            order.Append($$"""{"eventId":"{{Guid(random)}}","type":"order.placed","at":"2025-0{{random.Next(1, 10)}}-1{{random.Next(10)}}T1{{random.Next(10)}}:2{{random.Next(10)}}:3{{random.Next(10)}}.{{random.Next(100, 1000)}}Z","orderId":"ord-{{random.Next(100000, 999999)}}","customer":{"id":{{random.Next(1000, 999999)}},"email":"{{Names[random.Next(8)].ToLowerInvariant()}}.{{random.Next(1000)}}@mail{{random.Next(100)}}.example.com","phone":"+1 {{random.Next(201, 990)}}-{{random.Next(201, 990)}}-{{random.Next(1000, 10000)}}","tier":"gold","since":{{random.Next(2010, 2025)}}},"payment":{"method":"card","card":"{{Card(random)}}","currency":"EUR","amount":{{random.Next(5, 900)}}.{{random.Next(10, 100)}}},"items":[""");
            for (var item = 0; item < 5; item++)
            {
                order.Append($$"""{{(item > 0 ? "," : "")}}{"sku":"SKU-{{random.Next(1000, 9999)}}","title":"{{Names[random.Next(8)]}} desk lamp, warm white, two pieces","qty":{{random.Next(1, 9)}},"price":{{random.Next(1, 300)}}.{{random.Next(10, 100)}},"ean":"40{{random.NextInt64(10000000000, 99999999999)}}"}""");
            }

            order.Append($$"""],"shipping":{"carrier":"post","trackingNo":"{{random.NextInt64(100000000000, 999999999999)}}","country":"DE","express":false},"meta":{"source":"web","version":3,"flags":["new","mobile"]""").Append("}}");
            records[i] = Encoding.UTF8.GetBytes(order.ToString());
        }

        return records;
    }

    private static string Guid(Random random)
    {
        var bytes = new byte[16];
        random.NextBytes(bytes);
        return new Guid(bytes).ToString();
    }

    private static string Card(Random random)
    {
        Span<char> digits = stackalloc char[16];
        digits[0] = '4';
        for (var i = 1; i < 15; i++)
        {
            digits[i] = (char)('0' + random.Next(10));
        }

        var sum = 0;
        for (var i = 0; i < 15; i++)
        {
            var d = (digits[i] - '0') * (i % 2 == 0 ? 2 : 1);
            sum += d > 9 ? d - 9 : d;
        }

        digits[15] = (char)('0' + (10 - sum % 10) % 10);
        return new string(digits);
    }
}
