using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Weir.Aws.Kinesis;
using Weir.LocalKinesis.Actions;

namespace Weir.LocalKinesis.Wire;

/// <summary>
/// The calls that carry records, without the long way through request and response objects, documents and an object per record. What is anything but plain
/// is left to the long way, which finds the words for what is wrong with it.
/// </summary>
internal sealed class RecordCalls(Engine engine, AnswerSending sending)
{
    private const string Target = "X-Amz-Target";

    /// <summary>The operation that a request's headers name, when it carries records and looks as SDKs write it.</summary>
    public static Operation? Find(IHttpRequestFeature request)
    {
        if (!HttpMethods.IsPost(request.Method) || request.Headers.ContentType is not [KinesisEndpoint.Json] || request.Headers.ContentLength is null or 0 || request.Headers.Origin.Count > 0)
            return null;
        return request.Headers[Target] is [{ } target] ? target switch
        {
            KinesisOperations.TargetPrefix + "PutRecord" => Operations.PutRecord,
            KinesisOperations.TargetPrefix + "PutRecords" => Operations.PutRecords,
            KinesisOperations.TargetPrefix + "GetRecords" => Operations.GetRecords,
            _ => null,
        } : null;
    }

    /// <summary>Answers the call; false when it is anything but plain, and nothing has been done.</summary>
    /// <exception cref="KinesisException">The refusal.</exception>
    public async Task<bool> TryAnswerAsync(IFeatureCollection features, Operation operation, ReadOnlyMemory<byte> body)
    {
        if (operation == Operations.GetRecords)
        {
            using var document = KinesisEndpoint.Parse(body);
            Authentication.Check(engine, features, body.Span);
            var request = Operations.GetRecords.Bind(document.RootElement);
            sending.CheckRoom();
            using var records = new PooledWriter(64 << 10);
            RecordAnswers.GetRecords(engine, request, records);
            await SendAsync(features, records).ConfigureAwait(false);
            return true;
        }

        var many = operation == Operations.PutRecords;
        if ((many ? PutParser.Many(engine, body) : PutParser.One(engine, body)) is not { } put)
            return false;
        using var call = put.Call;
        Authentication.Check(engine, features, body.Span);
        try
        {
            await (many ? PutRecords.StoreAsync(engine, put.Stream, call) : PutRecord.StoreAsync(engine, put.Stream, call, put.Ordering)).ConfigureAwait(false);
        }
        catch (FormatException)
        {
            return false;
        }

        using var output = new PooledWriter(call.Items.Length * 120 + 64);
        if (many)
        {
            RecordAnswers.PutRecords(engine, put.Stream, call, output);
        }
        else
        {
            PutRecord.CheckStored(engine, put.Stream, call);
            RecordAnswers.PutRecord(call.Items[0], call.Encrypted, output);
        }

        await SendAsync(features, output).ConfigureAwait(false);
        return true;
    }

    private ValueTask SendAsync(IFeatureCollection features, PooledWriter output)
    {
        var headers = features.GetRequiredFeature<IHttpResponseFeature>().Headers;
        headers.ContentType = KinesisEndpoint.Json;
        headers.ContentLength = output.WrittenMemory.Length;
        return sending.SendAsync(features, output.WrittenMemory);
    }
}
