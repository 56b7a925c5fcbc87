using System.Text;
using System.Text.Json;

namespace Weir.Pipeline.Ingest;

/// <summary>
/// <see href="https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md">CloudEvents in JSON</see>, one or a batch. An event is a record as it stands,
/// its partition key the <see href="https://github.com/cloudevents/spec/blob/main/cloudevents/extensions/partitioning.md">partitionkey</see> extension, its id the source and id together.
/// <code>
/// [{"specversion":"1.0","id":"A1","source":"/orders","type":"order.placed","partitionkey":"k1","data":{"order":1}}]
/// </code>
/// </summary>
internal static class CloudEvents
{
    public static void ReadOne(ReadOnlySpan<byte> body, RecordIntake intake)
    {
        JsonRecords.CheckUtf8(body);
        var reader = JsonRecords.Reader(body, intake);
        JsonRecords.Next(ref reader);
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new IngestRefusedException(IngestProblem.Malformed("An event is a JSON object."));
        }

        ReadEvent(ref reader, body, intake);
        JsonRecords.End(ref reader);
    }

    public static void ReadBatch(ReadOnlySpan<byte> body, RecordIntake intake)
    {
        JsonRecords.CheckUtf8(body);
        var reader = JsonRecords.Reader(body, intake);
        JsonRecords.Next(ref reader);
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw new IngestRefusedException(IngestProblem.Malformed("A batch of events is a JSON array."));
        }

        while (JsonRecords.Next(ref reader) && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType == JsonTokenType.StartObject)
            {
                ReadEvent(ref reader, body, intake);
            }
            else
            {
                JsonRecords.Skip(ref reader);
                intake.Reject(new RecordError("malformed", "An event is a JSON object."));
            }
        }

        JsonRecords.End(ref reader);
    }

    private static void ReadEvent(ref Utf8JsonReader reader, ReadOnlySpan<byte> body, RecordIntake intake)
    {
        string? version = null, id = null, source = null, type = null, key = null;
        var start = (int)reader.TokenStartIndex;
        while (JsonRecords.Next(ref reader) && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = TextOf(ref reader);
            JsonRecords.Next(ref reader);
            var text = reader.TokenType == JsonTokenType.String ? TextOf(ref reader) : null;
            JsonRecords.Skip(ref reader);
            switch (name)
            {
                case "specversion": version = text; break;
                case "id": id = text; break;
                case "source": source = text; break;
                case "type": type = text; break;
                case "partitionkey": key = text; break;
                default: break;
            }
        }

        var missing = string.IsNullOrEmpty(version) ? "specversion" : string.IsNullOrEmpty(id) ? "id" : string.IsNullOrEmpty(source) ? "source" : string.IsNullOrEmpty(type) ? "type" : null;
        if (missing is not null)
        {
            intake.Reject(new RecordError("malformed", $"An event has '{missing}', which is text and not empty.", missing));
        }
        else
        {
            intake.Add(body[start..(int)reader.BytesConsumed], key is null ? default : Encoding.UTF8.GetBytes(key), key is not null, isJson: true, id: $"{source}#{id}");
        }
    }

    private static string? TextOf(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString();
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair, escaped: no text.
            return null;
        }
    }
}
