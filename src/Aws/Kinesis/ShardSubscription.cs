using System.Runtime.CompilerServices;
using System.Text.Json;
using Amazon.Runtime.EventStreams;
using Weir.Aws.Protocol;

namespace Weir.Aws.Kinesis;

/// <summary>
/// The events of one SubscribeToShard call:
/// <code>
/// initial-response ──► SubscribeToShardEvent ──► ... ──► end of body (five minutes, or the end of a closed shard)
///                                                   └──► exception message: thrown
/// </code>
/// </summary>
internal static class ShardSubscription
{
    /// <summary>The service sends an event, empty if need be, every few seconds; this long without one and the connection is dead.</summary>
    private static readonly TimeSpan MaxSilence = TimeSpan.FromSeconds(30);

    public static async IAsyncEnumerable<SubscribeToShardEvent> ReadAsync(Stream body, TimeProvider time, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var silence = new CancellationTokenSource(MaxSilence, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(silence.Token, cancellationToken);
        await using var messages = EventStreamReader.ReadAsync(body, either.Token).GetAsyncEnumerator(CancellationToken.None);
        while (await NextAsync(messages, silence, cancellationToken).ConfigureAwait(false) is { } message)
        {
            silence.CancelAfter(MaxSilence);
            if (Read(message) is { } shardEvent)
                yield return shardEvent;
            // The reader may take its time over an event; only waiting for the next one counts.
            silence.CancelAfter(MaxSilence);
        }
    }

    private static async Task<EventStreamMessage?> NextAsync(IAsyncEnumerator<EventStreamMessage> messages, CancellationTokenSource silence, CancellationToken cancellationToken)
    {
        try
        {
            return await messages.MoveNextAsync().ConfigureAwait(false) ? messages.Current : null;
        }
        catch (OperationCanceledException e) when (silence.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new KinesisException(KinesisErrorCodes.Unreachable, $"The subscription was silent for {MaxSilence.TotalSeconds:0} s.", 503, e);
        }
        catch (Exception e) when (e is InvalidDataException or IOException or HttpRequestException)
        {
            throw new KinesisException(KinesisErrorCodes.Unreachable, $"The subscription broke off: {e.Message}", 503, e);
        }
    }

    private static SubscribeToShardEvent? Read(EventStreamMessage message)
    {
        switch (Header(message, ":message-type"))
        {
            case "event" when Header(message, ":event-type") == "SubscribeToShardEvent":
                try
                {
                    return JsonSerializer.Deserialize(message.Payload, KinesisJson.Default.SubscribeToShardEvent);
                }
                catch (JsonException e)
                {
                    throw new KinesisException(KinesisErrorCodes.Unreachable, $"An event cannot be read: {e.Message}", 503, e);
                }

            case "exception":
                throw new KinesisException(Header(message, ":exception-type") ?? KinesisErrorCodes.InternalFailure, ExceptionMessage(message.Payload), 400);
            case "error":
                throw new KinesisException(Header(message, ":error-code") ?? KinesisErrorCodes.InternalFailure, Header(message, ":error-message") ?? "", 500);
            default:
                // initial-response, and whatever is added one day.
                return null;
        }
    }

    private static string? Header(EventStreamMessage message, string name) =>
        message.Headers.TryGetValue(name, out var header) && header.HeaderType == EventStreamHeaderType.String ? header.AsString() : null;

    private static string ExceptionMessage(byte[] payload)
    {
        try
        {
            using var document = JsonDocument.Parse(payload);
            return document.RootElement.TryGetProperty("message", out var message) ? message.GetString() ?? "" : "";
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return "";
        }
    }
}
