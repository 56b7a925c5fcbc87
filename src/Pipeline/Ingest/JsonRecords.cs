using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Weir.Pipeline.Ingest;

/// <summary>
/// Records in JSON bodies. A record is the exact text of its JSON value, never re-written:
/// <code>
/// [{"order":1},{"order":2,"partitionKey":"k1"}]                       array: an element each
/// {"records":[{"partitionKey":"k1","id":"e1","data":{"order":1}},
///             {"dataBase64":"aGVsbG8="}]}                             envelope, on :batch
/// {"Records":[{"Data":"aGVsbG8=","PartitionKey":"k1"}]}               as PutRecords has it
/// </code>
/// An element's own top-level member <c>partitionKey</c> names its key and stays in the record.
/// </summary>
internal static class JsonRecords
{
    private static ReadOnlySpan<byte> PartitionKeyMember => "partitionKey"u8;

    /// <summary>An array of records, or with <paramref name="envelope"/> an object that holds them; a bare object is otherwise one record.</summary>
    public static void Read(ReadOnlySpan<byte> body, RecordIntake intake, bool envelope, string? recordId = null)
    {
        CheckUtf8(body);
        var reader = Reader(body, intake);
        Next(ref reader);
        switch (reader.TokenType)
        {
            case JsonTokenType.StartArray:
                while (Next(ref reader) && reader.TokenType != JsonTokenType.EndArray)
                {
                    ReadElement(ref reader, body, intake);
                }

                break;

            case JsonTokenType.StartObject when envelope:
                ReadEnvelope(ref reader, body, intake);
                break;

            case JsonTokenType.StartObject:
                ReadElement(ref reader, body, intake, recordId);
                break;

            default:
                throw new IngestRefusedException(IngestProblem.Malformed("The body is an array of records or an object, not a bare value."));
        }

        End(ref reader);
    }

    /// <summary>A line of NDJSON: a bad one is an error of its own.</summary>
    /// <param name="line">The line without what ends it.</param>
    /// <param name="lineNumber">From 1.</param>
    /// <param name="intake">Where the record goes.</param>
    /// <param name="isUtf8">Whether the line is known to be valid UTF-8.</param>
    [SkipLocalsInit]
    public static void ReadLine(ReadOnlySpan<byte> line, int lineNumber, RecordIntake intake, bool isUtf8)
    {
        if (!isUtf8 && !Utf8.IsValid(line))
        {
            intake.Reject(new RecordError("malformed", $"Line {lineNumber} is not valid UTF-8.", $"line {lineNumber}"));
            return;
        }

        var reader = Reader(line, intake);
        Span<byte> key = stackalloc byte[JsonPointer.MaxTextBytes];
        try
        {
            reader.Read();
            var (start, length) = Element(ref reader, key, out var keyLength, out var hasKey);
            if (reader.Read())
            {
                throw new JsonException("There is more after the value.");
            }

            intake.Add(line.Slice(start, length), key[..keyLength], hasKey, isJson: true);
        }
        catch (JsonException e)
        {
            intake.Reject(new RecordError("malformed", $"Line {lineNumber} is not JSON: {Brief(e)}", $"line {lineNumber}"));
        }
    }

    /// <summary>What a JSON error says, without the path to the line that it always calls zero.</summary>
    private static string Brief(JsonException e)
    {
        var cut = e.Message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return (cut < 0 ? e.Message : e.Message[..cut]) + (e.BytePositionInLine is { } at ? $" (byte {at})" : "");
    }

    [SkipLocalsInit]
    private static void ReadElement(ref Utf8JsonReader reader, ReadOnlySpan<byte> body, RecordIntake intake, string? id = null)
    {
        Span<byte> key = stackalloc byte[JsonPointer.MaxTextBytes];
        int start, length, keyLength;
        bool hasKey;
        try
        {
            (start, length) = Element(ref reader, key, out keyLength, out hasKey);
        }
        catch (JsonException e)
        {
            throw Malformed(e);
        }

        intake.Add(body.Slice(start, length), key[..keyLength], hasKey, isJson: true, id);
    }

    /// <summary>Moves to the end of the value that the reader stands on; returns where it lies and what its own partition key is.</summary>
    private static (int Start, int Length) Element(ref Utf8JsonReader reader, scoped Span<byte> key, out int keyLength, out bool hasKey)
    {
        keyLength = 0;
        hasKey = false;
        var start = (int)reader.TokenStartIndex;
        if (reader.TokenType == JsonTokenType.StartObject)
        {
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isKey = reader.ValueSpan.SequenceEqual(PartitionKeyMember);
                reader.Read();
                if (isKey && reader.TokenType is JsonTokenType.String or JsonTokenType.Number)
                {
                    // Too long to copy is too long for a key: an empty one is refused with the same words.
                    hasKey = true;
                    JsonPointer.TryCopy(ref reader, key, out keyLength);
                }

                reader.Skip();
            }
        }
        else
        {
            reader.Skip();
        }

        return (start, (int)reader.BytesConsumed - start);
    }

    private static void ReadEnvelope(ref Utf8JsonReader reader, ReadOnlySpan<byte> body, RecordIntake intake)
    {
        var found = false;
        while (Next(ref reader) && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = MemberOf(ref reader);
            var isRecords = name is "records" or "Records";
            Next(ref reader);
            if (name == "StreamName" && reader.TokenType == JsonTokenType.String && MemberOf(ref reader) != intake.Stream.Name)
            {
                throw new IngestRefusedException(IngestProblem.Malformed($"StreamName is not '{intake.Stream.Name}', the stream of the address.", "StreamName"));
            }

            if (!isRecords)
            {
                Skip(ref reader);
                continue;
            }

            if (reader.TokenType != JsonTokenType.StartArray)
            {
                throw new IngestRefusedException(IngestProblem.Malformed("'records' is an array.", "records"));
            }

            found = true;
            while (Next(ref reader) && reader.TokenType != JsonTokenType.EndArray)
            {
                if (reader.TokenType == JsonTokenType.StartObject)
                {
                    ReadEnveloped(ref reader, body, intake);
                }
                else
                {
                    Skip(ref reader);
                    intake.Reject(new RecordError("malformed", "An element of 'records' is an object with 'data' or 'dataBase64'.", "records"));
                }
            }
        }

        if (!found)
        {
            throw new IngestRefusedException(IngestProblem.Malformed("An object sent to records:batch has a member 'records' (or 'Records'), an array. Send one record to the address without ':batch'.", "records"));
        }
    }

    private static void ReadEnveloped(ref Utf8JsonReader reader, ReadOnlySpan<byte> body, RecordIntake intake)
    {
        string? key = null, id = null, hashKey = null, wrong = null;
        byte[]? bytes = null;
        (int Start, int Length)? json = null;
        var badData = false;
        while (Next(ref reader) && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = MemberOf(ref reader);
            Next(ref reader);
            switch (name)
            {
                case "data":
                    var start = (int)reader.TokenStartIndex;
                    Skip(ref reader);
                    json = (start, (int)reader.BytesConsumed - start);
                    break;
                case "dataBase64" or "Data":
                    badData = reader.TokenType != JsonTokenType.String || !TryBase64(ref reader, out bytes);
                    Skip(ref reader);
                    break;
                case "partitionKey" or "PartitionKey":
                    key = Text(ref reader, name, ref wrong);
                    break;
                case "explicitHashKey" or "ExplicitHashKey":
                    hashKey = Text(ref reader, name, ref wrong);
                    break;
                case "id":
                    id = Text(ref reader, name, ref wrong);
                    break;
                default:
                    Skip(ref reader);
                    break;
            }
        }

        if (badData)
        {
            intake.Reject(new RecordError("bad-data", "The data is not base64.", "dataBase64"));
        }
        else if (wrong is not null)
        {
            intake.Reject(new RecordError("malformed", $"'{wrong}' is text.", wrong));
        }
        else if (bytes is null && json is null)
        {
            intake.Reject(new RecordError("malformed", "A record has 'data' (JSON) or 'dataBase64'.", "data"));
        }
        else
        {
            var data = bytes is not null ? bytes : body.Slice(json!.Value.Start, json.Value.Length);
            intake.Add(data, key is null ? default : Encoding.UTF8.GetBytes(key), key is not null, isJson: bytes is null, id, hashKey);
        }
    }

    /// <summary>The text of a name or string; empty for half of a surrogate pair, escaped, which is no text.</summary>
    public static string MemberOf(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            return "";
        }
    }

    public static bool TryBase64(ref Utf8JsonReader reader, out byte[]? bytes)
    {
        try
        {
            return reader.TryGetBytesFromBase64(out bytes);
        }
        catch (InvalidOperationException)
        {
            bytes = null;
            return false;
        }
    }

    /// <summary>A member that must be text; null stands for absent, another type is noted in <paramref name="wrong"/>.</summary>
    private static string? Text(ref Utf8JsonReader reader, string name, ref string? wrong)
    {
        if (reader.TokenType == JsonTokenType.String)
        {
            try
            {
                return reader.GetString();
            }
            catch (InvalidOperationException)
            {
                wrong = name;
                return null;
            }
        }

        if (reader.TokenType != JsonTokenType.Null)
        {
            wrong = name;
        }

        Skip(ref reader);
        return null;
    }

    public static Utf8JsonReader Reader(ReadOnlySpan<byte> body, RecordIntake intake) => new(body, new JsonReaderOptions { MaxDepth = intake.Options.MaxJsonDepth + 4 });

    public static void CheckUtf8(ReadOnlySpan<byte> body)
    {
        if (!Utf8.IsValid(body))
        {
            throw new IngestRefusedException(IngestProblem.Malformed("The body is not valid UTF-8."));
        }
    }

    public static bool Next(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.Read();
        }
        catch (JsonException e)
        {
            throw Malformed(e);
        }
    }

    public static void Skip(ref Utf8JsonReader reader)
    {
        try
        {
            reader.Skip();
        }
        catch (JsonException e)
        {
            throw Malformed(e);
        }
    }

    public static void End(ref Utf8JsonReader reader)
    {
        if (Next(ref reader))
        {
            throw new IngestRefusedException(IngestProblem.Malformed("There is more after the JSON value."));
        }
    }

    private static IngestRefusedException Malformed(JsonException e) => new(IngestProblem.Malformed($"The body is not JSON: {e.Message}"));
}
