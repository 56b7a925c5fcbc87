using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Weir.Aws.Kinesis;
using Weir.LocalKinesis.Actions;

namespace Weir.LocalKinesis.Wire;

/// <summary>SubscribeToShard on the wire: an answer that goes on for five minutes, an event stream that begins with <c>initial-response</c>.</summary>
internal sealed class Subscriptions(Engine engine)
{
    private static readonly Operation<SubscribeToShardRequest, Aws.Protocol.Nothing> Contract = new(
        KinesisOperations.SubscribeToShard,
        InputShapes.SubscribeToShard,
        (_, _, _) => throw new NotSupportedException("A subscription does not answer once."));

    private readonly SubscribeToShard _action = new(engine);

    /// <exception cref="KinesisException">Before the answer has begun; later ones are events.</exception>
    public async Task RunAsync(HttpContext context, JsonElement input, bool cbor)
    {
        var subscription = _action.Open(Contract.Bind(input));
        var payloadType = cbor ? "application/cbor" : "application/json";
        context.Response.ContentType = EventStream.ContentType;
        var body = context.Response.BodyWriter;
        var cancellation = context.RequestAborted;
        try
        {
            await body.WriteAsync(EventStream.Event("initial-response", payloadType, cbor ? [0xA0] : "{}"u8), cancellation).ConfigureAwait(false);
            await foreach (var pushed in _action.RunAsync(subscription, cancellation).ConfigureAwait(false))
            {
                var json = JsonSerializer.SerializeToUtf8Bytes(pushed, KinesisJson.Default.SubscribeToShardEvent);
                await body.WriteAsync(EventStream.Event("SubscribeToShardEvent", payloadType, cbor ? Cbor.FromJson(json) : json), cancellation).ConfigureAwait(false);
            }
        }
        catch (KinesisException e)
        {
            var json = KinesisEndpoint.Spell(e);
            await body.WriteAsync(EventStream.Exception(e.Code, payloadType, cbor ? Cbor.FromJson(json.Span) : json.Span), cancellation).ConfigureAwait(false);
        }
    }
}
