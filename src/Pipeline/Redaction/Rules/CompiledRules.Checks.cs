using Weir.Pipeline.Redaction.Detection;

namespace Weir.Pipeline.Redaction.Rules;

/// <summary>What a rule must be like.</summary>
internal sealed partial class CompiledRules
{
    /// <summary>Refuses what cannot be compiled, whether enabled or not.</summary>
    /// <exception cref="ArgumentException">A rule is wrong; the message names it and its field.</exception>
    public static void Validate(IReadOnlyList<RedactionRule> rules)
    {
        var ids = new HashSet<string>(StringComparer.Ordinal);
        for (var place = 0; place < rules.Count; place++)
        {
            var rule = rules[place] ?? throw new ArgumentException($"rule {place + 1} of the set is null");
            if (string.IsNullOrEmpty(rule.Id) || rule.Id.Length > 64 || !rule.Id.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '_' or '.'))
            {
                throw Wrong(rule, "id", "must be 1 to 64 lower-case letters, digits, '-', '_' or '.'");
            }

            if (!ids.Add(rule.Id))
            {
                throw Wrong(rule, "id", "stands twice");
            }

            if (rule.Streams?.Any(string.IsNullOrEmpty) == true)
            {
                throw Wrong(rule, "streams", "names a stream without a name");
            }

            if (rule.Detector is null && rule.Path is null && rule.Pattern is null)
            {
                throw Wrong(rule, "detector", "is missing, and so are a path and a pattern; a rule needs one of them");
            }

            if (rule.Pattern is not null)
            {
                if (rule.Detector is not null)
                {
                    throw Wrong(rule, "pattern", "stands beside a detector; a rule has one of them");
                }

                if (CustomPattern.Refusal(rule.Pattern, rule.Anchor) is { } refusal)
                {
                    throw Wrong(rule, refusal.Field, refusal.Why);
                }
            }

            if (rule.Detector is not null && EntityCatalogue.Find(rule.Detector) is null)
            {
                throw Wrong(rule, "detector", $"'{rule.Detector}' is not known");
            }

            if (rule.Path is not null)
            {
                try
                {
                    PathMatcher.Parse(rule.Path);
                }
                catch (FormatException e)
                {
                    throw Wrong(rule, "path", e.Message);
                }
            }

            var transform = rule.Transform ?? throw Wrong(rule, "transform", "is missing");
            if (!Enum.IsDefined(transform.Kind))
            {
                throw Wrong(rule, "transform.kind", $"'{transform.Kind}' is not known");
            }

            if (transform.Kind == TransformKind.Mask && (transform.KeepFirst is < 0 or > 16 || transform.KeepLast is < 0 or > 16))
            {
                throw Wrong(rule, transform.KeepFirst is < 0 or > 16 ? "transform.keepFirst" : "transform.keepLast", "must be 0 to 16");
            }

            if (transform.Kind == TransformKind.Fixed && (transform.Text is null || transform.Text.Length > 256))
            {
                throw Wrong(rule, "transform.text", "must be given, with at most 256 characters");
            }
        }
    }

    private static ArgumentException Wrong(RedactionRule rule, string field, string what) => new($"rule '{rule.Id}': {field} {what}");
}
