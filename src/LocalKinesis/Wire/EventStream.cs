using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;

namespace Weir.LocalKinesis.Wire;

/// <summary>
/// Messages of <c>application/vnd.amazon.eventstream</c>.
/// <code>
/// total length (4)  headers' length (4)  CRC-32 of these 8 (4)
/// headers: name length (1) name, type 7 = text (1), value length (2) value
/// payload
/// CRC-32 of all before (4)
/// </code>
/// Big-endian.
/// </summary>
internal static class EventStream
{
    public const string ContentType = "application/vnd.amazon.eventstream";

    public static byte[] Event(string type, string contentType, ReadOnlySpan<byte> payload) =>
        Message([(":event-type", type), (":content-type", contentType), (":message-type", "event")], payload);

    public static byte[] Exception(string type, string contentType, ReadOnlySpan<byte> payload) =>
        Message([(":exception-type", type), (":content-type", contentType), (":message-type", "exception")], payload);

    private static byte[] Message(ReadOnlySpan<(string Name, string Value)> headers, ReadOnlySpan<byte> payload)
    {
        var headerBytes = 0;
        foreach (var (name, value) in headers)
            headerBytes += 1 + name.Length + 1 + 2 + value.Length;
        var message = new byte[12 + headerBytes + payload.Length + 4];
        BinaryPrimitives.WriteInt32BigEndian(message, message.Length);
        BinaryPrimitives.WriteInt32BigEndian(message.AsSpan(4), headerBytes);
        BinaryPrimitives.WriteUInt32BigEndian(message.AsSpan(8), Crc32.HashToUInt32(message.AsSpan(0, 8)));
        var at = 12;
        foreach (var (name, value) in headers)
        {
            message[at++] = (byte)name.Length;
            at += Encoding.ASCII.GetBytes(name, message.AsSpan(at));
            message[at++] = 7;
            BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(at), (ushort)value.Length);
            at += 2;
            at += Encoding.ASCII.GetBytes(value, message.AsSpan(at));
        }

        payload.CopyTo(message.AsSpan(at));
        BinaryPrimitives.WriteUInt32BigEndian(message.AsSpan(message.Length - 4), Crc32.HashToUInt32(message.AsSpan(0, message.Length - 4)));
        return message;
    }
}
