using System.Buffers;
using System.Text.Json;

namespace Weir.ControlPlane.SampleTraffic;

/// <summary>
/// Made-up order events with made-up personal data. Addresses are under <c>example.org</c>, phone numbers in the ranges kept for fiction, card numbers from the ranges that issuers publish for tests.
/// <code>{"orderId":"00a1…","placedAt":"…","customer":{"name":"Ada Lindqvist","email":"ada.lindqvist@example.org","phone":"+1 212 555 0142"},"shipping":{"name":"Ada Lindqvist","street":"12 Lock Lane","city":"Millbrook"},"payment":{"card":"4111 1111 1111 1111"},"items":[…],"total":120.5}</code>
/// </summary>
internal sealed class OrderEvents(Random random, TimeProvider time)
{
    private static readonly string[] First = ["Ada", "Bela", "Chiara", "Dmitri", "Esra", "Fumiko", "Gaël", "Hana", "Iker", "Jonas", "Kofi", "Lena", "Mila", "Noor", "Olu", "Priya"];
    private static readonly string[] Last = ["Lindqvist", "Okafor", "Moreau", "Tanaka", "Silva", "Novak", "Haddad", "Kumar", "Jensen", "Rossi", "Weber", "Popescu"];
    private static readonly string[] Cards = ["4111111111111111", "4012 8888 8888 1881", "5555555555554444", "2223003122003222", "378282246310005", "6011-1111-1111-1117"];
    private static readonly string[] Streets = ["Lock Lane", "Sluice Street", "Mill Race", "Towpath Road", "Quay Street"];
    private static readonly string[] Products = ["weir plate", "stilling well", "float gauge", "sluice gate", "flume", "staff gauge"];

    /// <summary>Writes one event and a line feed. One in ten spells its address with JSON escapes, as some serializers do.</summary>
    public void Write(IBufferWriter<byte> output)
    {
        var (first, last) = (Pick(First), Pick(Last));
        var email = $"{first}.{last}{random.Next(100)}@example.org".ToLowerInvariant().Replace("ë", "e", StringComparison.Ordinal);
        var escaped = random.Next(10) == 0;
        using (var json = new Utf8JsonWriter(output, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true }))
        {
            json.WriteStartObject();
            json.WriteString("orderId", random.NextInt64().ToString("x16"));
            json.WriteString("placedAt", time.GetUtcNow());
            json.WriteStartObject("customer");
            json.WriteString("id", $"c-{random.Next(5000):0000}");
            json.WriteString("name", $"{first} {last}");
            json.WritePropertyName("email");
            json.WriteRawValue($"\"{(escaped ? email.Replace("@", "\\u0040", StringComparison.Ordinal) : email)}\"");
            json.WriteString("phone", $"+1 {Pick(["212", "415", "617"])} 555 01{random.Next(100):00}");
            json.WriteEndObject();
            json.WriteStartObject("shipping");
            json.WriteString("name", $"{first} {last}");
            json.WriteString("street", $"{random.Next(1, 200)} {Pick(Streets)}");
            json.WriteString("city", "Millbrook");
            json.WriteEndObject();
            json.WriteStartObject("payment");
            json.WriteString("card", Pick(Cards));
            json.WriteEndObject();
            json.WriteStartArray("items");
            for (var i = random.Next(1, 4); i > 0; i--)
            {
                json.WriteStartObject();
                json.WriteString("product", Pick(Products));
                json.WriteNumber("quantity", random.Next(1, 9));
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteNumber("total", random.Next(100, 100_000) / 100m);
            json.WriteString("note", random.Next(8) == 0 ? $"please write to {email} before delivery" : "leave at the lock");
            json.WriteEndObject();
        }

        output.Write("\n"u8);
    }

    private string Pick(string[] from) => from[random.Next(from.Length)];
}
