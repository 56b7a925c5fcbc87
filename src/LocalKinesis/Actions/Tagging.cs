using System.Text.RegularExpressions;
using Weir.LocalKinesis.Streams;

namespace Weir.LocalKinesis.Actions;

/// <summary>The rules for tags, which every operation with tags keeps.</summary>
internal static partial class Tagging
{
    public const int Most = 50;

    /// <summary>Refuses characters that tags cannot have, and more tags than there may be.</summary>
    public static void Check(IReadOnlyDictionary<string, string>? tags, IEnumerable<string> present)
    {
        if (tags is null)
            return;
        CheckCharacters(tags.Keys.Concat(tags.Values));
        CheckReserved(tags.Keys);
        if (tags.Keys.Concat(present).Distinct(StringComparer.Ordinal).Count() > Most)
            throw Errors.InvalidArgument($"A given resource cannot have more than {Most} tags associated with it.");
    }

    public static void CheckCharacters(IEnumerable<string> texts)
    {
        if (texts.Any(t => Illegal().IsMatch(t)))
            throw Errors.InvalidArgument("Some tags contain invalid characters. Valid characters: Unicode letters, digits, white space, _ . / = + - % @.");
    }

    /// <summary>Refuses keys that only AWS itself may set (<see href="https://docs.aws.amazon.com/streams/latest/dev/tagging.html">tag restrictions</see>).</summary>
    public static void CheckReserved(IEnumerable<string> keys)
    {
        if (keys.Any(k => k.StartsWith("aws:", StringComparison.OrdinalIgnoreCase)))
            throw Errors.InvalidArgument("Some tag keys start with aws:, which is reserved for AWS.");
    }

    /// <summary>The same for a stream by its name, where the service refuses <c>%</c> too, in a sentence of its own.</summary>
    public static void CheckCharacters(Engine engine, LocalStream stream, string doing, IReadOnlyCollection<string> texts)
    {
        CheckCharacters(texts);
        if (texts.Any(t => t.Contains('%', StringComparison.Ordinal)))
        {
            throw Errors.InvalidArgument(
                $"Failed to {doing} stream {stream.Name} under account {engine.AccountId} because some tags contained illegal characters. The allowed characters are Unicode letters, white-spaces, '_',',','/','=','+','-','@'.");
        }
    }

    /// <summary>The tags with some added.</summary>
    public static Dictionary<string, string> With(this IReadOnlyDictionary<string, string> tags, IReadOnlyDictionary<string, string> added)
    {
        var result = new Dictionary<string, string>(tags, StringComparer.Ordinal);
        foreach (var (key, value) in added)
            result[key] = value;
        return result;
    }

    /// <summary>The tags without some.</summary>
    public static Dictionary<string, string> Without(this IReadOnlyDictionary<string, string> tags, IReadOnlyList<string> keys) =>
        tags.Where(t => !keys.Contains(t.Key)).ToDictionary(t => t.Key, t => t.Value, StringComparer.Ordinal);

    public static List<Aws.Kinesis.Tag> ToWire(this IReadOnlyDictionary<string, string> tags) =>
        [.. tags.OrderBy(t => t.Key, StringComparer.Ordinal).Select(t => new Aws.Kinesis.Tag(t.Key, t.Value))];

    [GeneratedRegex(@"[^\u00C0-\u1FFF\u2C00-\uD7FF0-9A-Za-z_./=+\- @%:]")]
    private static partial Regex Illegal();
}
