using System.IO.Compression;
using System.Text.Json;

namespace Weir.ControlPlane.Fleet;

/// <summary>A value as JSON under Brotli: an item of DynamoDB has at most 400 KB, and a report names every shard.</summary>
internal static class Packed
{
    public static MemoryStream Pack<T>(T value)
    {
        var packed = new MemoryStream();
        using (var brotli = new BrotliStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            JsonSerializer.Serialize(brotli, value, JsonSerializerOptions.Web);
        packed.Position = 0;
        return packed;
    }

    public static T Unpack<T>(Stream packed)
    {
        using var brotli = new BrotliStream(packed, CompressionMode.Decompress);
        return JsonSerializer.Deserialize<T>(brotli, JsonSerializerOptions.Web)!;
    }
}
