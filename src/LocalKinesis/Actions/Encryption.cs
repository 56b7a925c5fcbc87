using Weir.Aws.Kinesis;
using Weir.Aws.Protocol;

namespace Weir.LocalKinesis.Actions;

/// <summary>Marks a stream's records as encrypted with a key; nothing is encrypted here, clients see what they would see.</summary>
internal static class Encryption
{
    public static async Task<Nothing> StartAsync(Engine engine, StartStreamEncryptionRequest request, CancellationToken cancellationToken)
    {
        if (request.EncryptionType != "KMS")
            throw Errors.Validation("1 validation error detected: Value 'NONE' at 'encryptionType' failed to satisfy constraint: Member must satisfy enum value set: [KMS]");
        return await ChangeAsync(engine, request.StreamName, request.StreamARN, request.KeyId, cancellationToken).ConfigureAwait(false);
    }

    public static async Task<Nothing> StopAsync(Engine engine, StopStreamEncryptionRequest request, CancellationToken cancellationToken) =>
        await ChangeAsync(engine, request.StreamName, request.StreamARN, null, cancellationToken).ConfigureAwait(false);

    private static async Task<Nothing> ChangeAsync(Engine engine, string? name, string? arn, string? keyId, CancellationToken cancellationToken)
    {
        // Stopping what never started is answered as done: infrastructure tools do it on every run.
        var stream = await StreamChange.RunAsync(
            engine,
            name,
            arn,
            s => s.Document.KeyId == keyId ? Same(engine, s) : StreamChange.Updating(engine, s) with { KeyId = keyId },
            cancellationToken).ConfigureAwait(false);
        await engine.CompleteLaterAsync(stream).ConfigureAwait(false);
        return new Nothing();
    }

    private static Streams.StreamDocument Same(Engine engine, Streams.LocalStream stream)
    {
        Resharding.CheckActive(engine, stream);
        return stream.Document;
    }
}
