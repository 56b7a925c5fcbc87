using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Weir.Pipeline.Ingest;

/// <summary>
/// The <see href="https://docs.aws.amazon.com/firehose/latest/dev/httpdeliveryrequestresponse.html">Firehose HTTP endpoint protocol</see>, so that a Firehose stream can deliver here.
/// It knows no results per record: all are taken or none.
/// <code>
/// X-Amz-Firehose-Protocol-Version: 1.0      {"requestId":"r1","timestamp":1578090901599,"records":[{"data":"aGVsbG8="}]}
/// X-Amz-Firehose-Request-Id: r1         →   200 {"requestId":"r1","timestamp":1578090903599}
/// X-Amz-Firehose-Access-Key: the API key
/// </code>
/// </summary>
internal static class FirehoseRequest
{
    public const string RequestIdHeader = "X-Amz-Firehose-Request-Id";
    private const string VersionHeader = "X-Amz-Firehose-Protocol-Version";

    public static bool Is(HttpRequest request) => request.Headers.ContainsKey(VersionHeader);

    public static async Task TakeAsync(HttpContext context, RequestBody body, RecordIntake intake, Func<RecordIntake, ValueTask> keep, TimeProvider time)
    {
        var requestId = Read(body.Span, intake);
        var header = context.Request.Headers[RequestIdHeader].ToString();
        if (header.Length > 0 && header != requestId)
        {
            throw new IngestRefusedException(IngestProblem.BadHeader(RequestIdHeader, "The request id in the header is not the one in the body."));
        }

        if (intake.Results.FirstOrDefault(r => r.Error is not null).Error is { } error)
        {
            throw new IngestRefusedException(new IngestProblem(error.Code == "too-large" ? 413 : 400, error.Code, "A record cannot be taken", error.Message, error.Field, error.Limit));
        }

        if (intake.Batch.Count > 0)
        {
            await keep(intake);
        }

        await IngestAnswer.WriteFirehoseAsync(context, StatusCodes.Status200OK, requestId, time.GetUtcNow(), null);
    }

    /// <summary>Hands the records to the intake; returns the request's id.</summary>
    public static string Read(ReadOnlySpan<byte> body, RecordIntake intake)
    {
        JsonRecords.CheckUtf8(body);
        var reader = JsonRecords.Reader(body, intake);
        JsonRecords.Next(ref reader);
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new IngestRefusedException(IngestProblem.Malformed("The body is an object with 'requestId', 'timestamp' and 'records'."));
        }

        string? requestId = null;
        var hasRecords = false;
        while (JsonRecords.Next(ref reader) && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = JsonRecords.MemberOf(ref reader);
            JsonRecords.Next(ref reader);
            if (name == "requestId" && reader.TokenType == JsonTokenType.String)
            {
                requestId = JsonRecords.MemberOf(ref reader);
            }
            else if (name == "records" && reader.TokenType == JsonTokenType.StartArray)
            {
                hasRecords = true;
                while (JsonRecords.Next(ref reader) && reader.TokenType != JsonTokenType.EndArray)
                {
                    ReadRecord(ref reader, intake);
                }
            }
            else
            {
                JsonRecords.Skip(ref reader);
            }
        }

        JsonRecords.End(ref reader);
        return requestId is not null && hasRecords
            ? requestId
            : throw new IngestRefusedException(IngestProblem.Malformed("The body is an object with 'requestId', 'timestamp' and 'records'.", requestId is null ? "requestId" : "records"));
    }

    private static void ReadRecord(ref Utf8JsonReader reader, RecordIntake intake)
    {
        byte[]? data = null;
        if (reader.TokenType == JsonTokenType.StartObject)
        {
            while (JsonRecords.Next(ref reader) && reader.TokenType == JsonTokenType.PropertyName)
            {
                var name = JsonRecords.MemberOf(ref reader);
                JsonRecords.Next(ref reader);
                if (name == "data" && reader.TokenType == JsonTokenType.String)
                {
                    JsonRecords.TryBase64(ref reader, out data);
                }

                JsonRecords.Skip(ref reader);
            }
        }
        else
        {
            JsonRecords.Skip(ref reader);
        }

        if (data is null)
        {
            intake.Reject(new RecordError("bad-data", "A record has 'data', which is base64.", "data"));
            return;
        }

        // What comes through Firehose is JSON more often than not, and then the stream's pointer holds for it too.
        intake.Add(data, isJson: IsJson(data));
    }

    private static bool IsJson(ReadOnlySpan<byte> data)
    {
        try
        {
            var reader = new Utf8JsonReader(data);
            while (reader.Read())
            {
                // To the end: only well-formed JSON is looked into.
            }

            return data.Length > 0;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
