using System.Net.Http.Headers;

namespace Weir.Pipeline.Ingest;

/// <summary>How the records stand in a body.</summary>
internal enum BodyFormat
{
    Unsupported,

    /// <summary>The body is one record, not looked into.</summary>
    Raw,

    /// <summary>An array of records, or one record that is an object.</summary>
    Json,

    /// <summary>An array of records, or an object that holds them.</summary>
    JsonBatch,
    Ndjson,

    /// <summary>One event.</summary>
    CloudEvent,
    CloudEventBatch,

    /// <summary>Chosen by header, not by type.</summary>
    Firehose,
}

/// <summary>From content type to records.</summary>
internal static class BodyFormats
{
    public static BodyFormat Of(string? contentType, bool isBatch)
    {
        if (string.IsNullOrEmpty(contentType))
        {
            return isBatch ? BodyFormat.JsonBatch : BodyFormat.Raw;
        }

        var end = contentType.IndexOf(';', StringComparison.Ordinal);
        var type = (end < 0 ? contentType : contentType[..end]).Trim();
        return type.ToLowerInvariant() switch
        {
            "application/json" => isBatch ? BodyFormat.JsonBatch : BodyFormat.Json,
            "application/x-ndjson" or "application/ndjson" or "application/jsonl" or "application/x-jsonlines" or "application/jsonlines" => BodyFormat.Ndjson,
            "application/x-amz-json-1.1" => BodyFormat.JsonBatch,
            "application/cloudevents+json" => BodyFormat.CloudEvent,
            "application/cloudevents-batch+json" => BodyFormat.CloudEventBatch,
            "application/octet-stream" or "text/plain" when !isBatch => BodyFormat.Raw,
            _ => BodyFormat.Unsupported,
        };
    }

    /// <summary>Hands every record of the body to the intake. Throws <see cref="IngestRefusedException"/> when the body as a whole is wrong.</summary>
    public static void Parse(BodyFormat format, ReadOnlySpan<byte> body, RecordIntake intake, string? recordId)
    {
        switch (format)
        {
            case BodyFormat.Raw:
                if (body.Length > 0)
                {
                    intake.Add(body, id: recordId);
                }

                break;
            case BodyFormat.Json:
                JsonRecords.Read(body, intake, envelope: false, recordId);
                break;
            case BodyFormat.JsonBatch:
                JsonRecords.Read(body, intake, envelope: true);
                break;
            case BodyFormat.Ndjson:
                NdjsonRecords.Read(body, intake);
                break;
            case BodyFormat.CloudEvent:
                CloudEvents.ReadOne(body, intake);
                break;
            case BodyFormat.CloudEventBatch:
                CloudEvents.ReadBatch(body, intake);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(format), format, null);
        }
    }
}
