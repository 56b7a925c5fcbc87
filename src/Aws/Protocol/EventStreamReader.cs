using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Amazon.Runtime.EventStreams;

namespace Weir.Aws.Protocol;

/// <summary>
/// Splits a body of <c>application/vnd.amazon.eventstream</c> into its messages, all numbers big-endian:
/// <code>
/// 0  total length     4   of the whole message, 16 bytes at least
/// 4  headers length   4
/// 8  prelude CRC      4   CRC-32 of bytes 0 to 7
/// 12 headers              [name length 1, name, type 1, value]...
///    payload
///    message CRC      4   CRC-32 of everything before it
/// </code>
/// The SDK's own decoder allocates whatever length the first four bytes claim; here they are checked first and capped.
/// </summary>
internal static class EventStreamReader
{
    /// <summary>What AWS allows for a message, and more than an event of 10 MiB of records in base64 needs.</summary>
    public const int MaxMessageBytes = 24 << 20;

    private const int PreludeBytes = 12;
    private const int MinMessageBytes = PreludeBytes + 4;

    /// <exception cref="InvalidDataException">A checksum or length is wrong, or the body ends inside a message.</exception>
    public static async IAsyncEnumerable<EventStreamMessage> ReadAsync(Stream body, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var reader = PipeReader.Create(body, new StreamPipeReaderOptions(bufferSize: 64 << 10, leaveOpen: true));
        try
        {
            while (true)
            {
                var read = await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
                var buffer = read.Buffer;
                while (TryTake(ref buffer, out var message))
                    yield return message;
                if (read.IsCompleted)
                {
                    if (!buffer.IsEmpty)
                        throw new InvalidDataException($"The event stream broke off {buffer.Length} bytes into a message.");
                    yield break;
                }

                reader.AdvanceTo(buffer.Start, buffer.End);
            }
        }
        finally
        {
            await reader.CompleteAsync().ConfigureAwait(false);
        }
    }

    private static bool TryTake(ref ReadOnlySequence<byte> buffer, out EventStreamMessage message)
    {
        message = null!;
        if (buffer.Length < PreludeBytes)
            return false;
        Span<byte> prelude = stackalloc byte[PreludeBytes];
        buffer.Slice(0, PreludeBytes).CopyTo(prelude);
        var length = BinaryPrimitives.ReadUInt32BigEndian(prelude);
        if (Crc32(prelude[..8]) != BinaryPrimitives.ReadUInt32BigEndian(prelude[8..]))
            throw new InvalidDataException("The checksum of an event's prelude is wrong.");
        if (length is < MinMessageBytes or > MaxMessageBytes)
            throw new InvalidDataException($"An event of {length} bytes is outside of {MinMessageBytes} to {MaxMessageBytes}.");
        if (buffer.Length < length)
            return false;

        var bytes = buffer.Slice(0, length).ToArray();
        try
        {
            message = EventStreamMessage.FromBuffer(bytes, 0, bytes.Length);
        }
        catch (Exception e) when (e is EventStreamChecksumFailureException or EventStreamParseException or ArgumentException or IndexOutOfRangeException)
        {
            throw new InvalidDataException("An event cannot be read: " + e.Message, e);
        }

        buffer = buffer.Slice(length);
        return true;
    }

    /// <summary>CRC-32 as in gzip, bit by bit: eight bytes a message.</summary>
    private static uint Crc32(ReadOnlySpan<byte> bytes)
    {
        var crc = ~0u;
        foreach (var b in bytes)
        {
            crc ^= b;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc >> 1) ^ ((crc & 1) * 0xEDB88320u);
        }

        return ~crc;
    }
}
