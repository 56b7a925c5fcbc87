using System.Text;
using Weir.Pipeline.Redaction.Rules;
using Weir.Pipeline.Redaction.Scanning;

namespace Weir.Pipeline.Redaction.Detection;

/// <summary>One value found: UTF-16 offsets into the text, its entity, the rule and where it stands.</summary>
public sealed record FoundSpan(int Start, int End, string Entity, string Rule);

/// <summary>Shows what would be transformed, without transforming it.</summary>
public static class Spans
{
    private static readonly CompiledRules Everything = CompiledRules.Compile(
        [.. EntityCatalogue.All.Where(e => e.Name != "LUHN").Select(e => new RedactionRule(e.Name.ToLowerInvariant(), e.Title, e.Name, null, new Transform(TransformKind.Redact)))], null, "");

    /// <summary>What all detectors together find in a text or JSON value; empty when it cannot be read.</summary>
    public static IReadOnlyList<FoundSpan> Of(string text) => Of(text, Everything);

    internal static IReadOnlyList<FoundSpan> Of(string text, CompiledRules rules) => Of(Encoding.UTF8.GetBytes(text), rules) ?? [];

    /// <summary>As above for UTF-8; null when it cannot be read safely.</summary>
    internal static IReadOnlyList<FoundSpan>? Of(byte[] utf8, CompiledRules rules)
    {
        var scan = RecordScan.ForThread;
        if (scan.Read(utf8, rules, new ScanLimits(512, int.MaxValue), InvalidJsonPolicy.Text) is not null)
        {
            return null;
        }

        var spans = new List<FoundSpan>();
        int bytes = 0, chars = 0;
        foreach (ref readonly var hit in scan.Hits.Items)
        {
            chars += Encoding.UTF8.GetCharCount(utf8.AsSpan(bytes, hit.Start - bytes));
            var end = chars + Encoding.UTF8.GetCharCount(utf8.AsSpan(hit.Start, hit.End - hit.Start));
            spans.Add(new FoundSpan(chars, end, hit.Entity < 0 ? "FIELD" : EntityCatalogue.All[hit.Entity].Name, rules.Rules[hit.Rule].Rule.Id));
            (bytes, chars) = (hit.End, end);
        }

        return spans;
    }
}
