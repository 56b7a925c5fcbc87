using System.Text.Json;

namespace Weir.LocalKinesis.Wire;

/// <summary>Puts into streams that spread their records: the shapes in which a record's key may be left out.</summary>
internal static class SpreadRecords
{
    /// <summary>The shape of such a put; null for every other call.</summary>
    /// <param name="engine">Knows the streams.</param>
    /// <param name="operation">The operation's name.</param>
    /// <param name="input">As <see cref="InputReader.Normalize"/> left it.</param>
    public static StructureShape? ShapeOf(Engine engine, string operation, JsonElement input)
    {
        if (operation is not ("PutRecord" or "PutRecords"))
            return null;
        var stream = Text(input, "StreamName") ?? (Text(input, "StreamARN") is { } arn && Arn.TryStream(arn, out var named) ? named : null);
        if (stream is null || !engine.TryFind(stream, out var found) || !found.Document.Spread)
            return null;
        return operation == "PutRecord" ? InputShapes.PutRecordSpread : InputShapes.PutRecordsSpread;
    }

    private static string? Text(JsonElement input, string member) =>
        input.TryGetProperty(member, out var value) ? value.GetString() : null;
}
