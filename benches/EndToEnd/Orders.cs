using System.Text;

namespace Weir.EndToEnd;

/// <summary>Made-up order events of 1 KiB, each with a name, an e-mail address and a card number.</summary>
internal static class Orders
{
    public static byte[] Batch(Random random, int count)
    {
        var lines = new StringBuilder();
        for (var i = 0; i < count; i++)
        {
            var start = lines.Length;
            lines.Append("{\"orderId\":\"").Append(random.NextInt64().ToString("x16")).Append("\",\"customer\":{\"name\":\"Ada Example\",\"email\":\"ada")
                .Append(random.Next(100_000)).Append("@example.org\"},\"card\":\"4111111111111111\",\"total\":").Append(random.Next(1, 100_000) / 100m)
                .Append(",\"note\":\"");
            while (lines.Length - start < 1022)
            {
                lines.Append((char)('a' + random.Next(26)));
            }

            lines.Append("\"}\n");
        }

        return Encoding.UTF8.GetBytes(lines.ToString());
    }
}
