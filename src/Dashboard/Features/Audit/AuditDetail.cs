using System.Text.Json;

namespace Weir.Dashboard.Features.Audit;

/// <summary>The detail of a line in words: a message as it is, anything else as <c>name value</c> pairs. What the other columns say already is left out.</summary>
internal static class AuditDetail
{
    private const int LongestTooltip = 2000;
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
                : string.Join(", ", json.RootElement.EnumerateObject().Where(p => !Said.Contains(p.Name)).Select(p => $"{p.Name} {Words(p.Value)}"));
        }
        catch (JsonException)
        {
            return detail;
        }
    }

    /// <summary>The detail as far as a tooltip can hold it.</summary>
    public static string? Whole(string? detail) => detail is { Length: > LongestTooltip } ? string.Concat(detail.AsSpan(0, LongestTooltip), "…") : detail;

    /// <summary>A list of things with members by their number; all else as it is.</summary>
    private static string? Words(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Array when value.GetArrayLength() > 0 && value[0].ValueKind == JsonValueKind.Object => $"({value.GetArrayLength()})",
        _ => value.GetRawText(),
    };
}
