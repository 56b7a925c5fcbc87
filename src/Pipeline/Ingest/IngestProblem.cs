namespace Weir.Pipeline.Ingest;

/// <summary>
/// Why a request was not taken, as RFC 9457 says it:
/// <code>
/// HTTP/1.1 413 Content Too Large
/// Content-Type: application/problem+json
///
/// {"type":"urn:weir:problem:record-too-large","title":"The record is too large","status":413,
///  "detail":"The record has 2097152 bytes with its partition key; stream 'orders' takes 1048576.","field":"body","limit":1048576}
/// </code>
/// </summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Code">Stable, lower case with hyphens; the last part of <c>type</c>.</param>
/// <param name="Title">The same for every problem of the code.</param>
/// <param name="Detail">What was wrong this time and what to do.</param>
/// <param name="Field">Header, member or part of the URL at fault.</param>
/// <param name="Limit">The number that was passed, when it was one.</param>
internal sealed record IngestProblem(int Status, string Code, string Title, string Detail, string? Field = null, long? Limit = null)
{
    /// <summary>Seconds for <c>Retry-After</c>, null when trying again does not help.</summary>
    public int? RetryAfterSeconds { get; init; }

    public static IngestProblem MissingKey() => new(401, "missing-key", "An API key is needed", "Send the key as 'Authorization: Bearer <key>' or 'X-Api-Key: <key>'.", "Authorization");

    public static IngestProblem WrongKey() => new(401, "wrong-key", "The API key is not valid", "The key is unknown or was revoked.", "Authorization");

    public static IngestProblem StreamForbidden(string stream) => new(403, "stream-forbidden", "The key has no right to this stream", $"The key may not write to stream '{stream}'.", "stream");

    public static IngestProblem UnknownStream(string stream) => new(404, "unknown-stream", "There is no such stream", $"There is no stream '{stream}'.", "stream");

    public static IngestProblem UnknownAddress() =>
        new(404, "unknown-address", "There is nothing at this address", "Records are sent to /v1/streams/{stream}/records or /v1/streams/{stream}/records:batch.", "path");

    public static IngestProblem WrongMethod() => new(405, "wrong-method", "The method is not supported", "Records are sent with POST.", "method");

    public static IngestProblem RecordTooLarge(string stream, long bytes, int limit) =>
        new(413, "record-too-large", "The record is too large", $"The record has {bytes} bytes with its partition key; stream '{stream}' takes {limit}.", "body", limit);

    public static IngestProblem RecordTooLarge(string detail, string field, long? limit) => new(413, "record-too-large", "The record is too large", detail, field, limit);

    public static IngestProblem RequestTooLarge(int limit) =>
        new(413, "request-too-large", "The request is too large", $"A request may have {limit} bytes; send fewer records in one.", "body", limit);

    public static IngestProblem LaidOutTooLarge(int limit) =>
        new(413, "request-too-large", "The request is too large", $"The records of a request may take {limit} bytes on disk, with their keys; send fewer in one.", "body", limit);

    public static IngestProblem DecompressedTooLarge(int limit) =>
        new(413, "decompressed-too-large", "The decompressed request is too large", $"A request may have {limit} bytes once decompressed; send fewer records in one.", "body", limit);

    public static IngestProblem TooManyRecords(int limit) =>
        new(413, "too-many-records", "The request has too many records", $"A request may have {limit} records.", "body", limit);

    public static IngestProblem Malformed(string detail, string field = "body") => new(400, "malformed-body", "The body cannot be read", detail, field);

    public static IngestProblem NoRecords() => new(400, "no-records", "The request has no records", "Send at least one record.", "body");

    public static IngestProblem BadHeader(string header, string detail, long? limit = null) => new(400, "bad-header", "A header is wrong", detail, header, limit);

    public static IngestProblem UnsupportedType(string type) => new(
        415,
        "unsupported-type",
        "The content type is not supported",
        $"'{type}' is not supported. Send application/json, application/x-ndjson, application/octet-stream, text/plain, application/cloudevents+json, application/cloudevents-batch+json or application/x-amz-json-1.1.",
        "Content-Type");

    public static IngestProblem UnsupportedEncoding(string encoding) =>
        new(415, "unsupported-encoding", "The content encoding is not supported", $"'{encoding}' is not supported. Send gzip, br, zstd, deflate or none.", "Content-Encoding");

    public static IngestProblem MissingSignature() =>
        new(401, "missing-signature", "The request must be signed", "This partner signs its requests: send 'X-Signature: t=<unix seconds>,v1=<hex HMAC-SHA256>'.", "X-Signature");

    public static IngestProblem WrongSignature(string detail) => new(401, "wrong-signature", "The signature is not valid", detail, "X-Signature");

    public static IngestProblem KeyReused() =>
        new(422, "idempotency-key-reused", "The idempotency key belongs to another request", "A request with this key but another body was taken before. Use a new key for each request.", "Idempotency-Key");

    public static IngestProblem RateLimited(string what, long limit, int seconds) =>
        new(429, "rate-limited", "The partner's rate is used up", $"This partner may send {limit} {what} a second. Try again in {seconds} s.", null, limit) { RetryAfterSeconds = seconds };

    public static IngestProblem FairShare(int seconds) =>
        new(429, "over-fair-share", "Others need room too", "The spool is nearly full and this partner sends more than its share of what the stream drains. Nothing of this request was kept; try again later.") { RetryAfterSeconds = seconds };

    public static IngestProblem Busy() =>
        new(429, "busy", "The service is taking as much as it can", "Too many bytes are being received at once. Try again shortly.") { RetryAfterSeconds = 1 };

    public static IngestProblem SpoolFull() =>
        new(429, "spool-full", "The spool is full", "The records that wait for the stream fill the disk space set aside for them. Nothing of this request was kept; try again later.") { RetryAfterSeconds = 5 };

    public static IngestProblem NotWritten() =>
        new(500, "not-durable", "The records could not be made durable", "The disk refused the write. Nothing of this request was kept; try again.") { RetryAfterSeconds = 5 };

    public static IngestProblem Unexpected() => new(500, "unexpected", "Something went wrong", "The request failed for a reason that is in the service's log. Whether its records were kept is unknown.");
}

/// <summary>Stops the handling of a request with a problem. Thrown deep in parsing; every refusal that is cheap to return is returned.</summary>
internal sealed class IngestRefusedException(IngestProblem problem) : Exception(problem.Detail)
{
    public IngestProblem Problem { get; } = problem;
}
