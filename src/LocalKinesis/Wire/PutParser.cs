using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Weir.LocalKinesis.Actions;
using Weir.LocalKinesis.Storage;
using Weir.LocalKinesis.Streams;

namespace Weir.LocalKinesis.Wire;

/// <summary>
/// Reads PutRecord and PutRecords straight from the body, without an object or a copy per record: keys and base64 text stay where they are until the block
/// is written. It accepts only what the checks would accept; for anything else it says so, and the long way finds the words.
/// </summary>
internal static class PutParser
{
    private const int MostKeyCharacters = 256;

    /// <summary>A call read: the stream, its records, and for PutRecord the number to come after.</summary>
    public readonly record struct Parsed(LocalStream Stream, PutCall Call, string? Ordering);

    /// <summary>Reads <c>{"StreamName":"…","Records":[{"Data":"…","PartitionKey":"…"},…]}</c>; null when it is anything but plain.</summary>
    public static Parsed? Many(Engine engine, ReadOnlyMemory<byte> body)
    {
        var reader = new Utf8JsonReader(body.Span);
        PutCall? call = null;
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                return Refuse(call);
            LocalStream? stream = null;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("Records"u8))
                {
                    if (call is not null || !reader.Read() || reader.TokenType != JsonTokenType.StartArray)
                        return Refuse(call);
                    call = new PutCall(Putting.MostRecords);
                    if (!TryReadRecords(ref reader, body, call))
                        return Refuse(call);
                }
                else if (!TryReadStream(engine, ref reader, ref stream))
                {
                    return Refuse(call);
                }
            }

            return reader.TokenType == JsonTokenType.EndObject && call is not null && stream is not null && !reader.Read() ? new Parsed(stream, call, null) : Refuse(call);
        }
        catch (JsonException)
        {
            return Refuse(call);
        }
    }

    /// <summary>Reads <c>{"StreamName":"…","Data":"…","PartitionKey":"…"}</c>; null when it is anything but plain.</summary>
    public static Parsed? One(Engine engine, ReadOnlyMemory<byte> body)
    {
        var reader = new Utf8JsonReader(body.Span);
        var call = new PutCall(1);
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                return Refuse(call);
            LocalStream? stream = null;
            string? ordering = null;
            var seen = new Members();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("SequenceNumberForOrdering"u8))
                {
                    if (!reader.Read() || reader.TokenType != JsonTokenType.String || !GivenSequenceNumber.TryParse(ordering = reader.GetString(), out _))
                        return Refuse(call);
                }
                else if (seen.TryRead(ref reader, body, ref call.Items[0]) is { } known ? !known : !TryReadStream(engine, ref reader, ref stream))
                {
                    return Refuse(call);
                }
            }

            return reader.TokenType == JsonTokenType.EndObject && stream is not null && seen.TryFinish(ref call.Items[0]) && !reader.Read()
                ? new Parsed(stream, call, ordering)
                : Refuse(call);
        }
        catch (JsonException)
        {
            return Refuse(call);
        }
    }

    private static bool TryReadRecords(ref Utf8JsonReader reader, ReadOnlyMemory<byte> body, PutCall call)
    {
        var count = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
        {
            if (count == Putting.MostRecords)
                return false;
            ref var item = ref call.Items[count++];
            var seen = new Members();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (seen.TryRead(ref reader, body, ref item) is not true)
                    return false;
            }

            if (reader.TokenType != JsonTokenType.EndObject || !seen.TryFinish(ref item))
                return false;
        }

        call.Trim(count);
        return count > 0 && reader.TokenType == JsonTokenType.EndArray;
    }

    /// <summary>Reads the stream's name or ARN; anything else is not plain.</summary>
    private static bool TryReadStream(Engine engine, ref Utf8JsonReader reader, ref LocalStream? stream)
    {
        var byArn = reader.ValueTextEquals("StreamARN"u8);
        if (!byArn && !reader.ValueTextEquals("StreamName"u8))
            return false;
        if (!reader.Read() || reader.TokenType != JsonTokenType.String || reader.ValueIsEscaped || reader.ValueSpan.Length > 256)
            return false;
        Span<char> text = stackalloc char[256];
        var length = Encoding.ASCII.GetChars(reader.ValueSpan, text);
        text = text[..length];
        var name = byArn ? text[(text.LastIndexOf('/') + 1)..] : text;
        if (!engine.TryFind(name, out var found) || (stream is not null && stream != found) || (byArn && !text.SequenceEqual(Arn.OfStream(engine, found.Name))))
            return false;
        stream = found;
        return true;
    }

    private static Parsed? Refuse(PutCall? call)
    {
        call?.Dispose();
        return null;
    }

    /// <summary>The members of one record as they come, in any order.</summary>
    private struct Members
    {
        private bool _key, _data;
        private UInt128? _hash;

        /// <summary>Reads the member that the reader stands at: whether it could be used; null when it is not a member of a record.</summary>
        public bool? TryRead(ref Utf8JsonReader reader, ReadOnlyMemory<byte> body, ref PutItem item)
        {
            if (reader.ValueTextEquals("Data"u8))
                return _data = TryText(ref reader, body, out item.Data) && TryMeasure(ref item);
            if (reader.ValueTextEquals("PartitionKey"u8))
                return _key = TryText(ref reader, body, out item.Key) && IsKey(item.Key.Span);
            if (!reader.ValueTextEquals("ExplicitHashKey"u8))
                return null;
            if (!TryText(ref reader, body, out var digits) || digits.Length == 0 || digits.Length > 39 || (digits.Length > 1 && digits.Span[0] == (byte)'0')
                || digits.Span.ContainsAnyExceptInRange((byte)'0', (byte)'9')
                || !UInt128.TryParse(digits.Span, System.Globalization.CultureInfo.InvariantCulture, out var hash))
            {
                return false;
            }

            _hash = hash;
            return true;
        }

        public readonly bool TryFinish(ref PutItem item)
        {
            if (!_key || !_data)
                return false;
            item.Hash = _hash ?? Putting.Hash(item.Key.Span);
            return true;
        }

        private static bool TryText(ref Utf8JsonReader reader, ReadOnlyMemory<byte> body, out ReadOnlyMemory<byte> text)
        {
            text = default;
            if (!reader.Read() || reader.TokenType != JsonTokenType.String)
                return false;
            if (!reader.ValueIsEscaped)
            {
                text = body.Slice((int)reader.TokenStartIndex + 1, reader.ValueSpan.Length);
                return true;
            }

            var copy = new byte[reader.ValueSpan.Length];
            try
            {
                text = copy.AsMemory(0, reader.CopyString(copy));
                return true;
            }
            catch (InvalidOperationException)
            {
                // Half of a surrogate pair.
                return false;
            }
        }

        private static bool IsKey(ReadOnlySpan<byte> key) =>
            key.Length > 0 && Utf8.IsValid(key) && (key.Length <= MostKeyCharacters || (key.Length <= 4 * MostKeyCharacters && Encoding.UTF8.GetCharCount(key) <= MostKeyCharacters));

        /// <summary>Computes the decoded size, and checks what the decoder would let pass: the unused bits before the padding must be zero.</summary>
        private static bool TryMeasure(ref PutItem item)
        {
            var text = item.Data.Span;
            item.IsBase64 = true;
            if (text.Length % 4 != 0)
                return false;
            if (text.IsEmpty || text[^1] != (byte)'=')
            {
                item.DataBytes = text.Length / 4 * 3;
                return item.DataBytes <= Putting.MostBytes;
            }

            var padding = text[^2] == (byte)'=' ? 2 : 1;
            item.DataBytes = (text.Length / 4 * 3) - padding;
            return item.DataBytes <= Putting.MostBytes && (Sextet(text[^(padding + 1)]) & (padding == 2 ? 15 : 3)) == 0;
        }

        private static int Sextet(byte c) => c switch
        {
            >= (byte)'A' and <= (byte)'Z' => c - 'A',
            >= (byte)'a' and <= (byte)'z' => c - 'a' + 26,
            >= (byte)'0' and <= (byte)'9' => c - '0' + 52,
            (byte)'+' => 62,
            (byte)'/' => 63,
            _ => 1,
        };
    }
}
