using System.Buffers;
using System.Collections.Frozen;
using System.Formats.Cbor;
using System.Text.Json;
using Weir.Aws.Kinesis;

namespace Weir.LocalKinesis.Wire;

/// <summary>
/// CBOR 1.1, the other spelling of the same shapes, to and from JSON.
/// <code>
/// JSON  {"StreamName":"orders","Data":"aGVsbG8=","Timestamp":1731231231.123}
/// CBOR  map { text "StreamName": text "orders", text "Data": bytes 68656c6c6f, text "Timestamp": tag 1 (1731231231123) }
/// </code>
/// Bytes stand as they are, and a timestamp is milliseconds since 1970 under tag 1, in both directions.
/// </summary>
internal static class Cbor
{
    public const string ContentType = "application/x-amz-cbor-1.1";
    private const int MaxDepth = 64;

    /// <summary>An untagged number beyond this is no second before the year 5138: some clients send milliseconds bare.</summary>
    private const long FewestMilliseconds = 100_000_000_000;

    private static readonly FrozenSet<string> Timestamps = FrozenSet.Create(
        StringComparer.Ordinal,
        "ApproximateArrivalTimestamp",
        "StreamCreationTimestamp",
        "ConsumerCreationTimestamp",
        "Timestamp",
        "StartedAt",
        "EndedAt",
        "EarliestAllowedEndAt");

    /// <summary>Writes a request's CBOR as JSON.</summary>
    /// <exception cref="KinesisException">SerializationException.</exception>
    public static void ToJson(ReadOnlyMemory<byte> cbor, IBufferWriter<byte> json)
    {
        try
        {
            var reader = new CborReader(cbor, CborConformanceMode.Lax);
            using var writer = new Utf8JsonWriter(json, new JsonWriterOptions { SkipValidation = true });
            Value(reader, writer, null, 0);
            if (reader.BytesRemaining != 0)
                throw new CborContentException("Bytes follow the value.");
        }
        catch (Exception e) when (e is CborContentException or InvalidOperationException or OverflowException or ArgumentException or FormatException)
        {
            throw new KinesisException(KinesisErrorCodes.Serialization, "");
        }
    }

    /// <summary>Writes an answer's JSON as CBOR.</summary>
    public static byte[] FromJson(ReadOnlySpan<byte> json)
    {
        if (json.IsEmpty)
            return [];
        var reader = new Utf8JsonReader(json);
        var writer = new CborWriter(CborConformanceMode.Lax, convertIndefiniteLengthEncodings: true, initialCapacity: json.Length);
        string? name = null;
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject:
                    writer.WriteStartMap(null);
                    break;
                case JsonTokenType.EndObject:
                    writer.WriteEndMap();
                    break;
                case JsonTokenType.StartArray:
                    writer.WriteStartArray(null);
                    break;
                case JsonTokenType.EndArray:
                    writer.WriteEndArray();
                    break;
                case JsonTokenType.PropertyName:
                    name = reader.GetString()!;
                    writer.WriteTextString(name);
                    break;
                case JsonTokenType.String when name == "Data":
                    writer.WriteByteString(reader.GetBytesFromBase64());
                    break;
                case JsonTokenType.String:
                    writer.WriteTextString(reader.GetString()!);
                    break;
                case JsonTokenType.Number when name is not null && Timestamps.Contains(name):
                    writer.WriteTag(CborTag.UnixTimeSeconds);
                    writer.WriteInt64((long)decimal.Round(reader.GetDecimal() * 1000));
                    break;
                case JsonTokenType.Number when reader.TryGetInt64(out var integer):
                    writer.WriteInt64(integer);
                    break;
                case JsonTokenType.Number:
                    writer.WriteDouble(reader.GetDouble());
                    break;
                case JsonTokenType.True or JsonTokenType.False:
                    writer.WriteBoolean(reader.GetBoolean());
                    break;
                default:
                    writer.WriteNull();
                    break;
            }
        }

        return writer.Encode();
    }

    private static void Value(CborReader reader, Utf8JsonWriter writer, string? name, int depth)
    {
        if (depth > MaxDepth)
            throw new CborContentException("Too deep.");
        switch (reader.PeekState())
        {
            case CborReaderState.StartMap:
                reader.ReadStartMap();
                writer.WriteStartObject();
                while (reader.PeekState() != CborReaderState.EndMap)
                {
                    var key = reader.ReadTextString();
                    writer.WritePropertyName(key);
                    Value(reader, writer, key, depth + 1);
                }

                reader.ReadEndMap();
                writer.WriteEndObject();
                break;
            case CborReaderState.StartArray:
                reader.ReadStartArray();
                writer.WriteStartArray();
                while (reader.PeekState() != CborReaderState.EndArray)
                    Value(reader, writer, null, depth + 1);
                reader.ReadEndArray();
                writer.WriteEndArray();
                break;
            case CborReaderState.TextString or CborReaderState.StartIndefiniteLengthTextString:
                writer.WriteStringValue(reader.ReadTextString());
                break;
            case CborReaderState.ByteString or CborReaderState.StartIndefiniteLengthByteString:
                writer.WriteBase64StringValue(reader.ReadByteString());
                break;
            case CborReaderState.UnsignedInteger:
                var unsigned = reader.ReadUInt64();
                if (name is not null && Timestamps.Contains(name) && unsigned > FewestMilliseconds)
                    writer.WriteNumberValue(unsigned / 1000m);
                else
                    writer.WriteNumberValue(unsigned);
                break;
            case CborReaderState.NegativeInteger:
                writer.WriteNumberValue(-1m - reader.ReadCborNegativeIntegerRepresentation());
                break;
            case CborReaderState.HalfPrecisionFloat or CborReaderState.SinglePrecisionFloat or CborReaderState.DoublePrecisionFloat:
                Number(reader.ReadDouble(), writer);
                break;
            case CborReaderState.Boolean:
                writer.WriteBooleanValue(reader.ReadBoolean());
                break;
            case CborReaderState.Null or CborReaderState.SimpleValue when reader.PeekState() == CborReaderState.Null:
                reader.ReadNull();
                writer.WriteNullValue();
                break;
            case CborReaderState.Tag:
                Tagged(reader, writer, depth);
                break;
            default:
                throw new CborContentException("Not a value of the protocol.");
        }
    }

    private static void Tagged(CborReader reader, Utf8JsonWriter writer, int depth)
    {
        if (reader.ReadTag() != CborTag.UnixTimeSeconds)
        {
            Value(reader, writer, null, depth + 1);
            return;
        }

        switch (reader.PeekState())
        {
            case CborReaderState.UnsignedInteger:
                writer.WriteNumberValue(reader.ReadUInt64() / 1000m);
                break;
            case CborReaderState.NegativeInteger:
                writer.WriteNumberValue((-1m - reader.ReadCborNegativeIntegerRepresentation()) / 1000m);
                break;
            default:
                Number(reader.ReadDouble() / 1000, writer);
                break;
        }
    }

    private static void Number(double value, Utf8JsonWriter writer)
    {
        if (!double.IsFinite(value))
            throw new CborContentException("Not a number that JSON has.");
        writer.WriteNumberValue(value);
    }
}
