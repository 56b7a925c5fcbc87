using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Weir.Aws.Kinesis;

namespace Weir.LocalKinesis.Wire;

/// <summary>
/// Checks a normalized request against its shape, in the service's words: <c>2 validation errors detected: Value '' at 'streamName' failed to satisfy
/// constraint: Member must have length greater than or equal to 1; Value null at …</c>.
/// </summary>
internal static class Constraints
{
    private const int MostViolations = 10;
    private static readonly ConcurrentDictionary<string, Regex> Patterns = new();

    /// <exception cref="KinesisException">ValidationException.</exception>
    public static void Check(JsonElement input, StructureShape shape)
    {
        List<string>? violations = null;
        Structure(input, shape, "", ref violations);
        if (violations is null)
            return;
        var shown = violations.Take(MostViolations).ToList();
        throw Errors.Validation(string.Create(
            CultureInfo.InvariantCulture,
            $"{shown.Count} validation error{(shown.Count > 1 ? "s" : "")} detected: {string.Join("; ", shown)}"));
    }

    private static void Structure(JsonElement value, StructureShape shape, string path, ref List<string>? violations)
    {
        foreach (var member in shape.Members)
        {
            var at = path + member.Label;
            if (value.TryGetProperty(member.Name, out var found))
                Value(found, member.Shape, at, ref violations);
            else if (member.Required && (member.Unless is null || !value.TryGetProperty(member.Unless, out _)))
                Add(ref violations, "null", at, "Member must not be null");
        }
    }

    private static void Value(JsonElement value, Shape shape, string at, ref List<string>? violations)
    {
        if (violations is { Count: >= MostViolations })
            return;
        switch (shape)
        {
            case StructureShape structure:
                Structure(value, structure, at + ".", ref violations);
                break;
            case ListShape list:
                List(value, list, at, ref violations);
                break;
            case MapShape map:
                Map(value, map, at, ref violations);
                break;
            case StringShape text:
                Text(value.GetString()!, text, at, ref violations);
                break;
            case BlobShape blob:
                Blob(value, blob, at, ref violations);
                break;
            case IntegerShape integer:
                Integer(value.GetInt32(), integer, at, ref violations);
                break;
        }
    }

    private static void List(JsonElement value, ListShape list, string at, ref List<string>? violations)
    {
        var count = value.GetArrayLength();
        if (count < list.Min)
            Add(ref violations, Quoted(ListText(value, list)), at, $"Member must have length greater than or equal to {list.Min}");
        if (count > list.Max)
            Add(ref violations, Quoted(ListText(value, list)), at, $"Member must have length less than or equal to {list.Max}");
        switch (list.Member)
        {
            case StringShape { OneOf: { } options }:
                if (value.EnumerateArray().Any(v => v.ValueKind == JsonValueKind.Null || !options.Contains(v.GetString())))
                    Add(ref violations, Quoted(ListText(value, list)), at, $"Member must satisfy constraint: [Member must satisfy enum value set: [{string.Join(", ", options)}]]");
                break;
            case StringShape text:
                if (value.EnumerateArray().Any(v => v.ValueKind == JsonValueKind.Null || v.GetString()!.Length < text.Min || v.GetString()!.Length > text.Max))
                    Add(ref violations, Quoted(ListText(value, list)), at, $"Member must satisfy constraint: [Member must have length less than or equal to {text.Max}, Member must have length greater than or equal to {text.Min}]");
                break;
            default:
                var i = 0;
                foreach (var member in value.EnumerateArray())
                {
                    i++;
                    if (member.ValueKind == JsonValueKind.Null)
                        Add(ref violations, "null", $"{at}.{i}.member", "Member must not be null");
                    else
                        Value(member, list.Member, $"{at}.{i}.member", ref violations);
                }

                break;
        }
    }

    private static void Map(JsonElement value, MapShape map, string at, ref List<string>? violations)
    {
        var count = value.EnumerateObject().Count();
        string Shown() => "'{" + string.Join(", ", value.EnumerateObject().Select(p => $"{p.Name}={p.Value.GetString()}")) + "}'";
        if (count < map.Min)
            Add(ref violations, Shown(), at, $"Member must have length greater than or equal to {map.Min}");
        if (count > map.Max)
            Add(ref violations, Shown(), at, $"Member must have length less than or equal to {map.Max}");
        if (value.EnumerateObject().Any(p => p.Name.Length < map.KeyMin || p.Name.Length > map.KeyMax))
            Add(ref violations, Shown(), at, $"Map keys must satisfy constraint: [Member must have length less than or equal to {map.KeyMax}, Member must have length greater than or equal to {map.KeyMin}]");
        if (value.EnumerateObject().Any(p => p.Value.GetString()!.Length < map.ValueMin || p.Value.GetString()!.Length > map.ValueMax))
            Add(ref violations, Shown(), at, $"Map value must satisfy constraint: [Member must have length less than or equal to {map.ValueMax}, Member must have length greater than or equal to {map.ValueMin}]");
    }

    private static void Text(string value, StringShape shape, string at, ref List<string>? violations)
    {
        if (shape.Pattern is { } pattern && !Patterns.GetOrAdd(pattern, p => new Regex($"^(?:{p})$", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1))).IsMatch(value) | value.EndsWith('\n'))
            Add(ref violations, Quoted(value), at, $"Member must satisfy regular expression pattern: {pattern}");
        if (value.Length < shape.Min)
            Add(ref violations, Quoted(value), at, $"Member must have length greater than or equal to {shape.Min}");
        if (value.Length > shape.Max)
            Add(ref violations, Quoted(value), at, $"Member must have length less than or equal to {shape.Max}");
        if (shape.OneOf is { } options && !options.Contains(value))
            Add(ref violations, Quoted(value), at, $"Member must satisfy enum value set: [{string.Join(", ", options)}]");
    }

    private static void Blob(JsonElement value, BlobShape shape, string at, ref List<string>? violations)
    {
        var text = value.GetString()!;
        var bytes = (text.Length / 4 * 3) - (text.EndsWith("==", StringComparison.Ordinal) ? 2 : text.EndsWith('=') ? 1 : 0);
        if (bytes > shape.Max)
            Add(ref violations, BlobText(bytes), at, $"Member must have length less than or equal to {shape.Max}");
    }

    private static void Integer(int value, IntegerShape shape, string at, ref List<string>? violations)
    {
        if (value < shape.Min)
            Add(ref violations, $"'{value}'", at, $"Member must have value greater than or equal to {shape.Min}");
        if (value > shape.Max)
            Add(ref violations, $"'{value}'", at, $"Member must have value less than or equal to {shape.Max}");
    }

    /// <summary>How the service shows bytes.</summary>
    public static string BlobText(int bytes) => string.Create(CultureInfo.InvariantCulture, $"'java.nio.HeapByteBuffer[pos=0 lim={bytes} cap={bytes}]'");

    private static string ListText(JsonElement value, ListShape list) =>
        "[" + string.Join(", ", value.EnumerateArray().Select(v => list.MemberText ?? (v.ValueKind == JsonValueKind.Null ? "null" : v.ToString()))) + "]";

    private static string Quoted(string value) => $"'{value}'";

    private static void Add(ref List<string>? violations, string value, string at, string constraint) =>
        (violations ??= []).Add($"Value {value} at '{at}' failed to satisfy constraint: {constraint}");
}
