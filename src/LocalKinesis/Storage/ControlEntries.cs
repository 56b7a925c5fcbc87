using System.Text.Json;
using Weir.LocalKinesis.Streams;

namespace Weir.LocalKinesis.Storage;

/// <summary>Control entries as bytes of the log: the kind, then JSON.</summary>
internal static class ControlEntries
{
    public static byte[] Write(ControlEntry entry) => [Block.Control, .. JsonSerializer.SerializeToUtf8Bytes(entry, StreamJson.Default.ControlEntry)];

    public static ControlEntry Read(ReadOnlySpan<byte> bytes) => JsonSerializer.Deserialize(bytes[1..], StreamJson.Default.ControlEntry)!;
}
