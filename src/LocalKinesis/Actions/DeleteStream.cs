using Weir.Aws.Kinesis;
using Weir.Aws.Protocol;
using Weir.LocalKinesis.Streams;

namespace Weir.LocalKinesis.Actions;

/// <summary>Deletes a stream with its records: DELETING, then gone.</summary>
internal static class DeleteStream
{
    public static async Task<Nothing> RunAsync(Engine engine, DeleteStreamRequest request, CancellationToken cancellationToken)
    {
        var stream = engine.Find(request.StreamName, request.StreamARN);
        await engine.ChangeAsync(
            () =>
            {
                stream = engine.Find(stream.Name, null);
                var document = stream.Document;
                if (document.Consumers.Count > 0 && request.EnforceConsumerDeletion is not true)
                    throw Errors.InUse($"Stream {stream.Name} under account {engine.AccountId} has enhanced fan-out consumers associated with it; deregister them, or set EnforceConsumerDeletion.");
                if (document.Channels.Count > 0)
                    throw Errors.InUse($"Stream {stream.Name} under account {engine.AccountId} has channels associated with it; delete them first.");
                return document.Status == StreamStatuses.Deleting
                    ? null
                    : new ControlEntry { Stream = document with { Status = StreamStatuses.Deleting, Pending = null } };
            },
            cancellationToken).ConfigureAwait(false);
        await engine.CompleteLaterAsync(stream).ConfigureAwait(false);
        return new Nothing();
    }
}
