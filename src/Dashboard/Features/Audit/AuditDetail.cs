using System.Text.Json;

namespace Weir.Dashboard.Features.Audit;

/// <summary>The detail of a line in words: a message as it is, anything else as <c>name value</c> pairs. What the other columns say already is left out.</summary>
internal static class AuditDetail
{
    private static readonly string[] Said = ["name", "target", "permission"];

    public static string Words(string? detail)
    {
        if (detail is null)
        {
            return "";
        }

        try
        {
            using var json = JsonDocument.Parse(detail);
            if (json.RootElement.ValueKind != JsonValueKind.Object)
            {
                return detail;
            }

            return json.RootElement.TryGetProperty("message", out var message) && message.ValueKind == JsonValueKind.String
                ? message.GetString()!
                : string.Join(", ", json.RootElement.EnumerateObject().Where(p => !Said.Contains(p.Name)).Select(p => $"{p.Name} {(p.Value.ValueKind == JsonValueKind.String ? p.Value.GetString() : p.Value.GetRawText())}"));
        }
        catch (JsonException)
        {
            return detail;
        }
    }
}
