using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Weir.Pipeline.Spool;
using Weir.Pipeline.Telemetry;

namespace Weir.Pipeline.Ingest;

/// <summary>
/// <c>POST /v1/streams/{stream}/records</c> and <c>…/records:batch</c>: admit by headers, read, parse, spool, answer 202 once durable.
/// Whatever happens, the answer is one of those in docs/api-ingest.md, and never a 503.
/// </summary>
internal sealed partial class IngestEndpoint(
    Admission admission,
    SpoolHost spool,
    BodyMemory memory,
    PartnerLimits limits,
    FairShare fairness,
    PipelineMetrics metrics,
    IOptions<IngestOptions> options,
    TimeProvider time,
    ILogger<IngestEndpoint> logger)
{
    public const string PartitionKeyHeader = "X-Partition-Key";
    public const string RecordIdHeader = "X-Record-Id";
    public const string IdempotencyKeyHeader = "Idempotency-Key";
    private const int MaxIdempotencyKeyCharacters = 255;
    private const int DefaultAckSeconds = 10, MaxAckSeconds = 60;

    /// <summary>What the server bounds bodies to unless told otherwise.</summary>
    private const int ServerBodyBytes = 30_000_000, ServerBodyBytesPerSecond = 240;

    private readonly Dictionary<string, IngestStreamSettings> _settings =
        options.Value.Streams.ToDictionary(s => s.Key, s => IngestStreamSettings.From(s.Value), StringComparer.Ordinal);

    /// <summary>Null where it is what the server asks for by itself.</summary>
    private readonly MinDataRate? _bodyRate = options.Value.MinBodyBytesPerSecond == ServerBodyBytesPerSecond ? null : new(options.Value.MinBodyBytesPerSecond, TimeSpan.FromSeconds(5));

    /// <summary>Handles one request; <paramref name="isBatch"/> for the address with <c>:batch</c>.</summary>
    public async Task HandleAsync(HttpContext context, bool isBatch)
    {
        var began = time.GetTimestamp();
        try
        {
            BoundBody(context);
            await TakeAsync(context, isBatch);
        }
        catch (IngestRefusedException e)
        {
            await RefuseAsync(context, e.Problem);
        }
        catch (Microsoft.AspNetCore.Http.BadHttpRequestException e)
        {
            // Kestrel's own refusals: a body too slow (408), too short or badly chunked (400).
            await RefuseAsync(context, new IngestProblem(e.StatusCode, "bad-request", "The request is not valid HTTP", e.Message, "body"));
        }
        catch (SpoolFullException)
        {
            await RefuseAsync(context, IngestProblem.SpoolFull());
        }
        catch (Exception e) when (e is OperationCanceledException or IOException && context.RequestAborted.IsCancellationRequested)
        {
            LogGone(logger);
            return;
        }
        catch (IOException e)
        {
            LogNotWritten(logger, e);
            await RefuseAsync(context, IngestProblem.NotWritten());
        }
        catch (Exception e)
        {
            LogUnexpected(logger, e);
            await RefuseAsync(context, IngestProblem.Unexpected());
        }

        if (context.Response.HasStarted)
        {
            metrics.Answered(context.Response.StatusCode, time.GetElapsedTime(began));
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask TakeAsync(HttpContext context, bool isBatch)
    {
        var request = context.Request;
        var admitted = await admission.AdmitAsync(context, (string)request.RouteValues["stream"]!);
        if (admitted.Problem is { } refused)
        {
            await RefuseAsync(context, refused);
            return;
        }

        var (partner, stream) = (admitted.Partner!, admitted.Stream!);
        var format = FirehoseRequest.Is(request) ? BodyFormat.Firehose : BodyFormats.Of(request.ContentType, isBatch);
        if (format == BodyFormat.Unsupported)
        {
            await RefuseAsync(context, IngestProblem.UnsupportedType(request.ContentType ?? ""));
            return;
        }

        var requestKey = PartitionKeyOf(request.Headers);
        var idempotencyKey = HeaderOf(request.Headers, IdempotencyKeyHeader, MaxIdempotencyKeyCharacters);
        if (format == BodyFormat.Raw && request.ContentLength > stream.MaxRecordBytes && request.Headers.ContentEncoding.Count == 0)
        {
            await RefuseAsync(context, IngestProblem.RecordTooLarge(stream.Name, request.ContentLength.Value + (requestKey?.Length ?? 0), stream.MaxRecordBytes));
            return;
        }

        var signed = partner.SigningSecret is not null;
        using var body = await RequestBody.ReadAsync(context, options.Value, memory, hash: signed);
        if (signed && RequestSignature.Check(request, body.Sha256, partner.SigningSecret!, time.GetUtcNow(), options.Value.SignatureSkewSeconds) is { } unsigned)
        {
            await RefuseAsync(context, unsigned);
            return;
        }

        using var batch = new SpoolBatch(stream.Name, time.GetUtcNow(), body.Length + (body.Length / 8) + 256, spool.Spool.Seal);
        var intake = new RecordIntake(stream, partner, _settings.GetValueOrDefault(stream.Name) ?? IngestStreamSettings.None, batch, options.Value, requestKey);
        if (format == BodyFormat.Firehose)
        {
            await TakeDeliveryAsync(context, body, intake, partner);
            return;
        }

        BodyFormats.Parse(format, body.Span, intake, HeaderOf(request.Headers, RecordIdHeader, RecordIntake.MaxIdCharacters));
        if (intake.Results.Count == 0)
        {
            await RefuseAsync(context, IngestProblem.NoRecords());
        }
        else if (batch.Count == 0)
        {
            metrics.Rejected(intake.Rejected);
            await IngestAnswer.WriteAsync(context, NothingTaken(format, intake), intake);
        }
        else
        {
            if (idempotencyKey is not null)
            {
                batch.IdempotencyKey = Identity.Of("request", partner.Id, stream.Name, idempotencyKey);
                batch.BodyHash = Identity.Of(body.Span);
                KeepAnswer(batch, intake);
            }

            await SpoolAsync(context, partner, intake);
        }
    }

    // Apart from the rest, so that only requests with a key pay for what the answer holds on to.
    private void KeepAnswer(SpoolBatch batch, RecordIntake intake) => batch.Answer = () => IngestAnswer.ToBytes(intake, spool.Spool.NodeId);

    private Task TakeDeliveryAsync(HttpContext context, RequestBody body, RecordIntake intake, Partner partner) =>
        FirehoseRequest.TakeAsync(context, body, intake, i => KeepAsync(partner, i), time);

    /// <summary>The server's own bounds follow ours: how large a body may be (we stop reading ourselves, and the server then takes in the rest for a moment, so that the sender can read the answer), and how slowly it may arrive.</summary>
    private void BoundBody(HttpContext context)
    {
        if (!(context.Request.ContentLength <= ServerBodyBytes) && context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = null;
        }

        if (_bodyRate is not null && context.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
        {
            rate.MinDataRate = _bodyRate;
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask SpoolAsync(HttpContext context, Partner partner, RecordIntake intake)
    {
        var wait = AckWaitOf(context.Request);
        if (wait is not null)
        {
            intake.Batch.RequestAcks();
        }

        await KeepAsync(partner, intake);
        switch (intake.Batch.Outcome)
        {
            case IdempotencyOutcome.Conflict:
                await RefuseAsync(context, IngestProblem.KeyReused());
                return;
            case IdempotencyOutcome.Replayed:
                await IngestAnswer.ReplayAsync(context, intake.Batch.Replay);
                return;
            default:
                break;
        }

        if (wait is null)
        {
            await IngestAnswer.WriteAsync(context, StatusCodes.Status202Accepted, intake, spool.Spool.NodeId, null);
            return;
        }

        var acks = await AcksAsync(intake.Batch, wait.Value, context.RequestAborted);
        var all = acks.Index().All(a => a.Item is not null || intake.Batch.IsDuplicate(a.Index));
        context.Response.Headers["Preference-Applied"] = string.Create(CultureInfo.InvariantCulture, $"wait={wait.Value.TotalSeconds}");
        await IngestAnswer.WriteAsync(context, all ? StatusCodes.Status200OK : StatusCodes.Status202Accepted, intake, spool.Spool.NodeId, acks);
    }

    /// <summary>Makes the records durable and counts them against the partner.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask KeepAsync(Partner partner, RecordIntake intake)
    {
        if (intake.Batch.CommitBytes > CommitLog.CommitLog.MaxBatchBytes)
        {
            throw new IngestRefusedException(IngestProblem.LaidOutTooLarge(CommitLog.CommitLog.MaxBatchBytes));
        }

        limits.Spend(partner, intake.Batch.Count, intake.Bytes);
        await spool.Spool.AppendAsync(intake.Batch);
        if (intake.Batch.Outcome != IdempotencyOutcome.New)
        {
            return;
        }

        fairness.Accepted(partner, intake.Bytes);
        metrics.Accepted(intake.Accepted, intake.Bytes);
        if (intake.Rejected > 0)
        {
            metrics.Rejected(intake.Rejected);
        }
    }

    /// <summary>The stream's answers, as far as they come in time.</summary>
    private async Task<ShardMark?[]> AcksAsync(SpoolBatch batch, TimeSpan wait, CancellationToken cancellationToken)
    {
        var acks = batch.Acks!;
        Task answers = Task.WhenAll(acks.Select(a => a.Answer));
        await answers.WaitAsync(wait, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        var marks = new ShardMark?[acks.Length];
        for (var i = 0; i < acks.Length; i++)
        {
            if (acks[i].Answer.IsCompletedSuccessfully)
            {
                marks[i] = await acks[i].Answer;
            }
            else
            {
                spool.Spool.ForgetAck(batch.Position(i));
            }
        }

        return marks;
    }

    /// <summary>Nothing of a request was taken: one record's fault is the request's, several are told apart in the results.</summary>
    private static IngestProblem NothingTaken(BodyFormat format, RecordIntake intake)
    {
        var errors = intake.Results.Select(r => r.Error!).ToList();
        if (errors.TrueForAll(e => e.Code == "too-large"))
        {
            return IngestProblem.RecordTooLarge(errors[0].Message, format == BodyFormat.Raw ? "body" : "data", errors[0].Limit);
        }

        return errors.Count == 1
            ? new IngestProblem(400, errors[0].Code is "malformed" ? "malformed-body" : errors[0].Code, "The record cannot be taken", errors[0].Message, errors[0].Field ?? "body", errors[0].Limit)
            : new IngestProblem(400, "no-valid-records", "No record of the request can be taken", "Each of the results says why.", "body");
    }

    private static byte[]? PartitionKeyOf(IHeaderDictionary headers) =>
        HeaderOf(headers, PartitionKeyHeader, RecordIntake.MaxKeyCharacters) is { } key ? Encoding.UTF8.GetBytes(key) : null;

    /// <summary>A header that may stand once and has 1 to <paramref name="max"/> characters; null when absent.</summary>
    private static string? HeaderOf(IHeaderDictionary headers, string name, int max)
    {
        if (!headers.TryGetValue(name, out var values) || values.Count == 0)
        {
            return null;
        }

        var value = Admission.Single(name, values, out var problem);
        return problem is not null ? throw new IngestRefusedException(problem)
            : value is { Length: > 0 } && value.Length <= max ? value
            : throw new IngestRefusedException(IngestProblem.BadHeader(name, $"'{name}' has 1 to {max} characters.", max));
    }

    /// <summary>How long to wait for the stream; null when the sender does not ask for it.</summary>
    private static TimeSpan? AckWaitOf(HttpRequest request)
    {
        if (!request.Query.TryGetValue("ack", out var ack))
        {
            return null;
        }

        if (ack != "stream" && ack != "spool")
        {
            throw new IngestRefusedException(IngestProblem.Malformed("'ack' is 'spool' (the default) or 'stream'.", "ack"));
        }

        if (ack == "spool")
        {
            return null;
        }

        foreach (var preference in request.Headers["Prefer"].SelectMany(v => (v ?? "").Split([',', ';'], StringSplitOptions.TrimEntries)))
        {
            if (preference.StartsWith("wait=", StringComparison.OrdinalIgnoreCase)
                && int.TryParse(preference.AsSpan(5), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
            {
                return TimeSpan.FromSeconds(Math.Min(seconds, MaxAckSeconds));
            }
        }

        return TimeSpan.FromSeconds(DefaultAckSeconds);
    }

    /// <summary>Answers what is no request for records at all.</summary>
    public static Task RefuseAddressAsync(HttpContext context, IngestProblem problem)
    {
        if (problem.Status == StatusCodes.Status405MethodNotAllowed)
        {
            context.Response.Headers.Allow = HttpMethods.Post;
        }

        return IngestAnswer.WriteAsync(context, problem);
    }

    private async Task RefuseAsync(HttpContext context, IngestProblem problem)
    {
        if (context.Response.HasStarted || context.RequestAborted.IsCancellationRequested)
        {
            return;
        }

        if (FirehoseRequest.Is(context.Request))
        {
            await IngestAnswer.WriteFirehoseAsync(context, problem.Status, context.Request.Headers[FirehoseRequest.RequestIdHeader].ToString(), time.GetUtcNow(), problem.Detail);
            return;
        }

        await IngestAnswer.WriteAsync(context, problem);
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "The sender went away before the answer.")]
    private static partial void LogGone(ILogger logger);

    [LoggerMessage(Level = LogLevel.Error, Message = "A request could not be made durable.")]
    private static partial void LogNotWritten(ILogger logger, Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "A request failed unexpectedly.")]
    private static partial void LogUnexpected(ILogger logger, Exception exception);
}
