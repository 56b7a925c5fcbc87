using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Weir.Dashboard.Features.Records;

/// <summary>JSON on lines of its own, cut into parts by kind for colouring. Text that is not JSON stays as it is.</summary>
internal static class JsonText
{
    private const int MaxLength = 100_000;
    private static readonly JsonWriterOptions Indented = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static IReadOnlyList<(string Text, string Class)> Parts(string data)
    {
        if (data.Length > MaxLength || Pretty(data) is not { } pretty)
        {
            return [(data, "j-plain")];
        }

        var parts = new List<(string, string)>();
        for (var i = 0; i < pretty.Length;)
        {
            var start = i;
            if (pretty[i] == '"')
            {
                for (i++; pretty[i] != '"'; i++)
                {
                    i += pretty[i] == '\\' ? 1 : 0;
                }

                i++;
                parts.Add((pretty[start..i], i < pretty.Length && pretty[i] == ':' ? "j-name" : "j-text"));
            }
            else
            {
                var value = char.IsAsciiLetterOrDigit(pretty[i]) || pretty[i] == '-';
                while (i < pretty.Length && pretty[i] != '"' && (char.IsAsciiLetterOrDigit(pretty[i]) || pretty[i] is '-' or '.' or '+') == value)
                {
                    i++;
                }

                parts.Add((pretty[start..i], value ? "j-value" : "j-plain"));
            }
        }

        return parts;
    }

    private static string? Pretty(string data)
    {
        try
        {
            using var document = JsonDocument.Parse(data);
            using var buffer = new MemoryStream();
            using (var writer = new Utf8JsonWriter(buffer, Indented))
            {
                document.WriteTo(writer);
            }

            return Encoding.UTF8.GetString(buffer.ToArray());
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
