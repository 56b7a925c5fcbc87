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

    /// <summary>Bytes of one JSON value over several lines, as much as a record may have.</summary>
    private const int MostJson = 20 << 20;

    private const string Help = """
        usage: weir redact [--rules FILE] [--keys REFERENCE] [--stream NAME] [--spans] < input > output

          --rules FILE      a JSON array of rules (id, name, detector, path, transform, enabled, streams);
                            without it every detector is on and writes its entity's name in brackets
          --keys REFERENCE  file:PATH or env:NAME for tokens; without it a random key that is forgotten at the end
          --stream NAME     the stream whose rules apply (default: stdin)
          --spans           print what is found, a JSON line each, instead of clean text: line (from 1), start and end
                            in code points, start16 and end16 in UTF-16 units, entity, rule

        A line that begins with { or [ is read as JSON, with the lines that follow until it is complete; lines between
        such are read together as text, or as a table when the first of them names columns. Input packed with gzip is
        unpacked. What cannot be read safely (bytes that are not UTF-8, control characters, more than 20 MiB, and with
        rules by path broken JSON) is left out and named on standard error.
        Exit codes: 0 all read, 1 some line was left out, 2 wrong use.
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
        bool byPath;
        try
        {
            var rules = rulesFile is null ? EveryDetector() : JsonSerializer.Deserialize(await File.ReadAllBytesAsync(rulesFile), RuleJson.Default.RedactionRuleArray);
            if (rules is not { Length: > 0 })
            {
                throw new ArgumentException($"{rulesFile}: there is no rule in it, so nothing would be cleaned.");
            }

            var keys = keysReference is null ? KeyRing.Parse(Convert.ToBase64String(RandomNumberGenerator.GetBytes(32))) : KeySource.Open(keysReference, "");
            // Rules by path say nothing about text.
            byPath = rules.Any(r => r is { Enabled: true, Path: not null });
            redactor = new Redactor(new RedactionOptions { OnInvalidJson = byPath ? InvalidJsonPolicy.Quarantine : InvalidJsonPolicy.Text }, keys, rules);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or ArgumentException or Microsoft.Extensions.Options.OptionsValidationException)
        {
            await error.WriteLineAsync(e is JsonException ? $"{rulesFile}: not a JSON array of rules. {e.Message}" : e.Message);
            return 2;
        }

        var run = new Run(redactor, stream, spans, byPath, output, error);
        try
        {
            await run.ReadAsync(input);
        }
        catch (InvalidDataException)
        {
            await error.WriteLineAsync("The input's gzip data is broken; what came before the break is written.");
            return 1;
        }
        finally
        {
            await output.FlushAsync();
        }

        return run.Failed ? 1 : 0;
    }

    private static RedactionRule[] EveryDetector() =>
        [.. EntityCatalogue.All.Where(e => e.Name != "LUHN").Select(e => new RedactionRule(e.Name.ToLowerInvariant(), e.Title, e.Name, null, new Transform(TransformKind.Redact)))];

    private sealed class Run(Redactor redactor, string stream, bool spans, bool byPath, TextWriter output, TextWriter error)
    {
        private readonly ArrayBufferWriter<byte> _text = new();
        private readonly ArrayBufferWriter<byte> _clean = new();
        private byte[] _header = [];

        /// <summary>Lines of a JSON value that is not complete yet.</summary>
        private readonly ArrayBufferWriter<byte> _json = new();
        private JsonReaderState _jsonState;
        private byte[] _unread = [];
        private long _jsonLine;
        private long _line = 1;
        private long _textLine = 1;

        public bool Failed { get; private set; }

        public async Task ReadAsync(Stream input)
        {
            input = await UnpackedAsync(input);
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

            await BrokenAsync();
            await TextAsync();
        }

        private async Task LineAsync(ReadOnlyMemory<byte> line)
        {
            var lead = line.Length - line.Span.TrimStart(" \t\uFEFF"u8).Length;
            var json = lead < line.Length && line.Span[lead] is (byte)'{' or (byte)'[';
            if (_json.WrittenCount > 0)
            {
                var goesOn = GoesOn(line.Span, out var complete);
                if (goesOn && _json.WrittenCount + line.Length <= MostJson)
                {
                    _json.Write(line.Span);
                    _line++;
                    if (complete)
                    {
                        await WriteAsync(_json.WrittenMemory, _jsonLine, [], isOne: true);
                        _json.ResetWrittenCount();
                    }

                    return;
                }

                await BrokenAsync();
            }

            if (json)
            {
                await TextAsync();
                (_jsonState, _unread) = (new JsonReaderState(new JsonReaderOptions { MaxDepth = 1000 }), []);
                if (line.Span[^1] == (byte)'\n' && GoesOn(line.Span[lead..], out var complete) && !complete)
                {
                    _json.Write(line.Span);
                    _jsonLine = _line;
                }
                else
                {
                    await WriteAsync(line, _line, []);
                }
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
                    await TextAsync(more: true);
                }
            }

            _line++;
        }

        /// <summary>What the lines so far and this one are: valid JSON as far as they go, and one whole value.</summary>
        private bool GoesOn(ReadOnlySpan<byte> line, out bool complete)
        {
            complete = false;
            byte[] text = [.. _unread, .. line];
            var reader = new Utf8JsonReader(text, isFinalBlock: false, _jsonState);
            try
            {
                while (reader.Read())
                {
                }
            }
            catch (JsonException)
            {
                return false;
            }

            // A comma is read with what follows it.
            (_jsonState, _unread) = (reader.CurrentState, text[(int)reader.BytesConsumed..]);
            complete = reader.CurrentDepth == 0 && reader.TokenType is JsonTokenType.EndObject or JsonTokenType.EndArray;
            return true;
        }

        /// <summary>JSON over several lines that was none after all: what follows its first line is text, or, where rules by path would not see what stands in them, none of them.</summary>
        private async Task BrokenAsync()
        {
            if (_json.WrittenCount == 0)
            {
                return;
            }

            var lines = _json.WrittenSpan.ToArray();
            _json.ResetWrittenCount();
            if (byPath && !spans)
            {
                Failed = true;
                await error.WriteLineAsync($"lines {_jsonLine} to {_line - 1}: JSON that is not complete; left out");
                return;
            }

            var end = lines.AsSpan().IndexOf((byte)'\n') + 1;
            await WriteAsync(lines.AsMemory(0, end), _jsonLine, []);
            _textLine = _jsonLine + 1;
            _text.Write(lines.AsSpan(end));
        }

        private async Task TextAsync(bool more = false)
        {
            if (_text.WrittenCount > 0)
            {
                await WriteAsync(_text.WrittenMemory, _textLine, _header);
                // What follows of a long table has the columns of its beginning.
                _header = !more ? [] : _header.Length > 0 ? _header : HeaderOf(_text.WrittenSpan);
                _text.ResetWrittenCount();
            }
        }

        private static byte[] HeaderOf(ReadOnlySpan<byte> text) => Payload.TableSeparator(text) == 0 ? [] : text[..(text.IndexOf((byte)'\n') + 1)].ToArray();

        /// <param name="record">A line, or several.</param>
        /// <param name="line">Its number.</param>
        /// <param name="header">The first line of the table that the record goes on with.</param>
        /// <param name="isOne">Its lines are one value: all or none of them.</param>
        private async Task WriteAsync(ReadOnlyMemory<byte> record, long line, byte[] header, bool isOne = false)
        {
            byte[] whole = [.. header, .. record.Span];
            if (spans)
            {
                if (Spans.Of(whole, redactor.RulesFor(stream)) is { } found)
                {
                    await SpansAsync(Encoding.UTF8.GetString(whole), line - (header.Length > 0 ? 1 : 0), found.Where(s => header.Length == 0 || s.Start >= Encoding.UTF8.GetCharCount(header)));
                    return;
                }

                await BesidesAsync(record, line, header, isOne, "it is not text that can be read safely");
                return;
            }

            _clean.ResetWrittenCount();
            var outcome = redactor.Redact(stream, whole, _clean);
            if (outcome.Status == RedactionStatus.Quarantined)
            {
                await BesidesAsync(record, line, header, isOne, outcome.Reason!);
                return;
            }

            var clean = header.Length == 0 ? _clean.WrittenSpan : _clean.WrittenSpan[(_clean.WrittenSpan.IndexOf((byte)'\n') + 1)..];
            await output.WriteAsync(Encoding.UTF8.GetString(clean));
        }

        /// <summary>Of several lines only those that cannot be read are left out.</summary>
        private async Task BesidesAsync(ReadOnlyMemory<byte> record, long line, byte[] header, bool isOne, string reason)
        {
            var first = record.Span.IndexOf((byte)'\n') + 1;
            if (isOne || first == 0 || first == record.Length)
            {
                Failed = true;
                await error.WriteLineAsync($"line {line}: {reason}; left out");
                return;
            }

            for (; record.Length > 0; line++)
            {
                var end = record.Span.IndexOf((byte)'\n') is var at and >= 0 ? at + 1 : record.Length;
                await WriteAsync(record[..end], line, header);
                record = record[end..];
            }
        }

        /// <summary>What gzip packed, or the input as it is.</summary>
        private static async Task<Stream> UnpackedAsync(Stream input)
        {
            var head = new byte[2];
            var read = await input.ReadAtLeastAsync(head, 2, throwOnEndOfStream: false);
            var whole = new Prefixed(head.AsMemory(0, read), input);
            return read == 2 && head[0] == 0x1F && head[1] == 0x8B ? new System.IO.Compression.GZipStream(whole, System.IO.Compression.CompressionMode.Decompress) : whole;
        }

        private async Task SpansAsync(string text, long firstLine, IEnumerable<FoundSpan> found)
        {
            int at = 0, lineStart = 0;
            var line = firstLine;
            foreach (var span in found)
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

    /// <summary>A stream whose first bytes have been read already.</summary>
    private sealed class Prefixed(ReadOnlyMemory<byte> head, Stream rest) : Stream
    {
        private ReadOnlyMemory<byte> _head = head;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (_head.IsEmpty)
            {
                return await rest.ReadAsync(buffer, cancellationToken);
            }

            var count = Math.Min(buffer.Length, _head.Length);
            _head[..count].CopyTo(buffer);
            _head = _head[count..];
            return count;
        }

        public override int Read(byte[] buffer, int offset, int count) => ReadAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
