using System.Buffers;
using System.Globalization;
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
    /// <summary>The answer to a request whose records are durable. <paramref name="acks"/> has the stream's answers as far as they came, by index in the batch.</summary>
    public static Task WriteAsync(HttpContext context, int status, RecordIntake intake, string nodeId, ShardMark?[]? acks)
    {
        var text = AnswerText.Rent();
        WriteResults(text.Raw("{"u8), intake, nodeId, acks);
        return SendAsync(context, status, "application/json", text.Raw("}"u8));
    }

    /// <summary>The same answer as bytes, to be kept with an idempotency key.</summary>
    public static byte[] ToBytes(RecordIntake intake, string nodeId)
    {
        var text = AnswerText.Rent();
        WriteResults(text.Raw("{"u8), intake, nodeId, null);
        var bytes = text.Raw("}"u8).Written.ToArray();
        text.Return();
        return bytes;
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
        var text = AnswerText.Rent();
        text.Raw("{\"type\":"u8).Text("urn:weir:problem:" + problem.Code).Raw(",\"title\":"u8).Text(problem.Title)
            .Raw(",\"status\":"u8).Number(problem.Status).Raw(",\"detail\":"u8).Text(problem.Detail);
        WriteFault(text, problem.Field, problem.Limit);
        if (intake is not null)
        {
            WriteResults(text.Raw(","u8), intake, "", null);
        }

        if (problem.RetryAfterSeconds is { } seconds)
        {
            context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }

        if (problem.Status == 401)
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
        }

        return SendAsync(context, problem.Status, "application/problem+json", text.Raw("}"u8));
    }

    /// <summary>What Firehose expects of an HTTP endpoint.</summary>
    public static Task WriteFirehoseAsync(HttpContext context, int status, string requestId, DateTimeOffset now, string? error)
    {
        var text = AnswerText.Rent();
        text.Raw("{\"requestId\":"u8).Text(requestId).Raw(",\"timestamp\":"u8).Number(now.ToUnixTimeMilliseconds());
        if (error is not null)
        {
            text.Raw(",\"errorMessage\":"u8).Text(error);
        }

        return SendAsync(context, status, "application/json", text.Raw("}"u8));
    }

    private static void WriteResults(AnswerText text, RecordIntake intake, string nodeId, ShardMark?[]? acks)
    {
        text.Raw("\"results\":["u8);
        for (var i = 0; i < intake.Results.Count; i++)
        {
            var result = intake.Results[i];
            text.Raw(i == 0 ? "{\"index\":"u8 : ",{\"index\":"u8).Number(i);
            if (result.Error is { } error)
            {
                text.Raw(",\"status\":\"rejected\",\"error\":{\"code\":"u8).Text(error.Code).Raw(",\"message\":"u8).Text(error.Message);
                WriteFault(text, error.Field, error.Limit);
                text.Raw("}}"u8);
                continue;
            }

            text.Raw(intake.Batch.IsDuplicate(result.BatchIndex) ? ",\"status\":\"duplicate\""u8 : ",\"status\":\"accepted\""u8);
            if (result.Id is not null)
            {
                text.Raw(",\"id\":"u8).Text(result.Id);
            }
            else if (nodeId.Length > 0)
            {
                text.Raw(",\"id\":"u8).Id(nodeId, intake.Batch.FirstNumber + result.BatchIndex);
            }

            if (acks?[result.BatchIndex] is { } mark)
            {
                text.Raw(",\"shardId\":"u8).Text(mark.ShardId).Raw(",\"sequenceNumber\":"u8).Text(mark.SequenceNumber);
            }

            text.Raw("}"u8);
        }

        text.Raw("],\"accepted\":"u8).Number(intake.Accepted).Raw(",\"rejected\":"u8).Number(intake.Rejected);
        if (intake.Batch.Duplicates is > 0 and var duplicates)
        {
            text.Raw(",\"duplicates\":"u8).Number(duplicates);
        }
    }

    private static void WriteFault(AnswerText text, string? field, long? limit)
    {
        if (field is not null)
        {
            text.Raw(",\"field\":"u8).Text(field);
        }

        if (limit is { } most)
        {
            text.Raw(",\"limit\":"u8).Number(most);
        }
    }

    private static Task SendAsync(HttpContext context, int status, string contentType, AnswerText text)
    {
        var response = context.Response;
        response.StatusCode = status;
        response.ContentType = contentType;
        response.ContentLength = text.Written.Length;
        response.Headers.XContentTypeOptions = "nosniff";
        response.BodyWriter.Write(text.Written);
        text.Return();
        var flushed = response.BodyWriter.FlushAsync(context.RequestAborted);
        return flushed.IsCompletedSuccessfully ? Task.CompletedTask : flushed.AsTask();
    }
}
