using System.Text.Json;

namespace Weir.Pipeline.Sinks;

/// <summary>The place of a field in a record's JSON: <c>customer.country</c>. Empty names nothing.</summary>
internal sealed class FieldPath(string path)
{
    private readonly string[] _steps = path.Split('.', StringSplitOptions.RemoveEmptyEntries);

    public bool IsEmpty => _steps.Length == 0;

    /// <summary>The value there, null when the record has none or the path is empty.</summary>
    public JsonElement? In(JsonElement root)
    {
        if (IsEmpty)
            return null;
        foreach (var step in _steps)
        {
            if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty(step, out root))
                return null;
        }

        return root;
    }

    /// <summary>The value as a text to group by: empty where there is none or it is null, JSON where it is neither text nor null.</summary>
    public string TextIn(JsonElement root) => In(root) switch
    {
        { ValueKind: JsonValueKind.String } text => text.GetString()!,
        null or { ValueKind: JsonValueKind.Undefined or JsonValueKind.Null } => "",
        { } other => other.GetRawText(),
    };
}
