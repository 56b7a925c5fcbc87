using System.Buffers.Text;
using System.Globalization;
using System.Text.Json;
using Weir.Aws.Kinesis;

namespace Weir.LocalKinesis.Wire;

/// <summary>
/// Reads a request's JSON by its shape: refuses values of the wrong type with the service's SerializationException, drops nulls and what is not known,
/// and writes what is left, so that it can be bound without surprises.
/// </summary>
internal static class InputReader
{
    /// <summary>Writes the members that the shape knows.</summary>
    /// <exception cref="KinesisException">SerializationException.</exception>
    public static void Normalize(JsonElement value, Shape shape, Utf8JsonWriter writer)
    {
        switch (shape)
        {
            case StructureShape structure:
                Structure(value, structure, writer);
                break;
            case ListShape list:
                List(value, list, writer);
                break;
            case MapShape:
                Map(value, writer);
                break;
            case StringShape:
                RequireText(value, "an String");
                writer.WriteStringValue(Text(value));
                break;
            case BlobShape:
                Blob(value, writer);
                break;
            case IntegerShape:
                Integer(value, writer);
                break;
            case BooleanShape:
                Boolean(value, writer);
                break;
            case TimestampShape:
                Timestamp(value, writer);
                break;
        }
    }

    private static void Structure(JsonElement value, StructureShape shape, Utf8JsonWriter writer)
    {
        if (value.ValueKind == JsonValueKind.Array)
            throw Serialization("Start of list found where not expected");
        if (value.ValueKind != JsonValueKind.Object)
            throw Serialization("Expected null");
        writer.WriteStartObject();
        foreach (var member in shape.Members)
        {
            if (value.TryGetProperty(member.Name, out var found) && found.ValueKind != JsonValueKind.Null)
            {
                writer.WritePropertyName(member.Name);
                Normalize(found, member.Shape, writer);
            }
            else if (member.Else is { } text)
            {
                writer.WriteString(member.Name, text);
            }
        }

        writer.WriteEndObject();
    }

    private static void List(JsonElement value, ListShape shape, Utf8JsonWriter writer)
    {
        if (value.ValueKind == JsonValueKind.Object)
            throw Serialization("Start of structure or map found where not expected.");
        if (value.ValueKind != JsonValueKind.Array)
            throw Serialization("Expected list or null");
        writer.WriteStartArray();
        foreach (var member in value.EnumerateArray())
        {
            if (member.ValueKind == JsonValueKind.Null)
                writer.WriteNullValue();
            else
                Normalize(member, shape.Member, writer);
        }

        writer.WriteEndArray();
    }

    private static void Map(JsonElement value, Utf8JsonWriter writer)
    {
        if (value.ValueKind == JsonValueKind.Array)
            throw Serialization("Start of list found where not expected");
        if (value.ValueKind != JsonValueKind.Object)
            throw Serialization("Expected map or null");
        writer.WriteStartObject();
        foreach (var member in value.EnumerateObject())
        {
            if (member.Value.ValueKind == JsonValueKind.Null)
                continue;
            RequireText(member.Value, "an String");
            writer.WriteString(member.Name, Text(member.Value));
        }

        writer.WriteEndObject();
    }

    private static void Blob(JsonElement value, Utf8JsonWriter writer)
    {
        RequireText(value, "a Blob");
        var text = Text(value);
        if (text.Length % 4 != 0)
            throw NotABlob(text, $"Base64 encoded length is expected a multiple of 4 bytes but found: {text.Length}");
        var bytes = new byte[text.Length / 4 * 3];
        if (Convert.TryFromBase64String(text, bytes, out var written)
            && Base64.GetMaxEncodedToUtf8Length(written) == text.Length
            && Convert.ToBase64String(bytes.AsSpan(0, written)) == text)
        {
            writer.WriteStringValue(text);
            return;
        }

        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (!(char.IsAsciiLetterOrDigit(c) || c is '+' or '/' or '=') || (c == '=' && i + 1 < text.Length && text[i + 1] != '='))
                throw NotABlob(text, $"Invalid Base64 character: '{c}'");
        }

        throw NotABlob(text, "Invalid last non-pad Base64 character dectected");
    }

    private static void Integer(JsonElement value, Utf8JsonWriter writer)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.True or JsonValueKind.False:
                throw Serialization("class java.lang.Boolean can not be converted to an Integer");
            case JsonValueKind.String:
                throw Serialization("class java.lang.String can not be converted to an Integer");
            case JsonValueKind.Number:
                writer.WriteNumberValue((int)Math.Clamp(Math.Floor(value.GetDouble()), int.MinValue, int.MaxValue));
                break;
            default:
                throw Unexpected(value);
        }
    }

    private static void Boolean(JsonElement value, Utf8JsonWriter writer)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.True or JsonValueKind.False:
                writer.WriteBooleanValue(value.GetBoolean());
                break;
            case JsonValueKind.Number:
                throw Serialization("class com.amazon.coral.value.json.numbers.TruncatingBigNumber can not be converted to an Boolean");
            case JsonValueKind.String:
                var text = Text(value).ToUpperInvariant();
                if (text is "TRUE" or "FALSE" or "1" or "0" or "YES" or "NO")
                    writer.WriteBooleanValue(text is "TRUE" or "1" or "YES");
                else
                    throw Serialization($"'{text}' can not be converted to an Boolean");
                break;
            default:
                throw Unexpected(value);
        }
    }

    private static void Timestamp(JsonElement value, Utf8JsonWriter writer)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.True or JsonValueKind.False:
                throw Serialization("class java.lang.Boolean can not be converted to milliseconds since epoch");
            case JsonValueKind.String:
                throw Serialization("class java.lang.String can not be converted to milliseconds since epoch");
            case JsonValueKind.Number:
                // Year 9999 and its like before 1970: what lies beyond is as good as the end.
                var seconds = value.TryGetDecimal(out var exact) ? exact : value.GetDouble() < 0 ? decimal.MinValue : decimal.MaxValue;
                writer.WriteNumberValue(Math.Clamp(seconds, -62_135_596_800m, 253_402_300_799m));
                break;
            default:
                throw Unexpected(value);
        }
    }

    private static void RequireText(JsonElement value, string type)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.String:
                return;
            case JsonValueKind.True or JsonValueKind.False:
                throw Serialization($"class java.lang.Boolean can not be converted to {type}");
            case JsonValueKind.Number:
                throw Serialization($"class com.amazon.coral.value.json.numbers.TruncatingBigNumber can not be converted to {type}");
            default:
                throw Unexpected(value);
        }
    }

    /// <summary>The text; a lone surrogate, which JSON can spell and UTF-8 cannot, is refused.</summary>
    private static string Text(JsonElement value)
    {
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw Serialization("Invalid UTF-16 in a String.");
        }
    }

    private static KinesisException Unexpected(JsonElement value) => Serialization(
        value.ValueKind == JsonValueKind.Array ? "Start of list found where not expected" : "Start of structure or map found where not expected.");

    private static KinesisException NotABlob(string text, string why) =>
        Serialization(string.Create(CultureInfo.InvariantCulture, $"'{(text.Length > 200 ? text[..200] : text)}' can not be converted to a Blob: {why}"));

    private static KinesisException Serialization(string message) => new(KinesisErrorCodes.Serialization, message);
}
