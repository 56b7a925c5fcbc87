using System.Globalization;
using System.Text.Json;
using Weir.Pipeline.Redaction.Detection;

namespace Weir.Pipeline.Redaction.Verbs;

/// <summary>
/// <c>weir accuracy FILE...</c>: judges the detectors on labelled JSON lines. Three kinds of line:
/// <code>
/// {"kind":"detect","entity":"US_SSN","text":"...","spans":[{"start16":3,"end16":14}]}     only this entity is labelled
/// {"kind":"validate","entity":"PL_PESEL","text":"44051401458","valid":true}               the whole text, yes or no
/// {"text":"...","spans":[{"entity":"PERSON","start16":11,"end16":17}]}                    every entity is labelled
/// </code>
/// </summary>
public static class AccuracyVerb
{
    public const string Summary = "labelled JSON lines → precision, recall and characters leaked per entity.";

    private const string Help = """
        usage: weir accuracy [--json] [--errors N] FILE...

          --json      print JSON instead of tables
          --errors N  print the first N wrong answers of every entity (default 0)

        Exit codes: 0 judged, 2 wrong use or a file that cannot be read.
        """;

    /// <summary>Runs the verb; returns its exit code.</summary>
    public static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter error)
    {
        var json = false;
        var errors = 0;
        var files = new List<string>();
        for (var i = 0; i < args.Length; i++)
        {
            switch (args[i])
            {
                case "--help" or "-h":
                    await output.WriteLineAsync(Help);
                    return 0;
                case "--json":
                    json = true;
                    break;
                case "--errors" when i + 1 < args.Length && int.TryParse(args[i + 1], CultureInfo.InvariantCulture, out errors):
                    i++;
                    break;
                case "--errors":
                    await error.WriteLineAsync("--errors needs a whole number behind it.");
                    return 2;
                case var option when option.StartsWith('-'):
                    await error.WriteLineAsync($"accuracy does not know '{option}', or it lacks its value.\n\n{Help}");
                    return 2;
                default:
                    files.Add(args[i]);
                    break;
            }
        }

        if (files.Count == 0)
        {
            await error.WriteLineAsync(Help);
            return 2;
        }

        var reports = new List<AccuracyReport>();
        foreach (var file in files)
        {
            try
            {
                reports.Add(Judge(file, errors));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or InvalidDataException)
            {
                await error.WriteLineAsync($"{file}: {e.Message}");
                return 2;
            }
        }

        if (json)
        {
            await output.WriteLineAsync(JsonSerializer.Serialize(reports, AccuracyJson.Default.ListAccuracyReport));
            return 0;
        }

        foreach (var report in reports)
        {
            await PrintAsync(report, output);
        }

        return 0;
    }

    /// <summary>Judges one file.</summary>
    internal static AccuracyReport Judge(string file, int keepErrors = 0)
    {
        var detection = new SortedDictionary<string, DetectionScore>(StringComparer.Ordinal);
        var validation = new SortedDictionary<string, ValidationScore>(StringComparer.Ordinal);
        var number = 0;
        foreach (var line in File.ReadLines(file))
        {
            number++;
            if (line.Length == 0)
            {
                continue;
            }

            try
            {
                Row(line);
            }
            catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
            {
                throw new InvalidDataException($"line {number} is no labelled row: {(e is KeyNotFoundException ? "it needs text and spans (start16 and end16, or start and end), or text, entity and valid" : e.Message)}", e);
            }
        }

        return new AccuracyReport(Path.GetFileName(file), [.. detection.Values], [.. validation.Values]);

        void Row(string line)
        {
            using var document = JsonDocument.Parse(line);
            var row = document.RootElement;
            var text = row.GetProperty("text").GetString()!;
            var kind = row.TryGetProperty("kind", out var k) ? k.GetString() : null;
            if (kind == "validate")
            {
                Validate(row, text, validation, keepErrors);
            }
            else
            {
                Detect(row, text, kind == "detect" ? row.GetProperty("entity").GetString()! : null, detection, keepErrors);
            }
        }
    }

    private static void Validate(JsonElement row, string text, SortedDictionary<string, ValidationScore> scores, int keepErrors)
    {
        var entity = Named(row.GetProperty("entity").GetString()!);
        if (row.GetProperty("valid").ValueKind == JsonValueKind.Null)
        {
            return;
        }

        var valid = row.GetProperty("valid").GetBoolean();
        var variant = Text(row, "locale_or_options") ?? Text(row, "region");
        var score = scores.TryGetValue(entity, out var known) ? known : scores[entity] = new ValidationScore(entity);
        var answer = Validation.IsValid(entity, text, variant);
        if (answer is null)
        {
            score.NotCovered++;
            return;
        }

        score.N++;
        if (answer == valid)
        {
            score.Right++;
        }
        else
        {
            score.FalseAccepts += valid ? 0 : 1;
            score.FalseRejects += valid ? 1 : 0;
            if (score.Errors.Count < keepErrors)
            {
                score.Errors.Add($"{(valid ? "rejected" : "accepted")}: {text}{(variant is null ? "" : $"  [{variant}]")}");
            }
        }

        static string? Text(JsonElement row, string name) => row.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value.ToString() : null;
    }

    /// <summary>An offset in UTF-16 units, <c>start16</c>, or else in code points, <c>start</c>.</summary>
    private static int Offset(JsonElement span, string text, string name)
    {
        var units = 0;
        if (span.TryGetProperty(name + "16", out var given))
        {
            units = given.GetInt32();
        }
        else
        {
            for (var points = span.GetProperty(name).GetInt32(); points > 0 && units < text.Length; points--)
            {
                units += char.IsHighSurrogate(text[units]) && units + 1 < text.Length ? 2 : 1;
            }
        }

        return units >= 0 && units <= text.Length ? units : throw new FormatException($"{name} lies outside of the text");
    }

    /// <summary>Labels of python-stdnum name a module, <c>STDNUM:mx.rfc</c>: the entity is MX_RFC.</summary>
    private static string Named(string label) =>
        label.StartsWith("STDNUM:", StringComparison.Ordinal) && label[7..].Replace('.', '_').TrimEnd('_').ToUpperInvariant() is var name && EntityCatalogue.Find(name) is not null ? name : label;

    private static void Detect(JsonElement row, string text, string? only, SortedDictionary<string, DetectionScore> scores, int keepErrors)
    {
        var gold = row.GetProperty("spans").EnumerateArray()
            .Select(s => (Entity: only ?? s.GetProperty("entity").GetString()!, Start: Offset(s, text, "start"), End: Offset(s, text, "end"))).ToArray();
        var found = Spans.Of(text);
        var covered = new bool[text.Length];
        foreach (var span in found)
        {
            covered.AsSpan(span.Start, span.End - span.Start).Fill(true);
        }

        foreach (var entity in gold.Select(g => g.Entity).Concat(only is null ? found.Select(f => f.Entity) : [only]).Distinct())
        {
            var score = scores.TryGetValue(entity, out var known) ? known : scores[entity] = new DetectionScore(entity, EntityCatalogue.Find(entity) is not null);
            var name = EntityCatalogue.Find(entity)?.Name ?? entity;
            var mine = found.Where(f => f.Entity == name || entity == "CRYPTO" && f.Entity.StartsWith("CRYPTO_", StringComparison.Ordinal)).ToArray();
            var labelled = gold.Where(g => g.Entity == entity).ToArray();
            score.Texts++;
            score.N += labelled.Length;
            score.Found += mine.Length;
            foreach (var g in labelled)
            {
                var exact = mine.Any(m => m.Start == g.Start && m.End == g.End);
                var overlap = mine.Any(m => m.Start < g.End && g.Start < m.End);
                score.ExactRecalled += exact ? 1 : 0;
                score.OverlapRecalled += overlap ? 1 : 0;
                for (var i = g.Start; i < g.End; i++)
                {
                    score.Leaked += covered[i] || char.IsWhiteSpace(text[i]) ? 0 : 1;
                    score.Characters += char.IsWhiteSpace(text[i]) ? 0 : 1;
                }

                if (!exact && score.Errors.Count < keepErrors)
                {
                    score.Errors.Add($"missed: {text[g.Start..g.End]}  in: {Around(text, g.Start, g.End)}");
                }
            }

            foreach (var m in mine)
            {
                var right = labelled.Any(g => m.Start < g.End && g.Start < m.End);
                score.ExactRight += labelled.Any(g => m.Start == g.Start && m.End == g.End) ? 1 : 0;
                score.OverlapRight += right ? 1 : 0;
                if (!right && score.Errors.Count < keepErrors)
                {
                    score.Errors.Add($"false: {text[m.Start..m.End]}  in: {Around(text, m.Start, m.End)}");
                }
            }
        }

        static string Around(string text, int start, int end) => text[Math.Max(0, start - 30)..Math.Min(text.Length, end + 20)].Replace('\n', ' ');
    }

    private static async Task PrintAsync(AccuracyReport report, TextWriter output)
    {
        await output.WriteLineAsync($"{report.File}");
        if (report.Detection.Count > 0)
        {
            await output.WriteLineAsync($"{"entity",-28}{"n",6}{"found",7}{"exact P",9}{"exact R",9}{"overl. P",9}{"overl. R",9}{"leaked",8}{"of",8}");
            foreach (var s in report.Detection)
            {
                await output.WriteLineAsync(s.Covered
                    ? string.Create(CultureInfo.InvariantCulture, $"{s.Entity,-28}{s.N,6}{s.Found,7}{Ratio(s.ExactPrecision),9}{Ratio(s.ExactRecall),9}{Ratio(s.OverlapPrecision),9}{Ratio(s.OverlapRecall),9}{s.Leaked,8}{s.Characters,8}")
                    : $"{s.Entity,-28}{s.N,6}  not covered");
                await PrintErrorsAsync(s.Errors, output);
            }
        }

        if (report.Validation.Count > 0)
        {
            await output.WriteLineAsync($"{"entity",-28}{"n",6}{"right",8}{"accuracy",10}{"false accepts",15}{"false rejects",15}");
            foreach (var s in report.Validation.Where(s => s.Covered))
            {
                await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{s.Entity,-28}{s.N,6}{s.Right,8}{Ratio(s.Accuracy),10}{s.FalseAccepts,15}{s.FalseRejects,15}{(s.NotCovered > 0 ? $"  {s.NotCovered} with options not covered" : "")}"));
                await PrintErrorsAsync(s.Errors, output);
            }

            var covered = report.Validation.Where(s => s.Covered).ToArray();
            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{"all covered",-28}{covered.Sum(s => s.N),6}{covered.Sum(s => s.Right),8}{Ratio(covered.Sum(s => s.N) is var n and > 0 ? covered.Sum(s => s.Right) / (double)n : null),10}"));
            foreach (var s in report.Validation.Where(s => !s.Covered))
            {
                await output.WriteLineAsync($"{s.Entity,-28}{s.NotCovered,6}  not covered");
            }
        }

        await output.WriteLineAsync();

        static string Ratio(double? value) => value is { } v ? v.ToString("0.000", CultureInfo.InvariantCulture) : "-";
    }

    private static async Task PrintErrorsAsync(List<string> errors, TextWriter output)
    {
        foreach (var e in errors)
        {
            await output.WriteLineAsync($"    {e}");
        }
    }
}
