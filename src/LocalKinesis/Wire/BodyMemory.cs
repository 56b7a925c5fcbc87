using System.Buffers;
using Weir.Aws.Kinesis;

namespace Weir.LocalKinesis.Wire;

/// <summary>
/// What the bodies of all requests may take together while they are received. Their signatures can be checked only once they are whole, so that anybody who
/// reaches the port could otherwise fill the machine's memory with calls that never end.
/// </summary>
/// <param name="mostBytes">512 MiB: room for some five hundred of the largest usual calls at once, and for a dozen of the largest that the listener takes.</param>
internal sealed class BodyMemory(long mostBytes = 512L << 20)
{
    private long _taken;

    /// <summary>
    /// Pooled memory for a body of which nothing has come yet. Its length is the client's word: while there is plenty of room a mebibyte of it is believed,
    /// so that the usual body need not be copied as it grows; after that memory goes only to bytes that have come.
    /// </summary>
    /// <param name="announced">The Content-Length; null when there is none.</param>
    /// <exception cref="KinesisException">As <see cref="Rent"/>.</exception>
    public byte[] RentAhead(long? announced) =>
        Rent((int)Math.Clamp(announced ?? 4096, 16, Volatile.Read(ref _taken) < mostBytes / 4 ? 1 << 20 : 16 << 10));

    /// <summary>Pooled memory of that many bytes or more.</summary>
    /// <exception cref="KinesisException">ServiceUnavailable, status 503: there is no room now, and the same call may find some later.</exception>
    public byte[] Rent(int bytes)
    {
        var rented = ArrayPool<byte>.Shared.Rent(bytes);
        if (Interlocked.Add(ref _taken, rented.Length) <= mostBytes)
            return rented;
        Return(rented);
        throw new KinesisException(KinesisErrorCodes.ServiceUnavailable, "More requests are being received than there is memory for. Try again.", 503);
    }

    /// <summary>Gives back what <see cref="Rent"/> gave.</summary>
    public void Return(byte[] rented)
    {
        Interlocked.Add(ref _taken, -rented.Length);
        ArrayPool<byte>.Shared.Return(rented);
    }
}
