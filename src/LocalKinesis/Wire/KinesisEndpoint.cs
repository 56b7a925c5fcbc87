using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Weir.Aws.CloudWatch;
using Weir.Aws.Kinesis;
using Weir.LocalKinesis.Metrics;

namespace Weir.LocalKinesis.Wire;

/// <summary>
/// The wire protocol: one path, the operation in a header.
/// <code>
/// POST / HTTP/1.1
/// Content-Type: application/x-amz-json-1.1
/// X-Amz-Target: Kinesis_20131202.ListStreams
/// Authorization: AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…
///
/// {}
///
/// HTTP/1.1 200 OK                     HTTP/1.1 400 Bad Request
/// x-amzn-RequestId: …                 {"__type":"ResourceNotFoundException","message":"Stream …"}
/// {"StreamNames":[],…}
/// </code>
/// Checks come in the service's order: body, operation, signature, types, constraints.
/// </summary>
internal sealed partial class KinesisEndpoint(Engine engine, AnswerSending sending, ILogger logger)
{
    private readonly Subscriptions _subscriptions = new(engine);
    private readonly RecordCalls _records = new(engine, sending);
    private readonly BodyMemory _memory = new();

    public const string Json = "application/x-amz-json-1.1";
    private const string PlainJson = "application/json";
    private static readonly JsonDocumentOptions Documents = new() { MaxDepth = 64 };

    /// <summary>Answers one request, whatever it is; throws nothing.</summary>
    public async Task HandleAsync(IFeatureCollection features)
    {
        RequestBody? body = null;
        try
        {
            RequestIds.AddTo(features.GetRequiredFeature<IHttpResponseFeature>().Headers);
            if (RecordCalls.Find(features.GetRequiredFeature<IHttpRequestFeature>()) is { } carrier)
            {
                body = await RequestBody.BorrowAsync(features, _memory, CancellationToken.None).ConfigureAwait(false);
                if (await _records.TryAnswerAsync(features, carrier, body.Memory).ConfigureAwait(false))
                    return;
            }

            await HandleAsync(new DefaultHttpContext(features), body).ConfigureAwait(false);
        }
        catch (KinesisException e) when (!Started(features))
        {
            await ErrorAsync(new DefaultHttpContext(features), e, cbor: false).ConfigureAwait(false);
        }
        catch (BadHttpRequestException e) when (!Started(features))
        {
            var context = new DefaultHttpContext(features);
            await ErrorAsync(context, Unreadable(e.StatusCode), cbor: ContentType(context.Request) == Cbor.ContentType).ConfigureAwait(false);
        }
        catch (Exception e) when (e is ConnectionResetException or BadHttpRequestException || (e is OperationCanceledException && features.GetRequiredFeature<IHttpRequestLifetimeFeature>().RequestAborted.IsCancellationRequested))
        {
            // Nobody waits for the answer.
        }
        catch (Exception e) when (e is not KinesisException && !Started(features))
        {
            var context = new DefaultHttpContext(features);
            LogFailed(logger, e, context.Request.Headers["X-Amz-Target"].ToString());
            await ErrorAsync(context, Errors.Internal("The engine failed; its log says why."), cbor: false).ConfigureAwait(false);
        }
        finally
        {
            body?.Dispose();
        }
    }

    private async Task HandleAsync(HttpContext context, RequestBody? body)
    {
        var (request, response) = (context.Request, context.Response);
        if (engine.Options.Cors)
        {
            if (Cors.Answers(request, response))
                return;
        }
        else if (Cors.IsOfPage(request))
        {
            await ErrorAsync(context, new KinesisException(KinesisErrorCodes.AccessDenied, Cors.Refusal, 403), cbor: false).ConfigureAwait(false);
            return;
        }

        if (HttpMethods.IsGet(request.Method) && request.Path.Value is "/healthz" or "/health" or "/healthcheck")
            await HealthAsync(context).ConfigureAwait(false);
        else if (!HttpMethods.IsPost(request.Method))
            await XmlAsync(context, "AccessDeniedException", "Unable to determine service/operation name to be authorized").ConfigureAwait(false);
        else if (body is not null)
            await PostAsync(context, body).ConfigureAwait(false);
        else
        {
            using var copy = await RequestBody.CopyAsync(context.Features, _memory, context.RequestAborted).ConfigureAwait(false);
            await PostAsync(context, copy).ConfigureAwait(false);
        }
    }

    private async Task PostAsync(HttpContext context, RequestBody body)
    {
        var request = context.Request;
        var contentType = ContentType(request);
        var target = request.Headers["X-Amz-Target"].ToString();
        var dot = target.IndexOf('.', StringComparison.Ordinal);
        var operation = target.StartsWith(KinesisOperations.TargetPrefix, StringComparison.Ordinal) ? Operations.Find(target[KinesisOperations.TargetPrefix.Length..]) : null;
        var subscribe = target == KinesisOperations.TargetPrefix + KinesisOperations.SubscribeToShard.Name;
        var cbor = contentType == Cbor.ContentType;
        try
        {
            if (contentType == CloudWatchEndpoint.ContentType && target.StartsWith(CloudWatchOperations.TargetPrefix, StringComparison.Ordinal))
            {
                Authentication.Check(engine, context.Features, body.Memory.Span);
                await CloudWatchAsync(context, target[CloudWatchOperations.TargetPrefix.Length..], body.Memory).ConfigureAwait(false);
                return;
            }

            if (body.Length == 0)
            {
                // Without a body the service answers in its own encoding, unless JSON was asked for by name.
                await ErrorAsync(context, operation is null && !subscribe ? Unknown() : NotParsed(), cbor: contentType != Json).ConfigureAwait(false);
                return;
            }

            if (!cbor && contentType is not (Json or PlainJson))
            {
                if (dot <= 0 || dot == target.Length - 1)
                {
                    await XmlAsync(context, "AccessDeniedException", "Unable to determine service/operation name to be authorized").ConfigureAwait(false);
                    return;
                }

                await TextAsync(context, 404, "<UnknownOperationException/>\n").ConfigureAwait(false);
                return;
            }

            if (contentType == PlainJson)
            {
                await PlainJsonAsync(context, body.Memory).ConfigureAwait(false);
                return;
            }

            using var document = Parse(cbor ? Transcoded(body.Memory) : body.Memory);
            if (operation is null && !subscribe)
                throw Unknown();
            Authentication.Check(engine, context.Features, body.Memory.Span);
            if (subscribe)
            {
                await _subscriptions.RunAsync(context, document.RootElement, cbor).ConfigureAwait(false);
                return;
            }

            if (operation == Operations.GetRecords)
                sending.CheckRoom();
            var output = new ArrayBufferWriter<byte>(1024);
            await operation!.InvokeAsync(engine, document.RootElement, output, context.RequestAborted).ConfigureAwait(false);
            await SendAsync(context, 200, output.WrittenMemory, cbor).ConfigureAwait(false);
        }
        catch (KinesisException e) when (!context.Response.HasStarted)
        {
            await ErrorAsync(context, e, cbor).ConfigureAwait(false);
        }
    }

    private async Task CloudWatchAsync(HttpContext context, string operation, ReadOnlyMemory<byte> body)
    {
        var (status, answer, error) = CloudWatchEndpoint.Answer(engine, operation, body);
        context.Response.StatusCode = status;
        context.Response.ContentType = CloudWatchEndpoint.ContentType;
        context.Response.ContentLength = answer.Length;
        if (error is not null)
            context.Response.Headers["x-amzn-query-error"] = error;
        await context.Response.BodyWriter.WriteAsync(answer, context.RequestAborted).ConfigureAwait(false);
    }

    /// <summary>Plain <c>application/json</c> is an older protocol, of which the service still answers that it does not know the operation.</summary>
    private static async Task PlainJsonAsync(HttpContext context, ReadOnlyMemory<byte> body)
    {
        var (status, type) = (404, KinesisErrorCodes.UnknownOperation);
        try
        {
            Parse(body).Dispose();
        }
        catch (KinesisException e)
        {
            (status, type) = (400, e.Code);
        }

        context.Response.ContentType = PlainJson;
        await TextAsync(context, status, "{\"Output\":{\"__type\":\"com.amazon.coral.service#" + type + "\"},\"Version\":\"1.0\"}").ConfigureAwait(false);
    }

    private static ReadOnlyMemory<byte> Transcoded(ReadOnlyMemory<byte> cbor)
    {
        var json = new ArrayBufferWriter<byte>(cbor.Length * 2);
        Cbor.ToJson(cbor, json);
        return json.WrittenMemory;
    }

    internal static JsonDocument Parse(ReadOnlyMemory<byte> body)
    {
        try
        {
            var document = JsonDocument.Parse(body, Documents);
            if (document.RootElement.ValueKind is JsonValueKind.Object or JsonValueKind.Array)
                return document;
            document.Dispose();
        }
        catch (JsonException)
        {
            // Told of below, without the parser's words.
        }

        throw NotParsed();
    }

    private static string ContentType(HttpRequest request) => (request.ContentType ?? "").Split(';', 2)[0].Trim();

    private static KinesisException Unreadable(int status) => status == StatusCodes.Status413PayloadTooLarge
        ? new KinesisException("RequestEntityTooLargeException", string.Create(CultureInfo.InvariantCulture, $"The request body is larger than {HttpListener.MostBodyBytes} bytes."), status)
        : new KinesisException(KinesisErrorCodes.Serialization, "", status);

    private static KinesisException NotParsed() => new(KinesisErrorCodes.Serialization, "");

    private static KinesisException Unknown() => new(KinesisErrorCodes.UnknownOperation, "");

    /// <summary>An error as the service spells it, in JSON.</summary>
    internal static ReadOnlyMemory<byte> Spell(KinesisException error)
    {
        var output = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(output, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartObject();
            writer.WriteString("__type", error.Code);
            if (error.Message.Length > 0)
                writer.WriteString(error.Code == KinesisErrorCodes.Serialization ? "Message" : "message", error.Message);
            writer.WriteEndObject();
        }

        return output.WrittenMemory;
    }

    private Task ErrorAsync(HttpContext context, KinesisException error, bool cbor)
    {
        context.Response.Headers["x-amzn-ErrorType"] = error.Code;
        return SendAsync(context, error.StatusCode, Spell(error), cbor);
    }

    private async Task SendAsync(HttpContext context, int status, ReadOnlyMemory<byte> json, bool cbor)
    {
        var body = cbor ? Cbor.FromJson(json.Span) : json;
        context.Response.StatusCode = status;
        context.Response.ContentType = cbor ? Cbor.ContentType : Json;
        context.Response.ContentLength = body.Length;
        await sending.SendAsync(context.Features, body).ConfigureAwait(false);
    }

    private static Task XmlAsync(HttpContext context, string type, string message) =>
        TextAsync(context, 403, $"<{type}>\n  <Message>{message}</Message>\n</{type}>\n");

    private static async Task TextAsync(HttpContext context, int status, string text)
    {
        context.Response.StatusCode = status;
        var bytes = Encoding.UTF8.GetBytes(text);
        context.Response.ContentLength = bytes.Length;
        await context.Response.BodyWriter.WriteAsync(bytes, context.RequestAborted).ConfigureAwait(false);
    }

    private async Task HealthAsync(HttpContext context)
    {
        var failure = engine.Log.Log.Failure;
        context.Response.ContentType = "text/plain";
        await TextAsync(context, failure is null ? 200 : 503, failure is null ? "Healthy" : "The stream log has failed").ConfigureAwait(false);
    }

    private static bool Started(IFeatureCollection features) => features.GetRequiredFeature<IHttpResponseFeature>().HasStarted;

    [LoggerMessage(LogLevel.Error, "A call of {Target} failed.")]
    private static partial void LogFailed(ILogger logger, Exception exception, string target);
}
