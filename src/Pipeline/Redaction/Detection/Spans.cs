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
        var spans = new List<FoundSpan>();
        if (Add(utf8, 0, rules, spans))
        {
            return spans;
        }

        if (!RecordScan.LooksLikeLines(utf8))
        {
            return null;
        }

        // Lines of JSON, each for itself.
        for (int start = 0, chars = 0; start < utf8.Length;)
        {
            var rest = utf8.AsSpan(start);
            var line = rest[..(rest.IndexOf((byte)'\n') is var end and >= 0 ? end + 1 : rest.Length)];
            var lead = line[0] == RecordScan.RecordSeparator ? 1 : 0;
            if (!Add(line[lead..], chars + lead, rules, spans))
            {
                return null;
            }

            start += line.Length;
            chars += Encoding.UTF8.GetCharCount(line);
        }

        return spans;
    }

    /// <summary>Adds what is found in a text that begins at <paramref name="chars"/>; false when it cannot be read safely.</summary>
    private static bool Add(ReadOnlySpan<byte> utf8, int chars, CompiledRules rules, List<FoundSpan> spans)
    {
        var scan = RecordScan.ForThread;
        if (scan.Read(utf8, rules, new ScanLimits(512, int.MaxValue), InvalidJsonPolicy.Text) is not null)
        {
            return false;
        }

        var bytes = 0;
        foreach (ref readonly var hit in scan.Hits.Items)
        {
            chars += Encoding.UTF8.GetCharCount(utf8[bytes..hit.Start]);
            var end = chars + Encoding.UTF8.GetCharCount(utf8[hit.Start..hit.End]);
            spans.Add(new FoundSpan(chars, end, hit.Entity < 0 ? "FIELD" : EntityCatalogue.All[hit.Entity].Name, rules.Rules[hit.Rule].Rule.Id));
            (bytes, chars) = (hit.End, end);
        }

        return true;
    }
}
