using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Weir.Pipeline.Spool;

namespace Weir.Pipeline.Ingest;

/// <summary>
/// Writes answers:
/// <code>
/// {"results":[{"index":0,"status":"accepted","id":"5f3a9c01-2a40"},
///             {"index":1,"status":"rejected","error":{"code":"malformed","message":"...","field":"line 2"}}],
///  "accepted":1,"rejected":1}
/// </code>
/// A record's id is the one that came with it, else the node's id and the record's number there. A record whose id was taken before is a <c>duplicate</c>, counted apart.
/// </summary>
internal static class IngestAnswer
{
    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _buffer;

    [ThreadStatic]
    private static Utf8JsonWriter? _writer;

    /// <summary>The answer to a request whose records are durable. <paramref name="acks"/> has the stream's answers as far as they came, by index in the batch.</summary>
    public static Task WriteAsync(HttpContext context, int status, RecordIntake intake, string nodeId, ShardMark?[]? acks)
    {
        var (buffer, writer) = Begin();
        writer.WriteStartObject();
        WriteResults(writer, intake, nodeId, acks);
        writer.WriteEndObject();
        return SendAsync(context, status, "application/json", buffer, writer);
    }

    /// <summary>The same answer as bytes, to be kept with an idempotency key.</summary>
    public static byte[] ToBytes(RecordIntake intake, string nodeId)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { SkipValidation = true }))
        {
            writer.WriteStartObject();
            WriteResults(writer, intake, nodeId, null);
            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>The answer that an idempotent request got the first time.</summary>
    public static async Task ReplayAsync(HttpContext context, byte[] answer)
    {
        context.Response.StatusCode = StatusCodes.Status202Accepted;
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = answer.Length;
        context.Response.Headers["Idempotent-Replay"] = "true";
        await context.Response.Body.WriteAsync(answer, context.RequestAborted);
    }

    /// <summary>A refusal; with <paramref name="intake"/> also each record's result.</summary>
    public static Task WriteAsync(HttpContext context, IngestProblem problem, RecordIntake? intake = null)
    {
        var (buffer, writer) = Begin();
        writer.WriteStartObject();
        writer.WriteString("type"u8, "urn:weir:problem:" + problem.Code);
        writer.WriteString("title"u8, problem.Title);
        writer.WriteNumber("status"u8, problem.Status);
        writer.WriteString("detail"u8, problem.Detail);
        if (problem.Field is not null)
        {
            writer.WriteString("field"u8, problem.Field);
        }

        if (problem.Limit is { } limit)
        {
            writer.WriteNumber("limit"u8, limit);
        }

        if (intake is not null)
        {
            WriteResults(writer, intake, "", null);
        }

        writer.WriteEndObject();
        if (problem.RetryAfterSeconds is { } seconds)
        {
            context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }

        if (problem.Status == 401)
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
        }

        return SendAsync(context, problem.Status, "application/problem+json", buffer, writer);
    }

    /// <summary>What Firehose expects of an HTTP endpoint.</summary>
    public static Task WriteFirehoseAsync(HttpContext context, int status, string requestId, DateTimeOffset now, string? error)
    {
        var (buffer, writer) = Begin();
        writer.WriteStartObject();
        writer.WriteString("requestId"u8, requestId);
        writer.WriteNumber("timestamp"u8, now.ToUnixTimeMilliseconds());
        if (error is not null)
        {
            writer.WriteString("errorMessage"u8, error);
        }

        writer.WriteEndObject();
        return SendAsync(context, status, "application/json", buffer, writer);
    }

    private static void WriteResults(Utf8JsonWriter writer, RecordIntake intake, string nodeId, ShardMark?[]? acks)
    {
        writer.WriteStartArray("results"u8);
        for (var i = 0; i < intake.Results.Count; i++)
        {
            var result = intake.Results[i];
            writer.WriteStartObject();
            writer.WriteNumber("index"u8, i);
            if (result.Error is { } error)
            {
                writer.WriteString("status"u8, "rejected"u8);
                writer.WriteStartObject("error"u8);
                writer.WriteString("code"u8, error.Code);
                writer.WriteString("message"u8, error.Message);
                if (error.Field is not null)
                {
                    writer.WriteString("field"u8, error.Field);
                }

                if (error.Limit is { } limit)
                {
                    writer.WriteNumber("limit"u8, limit);
                }

                writer.WriteEndObject();
            }
            else
            {
                writer.WriteString("status"u8, intake.Batch.IsDuplicate(result.BatchIndex) ? "duplicate"u8 : "accepted"u8);
                WriteId(writer, result, intake.Batch, nodeId);
                if (acks?[result.BatchIndex] is { } mark)
                {
                    writer.WriteString("shardId"u8, mark.ShardId);
                    writer.WriteString("sequenceNumber"u8, mark.SequenceNumber);
                }
            }

            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteNumber("accepted"u8, intake.Accepted);
        writer.WriteNumber("rejected"u8, intake.Rejected);
        if (intake.Batch.Duplicates is > 0 and var duplicates)
        {
            writer.WriteNumber("duplicates"u8, duplicates);
        }
    }

    private static void WriteId(Utf8JsonWriter writer, RecordResult result, SpoolBatch batch, string nodeId)
    {
        if (result.Id is not null)
        {
            writer.WriteString("id"u8, result.Id);
        }
        else if (nodeId.Length > 0)
        {
            Span<byte> id = stackalloc byte[32];
            System.Text.Encoding.ASCII.GetBytes(nodeId, id);
            id[nodeId.Length] = (byte)'-';
            Utf8Formatter.TryFormat(batch.FirstNumber + result.BatchIndex, id[(nodeId.Length + 1)..], out var written, new StandardFormat('x'));
            writer.WriteString("id"u8, id[..(nodeId.Length + 1 + written)]);
        }
    }

    private static (ArrayBufferWriter<byte> Buffer, Utf8JsonWriter Writer) Begin()
    {
        var buffer = _buffer ??= new ArrayBufferWriter<byte>(1024);
        buffer.ResetWrittenCount();
        var writer = _writer ??= new Utf8JsonWriter(buffer, new JsonWriterOptions { SkipValidation = true });
        writer.Reset(buffer);
        return (buffer, writer);
    }

    private static async Task SendAsync(HttpContext context, int status, string contentType, ArrayBufferWriter<byte> buffer, Utf8JsonWriter writer)
    {
        writer.Flush();
        var response = context.Response;
        response.StatusCode = status;
        response.ContentType = contentType;
        response.ContentLength = buffer.WrittenCount;
        // Copied before anything is awaited: the buffer belongs to this thread.
        response.BodyWriter.Write(buffer.WrittenSpan);
        if (buffer.Capacity > 1 << 20)
        {
            _buffer = null;
            _writer = null;
        }

        await response.BodyWriter.FlushAsync(context.RequestAborted);
    }
}
