using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Weir.Pipeline.Redaction.Detection;
using Weir.Pipeline.Redaction.Keys;
using Weir.Pipeline.Redaction.Rules;

namespace Weir.Pipeline.Redaction.Verbs;

/// <summary><c>weir redact</c>: NDJSON or text on standard input, the same clean on standard output.</summary>
public static class RedactVerb
{
    public const string Summary = "NDJSON or text on standard input → clean on standard output; --spans prints what was found.";

    private const int TextBlock = 1 << 20;

    private const string Help = """
        usage: weir redact [--rules FILE] [--keys REFERENCE] [--stream NAME] [--spans] < input > output

          --rules FILE      a JSON array of rules (id, name, detector, path, transform, enabled, streams);
                            without it every detector is on and writes its entity's name in brackets
          --keys REFERENCE  file:PATH or env:NAME for tokens; without it a random key that is forgotten at the end
          --stream NAME     the stream whose rules apply (default: stdin)
          --spans           print what is found, a JSON line each, instead of clean text: line (from 1), start and end
                            in code points, start16 and end16 in UTF-16 units, entity, rule

        A line that begins with { or [ is read as JSON; lines between such are read together as text.
        Exit codes: 0 all read, 1 some line could not be read safely and was left out, 2 wrong use.
        """;

    /// <summary>Runs the verb; returns its exit code.</summary>
    public static async Task<int> RunAsync(string[] args, Stream input, TextWriter output, TextWriter error)
    {
        string? rulesFile = null, keysReference = null;
        var stream = "stdin";
        var spans = false;
        for (var i = 0; i < args.Length; i++)
        {
            switch (args[i])
            {
                case "--help" or "-h":
                    await output.WriteLineAsync(Help);
                    return 0;
                case "--spans":
                    spans = true;
                    break;
                case "--rules" when i + 1 < args.Length:
                    rulesFile = args[++i];
                    break;
                case "--keys" when i + 1 < args.Length:
                    keysReference = args[++i];
                    break;
                case "--stream" when i + 1 < args.Length:
                    stream = args[++i];
                    break;
                default:
                    await error.WriteLineAsync($"redact does not know '{args[i]}', or it lacks its value.\n\n{Help}");
                    return 2;
            }
        }

        Redactor redactor;
        try
        {
            var rules = rulesFile is null ? EveryDetector() : JsonSerializer.Deserialize(await File.ReadAllBytesAsync(rulesFile), RuleJson.Default.RedactionRuleArray) ?? [];
            var keys = keysReference is null ? KeyRing.Parse(Convert.ToBase64String(RandomNumberGenerator.GetBytes(32))) : KeySource.Open(keysReference, "");
            redactor = new Redactor(new RedactionOptions { OnInvalidJson = InvalidJsonPolicy.Text }, keys, rules);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or ArgumentException or Microsoft.Extensions.Options.OptionsValidationException)
        {
            await error.WriteLineAsync(e.Message);
            return 2;
        }

        var run = new Run(redactor, stream, spans, output, error);
        await run.ReadAsync(input);
        await output.FlushAsync();
        return run.Failed ? 1 : 0;
    }

    private static RedactionRule[] EveryDetector() =>
        [.. EntityCatalogue.All.Where(e => e.Name != "LUHN").Select(e => new RedactionRule(e.Name.ToLowerInvariant(), e.Title, e.Name, null, new Transform(TransformKind.Redact)))];

    private sealed class Run(Redactor redactor, string stream, bool spans, TextWriter output, TextWriter error)
    {
        private readonly ArrayBufferWriter<byte> _text = new();
        private readonly ArrayBufferWriter<byte> _clean = new();
        private long _line = 1;
        private long _textLine = 1;

        public bool Failed { get; private set; }

        public async Task ReadAsync(Stream input)
        {
            // Lines are cut by hand: their ends, whatever they are, go through unchanged.
            var buffer = new byte[1 << 16];
            var pending = new ArrayBufferWriter<byte>();
            int read;
            while ((read = await input.ReadAsync(buffer)) > 0)
            {
                var rest = buffer.AsMemory(0, read);
                for (var end = rest.Span.IndexOf((byte)'\n'); end >= 0; end = rest.Span.IndexOf((byte)'\n'))
                {
                    pending.Write(rest.Span[..(end + 1)]);
                    await LineAsync(pending.WrittenMemory);
                    pending.ResetWrittenCount();
                    rest = rest[(end + 1)..];
                }

                pending.Write(rest.Span);
            }

            if (pending.WrittenCount > 0)
            {
                await LineAsync(pending.WrittenMemory);
            }

            await TextAsync();
        }

        private async Task LineAsync(ReadOnlyMemory<byte> line)
        {
            var body = line.Span.TrimStart(" \t\uFEFF"u8);
            var json = body.Length > 0 && body[0] is (byte)'{' or (byte)'[';
            if (json)
            {
                await TextAsync();
                await WriteAsync(line, _line);
            }
            else
            {
                if (_text.WrittenCount == 0)
                {
                    _textLine = _line;
                }

                _text.Write(line.Span);
                if (_text.WrittenCount > TextBlock)
                {
                    await TextAsync();
                }
            }

            _line++;
        }

        private async Task TextAsync()
        {
            if (_text.WrittenCount > 0)
            {
                await WriteAsync(_text.WrittenMemory, _textLine);
                _text.ResetWrittenCount();
            }
        }

        private async Task WriteAsync(ReadOnlyMemory<byte> record, long line)
        {
            if (spans)
            {
                await SpansAsync(Encoding.UTF8.GetString(record.Span), line);
                return;
            }

            _clean.ResetWrittenCount();
            var outcome = redactor.Redact(stream, record.Span, _clean);
            if (outcome.Status == RedactionStatus.Quarantined)
            {
                Failed = true;
                await error.WriteLineAsync($"line {line}: {outcome.Reason}; left out");
                return;
            }

            await output.WriteAsync(Encoding.UTF8.GetString(_clean.WrittenSpan));
        }

        private async Task SpansAsync(string text, long firstLine)
        {
            int at = 0, lineStart = 0;
            var line = firstLine;
            foreach (var span in Spans.Of(text, redactor.RulesFor(stream)))
            {
                for (; at < span.Start; at++)
                {
                    if (text[at] == '\n')
                    {
                        line++;
                        lineStart = at + 1;
                    }
                }

                var start = CodePoints(text.AsSpan(lineStart, span.Start - lineStart));
                var end = start + CodePoints(text.AsSpan(span.Start, span.End - span.Start));
                await output.WriteLineAsync(
                    $$"""{"line":{{line}},"start":{{start}},"end":{{end}},"start16":{{span.Start - lineStart}},"end16":{{span.End - lineStart}},"entity":"{{span.Entity}}","rule":"{{span.Rule}}"}""");
            }
        }

        private static int CodePoints(ReadOnlySpan<char> text)
        {
            var count = text.Length;
            foreach (var c in text)
            {
                count -= char.IsLowSurrogate(c) ? 1 : 0;
            }

            return count;
        }
    }
}
