using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Weir.Dashboard.Live;

/// <summary>Hash keys as decimal text, as Kinesis writes them: JavaScript's numbers would lose digits.</summary>
internal sealed class UInt128Json : JsonConverter<UInt128>
{
    public override UInt128 Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => UInt128.Parse(reader.GetString()!, CultureInfo.InvariantCulture);

    public override void Write(Utf8JsonWriter writer, UInt128 value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString(CultureInfo.InvariantCulture));
}
