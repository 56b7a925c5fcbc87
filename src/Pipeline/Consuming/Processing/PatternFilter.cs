using System.Globalization;
using System.Text.Json;

namespace Weir.Pipeline.Consuming.Processing;

/// <summary>
/// Event filter patterns on a record's JSON, as event source mappings write them: an object whose leaves are arrays of accepted values, all fields needed, any value of an array enough.
/// <code>{"type":["order"],"amount":[{"numeric":[">=",100,"&lt;",500]}],"customer":{"country":["DE",{"prefix":"A"}]},"test":[{"exists":false}]}</code>
/// Leaf conditions: a string, number, <c>true</c>, <c>false</c> or <c>null</c>, and <c>prefix</c>, <c>suffix</c>, <c>anything-but</c>, <c>equals-ignore-case</c>, <c>numeric</c>, <c>exists</c>.
/// A field that holds an array matches when one of its elements does. Data that is not JSON matches no pattern. Immutable, thread-safe.
/// </summary>
internal sealed class PatternFilter
{
    private readonly JsonElement[] _patterns;

    private PatternFilter(JsonElement[] patterns) => _patterns = patterns;

    /// <param name="patterns">Valid ones, see <see cref="Problem"/>; null is answered for none.</param>
    public static PatternFilter? Of(IEnumerable<string> patterns)
    {
        var parsed = patterns.Select(p => JsonDocument.Parse(p).RootElement).ToArray();
        return parsed.Length == 0 ? null : new PatternFilter(parsed);
    }

    /// <summary>Why a text is no pattern, as the end of a sentence that begins with its name; null for a good one.</summary>
    public static string? Problem(string pattern)
    {
        try
        {
            using var document = JsonDocument.Parse(pattern);
            return document.RootElement.ValueKind == JsonValueKind.Object ? ProblemOf(document.RootElement, "$") : "must be a JSON object.";
        }
        catch (JsonException)
        {
            return "is not JSON.";
        }
    }

    /// <summary>Whether any pattern matches.</summary>
    public bool Matches(ReadOnlyMemory<byte> data)
    {
        try
        {
            using var document = JsonDocument.Parse(data);
            return _patterns.Any(p => MatchesObject(p, document.RootElement));
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static bool MatchesObject(JsonElement pattern, JsonElement value)
    {
        foreach (var field in pattern.EnumerateObject())
        {
            JsonElement? found = value.ValueKind == JsonValueKind.Object && value.TryGetProperty(field.Name, out var member) ? member : null;
            var matches = field.Value.ValueKind == JsonValueKind.Array
                ? field.Value.EnumerateArray().Any(c => MatchesLeaf(c, found))
                : found is { } inner && MatchesNested(field.Value, inner);
            if (!matches)
                return false;
        }

        return true;
    }

    private static bool MatchesNested(JsonElement pattern, JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => MatchesObject(pattern, value),
        JsonValueKind.Array => value.EnumerateArray().Any(v => MatchesNested(pattern, v)),
        _ => false,
    };

    private static bool MatchesLeaf(JsonElement condition, JsonElement? value)
    {
        if (condition.ValueKind == JsonValueKind.Object && condition.TryGetProperty("exists", out var exists))
            return exists.GetBoolean() == value is not null;
        if (value is not { } present)
            return false;
        if (present.ValueKind == JsonValueKind.Array)
            return present.EnumerateArray().Any(v => MatchesLeaf(condition, v));
        if (condition.ValueKind != JsonValueKind.Object)
            return Same(condition, present);
        var (name, argument) = condition.EnumerateObject().Select(p => (p.Name, p.Value)).First();
        var text = present.ValueKind == JsonValueKind.String ? present.GetString() : null;
        return name switch
        {
            "prefix" => text is not null && text.StartsWith(argument.GetString()!, StringComparison.Ordinal),
            "suffix" => text is not null && text.EndsWith(argument.GetString()!, StringComparison.Ordinal),
            "equals-ignore-case" => text is not null && text.Equals(argument.GetString(), StringComparison.OrdinalIgnoreCase),
            "anything-but" => argument.ValueKind == JsonValueKind.Array ? !argument.EnumerateArray().Any(a => Same(a, present)) : !Same(argument, present),
            "numeric" => present.ValueKind == JsonValueKind.Number && IsWithin(argument, present.GetDouble()),
            _ => false,
        };
    }

    private static bool IsWithin(JsonElement bounds, double value)
    {
        for (var i = 0; i < bounds.GetArrayLength(); i += 2)
        {
            var bound = bounds[i + 1].GetDouble();
            var holds = bounds[i].GetString() switch
            {
                "=" => value == bound,
                "<" => value < bound,
                "<=" => value <= bound,
                ">" => value > bound,
                _ => value >= bound,
            };
            if (!holds)
                return false;
        }

        return true;
    }

    private static bool Same(JsonElement expected, JsonElement value) => expected.ValueKind == value.ValueKind && expected.ValueKind switch
    {
        JsonValueKind.String => value.ValueEquals(expected.GetString()),
        JsonValueKind.Number => expected.GetDouble() == value.GetDouble(),
        _ => true,
    };

    private static string? ProblemOf(JsonElement pattern, string path)
    {
        foreach (var field in pattern.EnumerateObject())
        {
            var at = string.Create(CultureInfo.InvariantCulture, $"{path}.{field.Name}");
            var problem = field.Value.ValueKind switch
            {
                JsonValueKind.Object => ProblemOf(field.Value, at),
                JsonValueKind.Array when field.Value.GetArrayLength() > 0 => field.Value.EnumerateArray().Select(c => ProblemOfLeaf(c, at)).FirstOrDefault(p => p is not null),
                _ => $"needs an object or an array of values at {at}.",
            };
            if (problem is not null)
                return problem;
        }

        return null;
    }

    private static string? ProblemOfLeaf(JsonElement condition, string path)
    {
        if (condition.ValueKind == JsonValueKind.Array)
            return $"has an array inside an array at {path}.";
        if (condition.ValueKind != JsonValueKind.Object)
            return null;
        var members = condition.EnumerateObject().ToArray();
        if (members.Length != 1)
            return $"needs exactly one condition in an object at {path}.";
        var argument = members[0].Value;
        var good = members[0].Name switch
        {
            "prefix" or "suffix" or "equals-ignore-case" => argument.ValueKind == JsonValueKind.String,
            "anything-but" => argument.ValueKind is JsonValueKind.String or JsonValueKind.Number or JsonValueKind.Array,
            "exists" => argument.ValueKind is JsonValueKind.True or JsonValueKind.False,
            "numeric" => argument.ValueKind == JsonValueKind.Array && argument.GetArrayLength() is 2 or 4 && IsNumeric(argument),
            _ => false,
        };
        return good ? null : $"has an unknown or wrong condition '{members[0].Name}' at {path}.";
    }

    private static bool IsNumeric(JsonElement bounds)
    {
        for (var i = 0; i < bounds.GetArrayLength(); i += 2)
        {
            if (bounds[i].ValueKind != JsonValueKind.String || bounds[i].GetString() is not ("=" or "<" or "<=" or ">" or ">=") || bounds[i + 1].ValueKind != JsonValueKind.Number)
                return false;
        }

        return true;
    }
}
